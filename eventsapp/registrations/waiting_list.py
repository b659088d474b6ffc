"""The queue of an event: who is next, who may enter beside it, and to whom places go.

`capacity` holds the rule and its reasons; here it is asked and done. Every verb is called under the lock of
the event (`seats.locked`): otherwise somebody could start to wait at the very moment their seats come free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, bindparam, func, select

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.registrations import answering, capacity, letters, listings, moves, offer_letters, seats
from eventsapp.registrations.capacity import Hindrance, Load, Seating, Waiting
from eventsapp.registrations.models import Registration, RegistrationStatus


def admit(event: Event, load: Load) -> bool:
    """Takes the seats of newcomers, unless there are too few or those who wait come first.

    Whoever is overtaken by them remembers it.
    """
    hindrance, overtaken = _admitted(event, load)
    if hindrance is not None or not seats.take(event, load):
        return False
    _remember(overtaken)
    return True


def has_room(event: Event, load: Load) -> bool:
    """Whether `admit` would seat newcomers now; says so to a page, takes nothing."""
    return _admitted(event, load)[0] is None


def grow(event: Event, more: Load) -> bool:
    """Takes what a party with seats needs besides, all or none; what is kept for those who wait is not
    theirs, and whoever waits for what they take is overtaken as by newcomers: otherwise seats that come free
    one by one would go to those who are in, without end. Part of `more` may be less than nothing: a child
    comes in the place of an adult."""
    overtaken: list[tuple[Registration, int]] = []
    if more.takes_something:
        limits, taken = seats.limits_of(event), seats.taken_at(event)
        hindrance, overtaken = capacity.admitted(event.entry.order, limits, taken, queue_of(event), more)
        if hindrance is not None:
            return False
    if not seats.take(event, more):
        return False
    _remember(overtaken)
    return True


def hindrances(event: Event) -> dict[int, Hindrance]:
    """Why each of the queue waits, by the id of its registration; nothing where nobody does."""
    return {one.id: reason for one, reason in _next(event).waiting}


def seat(event: Event, *, actor: str, now: datetime) -> list[Registration]:
    """Gives free seats to those who wait, by the rule of the event, and tells them: the seats are theirs,
    or are offered to them where they have to say yes (`EntryRules.answer_hours`).

    Nobody is seated at an event cancelled or begun.
    """
    if event.is_cancelled or event.starts_at <= now or (event.seats_left or 0) <= 0:
        return []
    result = _next(event)
    _remember(result.overtaken)
    given = []
    for registration in result.seated:
        if seats.take(event, seats.weight_of(registration)):
            _give(registration, actor, now)
            given.append(registration)
    return given


@dataclass(frozen=True)
class EndOfQueue:
    """Where somebody stands who joins now."""

    since: datetime
    """Since when they wait: strictly behind whoever stands there, whatever clocks say."""
    rank: int
    """1: the next."""


def end_of_queue(event: Event, now: datetime) -> EndOfQueue:
    """Where somebody who joins now will stand; one statement."""
    last, how_many = db.session.execute(_standing_there(), {"at_event": event.id}).one()
    behind = now if last is None or last < now else last + timedelta(microseconds=1)
    return EndOfQueue(behind, how_many + 1)


@lru_cache(maxsize=1)
def _standing_there() -> Select[datetime | None, int]:
    return select(func.max(Registration.waiting_since), func.count(Registration.id)).where(
        Registration.event_id == bindparam("at_event"), Registration.status == RegistrationStatus.WAITING
    )


def _admitted(event: Event, load: Load) -> tuple[Hindrance | None, list[tuple[Registration, int]]]:
    limits, taken = seats.limits_of(event), seats.taken_at(event)
    if not capacity.fits(load, limits, taken):
        return Hindrance.NO_ROOM, []  # the usual case of a full event: nobody reads its queue
    return capacity.admitted(event.entry.order, limits, taken, queue_before_newcomers(event), load)


def _next(event: Event) -> Seating[Registration]:
    return capacity.seated_from_queue(
        event.entry.order, seats.limits_of(event), seats.taken_at(event), queue_of(event)
    )


def queue_of(event: Event) -> list[Waiting[Registration]]:
    """Who waits at an event, in order, and what they weigh; two statements."""
    return [Waiting(one, seats.weight_of(one), one.overtaken) for one in listings.waiting_at(event)]


def queue_before_newcomers(event: Event) -> list[Waiting[Registration]]:
    """The same where there is room: mostly nobody waits there then, and that is asked first, at a third of
    the cost. One statement, three where somebody does."""
    return queue_of(event) if listings.somebody_waits(event) else []


def _remember(overtaken: Sequence[tuple[Registration, int]]) -> None:
    for registration, count in overtaken:
        registration.overtaken = count


def _give(registration: Registration, actor: str, now: datetime) -> None:
    """The seats are taken: they are the party's, or wait for its yes.

    Whoever wants no message is not asked: no delay could run for them, and the seats would be held in vain.
    """
    event = registration.event
    asked = answering.must_answer(event.entry.answer_hours, event.starts_at, now)
    if asked and not registration.contact.wants_no_messages:
        moves.move(registration, RegistrationStatus.OFFERED, now)
        offer_letters.offered(registration, now=now)
        moves.note(actor, "offered", registration, now)
    else:
        moves.move(registration, RegistrationStatus.CONFIRMED, now)
        letters.promoted(registration, now=now)
        moves.note(actor, "seated", registration, now)
    registration.told = event.terms
