"""What a set of gestures comes to (pure): the same whatever the order in which they arrived, and how often.

Gestures are read in the order of their own hours, and of their nonces where these are the same. Counting
below zero counts for nothing: a thumb that slips on an empty counter does not swallow the next family.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from eventsapp.attendance.models import Counter, MarkKind


@dataclass(frozen=True)
class Gesture:
    """One gesture as it is kept; `family` is the number of a registration."""

    nonce: str
    kind: MarkKind
    made_at: datetime
    family: int | None = None
    counter: Counter | None = None
    step: int = 0


@dataclass(frozen=True)
class Tally:
    """Who is there by name, since when; how many of each counter came without one."""

    arrived: dict[int, datetime]
    counts: dict[Counter, int]


def tally(gestures: Iterable[Gesture]) -> Tally:
    """What they come to; a nonce given twice counts once."""
    once = {gesture.nonce: gesture for gesture in gestures}
    arrived: dict[int, datetime] = {}
    counts = dict.fromkeys(Counter, 0)
    for one in sorted(once.values(), key=lambda gesture: (gesture.made_at, gesture.nonce)):
        if one.counter is not None:
            counts[one.counter] = max(0, counts[one.counter] + one.step)
        elif one.family is not None and one.kind is MarkKind.ARRIVED:
            arrived.setdefault(one.family, one.made_at)  # who marks a family twice learns since when
        elif one.family is not None:
            arrived.pop(one.family, None)
    return Tally(arrived, counts)
