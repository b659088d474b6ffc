"""What a school is asked about each date it receives, what it answered, and who passes its gate.

An answer and an authorisation speak of one hour in one place: what they were given for stands in them, and
they count for nothing once the event was moved. Nobody has to remember to take them back.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model, choice
from eventsapp.directory.models import Contact


class HostLink(Model):
    """A private link of a contact, who has no account: the dates of her school, and her answers."""

    __tablename__ = "host_link"
    __table_args__ = (Index("ix_host_link_contact", "contact_id", "revoked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    """An actor, as journals write; « contact:7 » where she asked for it herself."""
    last_seen_at: Mapped[datetime | None]
    """The last day on which it was opened, to the hour."""
    revoked_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship()


class Answer(enum.StrEnum):
    """What a school says of a date."""

    YES = "oui"
    NO = "non"
    OTHER_DATE = "autre_date"

    @property
    def label(self) -> str:
        """« Oui », « Non », « Autre date »."""
        return str(_ANSWER_LABELS[self])


_ANSWER_LABELS = {
    Answer.YES: lazy_gettext("Oui"),
    Answer.NO: lazy_gettext("Non"),
    Answer.OTHER_DATE: lazy_gettext("Autre date"),
}


class AccessStatus(enum.StrEnum):
    """Whether the premises may be used: outside class hours the mayor decides (code de l’éducation,
    L212-15)."""

    TO_ASK = "a_demander"
    ASKED = "demandee"
    GRANTED = "accordee"
    REFUSED = "refusee"

    @property
    def label(self) -> str:
        """« Autorisation accordée »…"""
        return str(_ACCESS_LABELS[self])


_ACCESS_LABELS = {
    AccessStatus.TO_ASK: lazy_gettext("Autorisation à demander"),
    AccessStatus.ASKED: lazy_gettext("Autorisation demandée"),
    AccessStatus.GRANTED: lazy_gettext("Autorisation accordée"),
    AccessStatus.REFUSED: lazy_gettext("Autorisation refusée"),
}

ACCESS_MOVES: dict[AccessStatus, frozenset[AccessStatus]] = {
    AccessStatus.TO_ASK: frozenset({AccessStatus.ASKED, AccessStatus.GRANTED, AccessStatus.REFUSED}),
    AccessStatus.ASKED: frozenset({AccessStatus.TO_ASK, AccessStatus.GRANTED, AccessStatus.REFUSED}),
    AccessStatus.GRANTED: frozenset({AccessStatus.ASKED, AccessStatus.REFUSED}),
    AccessStatus.REFUSED: frozenset({AccessStatus.ASKED, AccessStatus.GRANTED}),
}
"""From each status, those it may go to; what was never asked for is neither granted nor refused again."""


def terms_of(event: Event) -> str:
    """The hour and place of an event in one word: a form carries it, to be asked whether they still hold."""
    return f"{event.starts_at.timestamp():.0f}-{event.ends_at.timestamp():.0f}-{event.venue_id}"


class OfOneDate:
    """The columns of what is said of an event at one hour in one place."""

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))

    def speaks_of(self, event: Event) -> None:
        """From now on it is about this event as it stands."""
        self.starts_at, self.ends_at, self.venue_id = event.starts_at, event.ends_at, event.venue_id

    @classmethod
    def stands_for_event(cls) -> ColumnElement[bool]:
        """The condition of a join with Event: said of it as it is today."""
        return and_(
            cls.event_id == Event.id,
            cls.starts_at == Event.starts_at,
            cls.ends_at == Event.ends_at,
            cls.venue_id == Event.venue_id,
        )

    def still_stands(self, event: Event) -> bool:
        """The same, of rows that are read."""
        return (self.starts_at, self.ends_at, self.venue_id) == (
            event.starts_at,
            event.ends_at,
            event.venue_id,
        )


class DateAnswer(OfOneDate, Model):
    """« Oui », « Non » or « Autre date »: by the contact's link, an account, or on the phone."""

    __tablename__ = "date_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[Answer] = mapped_column(choice(Answer))
    wished: Mapped[str] = mapped_column(String(240), default="")
    """The days she would rather have, in her words."""
    words: Mapped[str] = mapped_column(String(500), default="")
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    """Who said so on the phone; "" where she answered herself."""
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(80))
    """An actor: « contact:7 » by link, « account:3 » by whoever noted it."""


class Coming(enum.StrEnum):
    """What whoever holds a school Saturday says of it."""

    YES = "vient"
    NO = "ne_vient_pas"


class HostAnswer(OfOneDate, Model):
    """« Nous venons », « Nous ne pouvons pas venir »: of who holds an event, by calendar or on a page.

    Once another holds it, it is nobody's; once the event moved, it speaks of what was before.
    """

    __tablename__ = "host_answer"
    __table_args__ = (Index("ix_host_answer_host", "host_id"), Index("ix_host_answer_venue", "venue_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    coming: Mapped[Coming] = mapped_column(choice(Coming))
    words: Mapped[str] = mapped_column(String(500), default="")
    """What was written beside it: shown, never obeyed; forgotten the day after."""
    answers_former: Mapped[bool] = mapped_column(default=False)
    """It came after a change, and speaks of what was before (RULES I8)."""
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(80))
    """An actor, as journals write."""

    def is_of_host(self, event: Event) -> bool:
        """Whether it was said by who holds the event today."""
        return self.host_id == event.host_id

    def still_stands(self, event: Event) -> bool:
        """Said by who holds the event today, of the hour and place that it has today."""
        return self.is_of_host(event) and not self.answers_former and super().still_stands(event)

    @classmethod
    def stands_for_event(cls) -> ColumnElement[bool]:
        """The same, as the condition of a join with Event."""
        of_today = cls.host_id == Event.host_id, cls.answers_former.is_(False)
        return and_(super().stands_for_event(), *of_today)


class Authorisation(OfOneDate, Model):
    """The authorisation to use the premises for one event; without a row it is still to be asked for."""

    __tablename__ = "authorisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[AccessStatus] = mapped_column(choice(AccessStatus))
    note: Mapped[str] = mapped_column(String(240), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class Speaker(Model):
    """Somebody who comes to a school for an event: a line of its gate list, deleted the day after.

    Hours are kept from the event's own, so that they move with it.
    """

    __tablename__ = "speaker"
    __table_args__ = (CheckConstraint("minutes_before + minutes_after > -1440", name="within_a_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    organisation: Mapped[str] = mapped_column(String(80), default="")
    """For whom they come, as it should be read at the gate."""
    minutes_before: Mapped[int]
    """They arrive so long before it begins; below zero: after."""
    minutes_after: Mapped[int]
    """They leave so long after it ends; below zero: before."""
    needs: Mapped[str] = mapped_column(String(240), default="")
    """What they need there: « une salle sombre, 20 chaises »."""
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))

    event: Mapped[Event] = relationship()

    @property
    def arrives_at(self) -> datetime:
        """When they come to the gate."""
        return self.event.starts_at - timedelta(minutes=self.minutes_before)

    @property
    def leaves_at(self) -> datetime:
        """When they have left."""
        return self.event.ends_at + timedelta(minutes=self.minutes_after)


class Departure(Model):
    """A contact says that she has left; a coordinator decides what follows. A link ends nobody."""

    __tablename__ = "departure"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    told_at: Mapped[datetime]
    successor: Mapped[str] = mapped_column(String(240), default="")
    """Who follows, as she typed it; forgotten once it is settled."""

    contact: Mapped[Contact] = relationship()
