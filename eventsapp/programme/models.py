"""The social project of a territory (PST), its axes, their actions, and the seven themes."""

from __future__ import annotations

import enum
from datetime import date, datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice
from eventsapp.places.models import Territory


class Theme(enum.StrEnum):
    """The seven official themes of a *projet social de territoire*; the value is their slug."""

    EARLY_CHILDHOOD = "petite-enfance"
    CHILDHOOD = "enfance"
    YOUTH = "jeunesse"
    PARENTING = "parentalite"
    SOCIAL_TIES = "lien-social"
    SPORT = "sport"
    RIGHTS = "droits"

    @property
    def official_name(self) -> str:
        """What the convention calls it: for desks and reports."""
        return str(_OFFICIAL_NAMES[self])

    @property
    def public_label(self) -> str:
        """What residents read: plain words from their side."""
        return str(_PUBLIC_LABELS[self])


_OFFICIAL_NAMES = {
    Theme.EARLY_CHILDHOOD: lazy_gettext("Petite enfance"),
    Theme.CHILDHOOD: lazy_gettext("Enfance"),
    Theme.YOUTH: lazy_gettext("Jeunesse"),
    Theme.PARENTING: lazy_gettext("Parentalité"),
    Theme.SOCIAL_TIES: lazy_gettext("Lien social, cadre de vie et participation citoyenne"),
    Theme.SPORT: lazy_gettext("Sport, loisirs, vacances"),
    Theme.RIGHTS: lazy_gettext("Insertion et accès aux droits"),
}
_PUBLIC_LABELS = {
    Theme.EARLY_CHILDHOOD: lazy_gettext("Avec mon bébé"),
    Theme.CHILDHOOD: lazy_gettext("Pour les enfants"),
    Theme.YOUTH: lazy_gettext("Pour les jeunes"),
    Theme.PARENTING: lazy_gettext("Être parent"),
    Theme.SOCIAL_TIES: lazy_gettext("Rencontrer ses voisins"),
    Theme.SPORT: lazy_gettext("Bouger, sortir, partir"),
    Theme.RIGHTS: lazy_gettext("Mes droits, mes aides"),
}


class ProjectStatus(enum.StrEnum):
    """How far a territory is with its project."""

    SIGNED = "signe"
    ENGAGED = "engage"
    UPCOMING = "a_venir"

    @property
    def label(self) -> str:
        """« signé », « engagé », « à venir »."""
        return str(_STATUS_LABELS[self])


_STATUS_LABELS = {
    ProjectStatus.SIGNED: lazy_gettext("signé"),
    ProjectStatus.ENGAGED: lazy_gettext("engagé"),
    ProjectStatus.UPCOMING: lazy_gettext("à venir"),
}


class Project(Model):
    """The PST of a territory: its diagnosis in a sentence, its dates, its status."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), unique=True)
    status: Mapped[ProjectStatus] = mapped_column(choice(ProjectStatus))
    diagnosis: Mapped[str] = mapped_column(String(600), default="")
    signed_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    territory: Mapped[Territory] = relationship()


class Axis(Model):
    """A theme that a territory keeps; at most three, all different."""

    __tablename__ = "axis"
    __table_args__ = (
        UniqueConstraint("project_id", "theme"),
        UniqueConstraint("project_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 3", name="at_most_three"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    theme: Mapped[Theme] = mapped_column(choice(Theme))
    position: Mapped[int]

    project: Mapped[Project] = relationship()


class Action(Model):
    """What a territory does under an axis, answering a need; its territory is its project's."""

    __tablename__ = "action"
    __table_args__ = (UniqueConstraint("territory_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    axis_id: Mapped[int] = mapped_column(ForeignKey("axis.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    """Its project's, repeated: every listing of the agenda asks for it."""
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(160))
    """The official name, as in the convention."""
    public_name: Mapped[str] = mapped_column(String(160))
    """The name residents know."""
    need: Mapped[str] = mapped_column(String(400), default="")
    description: Mapped[str] = mapped_column(String(1200), default="")
    position: Mapped[int] = mapped_column(default=1)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    """Neutral wording everywhere outside the service (families in hotels, respite)."""

    axis: Mapped[Axis] = relationship()
    territory: Mapped[Territory] = relationship()


class ClosedYear(Model):
    """A school year of a territory that is archived: it is read, and nothing in it changes any more."""

    __tablename__ = "closed_year"
    __table_args__ = (UniqueConstraint("territory_id", "school_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    school_year: Mapped[str] = mapped_column(String(9))
    """« 2025-2026 »."""
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(80))
