"""Schools to call: dates that come soon and that nobody there has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.hosting.models import DateAnswer
from eventsapp.places.models import SCHOOL_KINDS, Territory, Venue

SOON = timedelta(days=21)
"""A date that near is confirmed by telephone: three weeks are what another date takes to find."""


@dataclass(frozen=True)
class SchoolToCall:
    """A school, its dates without an answer, the next first, and whom to ask for."""

    school: Venue
    dates: Sequence[Event]
    contact: Contact | None
    """Confirmed contacts before the others; None where nobody there has a telephone."""


def to_call(territory: Territory, *, now: datetime) -> list[SchoolToCall]:
    """The schools to call, the one whose date is nearest first; two statements."""
    dates: dict[int, list[Event]] = {}
    found = _unanswered(territory, now).options(joinedload(Event.venue), joinedload(Event.host))
    for event in db.session.scalars(found.order_by(Event.starts_at, Event.id)):
        dates.setdefault(event.venue_id, []).append(event)
    people: dict[int, Contact] = {}
    contacts = select(Contact).where(
        Contact.venue_id.in_(dates), Contact.ended_at.is_(None), Contact.phone_e164.is_not(None)
    )
    for contact in db.session.scalars(contacts.order_by(Contact.verified_at.is_(None), Contact.id)):
        people.setdefault(contact.venue_id or 0, contact)
    return [SchoolToCall(found[0].venue, found, people.get(venue)) for venue, found in dates.items()]


def how_many(territory: Territory, *, now: datetime) -> int:
    """How many schools are to be called; one statement."""
    schools = _unanswered(territory, now).with_only_columns(
        func.count(Event.venue_id.distinct()), maintain_column_froms=True
    )
    return db.session.scalar(schools) or 0


def _unanswered(territory: Territory, now: datetime) -> Select[Event]:
    answered: ColumnElement[bool] = select(DateAnswer.id).where(DateAnswer.stands_for_event()).exists()
    return (
        select(Event)
        .join(Event.venue)
        .where(
            Event.territory_id == territory.id,
            Venue.kind.in_(SCHOOL_KINDS),
            Event.status == EventStatus.SCHEDULED,
            Event.ends_at > now,
            Event.starts_at <= now + SOON,
            ~answered,
        )
    )
