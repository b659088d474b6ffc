"""Territories, their quartiers and outlines, and the places where things happen."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice


class Territory(Model):
    """An arrondissement. `revision` rises with each change of its agenda (see agenda.scheduling)."""

    __tablename__ = "territory"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(80))
    insee_code: Mapped[str] = mapped_column(String(5))
    postal_code: Mapped[str] = mapped_column(String(5))
    drawing: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The map, drawn once when the outlines are loaded (places.drawing): paths ready for SVG."""
    revision: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime]

    @property
    def ordinal(self) -> str:
        """« 19e », « 1er »."""
        return f"{self.number}er" if self.number == 1 else f"{self.number}e"


class Quartier(Model):
    """A neighbourhood of a territory, known to its residents by name."""

    __tablename__ = "quartier"
    __table_args__ = (UniqueConstraint("territory_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    outline: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """GeoJSON geometry, WGS 84."""

    territory: Mapped[Territory] = relationship()


class VenueKind(enum.StrEnum):
    """What sort of place a venue is; schools come in four kinds."""

    NURSERY_SCHOOL = "maternelle"
    PRIMARY_SCHOOL = "elementaire"
    MIXED_SCHOOL = "polyvalente"
    MIDDLE_SCHOOL = "college"
    LIBRARY = "bibliotheque"
    SOCIAL_CENTRE = "centre_social"
    CULTURE = "culture"
    PARK = "parc"
    TOWN_HALL = "mairie"
    HEALTH = "sante"
    OTHER = "autre"

    @property
    def label(self) -> str:
        """« École maternelle », « Bibliothèque »…"""
        return str(_KIND_LABELS[self])


_KIND_LABELS = {
    VenueKind.NURSERY_SCHOOL: lazy_gettext("École maternelle"),
    VenueKind.PRIMARY_SCHOOL: lazy_gettext("École élémentaire"),
    VenueKind.MIXED_SCHOOL: lazy_gettext("École polyvalente"),
    VenueKind.MIDDLE_SCHOOL: lazy_gettext("Collège"),
    VenueKind.LIBRARY: lazy_gettext("Bibliothèque"),
    VenueKind.SOCIAL_CENTRE: lazy_gettext("Centre social"),
    VenueKind.CULTURE: lazy_gettext("Lieu culturel"),
    VenueKind.PARK: lazy_gettext("Parc ou jardin"),
    VenueKind.TOWN_HALL: lazy_gettext("Mairie"),
    VenueKind.HEALTH: lazy_gettext("Lieu de santé"),
    VenueKind.OTHER: lazy_gettext("Autre lieu"),
}

SATURDAY_SCHOOLS = (VenueKind.NURSERY_SCHOOL, VenueKind.PRIMARY_SCHOOL, VenueKind.MIXED_SCHOOL)
"""The kinds of school that hold *Samedis matins à l'école*."""

SCHOOL_KINDS = (*SATURDAY_SCHOOLS, VenueKind.MIDDLE_SCHOOL)


class Venue(Model):
    """A place with an address, how to reach it and which door to take."""

    __tablename__ = "venue"
    __table_args__ = (
        UniqueConstraint("territory_id", "slug"),
        Index("ix_venue_kind", "territory_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    quartier_id: Mapped[int | None] = mapped_column(ForeignKey("quartier.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    kind: Mapped[VenueKind] = mapped_column(choice(VenueKind))
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(60))
    """What people call it in a table: « Archereau (26) »."""
    address: Mapped[str] = mapped_column(String(160), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    city: Mapped[str] = mapped_column(String(60), default="Paris")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    access: Mapped[str] = mapped_column(String(240), default="")
    """How to come: metro, bus, tram."""
    door: Mapped[str] = mapped_column(String(240), default="")
    """Which door to take and what to say there."""
    step_free: Mapped[bool | None]
    """Without a step from the street; None: not known."""
    source: Mapped[str] = mapped_column(String(240), default="")
    """Where the record comes from and its licence."""
    ended_at: Mapped[datetime | None]
    """Given up for good: nothing new is announced there; what was stays."""
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    territory: Mapped[Territory] = relationship()
    quartier: Mapped[Quartier | None] = relationship()

    @property
    def is_school(self) -> bool:
        """One of the four kinds of school."""
        return self.kind in SCHOOL_KINDS

    @property
    def full_address(self) -> str:
        """« 26 rue Archereau, 75019 Paris », on one line."""
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.address, town) if part)


class VenueClosure(Model):
    """A place that nobody may use from one instant to another: works, a strike, a flood.

    Lifted, it stays in the table as history and closes nothing.
    """

    __tablename__ = "venue_closure"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_venue_closure_venue", "venue_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """The first instant at which it may be used again."""
    reason: Mapped[str] = mapped_column(String(240))
    """As who comes reads it: « Fuite d’eau. »"""
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

    venue: Mapped[Venue] = relationship()

    @property
    def last_moment(self) -> datetime:
        """Within its last day: a closure until midnight ends on the day before."""
        return self.ends_at - timedelta(seconds=1)
