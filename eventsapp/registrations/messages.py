"""What the desk of an event writes to the registered: written, read once more, then sent once.

One letter a person: nobody sees who else is registered. The words are kept until they are sent, then they
are with the letters; the journal says that a message left, never what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.clock import day_of, local
from eventsapp.codes import fingerprint
from eventsapp.database import db, rows_changed
from eventsapp.languages import DEFAULT
from eventsapp.mailroom.models import Channel
from eventsapp.people import contacts
from eventsapp.people.models import Household, Professional
from eventsapp.people.readers import first_means
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.registrations import letters, seats
from eventsapp.registrations.models import (
    ACTIVE,
    MESSAGE_MOVES,
    NOT_YET_COMING,
    EventMessage,
    MessageAudience,
    MessageStatus,
    Registration,
    RegistrationStatus,
)

LONGEST = 1200
"""Signs of a message: a phone shows it in three screens."""
MOST_A_DAY = 3
"""Messages of one event on one day: more is noise, and a stolen account does less harm."""
KEPT = timedelta(days=1)
"""How long a message that was not sent is kept."""

STATUSES = {
    MessageAudience.CONFIRMED: (RegistrationStatus.CONFIRMED,),
    MessageAudience.WAITING: NOT_YET_COMING,
    MessageAudience.EVERYBODY: ACTIVE,
}


class NothingSaid(Refusal):
    """No words."""

    sentence = msgid("Écrivez votre message.")


class TooLateToWrite(Conflict):
    """The event is over: the addresses were given for it, and for nothing else."""

    sentence = msgid("Ce rendez-vous est passé. On n’écrit plus aux personnes inscrites.")


class NobodyToTell(Refusal):
    """Nobody of that audience."""

    sentence = msgid("Personne n’est dans ce cas : le message n’aurait pas de lecteur.")


class MessagesSpent(Conflict):
    """As many as one event may send on one day."""

    sentence = msgid("Ce rendez-vous a déjà envoyé %(most)s messages aujourd’hui. Réessayez demain.")
    status = 429


class ReadersChanged(Conflict):
    """Somebody registered or cancelled after the letter was read once more, or its words are others."""

    sentence = msgid("Le message ou la liste des personnes a changé. Relisez, puis envoyez.")


@dataclass(frozen=True)
class Readers:
    """To whom a message goes, one registration each."""

    mails: Sequence[Registration]
    texts: Sequence[Registration]
    calls: Sequence[Registration]
    unwilling: int
    """How many want no messages: nobody writes to them, or calls."""

    @property
    def everybody(self) -> list[Registration]:
        """All who are told, letters first."""
        return [*self.mails, *self.texts, *self.calls]

    @property
    def other_language(self) -> int:
        """How many chose to read us in another language than French."""
        return sum(one.contact.language != DEFAULT.code for one in self.everybody)

    def __len__(self) -> int:
        return len(self.everybody)


def write(event: Event, text: str, audience: MessageAudience, *, actor: str, now: datetime) -> EventMessage:
    """Keeps a message to be read once more; one that its writer kept before for this event is forgotten.

    Raises NothingSaid, contacts.TooLong, contacts.Unwritable, NobodyToTell, TooLateToWrite, MessagesSpent.
    """
    said = contacts.text(text, field="text", longest=LONGEST)
    if not said:
        raise NothingSaid(field="text")
    _require_open(event, now)
    if not len(readers(event, audience)):
        raise NobodyToTell(field="audience")
    db.session.execute(
        delete(EventMessage).where(
            EventMessage.event_id == event.id,
            EventMessage.status == MessageStatus.DRAFT,
            EventMessage.written_by == actor,
        )
    )
    message = EventMessage(event_id=event.id, audience=audience, text=said, written_at=now, written_by=actor)
    db.session.add(message)
    db.session.flush()
    return message


def mark_of(message: EventMessage, told: Readers) -> str:
    """What a page shows of a message and of its readers, in sixteen signs."""
    numbers = (str(one.id) for one in told.everybody)
    return fingerprint("\x1f".join((message.text, message.audience, *numbers)))[:16]


def send(message: EventMessage, *, seen: str, actor: str, now: datetime) -> bool:
    """Posts one letter to each reader and journals it; False when it had left already.

    `seen`: the mark of the page that was read once more. Raises TooLateToWrite, MessagesSpent,
    ReadersChanged.
    """
    event = seats.locked(message.event_id)
    db.session.refresh(message)  # it may have left while we waited
    if MessageStatus.SENT not in MESSAGE_MOVES[message.status]:
        return False
    _require_open(event, now)
    told = readers(event, message.audience)
    if mark_of(message, told) != seen:
        raise ReadersChanged()
    by = [letters.message(one, message.text, number=message.id, now=now) for one in told.everybody]
    message.mails, message.calls = by.count(Channel.MAIL), by.count(Channel.CALL)
    message.texts = by.count(Channel.SMS)
    message.status, message.sent_at, message.text = MessageStatus.SENT, now, ""
    journal.note(
        actor,
        "sent",
        message,
        now=now,
        territory_id=event.territory_id,
        event=event.id,
        audience=message.audience.value,
        mails=message.mails,
        texts=message.texts,
        calls=message.calls,
    )
    return True


def readers(event: Event, audience: MessageAudience) -> Readers:
    """Who is told: each person once, even if they registered twice. One statement.

    Once by one means at one address: whoever typed somebody's address, and is told otherwise or not at all,
    does not stand in their place.
    """
    found = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.status.in_(STATUSES[audience]))
        .options(
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.professional).joinedload(Professional.person),
        )
        .order_by(Registration.id)
    )
    people: dict[tuple[Channel | None, str, str], Registration] = {}
    for one in found:
        contact = one.contact
        channel = first_means(contact)
        address = contact.email if channel is Channel.MAIL else contact.phone_e164
        if channel is None:  # who wants no messages is nobody's double
            address = str(one.id)
        people.setdefault((channel, (address or "").lower(), contact.first_name.casefold()), one)
    told = {
        channel: [one for (by, *_), one in people.items() if by is channel] for channel in (*Channel, None)
    }
    return Readers(
        mails=told[Channel.MAIL],
        texts=told[Channel.SMS],
        calls=told[Channel.CALL],
        unwilling=len(told[None]),
    )


def by_id(number: int, event: Event) -> EventMessage:
    """One message of an event. Raises NotFound for another event's, too."""
    message = db.session.scalars(
        select(EventMessage).where(EventMessage.id == number, EventMessage.event_id == event.id)
    ).first()
    if message is None:
        raise NotFound()
    return message


def sent_of(event: Event, *, limit: int = 20) -> Sequence[EventMessage]:
    """What was sent for an event, the latest first; one statement."""
    return db.session.scalars(
        select(EventMessage)
        .where(EventMessage.event_id == event.id, EventMessage.status == MessageStatus.SENT)
        .order_by(EventMessage.sent_at.desc(), EventMessage.id.desc())
        .limit(limit)
    ).all()


def forget_unsent(now: datetime) -> int | None:
    """Deletes messages written a day ago and never sent; how many, or None when there were none."""
    old = delete(EventMessage).where(
        EventMessage.status == MessageStatus.DRAFT, EventMessage.written_at <= now - KEPT
    )
    return rows_changed(old) or None


def _require_open(event: Event, now: datetime) -> None:
    """Raises TooLateToWrite, MessagesSpent."""
    if event.ends_at <= now:
        raise TooLateToWrite()
    today = select(func.count(EventMessage.id)).where(
        EventMessage.event_id == event.id,
        EventMessage.status == MessageStatus.SENT,
        EventMessage.sent_at >= local(day_of(now), 0),
    )
    if (db.session.scalar(today) or 0) >= MOST_A_DAY:
        raise MessagesSpent(most=MOST_A_DAY)
