"""Several sessions moved, housed elsewhere or cancelled by one gesture of a coordinator."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.clock import PARIS, local
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.disruptions import ranking, surroundings
from eventsapp.disruptions.changes import Change, as_announced
from eventsapp.disruptions.ranking import Obstacle
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import line

MOST = 100
"""Sessions of one gesture: more than anybody reads on a page."""
LONGEST_ROOM = 80
LONGEST_REASON = 240
FARTHEST = timedelta(days=366)


class NoneTicked(Refusal):
    """Nothing was ticked, or what was ticked is over or cancelled."""

    sentence = msgid("Cochez au moins un rendez-vous à venir.")


class TooManyTicked(Refusal):
    """More than a page. Parameters: `most`."""

    sentence = msgid("Cochez au plus %(most)s rendez-vous à la fois.")


class ChangeMissing(Refusal):
    """Neither days nor an hour."""

    sentence = msgid("Dites de combien de jours, ou à quelle heure.")


class TooFar(Refusal):
    """More than a year away."""

    sentence = msgid("Un rendez-vous se déplace d’un an au plus.")


class PlaceMissing(Refusal):
    """Neither a place nor a room."""

    sentence = msgid("Choisissez un lieu, ou écrivez une salle.")


class RoomTooLong(Refusal):
    """More than a card shows. Parameters: `longest`."""

    sentence = msgid("Écrivez au plus %(longest)s signes.")


class ReasonMissing(Refusal):
    """Families are told why."""

    sentence = msgid("Dites pourquoi, en une phrase : les personnes inscrites la liront.")


class InThePast(Refusal):
    """A session would take place before now."""

    sentence = msgid("Un rendez-vous ne se déplace pas dans le passé.")


def selected(territory: Territory, numbers: Collection[int], *, now: datetime) -> Sequence[Event]:
    """The sessions of these numbers that are of the territory, to come and not cancelled; one statement.

    Raises NoneTicked, TooManyTicked.
    """
    if len(numbers) > MOST:
        raise TooManyTicked(most=MOST)
    found = db.session.scalars(
        select(Event)
        .where(
            Event.id.in_(numbers),
            Event.territory_id == territory.id,
            Event.status == EventStatus.SCHEDULED,
            Event.ends_at > now,
        )
        .options(*surroundings.SHOWN)
        .order_by(Event.starts_at, Event.id)
    ).all()
    if not found:
        raise NoneTicked()
    return found


def mark_of(events: Iterable[Event]) -> str:
    """What a page shows of these sessions, in sixteen signs: « a week later » sent twice would be two."""
    said = (f"{one.id} {one.starts_at.isoformat()} {one.venue_id} {one.room}" for one in events)
    return fingerprint("\x1f".join(said))[:16]


def moved(events: Sequence[Event], *, days: int | None, hour: time | None, now: datetime) -> list[Change]:
    """Each so many days later (or earlier), at its own hour on a Paris clock or at another; as long as
    before. Raises ChangeMissing, TooFar, InThePast."""
    if not days and hour is None:
        raise ChangeMissing(field="days")
    if abs(days or 0) > FARTHEST.days:
        raise TooFar(field="days")
    changes = []
    for event in events:
        begins = event.starts_at.astimezone(PARIS)
        at = hour or begins.time()
        starts_at = local(begins.date() + timedelta(days=days or 0), at.hour, at.minute)
        if starts_at <= now:
            raise InThePast(field="days")
        ends_at = starts_at + (event.ends_at - event.starts_at)
        changes.append(Change(event, as_announced(event), starts_at=starts_at, ends_at=ends_at))
    return changes


def housed(events: Sequence[Event], *, venue: Venue | None, room: str) -> list[Change]:
    """Each at another place, or in another room of its own. Raises PlaceMissing, RoomTooLong."""
    said = line(room, field="room")
    if venue is None and not said:
        raise PlaceMissing(field="venue")
    if len(said) > LONGEST_ROOM:
        raise RoomTooLong(field="room", longest=LONGEST_ROOM)
    return [Change(event, as_announced(event), venue=venue, room=said) for event in events]


def cancelled(events: Sequence[Event], *, reason: str) -> list[Change]:
    """None takes place. Raises ReasonMissing, RoomTooLong."""
    said = line(reason, field="reason")
    if not said:
        raise ReasonMissing(field="reason")
    if len(said) > LONGEST_REASON:
        raise RoomTooLong(field="reason", longest=LONGEST_REASON)
    return [Change(event, as_announced(event), cancels=True) for event in events]


def obstacles(territory: Territory, changes: Sequence[Change]) -> dict[int, list[Obstacle]]:
    """What stands against each change, by the number of its event; five statements, or none."""
    held = [change for change in changes if not change.cancels and change.moves]
    if not held:
        return {}
    town, venues = surroundings.town_around(
        territory, [one.event for one in changes], until=max(one.ends for one in held)
    )
    found = {}
    for change in held:
        span, host = (change.begins, change.ends), change.holder.id if change.holder else None
        place = surroundings.place_of(venues.get(change.place.id, change.place))
        found[change.event.id] = ranking.obstacles(place, host, span, town)
        town.bookings.add(place.id, host, span)
    return found
