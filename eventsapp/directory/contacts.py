"""Whom to reach: contacts are added, changed, confirmed for a school year, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, delete, func, select, update

from eventsapp import journal
from eventsapp.database import as_typed, db, rows_changed
from eventsapp.directory.models import Contact
from eventsapp.people import contacts
from eventsapp.people.contacts import Phone
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import Conflict, Refusal, msgid

Place: TypeAlias = Venue | Organisation

LONGEST_NAME = 80
LONGEST_FUNCTION = 80
LONGEST_HOURS = 120

KEPT_AFTER_END = timedelta(days=30)
"""A contact that was ended is kept so long: ended by mistake, an operator can still find it."""

KEPT_UNCONFIRMED = timedelta(days=3 * 365)
"""Whom nobody has confirmed for three years is no help and no longer our business: it ends."""


class PlaceMissing(Refusal):
    """The contact of whom?"""

    sentence = msgid("Choisissez un lieu ou une structure.")


class AlreadyThere(Refusal):
    """Two contacts of one place under one name. Parameter: `name`."""

    sentence = msgid("%(name)s est déjà dans les contacts de ce lieu ou de cette structure.")


class HasEnded(Conflict):
    """Somebody has ended it meanwhile."""

    sentence = msgid("Ce contact vient d’être retiré.")


@dataclass(frozen=True)
class Answers:
    """What was typed about a contact."""

    name: str = ""
    function: str = ""
    email: str = ""
    phone: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Details:
    """The same, read: how a contact is called and reached."""

    name: str
    function: str
    email: str | None
    phone: Phone | None
    hours: str


def read(answers: Answers) -> Details:
    """Reads what was typed. Raises NameMissing, TooLong, Unwritable, EmailUnreadable, PhoneUnreadable,
    ContactMissing."""
    details = Details(
        name=contacts.name_of(answers.name, field="name", longest=LONGEST_NAME),
        function=contacts.text(_on_one_line(answers.function), field="function", longest=LONGEST_FUNCTION),
        email=contacts.email(answers.email),
        phone=contacts.phone(answers.phone),
        hours=contacts.text(_on_one_line(answers.hours), field="hours", longest=LONGEST_HOURS),
    )
    if details.email is None and details.phone is None:
        raise contacts.ContactMissing(field="email")
    return details


def add(place: Place, answers: Answers, *, territory: Territory, actor: str, now: datetime) -> Contact:
    """One more contact of a place, right as of now. Raises what `read` raises, and AlreadyThere.

    `territory` is where it is done: an organisation may act in several.
    """
    lock(territory)
    details = read(answers)
    _refuse_namesake(place, details.name)
    contact = new(place, details, now=now)
    contact.verified_at = now
    db.session.add(contact)
    db.session.flush()
    journal.note(actor, "added", contact, now=now, territory_id=territory.id)
    return contact


def change(contact: Contact, answers: Answers, *, territory: Territory, actor: str, now: datetime) -> None:
    """Puts a contact right: whoever does so says that it is right. Raises what `add` raises, HasEnded."""
    lock(territory)
    _refuse_ended(contact)
    details = read(answers)
    place = contact.venue or contact.organisation
    if place is not None:
        _refuse_namesake(place, details.name, besides=contact.id)
    write(contact, details)
    contact.verified_at = now
    journal.note(actor, "changed", contact, now=now, territory_id=territory.id)


def verify(contact: Contact, *, territory: Territory, actor: str, now: datetime) -> None:
    """Still right. Raises HasEnded."""
    lock(territory)
    _refuse_ended(contact)
    contact.verified_at = now
    journal.note(actor, "verified", contact, now=now, territory_id=territory.id)


def end(contact: Contact, *, territory: Territory, actor: str, now: datetime) -> None:
    """Gone elsewhere: shown nowhere from now on, and forgotten after KEPT_AFTER_END. Raises HasEnded."""
    lock(territory)
    _refuse_ended(contact)
    contact.ended_at = now
    journal.note(actor, "ended", contact, now=now, territory_id=territory.id)


def forget_old(now: datetime) -> int:
    """Forgets contacts that ended long ago; those that nobody has confirmed for years end first. What upper
    rooms keep of them goes before, in the same night (`jobs.timetable`)."""
    last_known = func.coalesce(Contact.verified_at, Contact.created_at)
    unconfirmed = update(Contact).where(Contact.ended_at.is_(None), last_known < now - KEPT_UNCONFIRMED)
    rows_changed(unconfirmed.values(ended_at=now))
    return rows_changed(delete(Contact).where(Contact.ended_at < now - KEPT_AFTER_END))


def lock(territory: Territory) -> None:
    """Who writes into the directory of a territory does so alone: no constraint knows namesakes."""
    db.session.execute(select(Territory.id).where(Territory.id == territory.id).with_for_update())


def new(place: Place, details: Details, *, now: datetime) -> Contact:
    """A contact of a place, not yet added."""
    contact = Contact(created_at=now)
    if isinstance(place, Venue):
        contact.venue = place
    else:
        contact.organisation = place
    write(contact, details)
    return contact


def write(contact: Contact, details: Details) -> None:
    """Gives a contact these details."""
    contact.name, contact.function, contact.hours = details.name, details.function, details.hours
    contact.email = details.email
    contact.phone = details.phone.typed if details.phone else None
    contact.phone_e164 = details.phone.e164 if details.phone else None


def of_place(place: Place) -> ColumnElement[bool]:
    """The contacts of a place that have not ended."""
    column = Contact.venue_id if isinstance(place, Venue) else Contact.organisation_id
    return (column == place.id) & Contact.ended_at.is_(None)


def _refuse_namesake(place: Place, name: str, *, besides: int = 0) -> None:
    known = db.session.execute(select(Contact.id, Contact.name).where(of_place(place)))
    if any(row.id != besides and as_typed(row.name) == as_typed(name) for row in known):
        raise AlreadyThere(field="name", name=name)


def _refuse_ended(contact: Contact) -> None:
    db.session.refresh(contact, ["ended_at"])
    if contact.ended_at is not None:
        raise HasEnded()


def _on_one_line(typed: str) -> str:
    return " ".join(typed.split())
