"""Registrations, their participants, and forms filled in but not yet confirmed."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.agenda.terms import Terms
from eventsapp.codes import short_code
from eventsapp.database import Model, choice
from eventsapp.people.models import Household, Person, Professional


class AgeBracket(enum.StrEnum):
    """Never an exact age. ADULT is for the short form, which only counts adults."""

    UNDER_3 = "0-2"
    FROM_3 = "3-5"
    FROM_6 = "6-10"
    FROM_11 = "11-14"
    FROM_15 = "15-17"
    FROM_18 = "18-25"
    FROM_26 = "26-59"
    FROM_60 = "60+"
    ADULT = "18+"

    @property
    def label(self) -> str:
        """« 3 à 5 ans »."""
        return str(_BRACKET_LABELS[self])

    @property
    def of_one(self) -> str:
        """The same of one person: « adulte »."""
        return gettext("adulte") if self is AgeBracket.ADULT else self.label


_BRACKET_LABELS = {
    AgeBracket.UNDER_3: lazy_gettext("0 à 2 ans"),
    AgeBracket.FROM_3: lazy_gettext("3 à 5 ans"),
    AgeBracket.FROM_6: lazy_gettext("6 à 10 ans"),
    AgeBracket.FROM_11: lazy_gettext("11 à 14 ans"),
    AgeBracket.FROM_15: lazy_gettext("15 à 17 ans"),
    AgeBracket.FROM_18: lazy_gettext("18 à 25 ans"),
    AgeBracket.FROM_26: lazy_gettext("26 à 59 ans"),
    AgeBracket.FROM_60: lazy_gettext("60 ans et plus"),
    AgeBracket.ADULT: lazy_gettext("adultes"),
}
CHILD_BRACKETS = (
    AgeBracket.UNDER_3,
    AgeBracket.FROM_3,
    AgeBracket.FROM_6,
    AgeBracket.FROM_11,
    AgeBracket.FROM_15,
)


YOUNGEST_BRACKETS = (AgeBracket.UNDER_3, AgeBracket.FROM_3)
"""Under 6."""


class Need(enum.StrEnum):
    """What somebody needs that day; asked where it helps, erased the day after."""

    WHEELCHAIR = "fauteuil"
    PUSHCHAIR = "poussette"
    SLOW_WALK = "marche_lente"
    NO_MEAT = "sans_viande"
    INTERPRETER = "interprete"
    """`ParticipantNeed.language` says for which language."""

    @property
    def label(self) -> str:
        """« En fauteuil roulant »…"""
        return str(_NEED_LABELS[self])


_NEED_LABELS = {
    Need.WHEELCHAIR: lazy_gettext("En fauteuil roulant"),
    Need.PUSHCHAIR: lazy_gettext("Avec une poussette"),
    Need.SLOW_WALK: lazy_gettext("Marche lentement"),
    Need.NO_MEAT: lazy_gettext("Repas sans viande"),
    Need.INTERPRETER: lazy_gettext("Un interprète"),
}


class WayIn(enum.StrEnum):
    """How somebody came to be registered."""

    ONLINE = "en_ligne"
    OWN_PAGE = "page_personnelle"
    """From their own page, as a household already known."""
    DESK = "accueil"
    """By the desk of the event, on the phone or face to face."""
    RELAY = "relais"
    """By a relay worker of another organisation, with their agreement."""
    PAPER = "papier"
    """From a paper sheet, typed in afterwards."""
    STANDING = "abonnement"
    """By a standing sign-up to a series."""


class RegistrationStatus(enum.StrEnum):
    """Where a registration is in its life."""

    CONFIRMED = "confirmee"
    WAITING = "attente"
    OFFERED = "proposee"
    """A place came free: it holds its seats until it says yes or no, or its time to answer is over."""
    CANCELLED = "annulee"


REGISTRATION_MOVES: dict[RegistrationStatus, frozenset[RegistrationStatus]] = {
    RegistrationStatus.CONFIRMED: frozenset({RegistrationStatus.CANCELLED}),
    RegistrationStatus.WAITING: frozenset(
        {RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED}
    ),
    RegistrationStatus.OFFERED: frozenset(
        {RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING, RegistrationStatus.CANCELLED}
    ),
    RegistrationStatus.CANCELLED: frozenset(),
}
"""From each status, those it may go to."""

HOLDS_SEATS = (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED)
"""Their people are among the seats taken."""
NOT_YET_COMING = (RegistrationStatus.WAITING, RegistrationStatus.OFFERED)
"""They hope for a place or have still to say yes to one: nothing stands in their calendar."""
ACTIVE = (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED, RegistrationStatus.WAITING)
"""Not cancelled."""


class Registration(Model):
    """One party at one event: a household or a professional, exactly one of them."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("(household_id IS NULL) <> (professional_id IS NULL)", name="one_party"),
        CheckConstraint("seats > 0", name="seats_positive"),
        CheckConstraint("(helped_by = '') = (agreed_at IS NULL)", name="help_was_agreed_to"),
        CheckConstraint("status <> 'attente' OR waiting_since IS NOT NULL", name="waits_since"),
        CheckConstraint("(status = 'proposee') = (offered_at IS NOT NULL)", name="offered_has_moment"),
        CheckConstraint("answer_by IS NULL OR offered_at IS NOT NULL", name="answer_to_offer"),
        CheckConstraint("overtaken >= 0 AND lapses BETWEEN 0 AND 2", name="counts_are_counts"),
        UniqueConstraint("standing_id", "event_id"),
        Index("ix_registration_queue", "event_id", "status", "waiting_since", "id"),
        Index("ix_registration_offered", "offered_at"),
        CheckConstraint("leaves_at IS NULL OR status <> 'annulee'", name="leaves_while_active"),
        Index("ix_registration_helped", "helped_by", "event_id"),
        Index("ix_registration_leaving", "leaves_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True, default=short_code)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    professional_id: Mapped[int | None] = mapped_column(ForeignKey("professional.id"), index=True)
    status: Mapped[RegistrationStatus] = mapped_column(choice(RegistrationStatus))
    seats: Mapped[int]
    way: Mapped[WayIn] = mapped_column(choice(WayIn), default=WayIn.ONLINE)
    helped_by: Mapped[str] = mapped_column(String(40), default="")
    """Who registered them in their place, as journals write it: « account:3 »; empty: they did."""
    agreed_at: Mapped[datetime | None]
    """When they agreed to be registered by somebody else (GDPR art. 6.1.a, 7.1)."""
    waiting_since: Mapped[datetime | None]
    """Its place in the queue, then by id: renewed when an offer lapses. None: it never waited."""
    overtaken: Mapped[int] = mapped_column(default=0)
    """Parties behind it that were seated before it (`capacity.MOST_OVERTAKINGS` at most)."""
    offered_at: Mapped[datetime | None]
    """Since when a place is held for it until it says yes."""
    answer_by: Mapped[datetime | None]
    """Until when; None until the letter about it has left or somebody was reached by phone."""
    lapses: Mapped[int] = mapped_column(default=0)
    """Offers that it left without answer."""
    standing_id: Mapped[int | None] = mapped_column(ForeignKey("standing_sign_up.id", ondelete="SET NULL"))
    """The standing sign-up that registered them (WayIn.STANDING), while it is kept."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    told: Mapped[Terms] = composite(
        mapped_column("told_starts_at"),
        mapped_column("told_ends_at"),
        mapped_column("told_venue_id", ForeignKey("venue.id"), index=True),
        mapped_column("told_cancelled"),
    )
    """What its people last heard of hour, place and state: another letter is due when the event's differ."""
    reminded_of: Mapped[datetime | None]
    """The beginning of the date they were reminded of, or knew of anyway: once each, again if it moves."""

    leaves_at: Mapped[datetime | None]
    """They said no by their calendar: what they hold is given up then, unless they change their mind
    (`registrations.leaving`)."""

    event: Mapped[Event] = relationship()
    household: Mapped[Household | None] = relationship()
    professional: Mapped[Professional | None] = relationship()
    participants: Mapped[list[Participant]] = relationship(
        back_populates="registration", cascade="all, delete-orphan", order_by="Participant.id"
    )

    @property
    def contact(self) -> Person:
        """The adult we write to or call about it."""
        if self.household is not None:
            return self.household.contact
        if self.professional is not None:
            return self.professional.person
        raise ValueError("a registration is somebody's (CHECK one_party)")

    @property
    def is_active(self) -> bool:
        """Seated or waiting; not cancelled."""
        return self.status is not RegistrationStatus.CANCELLED

    @property
    def holds_seats(self) -> bool:
        """Confirmed, or a place is offered to it."""
        return self.status in HOLDS_SEATS


def party_key(party: Household | Professional) -> str:
    """By which column a row that is somebody's is theirs: a household's or a professional's."""
    return "household_id" if isinstance(party, Household) else "professional_id"


class Participant(Model):
    """A line of one registration: a first name where one was asked for, and an age bracket."""

    __tablename__ = "participant"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    first_name: Mapped[str] = mapped_column(String(60), default="")
    bracket: Mapped[AgeBracket] = mapped_column(choice(AgeBracket))

    registration: Mapped[Registration] = relationship(back_populates="participants")
    needs: Mapped[list[ParticipantNeed]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ParticipantNeed.id"
    )


class ParticipantNeed(Model):
    """What one participant needs that day: rows of their own, so that they go the day after."""

    __tablename__ = "participant_need"
    __table_args__ = (
        UniqueConstraint("participant_id", "need"),
        CheckConstraint("(need = 'interprete') = (language <> '')", name="interpreter_has_language"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    need: Mapped[Need] = mapped_column(choice(Need))
    language: Mapped[str] = mapped_column(String(8), default="")
    """Code of the language to interpret into."""


class Enrolment(Model):
    """A form filled in but not confirmed: kept an hour, then forgotten.

    Confirming it twice gives the same registration (`registration_id`), so a double click
    registers once. It is found by the token that only the visitor's cookie holds.
    """

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was typed; emptied once confirmed."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))

    event: Mapped[Event] = relationship()
    registration: Mapped[Registration | None] = relationship()


class MessageStatus(enum.StrEnum):
    """Where a message to the registered is: read once more by whoever wrote it, or sent."""

    DRAFT = "brouillon"
    SENT = "envoye"


MESSAGE_MOVES: dict[MessageStatus, frozenset[MessageStatus]] = {
    MessageStatus.DRAFT: frozenset({MessageStatus.SENT}),
    MessageStatus.SENT: frozenset(),
}
"""From each status, those it may go to: a message leaves once, however often its button is pressed."""


class MessageAudience(enum.StrEnum):
    """To whom of the registered."""

    CONFIRMED = "inscrits"
    WAITING = "attente"
    EVERYBODY = "tous"


class EventMessage(Model):
    """What the desk of an event writes to the registered; once sent, its words are with the letters."""

    __tablename__ = "event_message"
    __table_args__ = (
        CheckConstraint("(status = 'envoye') = (sent_at IS NOT NULL)", name="sent_has_moment"),
        CheckConstraint("(status = 'envoye') = (text = '')", name="text_until_sent"),
        Index("ix_event_message_event", "event_id", "status", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    audience: Mapped[MessageAudience] = mapped_column(choice(MessageAudience))
    status: Mapped[MessageStatus] = mapped_column(choice(MessageStatus), default=MessageStatus.DRAFT)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(index=True)
    written_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime | None]
    mails: Mapped[int] = mapped_column(default=0)
    texts: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    """Letters that left, by mail and by text; people to call."""

    event: Mapped[Event] = relationship()
