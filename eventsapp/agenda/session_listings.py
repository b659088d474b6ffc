"""The sessions of a territory as its coordinators list them, restricted and sensitive ones too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.listings import Page
from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue

PER_PAGE = 50


@dataclass(frozen=True)
class Wish:
    """What a coordinator wants to see; None: no wish. Without a month: what is to come."""

    month: date | None = None
    """Its first day."""
    venue_id: int | None = None
    host_id: int | None = None
    activity_id: int | None = None
    status: EventStatus | None = None


@dataclass(frozen=True)
class Choices:
    """What is worth filtering by, as (number, name) by name."""

    venues: Sequence[tuple[int, str]]
    hosts: Sequence[tuple[int, str]]
    activities: Sequence[tuple[int, str]]


def sessions(territory: Territory, wish: Wish, *, now: datetime, page: int = 1) -> Page:
    """One page of sessions, in the order they take place; two statements. A page beyond the last is empty."""
    wanted = _conditions(territory, wish, now)
    total = db.session.scalar(select(func.count(Event.id)).where(*wanted)) or 0
    events = db.session.scalars(
        select(Event)
        .where(*wanted)
        .options(
            joinedload(Event.venue),
            joinedload(Event.host),
            joinedload(Event.topic),
            joinedload(Event.activity).joinedload(Activity.action),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Page(events, total, page, PER_PAGE)


def choices(territory: Territory) -> Choices:
    """The places, hosts and activities of a territory's sessions; three statements."""
    here = Event.territory_id == territory.id
    venues = select(Venue.id, Venue.short_name).where(Venue.id.in_(select(Event.venue_id).where(here)))
    hosts = select(Organisation.id, Organisation.name).where(
        Organisation.id.in_(select(Event.host_id).where(here))
    )
    activities = select(Activity.id, Activity.title).where(
        Activity.id.in_(select(Event.activity_id).where(here))
    )
    return Choices(
        venues=_pairs(venues.order_by(Venue.short_name, Venue.id)),
        hosts=_pairs(hosts.order_by(Organisation.name, Organisation.id)),
        activities=_pairs(activities.order_by(Activity.title, Activity.id)),
    )


def _pairs(found: Select[int, str]) -> list[tuple[int, str]]:
    return [(number, name) for number, name in db.session.execute(found)]


def _conditions(territory: Territory, wish: Wish, now: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Event.territory_id == territory.id]
    if wish.month is None:
        wanted.append(Event.ends_at > now)
    else:
        following = date(wish.month.year + wish.month.month // 12, wish.month.month % 12 + 1, 1)
        wanted += [Event.starts_at >= local(wish.month, 0), Event.starts_at < local(following, 0)]
    if wish.venue_id is not None:
        wanted.append(Event.venue_id == wish.venue_id)
    if wish.host_id is not None:
        wanted.append(Event.host_id == wish.host_id)
    if wish.activity_id is not None:
        wanted.append(Event.activity_id == wish.activity_id)
    if wish.status is not None:
        wanted.append(Event.status == wish.status)
    return wanted
