"""Figures that outlive what they were drawn from; docs/privacy.md says how they are counted."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model, choice
from eventsapp.places.models import Territory
from eventsapp.registrations.models import AgeBracket


class EventFigures(Model):
    """What an event’s forgotten registrations came to: moved here in the transaction that deletes them.

    A figure is always what still stands in `registration` plus what stands here, so that forgetting
    changes none, not even half-way.
    """

    __tablename__ = "event_figures"
    __table_args__ = (
        CheckConstraint(
            "parties >= 0 AND people >= 0 AND waiting >= 0 AND cancelled >= 0 AND families >= 0"
            " AND parents >= 0 AND new_families >= 0",
            name="figures_not_negative",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    counted_at: Mapped[datetime | None]
    """When its families were counted (`families.count_event`); None: not yet."""
    new_families: Mapped[int] = mapped_column(default=0)
    """Families who came, for the first time in that school year in that territory."""
    parties: Mapped[int] = mapped_column(default=0)
    """Registrations that had a place."""
    people: Mapped[int] = mapped_column(default=0)
    """People of these."""
    waiting: Mapped[int] = mapped_column(default=0)
    """People who never had one."""
    cancelled: Mapped[int] = mapped_column(default=0)
    """Registrations that were cancelled."""
    families: Mapped[int] = mapped_column(default=0)
    """Households among `parties`: the others are professionals."""
    parents: Mapped[int] = mapped_column(default=0)
    """Adults among `people` whose household came with a child."""

    event: Mapped[Event] = relationship()


class ForgottenPeople(Model):
    """How many people of an age bracket had a place at an event, whose registrations are forgotten."""

    __tablename__ = "forgotten_people"
    __table_args__ = (
        UniqueConstraint("event_id", "bracket"),
        CheckConstraint("people > 0", name="people_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    bracket: Mapped[AgeBracket] = mapped_column(choice(AgeBracket))
    people: Mapped[int]

    event: Mapped[Event] = relationship()


class FamilyKey(Model):
    """The random key under which the families of a territory are counted in one school year.

    Without it nobody can tell whose a `CountedFamily` is. It is destroyed when the year is over.
    """

    __tablename__ = "family_key"
    __table_args__ = (UniqueConstraint("territory_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    year: Mapped[str] = mapped_column(String(9))
    """ "2026-2027"."""
    sealed: Mapped[str] = mapped_column(String(400))
    """Encrypted (`indicators.family_keys`)."""
    drawn_at: Mapped[datetime]

    territory: Mapped[Territory] = relationship()


class CountedFamily(Model):
    """A family that had a place at an event, by a keyed digest that tells it from the others of that year."""

    __tablename__ = "counted_family"
    __table_args__ = (UniqueConstraint("event_id", "digest"), Index("ix_counted_family_digest", "digest"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    digest: Mapped[str] = mapped_column(String(64))
    came: Mapped[bool]
    """Marked as there; otherwise registered only."""

    event: Mapped[Event] = relationship()


class Scope(enum.StrEnum):
    """Over what families are counted once."""

    TERRITORY = "territoire"
    ACTION = "action"
    ORGANISATION = "structure"
    """What an organisation held in that territory."""


class YearFamilies(Model):
    """How many different families a school year had, drawn before its key was destroyed."""

    __tablename__ = "year_families"
    __table_args__ = (
        UniqueConstraint("territory_id", "year", "scope", "scope_id"),
        CheckConstraint("came BETWEEN 0 AND seated", name="came_among_seated"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    year: Mapped[str] = mapped_column(String(9))
    scope: Mapped[Scope] = mapped_column(choice(Scope))
    scope_id: Mapped[int]
    """The row of the territory, of the action or of the organisation."""
    seated: Mapped[int]
    came: Mapped[int]
    frozen_at: Mapped[datetime]

    territory: Mapped[Territory] = relationship()
