"""The events of a feed as records for other programs: what each form of export (table, RSS, schema.org,
OpenAgenda) says, decided once. No participant, and nothing of a discreet event but where and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.agenda.entries import entry_of
from eventsapp.agenda.models import Activity, Audience, Event, RegistrationMode
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.feeds import public
from eventsapp.feeds.public import Feed
from eventsapp.feeds.selection import PARAMETERS, Selection
from eventsapp.people.models import Organisation
from eventsapp.places.models import Venue
from eventsapp.programme.models import Action

FORM = 2
"""Part of every version: raise it when what an export says changes."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where; of a discreet event its street alone."""

    number: int | None
    name: str
    street: str
    postal_code: str
    city: str
    quartier: str
    latitude: float | None
    longitude: float | None
    step_free: bool | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One event as any other program may know it. Words in French, as the events are; instants aware."""

    number: int
    uid: str
    code: str
    slug: str | None
    address: str
    """Of its public page."""
    image: str
    """The address of its picture; empty for none."""
    title: str
    summary: str
    description: str
    starts_at: datetime
    ends_at: datetime
    former_starts: tuple[datetime, ...]
    """When it was to begin before it was moved, the first first."""
    is_cancelled: bool
    place: Place
    theme: str
    action: str
    host: str
    audience: Audience
    is_counted: bool
    """One registers; otherwise one comes."""
    accessibility: tuple[str, ...]
    languages: tuple[str, ...]
    created_at: datetime
    changed_at: datetime
    sequence: int


def address(selection: Selection, ending: str) -> str:
    """Where a selection is read in a form, below PUBLIC_URL: « /agendas/paris-19.csv?theme=sport »."""
    asked = [(name, str(value)) for name, kind in PARAMETERS.items() for value in getattr(selection, kind)]
    return f"/agendas/{selection.territory}.{ending}" + (f"?{urlencode(asked)}" if asked else "")


def tag(feed: Feed, ending: str) -> str:
    """The opaque part of the ETag of a feed in one form. What raises no revision, a new name of a host or of
    an action, is read from midnight on, when every version changes."""
    return fingerprint(f"{feed.tag} {ending} {FORM}")[:20]


def records(feed: Feed) -> tuple[Record, ...]:
    """Its events, the first first; two statements at most."""
    events = db.session.scalars(
        select(Event)
        .where(*public.held(feed))
        .options(
            joinedload(Event.venue).joinedload(Venue.quartier),
            joinedload(Event.host).load_only(Organisation.name),
            joinedload(Event.picture),
            joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        )
        .order_by(Event.starts_at, Event.uid)
    ).all()
    former = former_starts(events)
    with force_locale("fr"):
        return tuple(record_of(event, former.get(event.id, ())) for event in events)


def record_of(event: Event, former: tuple[datetime, ...] = ()) -> Record:
    """One event; of a sensitive action it says what its calendar entry says (`agenda.entries`)."""
    neutral, entry = event.activity.action.is_sensitive, entry_of(event)
    action = event.activity.action
    return Record(
        number=event.id,
        uid=event.uid,
        code=event.code,
        slug=event.slug,
        address=entry.url,
        image=entry.image or "",
        title=entry.summary,
        summary="" if neutral else event.summary,
        description="" if neutral else event.description,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        former_starts=former,
        is_cancelled=event.is_cancelled,
        place=_place(event.venue, neutral=neutral),
        theme="" if neutral else action.axis.theme.value,
        action="" if neutral else action.public_name,
        host="" if neutral or event.host is None else event.host.name,
        audience=event.audience,
        is_counted=event.registration is RegistrationMode.COUNTED,
        accessibility=() if neutral else tuple(event.accessibility),
        languages=() if neutral else tuple(event.spoken_languages),
        created_at=event.created_at,
        changed_at=event.changed_at,
        sequence=event.sequence,
    )


def former_starts(events: Collection[Event]) -> dict[int, tuple[datetime, ...]]:
    """When those that were moved were to begin before, each hour once and not the present one; one
    statement, or none where nothing changed since it was announced."""
    changed = {event.id: event for event in events if event.sequence}
    if not changed:
        return {}
    found: dict[int, list[datetime]] = {}
    for number, before in journal.what_was_before("event", "rescheduled", changed):
        starts_at = datetime.fromisoformat(before[0])
        known = found.setdefault(number, [])
        if starts_at != changed[number].starts_at and starts_at not in known:
            known.append(starts_at)
    return {number: tuple(hours) for number, hours in found.items() if hours}


def _place(venue: Venue, *, neutral: bool) -> Place:
    return Place(
        number=None if neutral else venue.id,
        name="" if neutral else venue.name,
        street=venue.address,
        postal_code=venue.postal_code,
        city=venue.city,
        quartier=venue.quartier.name if venue.quartier else "",
        latitude=venue.latitude,
        longitude=venue.longitude,
        step_free=None if neutral else venue.step_free,
    )


def in_order_of_news(found: Sequence[Record], now: datetime) -> list[Record]:
    """What is not over, what was announced, moved or cancelled last the first."""
    coming = [record for record in found if record.ends_at > now]
    return sorted(coming, key=lambda one: (one.changed_at, one.uid), reverse=True)
