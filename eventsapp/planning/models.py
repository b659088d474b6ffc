"""What planning keeps: what partners offer, what schools wish, and drafts waiting for a yes."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event, Topic
from eventsapp.database import Model, choice
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue


class SaturdayOffer(Model):
    """What an organisation offers to the school Saturdays of a territory."""

    __tablename__ = "saturday_offer"
    __table_args__ = (UniqueConstraint("territory_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    reach_metres: Mapped[int | None]
    """How far from its home it goes; None: anywhere in the territory."""
    per_month: Mapped[int]
    per_year: Mapped[int]
    crews: Mapped[int] = mapped_column(default=1)
    """In how many places it can be at once."""
    away: Mapped[list[str]] = mapped_column(JSON, default=list)
    """ISO dates on which it cannot come."""

    organisation: Mapped[Organisation] = relationship()


class OfferedTopic(Model):
    """A topic that an organisation can speak about at a school."""

    __tablename__ = "offered_topic"
    __table_args__ = (UniqueConstraint("offer_id", "topic_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("saturday_offer.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)

    topic: Mapped[Topic] = relationship()


class SchoolWish(Model):
    """A topic that a school asked for this year."""

    __tablename__ = "school_wish"
    __table_args__ = (UniqueConstraint("venue_id", "topic_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)


class DraftStatus(enum.StrEnum):
    """Where a plan is on its way to a yes."""

    SOLVING = "en_calcul"
    PROPOSED = "propose"
    ACCEPTED = "accepte"
    SET_ASIDE = "ecarte"


DRAFT_MOVES: dict[DraftStatus, frozenset[DraftStatus]] = {
    DraftStatus.SOLVING: frozenset({DraftStatus.PROPOSED, DraftStatus.SET_ASIDE}),
    DraftStatus.PROPOSED: frozenset({DraftStatus.ACCEPTED, DraftStatus.SET_ASIDE}),
    DraftStatus.ACCEPTED: frozenset(),
    DraftStatus.SET_ASIDE: frozenset(),
}
"""From each status, those it may go to."""


class Draft(Model):
    """A plan proposed for a school year of a territory: nothing is announced before a human yes."""

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_territory", "territory_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    school_year: Mapped[str] = mapped_column(String(9))
    """« 2026-2027 »."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    status: Mapped[DraftStatus] = mapped_column(choice(DraftStatus))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), unique=True)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Sessions due, covered, the provable bound, and the parts of the objective."""
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    territory: Mapped[Territory] = relationship()


class DraftLine(Model):
    """One school in one month: a session (day, association, topic), or a gap and its reason."""

    __tablename__ = "draft_line"
    __table_args__ = (
        UniqueConstraint("draft_id", "venue_id", "period"),
        CheckConstraint(
            "(day IS NULL) = (gap IS NOT NULL) AND (day IS NOT NULL OR organisation_id IS NULL)"
            " AND (day IS NULL OR organisation_id IS NOT NULL OR event_id IS NOT NULL)",
            name="session_or_gap",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    period: Mapped[str] = mapped_column(String(7))
    """« 2026-11 »."""
    day: Mapped[date | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Why this choice: keys and parameters (planning.wording)."""
    gap: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Why nothing: a key and parameters."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    """The event: of a session that was announced before the plan was made (only such a one may lack an
    organisation), or the one announced when the plan was accepted."""

    venue: Mapped[Venue] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    topic: Mapped[Topic | None] = relationship()
    event: Mapped[Event | None] = relationship()


class YearPreparation(Model):
    """A school year being prepared in a territory: what it takes over from the one before."""

    __tablename__ = "year_preparation"
    __table_args__ = (UniqueConstraint("territory_id", "school_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    school_year: Mapped[str] = mapped_column(String(9))
    """« 2027-2028 »."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))

    territory: Mapped[Territory] = relationship()


class Comeback(enum.StrEnum):
    """What an organisation answers to « On repart ? »."""

    YES = "oui"
    NO = "non"
    LATER = "a_voir"


class ComebackQuestion(Model):
    """« On repart ? », asked of one organisation for one year; answered by link or by telephone."""

    __tablename__ = "comeback_question"
    __table_args__ = (
        UniqueConstraint("preparation_id", "organisation_id"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    preparation_id: Mapped[int] = mapped_column(ForeignKey("year_preparation.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sessions_before: Mapped[int]
    """How many sessions it held in the year before."""
    fingerprint: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the link that was sent last; a new one each time."""
    asked_at: Mapped[datetime | None]
    answer: Mapped[Comeback | None] = mapped_column(choice(Comeback))
    words: Mapped[str] = mapped_column(String(400), default="")
    answered_at: Mapped[datetime | None]

    preparation: Mapped[YearPreparation] = relationship()
    organisation: Mapped[Organisation] = relationship()


class SchoolTarget(Model):
    """How many Saturdays a school is to have in a year being prepared, and how many it had before."""

    __tablename__ = "school_target"
    __table_args__ = (
        UniqueConstraint("preparation_id", "venue_id"),
        CheckConstraint("sessions BETWEEN 0 AND 40", name="sessions_possible"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    preparation_id: Mapped[int] = mapped_column(ForeignKey("year_preparation.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    sessions: Mapped[int]
    sessions_before: Mapped[int]

    venue: Mapped[Venue] = relationship()


class FormerPair(Model):
    """An association that came to a school in the year before, and how often."""

    __tablename__ = "former_pair"
    __table_args__ = (UniqueConstraint("preparation_id", "venue_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    preparation_id: Mapped[int] = mapped_column(ForeignKey("year_preparation.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sessions: Mapped[int]

    organisation: Mapped[Organisation] = relationship()
