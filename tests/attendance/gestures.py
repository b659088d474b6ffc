"""Gestures at the door of Saturday's workshop, and phones that send them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.attendance import marking
from eventsapp.attendance.batches import Sent
from eventsapp.attendance.marking import Outcome
from eventsapp.attendance.models import AttendanceFigures, Counter, MarkKind
from tests import factories
from tests.registrations.stories import a_transaction

OPENING = factories.SATURDAY - timedelta(minutes=15)
_numbers = count(1)


def arrived(code: str, at: datetime = OPENING, nonce: str = "") -> Sent:
    """A family is there."""
    return Sent(nonce or f"nonce-{next(_numbers):04}", MarkKind.ARRIVED, at, code=code)


def undone(code: str, at: datetime = OPENING, nonce: str = "") -> Sent:
    """It is not, after all."""
    return Sent(nonce or f"nonce-{next(_numbers):04}", MarkKind.UNDONE, at, code=code)


def counted(counter: Counter, step: int = 1, at: datetime = OPENING, nonce: str = "") -> Sent:
    """So many more."""
    return Sent(nonce or f"nonce-{next(_numbers):04}", MarkKind.COUNTED, at, counter=counter, step=step)


def keep(event: Event, *gestures: Sent, actor: str = "day_link:1") -> Outcome:
    """One phone sends them, in a transaction of its own."""
    with a_transaction():
        return marking.keep(event, gestures, actor=actor, now=clock.now())


def said(figures: AttendanceFigures | None) -> dict[str, int]:
    """The figures that are not zero."""
    if figures is None:
        return {}
    numbers = {counter.value: figures.of(counter) for counter in Counter} | {"arrived": figures.arrived}
    return {name: number for name, number in numbers.items() if number}


def batch(*marks: dict[str, Any], sent: datetime | None = None) -> str:
    """What a phone writes."""
    now = sent or clock.now()
    return json.dumps({"sent": _milliseconds(now), "marks": list(marks)})


def mark(what: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """One gesture as a phone writes it."""
    made_at = _milliseconds(at or clock.now())
    return {"nonce": f"phone-{next(_numbers):04}", "what": what, "at": made_at} | more


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
