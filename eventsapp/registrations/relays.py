"""What a relay worker sees and does: events that take registrations, and whom she registered herself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp.agenda.models import Activity, Audience, Event, EventStatus, RegistrationMode
from eventsapp.agenda.searching import says
from eventsapp.database import db
from eventsapp.people.models import Household
from eventsapp.registrations import booking
from eventsapp.registrations.booking import TooLateToCancel
from eventsapp.registrations.models import Registration

PER_PAGE = 30
MOST_WORDS = 4
MOST_SHOWN = 50


@dataclass(frozen=True)
class Page:
    """Some events, in the order they take place."""

    events: Sequence[Event]
    total: int
    number: int
    pages: int


def open_events(
    territories: Collection[int], *, words: str = "", now: datetime, number: int = 1, per_page: int = PER_PAGE
) -> Page:
    """The events of these territories where somebody may register a family, restricted ones too, for desks;
    two statements, none without a territory."""
    if not territories:
        return Page([], 0, 1, 1)
    found = _open(territories, now).where(*(says(word) for word in words.split()[:MOST_WORDS]))
    total = db.session.scalar(found.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pages = max(1, -(-total // per_page))
    number = min(max(number, 1), pages)
    events = db.session.scalars(
        found.options(
            contains_eager(Event.venue),
            contains_eager(Event.activity).contains_eager(Activity.action),
            joinedload(Event.territory),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(per_page)
        .offset((number - 1) * per_page)
    ).all()
    return Page(events, total, number, pages)


def registered_by(actor: str, *, now: datetime) -> Sequence[Registration]:
    """Those whom somebody registered at events that are not over, the next event first; one statement."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(Registration.helped_by == actor, Event.ends_at > now)
        .options(
            contains_eager(Registration.event).joinedload(Event.venue),
            joinedload(Registration.household).joinedload(Household.contact),
        )
        .order_by(Event.starts_at, Registration.id)
        .limit(MOST_SHOWN)
    ).all()


def cancel(registration: Registration, *, actor: str, now: datetime) -> bool:
    """They no longer come, and said so to whoever registered them; False when it was cancelled already.

    Raises TooLateToCancel once the event has begun.
    """
    if registration.event.starts_at <= now:
        raise TooLateToCancel()
    return booking.cancel(registration, actor=actor, now=now)


def _open(territories: Collection[int], now: datetime) -> Select[Event]:
    return (
        select(Event)
        .join(Event.activity)
        .join(Activity.action)
        .join(Event.venue)
        .where(
            Event.territory_id.in_(territories),
            Event.status == EventStatus.SCHEDULED,
            Event.registration != RegistrationMode.NONE,
            Event.audience != Audience.PROFESSIONALS,
            Event.starts_at > now,
        )
    )
