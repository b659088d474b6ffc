"""The life of an event: announced, moved, reworded, cancelled, restored.

Every verb raises the revision of the territory (feeds and their ETags depend on it) and writes its fragment;
another hour, place or status raises SEQUENCE (RFC 5546 2.1.4) and is told some minutes later (`telling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda import bounds, fragments, openings, telling
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import (
    EVENT_MOVES,
    Accessibility,
    Activity,
    Audience,
    Event,
    EventStatus,
    RegistrationMode,
    Topic,
)
from eventsapp.agenda.notice_models import ChangeBatch, remembered
from eventsapp.agenda.revisions import changed, lock, revise
from eventsapp.clock import day_of
from eventsapp.codes import short_code
from eventsapp.database import db
from eventsapp.media.models import Picture
from eventsapp.people.models import Organisation
from eventsapp.places.models import Venue
from eventsapp.programme import years
from eventsapp.refusals import Conflict, Refusal, msgid


class EventIsPast(Refusal):
    """What is over can no longer be changed."""

    sentence = msgid("Ce rendez-vous est passé.")


class EventIsCancelled(Refusal):
    """What does not take place can be neither moved nor cancelled again."""

    sentence = msgid("Ce rendez-vous est annulé.")


class EventIsNotCancelled(Conflict):
    """Only what was cancelled can be restored."""

    sentence = msgid("Ce rendez-vous n’est pas annulé.")


class EndsBeforeStart(Refusal):
    """An event lasts."""

    sentence = msgid("L’heure de fin doit venir après l’heure de début.")


class VenueElsewhere(Refusal):
    """A venue of another territory."""

    sentence = msgid("Ce lieu n’est pas dans cet arrondissement.")


class CapacityMissing(Refusal):
    """Places are counted, but how many?"""

    sentence = msgid("Indiquez le nombre de places.")


@dataclass(frozen=True)
class Announcement:
    """A date about to be announced; hours are aware instants."""

    activity: Activity
    venue: Venue
    starts_at: datetime
    ends_at: datetime
    audience: Audience
    title: str = ""
    summary: str = ""
    description: str = ""
    host: Organisation | None = None
    topic: Topic | None = None
    is_restricted: bool = False
    registration: RegistrationMode = RegistrationMode.NONE
    capacity: int | None = None
    entry: EntryRules | None = None  # as its activity usually asks
    spoken_languages: Sequence[str] = ()
    accessibility: Sequence[Accessibility] = ()
    access: str = ""
    door: str = ""
    room: str = ""
    picture: Picture | None = None
    picture_alternative: str = ""


def announce(announcement: Announcement, *, actor: str, now: datetime) -> Event:
    """Announces one date of an activity and gives the event, flushed.

    Raises EndsBeforeStart, VenueElsewhere, VenueHasEnded, VenueClosed, CapacityMissing. Dates already past
    are taken, since a year is sometimes typed in afterwards, unless it is archived (YearIsClosed).
    """
    return announce_all([announcement], actor=actor, now=now)[0]


def announce_all(announcements: Iterable[Announcement], *, actor: str, now: datetime) -> list[Event]:
    """Announces many dates at once: all or none, one revision for each territory."""
    wanted = list(announcements)
    events = [_event(announcement, now) for announcement in wanted]
    for territory_id in {event.territory_id for event in events if event.ends_at <= now}:
        past = [event for event in events if event.territory_id == territory_id and event.ends_at <= now]
        years.require_open(territory_id, *(day_of(event.starts_at) for event in past))
    openings.require_open([(one.venue, one.starts_at, one.ends_at) for one in wanted], now)
    _give_codes(events)
    db.session.add_all(events)
    db.session.flush()
    for event in events:
        fragments.write(event)
        journal.note(actor, "announced", event, now=now, territory_id=event.territory_id)
    for territory_id in {event.territory_id for event in events}:
        revise(territory_id, now)
    return events


def reschedule(
    event: Event,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    venue: Venue | None = None,
    room: str | None = None,
    actor: str,
    now: datetime,
    batch: ChangeBatch | None = None,
) -> bool:
    """Moves an event in time or place and has everyone concerned told; False when nothing changes.

    In another venue its room, door and way in are no longer true: `room` says the new one. A change of room
    alone is told when the event is near (`telling.IMMINENT`); earlier, whoever comes reads it on its page.
    Raises EventIsPast, EventIsCancelled, EndsBeforeStart, VenueElsewhere, VenueHasEnded, VenueClosed.
    """
    lock(event)
    starts_at, ends_at, venue = starts_at or event.starts_at, ends_at or event.ends_at, venue or event.venue
    check_move(event, starts_at=starts_at, ends_at=ends_at, venue=venue, now=now, hold=True)
    before = remembered(event)
    moves = (starts_at, ends_at, venue.id) != (event.starts_at, event.ends_at, event.venue_id)
    if venue.id != event.venue_id:
        event.room = event.door = event.access = ""
    if room is not None:
        event.room = room
    changes_room = event.room != before["room"]
    if not moves and not changes_room:
        return False
    tells_room = changes_room and telling.is_imminent(event.starts_at, now=now)
    journal.note(
        actor,
        "rescheduled" if moves else "room_changed",
        event,
        now=now,
        territory_id=event.territory_id,
        before=[event.starts_at.isoformat(), event.ends_at.isoformat(), event.venue_id, before["room"]],
    )
    event.starts_at, event.ends_at, event.venue = starts_at, ends_at, venue
    changed(event, now, sequence=moves or tells_room)
    telling.changed(event, before, actor=actor, now=now, batch=batch, room=tells_room)
    return True


def check_move(
    event: Event, *, starts_at: datetime, ends_at: datetime, venue: Venue, now: datetime, hold: bool = False
) -> None:
    """Raises what `reschedule` would raise; changes nothing. `hold`: as `openings.require_open`."""
    refuse_settled(event, now)
    _check_span(starts_at, ends_at)
    if venue.id != event.venue_id:  # one that was given up keeps what is announced there
        _check_venue(event.territory_id, venue)
    if (starts_at, ends_at, venue.id) != (event.starts_at, event.ends_at, event.venue_id):
        openings.require_open([(venue, starts_at, ends_at)], now, hold=hold)


def reword(
    event: Event,
    *,
    title: str | None = None,
    summary: str | None = None,
    description: str | None = None,
    spoken_languages: Sequence[str] | None = None,
    accessibility: Sequence[Accessibility] | None = None,
    capacity: int | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Changes what is said of an event: its page and feeds show it, nobody is told; False: nothing changes.

    More places go at once to those who wait, who are told of theirs. `capacity` counts where places do.
    Raises CapacityMissing, CapacityOdd, CapacityBelowSeats, YearIsClosed.
    """
    lock(event)
    if event.ends_at <= now:
        years.require_open(event.territory_id, day_of(event.starts_at))
    if event.registration is not RegistrationMode.COUNTED or capacity == event.capacity:
        capacity = None
    if capacity is not None:
        _check_capacity(event, capacity)
    wanted = {
        "title": title,
        "summary": summary,
        "description": description,
        "spoken_languages": None if spoken_languages is None else list(spoken_languages),
        "accessibility": None if accessibility is None else [one.value for one in accessibility],
        "capacity": capacity,
    }
    changes = {
        name: value for name, value in wanted.items() if value is not None and value != getattr(event, name)
    }
    for name, value in changes.items():
        setattr(event, name, value)
    if changes:
        changed(event, now, sequence=False)
        journal.note(
            actor, "reworded", event, now=now, territory_id=event.territory_id, fields=sorted(changes)
        )
    if capacity is not None:
        telling.listeners.places_opened(event, now)
    return bool(changes)


