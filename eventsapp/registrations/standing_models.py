"""Standing sign-ups: a party that is registered to every date of a series, until it says otherwise."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Activity, Event
from eventsapp.database import Model, choice
from eventsapp.people.models import Household, Person, Professional
from eventsapp.registrations.models import AgeBracket


class StandingStatus(enum.StrEnum):
    """Whether a party is registered to dates that are announced."""

    ACTIVE = "active"
    PAUSED = "en_pause"
    """To no new date; those there are stay."""
    ENDED = "terminee"


STANDING_MOVES: dict[StandingStatus, frozenset[StandingStatus]] = {
    StandingStatus.ACTIVE: frozenset({StandingStatus.PAUSED, StandingStatus.ENDED}),
    StandingStatus.PAUSED: frozenset({StandingStatus.ACTIVE, StandingStatus.ENDED}),
    StandingStatus.ENDED: frozenset(),
}
"""From each status, those it may go to."""

_LIVES = text("status <> 'terminee'")


class StandingSignUp(Model):
    """A household or a professional, exactly one, comes to every date of an activity."""

    __tablename__ = "standing_sign_up"
    __table_args__ = (
        CheckConstraint("(household_id IS NULL) <> (professional_id IS NULL)", name="one_party"),
        CheckConstraint("(status = 'en_pause') = (paused_at IS NOT NULL)", name="paused_has_moment"),
        CheckConstraint("(status = 'terminee') = (ended_at IS NOT NULL)", name="ended_has_moment"),
        Index(
            "uq_standing_sign_up_household",
            "activity_id",
            "household_id",
            unique=True,
            sqlite_where=_LIVES,
            postgresql_where=_LIVES,
        ),
        Index(
            "uq_standing_sign_up_professional",
            "activity_id",
            "professional_id",
            unique=True,
            sqlite_where=_LIVES,
            postgresql_where=_LIVES,
        ),
        Index("ix_standing_sign_up_activity", "activity_id", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    household_id: Mapped[int | None] = mapped_column(
        ForeignKey("household.id", ondelete="CASCADE"), index=True
    )
    professional_id: Mapped[int | None] = mapped_column(
        ForeignKey("professional.id", ondelete="CASCADE"), index=True
    )
    status: Mapped[StandingStatus] = mapped_column(choice(StandingStatus), default=StandingStatus.ACTIVE)
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    activity: Mapped[Activity] = relationship()
    household: Mapped[Household | None] = relationship()
    professional: Mapped[Professional | None] = relationship()
    members: Mapped[list[StandingMember]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="StandingMember.id"
    )

    @property
    def party(self) -> Household | Professional:
        """Who comes."""
        found = self.household or self.professional
        if found is None:
            raise ValueError("a standing sign-up is somebody's (CHECK one_party)")
        return found

    @property
    def contact(self) -> Person:
        """The adult we write to or call about it."""
        party = self.party
        return party.contact if isinstance(party, Household) else party.person


class StandingMember(Model):
    """One person of such a party, as of a registration; what somebody needs is asked date by date."""

    __tablename__ = "standing_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    standing_id: Mapped[int] = mapped_column(
        ForeignKey("standing_sign_up.id", ondelete="CASCADE"), index=True
    )
    first_name: Mapped[str] = mapped_column(String(60), default="")
    bracket: Mapped[AgeBracket] = mapped_column(choice(AgeBracket))


class DateOutcome(enum.StrEnum):
    """What a standing sign-up did about a date."""

    ENTERED = "inscrite"
    """Registered: seated, or waiting."""
    KNOWN = "deja_inscrite"
    """Nothing: the party had registered to it, or cancelled there, by itself."""
    IMPOSSIBLE = "impossible"
    """Nothing: that date never takes so many people, or so many of one age."""


class StandingDate(Model):
    """A date that a standing sign-up has seen: it is never registered there again.

    Somebody who cancels one date by hand therefore stays away from it, whatever happens to the rest.
    """

    __tablename__ = "standing_date"
    __table_args__ = (
        UniqueConstraint("standing_id", "event_id"),
        Index("ix_standing_date_told", "told_at", "standing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    standing_id: Mapped[int] = mapped_column(ForeignKey("standing_sign_up.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    outcome: Mapped[DateOutcome] = mapped_column(choice(DateOutcome))
    done_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When the party was told of it, by a letter or on its own page."""
    invited_at: Mapped[datetime | None]
    """When its calendar was sent this date, or no longer needed it."""

    standing: Mapped[StandingSignUp] = relationship()
    event: Mapped[Event] = relationship()
