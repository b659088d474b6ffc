"""Gestures are kept, each once; figures follow in the same transaction.

The event's row is locked meanwhile: two phones come one after the other, and the second counts what the
first has brought. Marks are their own journal (who, when, what), so the journal has no line for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from eventsapp.agenda.models import Event
from eventsapp.attendance import listings
from eventsapp.attendance.batches import Sent
from eventsapp.attendance.models import (
    COUNTER_OF,
    AttendanceFigures,
    AttendanceMark,
    Counter,
    MarkKind,
)
from eventsapp.attendance.tally import Tally, tally
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.refusals import Conflict, NotFound, msgid
from eventsapp.registrations.models import Participant, Registration, RegistrationStatus

MOST = 5000
"""Marks of one event: more than any day has gestures."""


class NothingToTakeAway(Conflict):
    """A counter stands at zero."""

    sentence = msgid("Ce compteur est déjà à zéro.")


class TooManyMarks(Conflict):
    """A link in the wrong hands, or a phone that repeats itself."""

    sentence = msgid("Trop de gestes ont été envoyés pour ce rendez-vous. Comptez sur la feuille papier.")


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: the nonces that are kept (now or before), and those that cannot be."""

    kept: tuple[str, ...]
    refused: tuple[str, ...]


def keep(event: Event, gestures: Sequence[Sent], *, actor: str, now: datetime) -> Outcome:
    """Keeps what is not kept yet; a family that has no place at this event is refused, the rest is kept.

    The caller has asked who may. Raises TooManyMarks.
    """
    lock(event)
    known, families = _known(event, gestures), _families(event, gestures)
    here_and_now = _after_all(event, now) if any(one.made_at is None for one in gestures) else now
    kept = dict.fromkeys(one.nonce for one in gestures if one.nonce in known)
    refused: dict[str, None] = {}
    for one in gestures:
        if one.nonce in kept:
            continue
        if one.code is not None and one.code not in families:
            refused[one.nonce] = None
            continue
        kept[one.nonce] = None
        begins = local(day_of(event.starts_at), 0)
        made_at = max(begins, min(one.made_at, now)) if one.made_at else here_and_now
        _add(event, one, families.get(one.code or ""), made_at, actor=actor, now=now)
    if kept.keys() - known:
        refresh(event, now=now)
    return Outcome(tuple(kept), tuple(refused))


def keep_one(event: Event, gesture: Sent, *, actor: str, now: datetime) -> None:
    """Keeps a gesture whose maker waits for the answer.

    Raises NotFound where the family has no place here, NothingToTakeAway, TooManyMarks.
    """
    lock(event)
    if gesture.counter is not None and gesture.step < 0 and not _known(event, [gesture]):
        stands_at = tally(listings.gestures_of(event)).counts[gesture.counter]
        if stands_at + gesture.step < 0:
            raise NothingToTakeAway()
    if keep(event, [gesture], actor=actor, now=now).refused:
        raise NotFound()


def lock(event: Event) -> None:
    """One after the other at one event, until the transaction ends."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))


def refresh(event: Event, *, now: datetime) -> AttendanceFigures:
    """Draws the figures of an event anew from its marks. Raises TooManyMarks."""
    db.session.flush()
    gestures = listings.gestures_of(event)
    if len(gestures) > MOST:
        raise TooManyMarks()
    done = tally(gestures)
    figures = listings.figures_of(event) or AttendanceFigures(event_id=event.id)
    for counter, number in _counted(done).items():
        setattr(figures, counter.column, number)
    figures.arrived = len(done.arrived) + (figures.forgotten_arrived or 0)
    figures.expected = (db.session.scalar(_seated(event)) or 0) + (figures.forgotten_expected or 0)
    figures.changed_at = now
    db.session.add(figures)
    db.session.flush()
    return figures


def _counted(done: Tally) -> dict[Counter, int]:
    """Whoever was counted, and the participants of those who arrived; a household is a family."""
    numbers = dict(done.counts)
    if not done.arrived:
        return numbers
    brackets = db.session.execute(
        select(Participant.bracket, func.count(Participant.id))
        .where(Participant.registration_id.in_(done.arrived))
        .group_by(Participant.bracket)
    )
    for bracket, many in brackets:
        numbers[COUNTER_OF[bracket]] += many
    numbers[Counter.FAMILIES] += (
        db.session.scalar(
            select(func.count(Registration.household_id)).where(Registration.id.in_(done.arrived))
        )
        or 0
    )
    return numbers


def _after_all(event: Event, now: datetime) -> datetime:
    """Now, or just after the last gesture: our clock counts whole seconds, and thumbs are quicker."""
    last = select(func.max(AttendanceMark.made_at)).where(AttendanceMark.event_id == event.id)
    latest = db.session.scalar(last)
    return now if latest is None or latest < now else latest + timedelta(milliseconds=1)


def _add(
    event: Event, one: Sent, family: int | None, made_at: datetime, *, actor: str, now: datetime
) -> None:
    mark = AttendanceMark(
        event_id=event.id,
        nonce=one.nonce,
        kind=one.kind,
        registration_id=family,
        counter=one.counter,
        step=one.step if one.kind is MarkKind.COUNTED else 0,
        made_at=made_at,
        received_at=now,
        actor=actor,
    )
    db.session.add(mark)


def _known(event: Event, gestures: Sequence[Sent]) -> set[str]:
    nonces = {one.nonce for one in gestures}
    found = select(AttendanceMark.nonce).where(
        AttendanceMark.event_id == event.id, AttendanceMark.nonce.in_(nonces)
    )
    return set(db.session.scalars(found))


def _families(event: Event, gestures: Sequence[Sent]) -> dict[str, int]:
    """The registrations with a place at this event, and no other, by code."""
    codes = {one.code for one in gestures if one.code is not None}
    if not codes:
        return {}
    found = select(Registration.code, Registration.id).where(
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.CONFIRMED,
        Registration.code.in_(codes),
    )
    return {row.code: row.id for row in db.session.execute(found)}


def _seated(event: Event) -> Select[int]:
    return select(func.count(Registration.id)).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED
    )
