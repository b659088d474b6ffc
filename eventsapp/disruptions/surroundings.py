"""What proposals are made from, read from the database in a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.disruptions.ranking import WEEKS_AHEAD, Bookings, Place, Session, Span, Town
from eventsapp.places import closures
from eventsapp.places.models import SCHOOL_KINDS, Territory, Venue
from eventsapp.planning.models import SaturdayOffer
from eventsapp.programme import polling_days, school_calendar
from eventsapp.programme.polling_days import PollingDay

BACK = timedelta(days=31)
"""How far before the first session is looked too: some are moved to an earlier day."""

MOST_WARNED = 200

SHOWN = (
    joinedload(Event.venue),
    joinedload(Event.host),
    joinedload(Event.topic),
    joinedload(Event.territory).defer(Territory.drawing),
    joinedload(Event.activity).joinedload(Activity.action),
)
"""What previews show of an event, and its letters say."""


def at_venue(venue: Venue, starts_at: datetime, ends_at: datetime, *, now: datetime) -> Sequence[Event]:
    """What is announced at a place between two instants and not over, of every partner, restricted and
    sensitive too; one statement."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.venue_id == venue.id,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at < ends_at,
            Event.ends_at > max(starts_at, now),
        )
        .options(*SHOWN)
        .order_by(Event.starts_at, Event.id)
    ).all()


def of_host(
    host_id: int, territory: Territory, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> Sequence[Event]:
    """What an organisation holds in a territory between two instants and is not over; one statement."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.host_id == host_id,
            Event.territory_id == territory.id,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at < ends_at,
            Event.ends_at > max(starts_at, now),
        )
        .options(*SHOWN)
        .order_by(Event.starts_at, Event.id)
    ).all()


def place_of(venue: Venue, held: int | None = None) -> Place:
    """A place as the ranking sees it; schools of every kind are alike."""
    position = None
    if venue.latitude is not None and venue.longitude is not None:
        position = (venue.latitude, venue.longitude)
    family = "school" if venue.kind in SCHOOL_KINDS else venue.kind.value
    return Place(venue.id, family, position, venue.step_free, held)


def session_of(event: Event) -> Session:
    """An event as the ranking sees it."""
    place = place_of(event.venue)
    return Session(
        event.id, place, event.starts_at, event.ends_at, event.host_id, event.capacity, event.topic_id
    )


def town_around(
    territory: Territory,
    affected: Sequence[Event],
    *,
    closing: tuple[int, Span] | None = None,
    until: datetime | None = None,
    hosts: Collection[int] = (),
) -> tuple[Town, dict[int, Venue]]:
    """What is free around some events that cannot stay as they are, and the places by number.

    `closing` is a closure about to be made: the place and from when to when; `until` looks farther than
    proposals do; `hosts` are known besides those of the events. Five statements.
    """
    first = min(event.starts_at for event in affected) - BACK
    last = max(event.ends_at for event in affected) + timedelta(weeks=WEEKS_AHEAD + 1)
    last = max(last, until) if until else last
    known = {event.host_id for event in affected if event.host_id is not None} | set(hosts)
    venues = db.session.scalars(
        select(Venue).where(Venue.territory_id == territory.id).order_by(Venue.id)
    ).all()
    held = _held(territory)
    away, crews = _offers(territory)
    bookings = _bookings(territory, known, first, last, without={event.id for event in affected})
    bookings.crews = crews
    closed: dict[int, list[Span]] = {}
    for closure in closures.during([venue.id for venue in venues], first, last):
        closed.setdefault(closure.venue_id, []).append((closure.starts_at, closure.ends_at))
    if closing:
        closed.setdefault(closing[0], []).append(closing[1])
    town = Town(
        places=[place_of(venue, held.get(venue.id)) for venue in venues if venue.ended_at is None],
        bookings=bookings,
        closed=closed,
        has_class=has_class,
        is_polling=is_polling,
        away=away,
    )
    return town, {venue.id: venue for venue in venues}


def has_class(day: date) -> bool:
    """Whether schools are open that day; beyond the years we know, nothing is proposed."""
    calendar = school_calendar.zone_c()
    return calendar.first <= day <= calendar.last and calendar.is_open(day)


def is_polling(day: date) -> bool:
    """Whether elections take schools that day."""
    return polling_days.known().taking(day) is not None


def _held(territory: Territory) -> dict[int, int]:
    rows = db.session.execute(
        select(Event.venue_id, func.max(func.coalesce(Event.capacity, 0)))
        .where(Event.territory_id == territory.id)
        .group_by(Event.venue_id)
    )
    return {row[0]: row[1] for row in rows}


def _offers(territory: Territory) -> tuple[dict[int, frozenset[date]], dict[int, int]]:
    rows = db.session.execute(
        select(SaturdayOffer.organisation_id, SaturdayOffer.away, SaturdayOffer.crews).where(
            SaturdayOffer.territory_id == territory.id
        )
    ).all()
    away = {row.organisation_id: frozenset(map(date.fromisoformat, row.away)) for row in rows}
    return away, {row.organisation_id: row.crews for row in rows}


def _bookings(
    territory: Territory, hosts: Collection[int], first: datetime, last: datetime, *, without: set[int]
) -> Bookings:
    """What is announced in the territory, and anywhere by these hosts."""
    rows = db.session.execute(
        select(Event.id, Event.venue_id, Event.host_id, Event.starts_at, Event.ends_at).where(
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at < last,
            Event.ends_at > first,
            or_(Event.territory_id == territory.id, Event.host_id.in_(hosts)),
        )
    )
    bookings = Bookings()
    for number, venue_id, host_id, starts_at, ends_at in rows:
        if number not in without:
            bookings.add(venue_id, host_id, (starts_at, ends_at))
    return bookings


def on_polling_days(territory: Territory, *, now: datetime) -> Sequence[Event]:
    """What is still announced at schools on the Saturday before an election, or on its Sunday; one
    statement, or none when no election is known."""
    days = [day for day in polling_days.known().taken(day_of(now), date.max) if local(day, 23) > now]
    if not days:
        return []
    spans = [and_(Event.starts_at >= local(day, 0), Event.starts_at <= local(day, 23, 59)) for day in days]
    return db.session.scalars(
        select(Event)
        .join(Event.venue)
        .where(
            Event.territory_id == territory.id,
            Event.status == EventStatus.SCHEDULED,
            Event.ends_at > now,
            Venue.kind.in_(SCHOOL_KINDS),
            or_(*spans),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_WARNED)
    ).all()


def polling_at(event: Event) -> PollingDay | None:
    """The election that takes the school of an event on its day, or None."""
    if event.venue.kind not in SCHOOL_KINDS:
        return None
    return polling_days.known().taking(day_of(event.starts_at))
