"""The life of an event: announced, moved, reworded, cancelled, restored.

Every verb raises the revision of the territory (feeds and their ETags depend on it) and writes
the event's fragment anew; a change of hour, place or status raises its SEQUENCE (RFC 5546 2.1.4)
and is told upstairs; a typo tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from eventsapp import journal
from eventsapp.agenda import fragments
from eventsapp.agenda.listeners import Listeners
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
from eventsapp.clock import day_of
from eventsapp.codes import short_code
from eventsapp.database import db
from eventsapp.media.models import Picture
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.programme import years
from eventsapp.refusals import Conflict, Refusal, msgid

listeners = Listeners()


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
    spoken_languages: Sequence[str] = ()
    accessibility: Sequence[Accessibility] = ()
    access: str = ""
    door: str = ""
    room: str = ""
    picture: Picture | None = None
    picture_alternative: str = ""


def announce(announcement: Announcement, *, actor: str, now: datetime) -> Event:
    """Announces one date of an activity and gives the event, flushed.

    Raises EndsBeforeStart, VenueElsewhere, CapacityMissing. Dates already past are taken, since a year
    is sometimes typed in afterwards, unless it is archived (YearIsClosed).
    """
    return announce_all([announcement], actor=actor, now=now)[0]


def announce_all(announcements: Iterable[Announcement], *, actor: str, now: datetime) -> list[Event]:
    """Announces many dates at once: all or none, one revision for each territory."""
    events = [_event(announcement, now) for announcement in announcements]
    for territory_id in {event.territory_id for event in events if event.ends_at <= now}:
        past = [event for event in events if event.territory_id == territory_id and event.ends_at <= now]
        years.require_open(territory_id, *(day_of(event.starts_at) for event in past))
    _give_codes(events)
    db.session.add_all(events)
    db.session.flush()
    for event in events:
        fragments.write(event)
        journal.note(actor, "announced", event, now=now, territory_id=event.territory_id)
    for territory_id in {event.territory_id for event in events}:
        _revise(territory_id, now)
    return events


def reschedule(
    event: Event,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    venue: Venue | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Moves an event in time or place and tells everyone concerned; False when nothing changes.

    Raises EventIsPast, EventIsCancelled, EndsBeforeStart, VenueElsewhere.
    """
    _lock(event)
    _refuse_settled(event, now)
    starts_at, ends_at, venue = starts_at or event.starts_at, ends_at or event.ends_at, venue or event.venue
    _check_span(starts_at, ends_at)
    _check_venue(event.territory_id, venue)
    if (starts_at, ends_at, venue.id) == (event.starts_at, event.ends_at, event.venue_id):
        return False
    journal.note(
        actor,
        "rescheduled",
        event,
        now=now,
        territory_id=event.territory_id,
        before=[event.starts_at.isoformat(), event.ends_at.isoformat(), event.venue_id],
    )
    event.starts_at, event.ends_at, event.venue = starts_at, ends_at, venue
    _changed(event, now, sequence=True)
    listeners.rescheduled(event, now)
    return True


def reword(
    event: Event,
    *,
    title: str | None = None,
    summary: str | None = None,
    description: str | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Changes words only: feeds show it, nobody is told; False when nothing changes."""
    _lock(event)
    wanted = {"title": title, "summary": summary, "description": description}
    changes = {
        name: text for name, text in wanted.items() if text is not None and text != getattr(event, name)
    }
    for name, text in changes.items():
        setattr(event, name, text)
    if changes:
        _changed(event, now, sequence=False)
        journal.note(
            actor, "reworded", event, now=now, territory_id=event.territory_id, fields=sorted(changes)
        )
    return bool(changes)


def cancel(event: Event, *, reason: str = "", actor: str, now: datetime) -> None:
    """Cancels an event and tells everyone concerned; it stays on show as cancelled.

    Raises EventIsPast, EventIsCancelled.
    """
    _lock(event)
    _refuse_settled(event, now)
    _move(event, EventStatus.CANCELLED)
    event.cancelled_at, event.cancel_reason = now, reason
    _changed(event, now, sequence=True)
    journal.note(actor, "cancelled", event, now=now, territory_id=event.territory_id)
    listeners.cancelled(event, now)


def restore(event: Event, *, actor: str, now: datetime) -> None:
    """Takes a cancellation back and tells everyone concerned.

    Raises EventIsPast, EventIsNotCancelled.
    """
    _lock(event)
    if event.ends_at <= now:
        raise EventIsPast()
    if not event.is_cancelled:
        raise EventIsNotCancelled()
    _move(event, EventStatus.SCHEDULED)
    event.cancelled_at, event.cancel_reason = None, ""
    _changed(event, now, sequence=True)
    journal.note(actor, "restored", event, now=now, territory_id=event.territory_id)
    listeners.restored(event, now)


def _lock(event: Event) -> None:
    """One change of an event at a time, each seeing what the one before left: of two people who cancel
    at once, one is told that it is done (PostgreSQL; SQLite has one writer anyway)."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update())
    db.session.refresh(event)


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


def _refuse_settled(event: Event, now: datetime) -> None:
    if event.ends_at <= now:
        raise EventIsPast()
    if event.is_cancelled:
        raise EventIsCancelled()


def _move(event: Event, status: EventStatus) -> None:
    if status not in EVENT_MOVES[event.status]:  # each verb has refused it before, with a sentence
        raise Conflict()
    event.status = status


def _changed(event: Event, now: datetime, *, sequence: bool) -> None:
    event.changed_at = now
    if sequence:
        event.sequence += 1
    db.session.flush()
    fragments.write(event)
    _revise(event.territory_id, now)


def _revise(territory_id: int, now: datetime) -> None:
    """One UPDATE that never goes back: two writers in the same second still make two revisions."""
    db.session.execute(
        update(Territory)
        .where(Territory.id == territory_id)
        .values(revision=Territory.revision + 1, revised_at=now)
        .execution_options(synchronize_session="fetch")
    )