def cancel(
    event: Event, *, reason: str = "", actor: str, now: datetime, batch: ChangeBatch | None = None
) -> None:
    """Cancels an event and has everyone concerned told; it stays on show as cancelled.

    Raises EventIsPast, EventIsCancelled.
    """
    lock(event)
    refuse_settled(event, now)
    before = remembered(event)
    _move(event, EventStatus.CANCELLED)
    event.cancelled_at, event.cancel_reason = now, reason
    changed(event, now, sequence=True)
    journal.note(actor, "cancelled", event, now=now, territory_id=event.territory_id)
    telling.changed(event, before, actor=actor, now=now, batch=batch)


def restore(event: Event, *, actor: str, now: datetime, batch: ChangeBatch | None = None) -> None:
    """Takes a cancellation back and has everyone concerned told; seats freed meanwhile are given at once.

    Raises EventIsPast, EventIsNotCancelled, VenueClosed.
    """
    lock(event)
    if event.ends_at <= now:
        raise EventIsPast()
    if not event.is_cancelled:
        raise EventIsNotCancelled()
    openings.require_open([(event.venue, event.starts_at, event.ends_at)], now)
    before = remembered(event)
    _move(event, EventStatus.SCHEDULED)
    event.cancelled_at, event.cancel_reason = None, ""
    changed(event, now, sequence=True)
    journal.note(actor, "restored", event, now=now, territory_id=event.territory_id)
    telling.listeners.places_opened(event, now)
    telling.changed(event, before, actor=actor, now=now, batch=batch)


