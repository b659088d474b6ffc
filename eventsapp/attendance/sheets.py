"""The paper sheet, typed in on Monday: it states totals; what differs from the phones is kept as marks.

So nothing that a phone counted is lost or counted twice, and the journal says who typed. Whoever types has
seen what the phones had counted: where they have counted more since, the form is given back.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings, marking
from eventsapp.attendance.batches import Sent
from eventsapp.attendance.models import Counter, MarkKind
from eventsapp.clock import day_of, local
from eventsapp.programme import years
from eventsapp.refusals import Conflict, Refusal, msgid

LARGEST = 2000
"""The most of one counter: more than any session of ours has."""


class NumberUnreadable(Refusal):
    """Letters, a minus, or more than any session has."""

    sentence = msgid("Écrivez un nombre entre 0 et %(most)s.")


class NotYet(Conflict):
    """Nobody comes before the day."""

    sentence = msgid("Ce rendez-vous n’a pas encore eu lieu : il n’y a rien à compter.")


class DidNotTakePlace(Conflict):
    """Cancelled."""

    sentence = msgid("Ce rendez-vous est annulé : il n’y a rien à compter.")


class CountedMeanwhile(Conflict):
    """A phone has sent more since the form was opened."""

    sentence = msgid("Un téléphone a compté entre-temps. Relisez les nombres, puis enregistrez.")


@dataclass(frozen=True)
class Stated:
    """What a sheet says: families there by the code of their registration, others by counter."""

    nonce: str
    """Drawn with the form: sent twice, it is kept once."""
    revision: int
    """How many marks its writer has seen."""
    arrived: Set[str]
    counts: Mapping[Counter, int]


def number(typed: str, *, field: str) -> int:
    """A count as typed; nothing typed is none. Raises NumberUnreadable."""
    text = "".join(typed.split())
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= LARGEST):
        raise NumberUnreadable(field=field, most=LARGEST)
    return int(text)


def is_countable(event: Event, *, now: datetime) -> bool:
    """Its day has come, and it was not cancelled."""
    return not event.is_cancelled and local(day_of(event.starts_at), 0) <= now


def keep(event: Event, stated: Stated, *, actor: str, now: datetime) -> int:
    """Keeps what the sheet says as marks; how many.

    The caller has asked who may. Raises DidNotTakePlace, NotYet, YearIsClosed, CountedMeanwhile,
    TooManyMarks.
    """
    if event.is_cancelled:
        raise DidNotTakePlace()
    if not is_countable(event, now=now):
        raise NotYet()
    years.require_open(event.territory_id, day_of(event.starts_at))
    marking.lock(event)
    present = listings.of_event(event)
    if _was_kept(event, stated):
        return 0
    if present.revision != stated.revision:
        raise CountedMeanwhile()
    gestures = _differences(present, stated)
    marking.keep(event, gestures, actor=actor, now=now)
    figures = marking.refresh(event, now=now)  # a session to which nobody came has its zeros
    journal.note(
        actor,
        "typed a sheet",
        figures,
        now=now,
        territory_id=event.territory_id,
        event=event.id,
        marks=len(gestures),
        people=figures.people,
        families=figures.families,
    )
    return len(gestures)


def _was_kept(event: Event, stated: Stated) -> bool:
    return any(one.nonce.startswith(f"{stated.nonce}-") for one in listings.gestures_of(event))


def _differences(present: listings.Attendance, stated: Stated) -> list[Sent]:
    """Only families of this event's list are looked at: a code of another says nothing."""
    found = [
        Sent(f"{stated.nonce}-{counter.value}", MarkKind.COUNTED, None, counter=counter, step=many - before)
        for counter, before in present.counts.items()
        if (many := stated.counts.get(counter, before)) != before
    ]
    for family in present.families:
        code, is_there = family.registration.code, family.registration.code in stated.arrived
        if is_there != (family.arrived_at is not None):
            kind = MarkKind.ARRIVED if is_there else MarkKind.UNDONE
            found.append(Sent(f"{stated.nonce}-{code}", kind, None, code=code))
    return found