def _event(announcement: Announcement, now: datetime) -> Event:
    activity = announcement.activity
    _check_span(announcement.starts_at, announcement.ends_at)
    _check_venue(activity.territory_id, announcement.venue)
    if announcement.registration is RegistrationMode.COUNTED and not announcement.capacity:
        raise CapacityMissing(field="capacity")
    counted = announcement.registration is RegistrationMode.COUNTED
    return Event(
        activity=activity,
        territory_id=activity.territory_id,
        venue=announcement.venue,
        host=announcement.host,
        topic=announcement.topic,
        title=announcement.title or activity.title,
        summary=announcement.summary or activity.summary,
        description=announcement.description,
        starts_at=announcement.starts_at,
        ends_at=announcement.ends_at,
        status=EventStatus.SCHEDULED,
        audience=announcement.audience,
        is_restricted=announcement.is_restricted or activity.action.is_sensitive,
        registration=announcement.registration,
        capacity=announcement.capacity if counted else None,
        entry=announcement.entry or activity.asks,
        spoken_languages=list(announcement.spoken_languages),
        accessibility=[one.value for one in announcement.accessibility],
        access=announcement.access,
        door=announcement.door,
        room=announcement.room,
        picture=announcement.picture,
        picture_alternative=announcement.picture_alternative,
        created_at=now,
        changed_at=now,
    )


def _give_codes(events: list[Event]) -> None:
    """Draws codes that nobody has: 27 billion codes, but a collision would lose a whole year's plan."""
    codes: set[str] = set()
    while len(codes) < len(events):
        drawn = {short_code() for _ in range(len(events) - len(codes))}
        codes |= drawn - set(db.session.scalars(select(Event.code).where(Event.code.in_(drawn))))
    for event, code in zip(events, codes, strict=True):
        event.code = code


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise EndsBeforeStart(field="ends_at")


def _check_venue(territory_id: int, venue: Venue) -> None:
    if venue.territory_id != territory_id:
        raise VenueElsewhere(field="venue")
    if venue.ended_at is not None:
        raise openings.VenueHasEnded(field="venue")


def _check_capacity(event: Event, capacity: int) -> None:
    if capacity <= 0:
        raise CapacityMissing(field="capacity")
    bounds.check_places(capacity)
    bounds.check_seats(capacity, event.seats_taken)


def refuse_settled(event: Event, now: datetime) -> None:
    """Raises EventIsPast, EventIsCancelled: nothing more is said or changed of either."""
    if event.ends_at <= now:
        raise EventIsPast()
    if event.is_cancelled:
        raise EventIsCancelled()


def _move(event: Event, status: EventStatus) -> None:
    if status not in EVENT_MOVES[event.status]:  # each verb has refused it before, with a sentence
        raise Conflict()
    event.status = status
