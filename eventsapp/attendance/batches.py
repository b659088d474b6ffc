"""What a phone sends: several gestures at once, in JSON, with its own clock; nothing of it is trusted.

    {"sent": 1795856000000, "marks": [{"nonce": "k7mw2pa4", "what": "arrivee", "code": "…", "at": …},
                                      {"nonce": "…", "what": "compte", "counter": "3-5", "step": 1, "at": …}]}

Hours are milliseconds since 1970, as JavaScript tells them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsapp.attendance.models import Counter, MarkKind
from eventsapp.refusals import Refusal, msgid

MOST_AT_ONCE = 100
"""Gestures of one sending: a phone that has more sends several times."""
LARGEST_STEP = 50
NONCE = re.compile(r"[A-Za-z0-9_-]{8,40}")
CODE = re.compile(r"[0-9a-z]{1,12}")
"""The code of a registration, as addresses have it; JSON can say half a character, which no table takes."""
CLOSE_ENOUGH = timedelta(minutes=2)
"""A phone's clock that is no further from ours is believed as it is."""


class BatchUnreadable(Refusal):
    """No batch of ours looks so."""

    sentence = msgid("Nous n’avons pas compris ce que le téléphone a envoyé. Rechargez la page.")


@dataclass(frozen=True)
class Sent:
    """One gesture as a phone tells it: a family by the code of its registration, or a counter."""

    nonce: str
    kind: MarkKind
    made_at: datetime | None
    """None: made here and now, after all that is known."""
    code: str | None = None
    counter: Counter | None = None
    step: int = 0


def read(text: str, *, now: datetime) -> list[Sent]:
    """The gestures of a batch, in our own time. Raises BatchUnreadable.

    A phone whose clock is wrong is wrong about all of them alike: what it calls « now » tells by how much.
    """
    try:
        batch = json.loads(text)
        drift = now - _moment(batch["sent"])
        drift = drift if abs(drift) > CLOSE_ENOUGH else timedelta(0)
        marks = batch["marks"]
        if not isinstance(marks, list) or len(marks) > MOST_AT_ONCE:
            raise BatchUnreadable()
        return [_gesture(mark, drift) for mark in marks]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise BatchUnreadable() from None


def _gesture(mark: Any, drift: timedelta) -> Sent:
    kind, nonce = MarkKind(mark["what"]), mark["nonce"]
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
        raise BatchUnreadable()
    made_at = _moment(mark["at"]) + drift
    if kind is not MarkKind.COUNTED:
        if not isinstance(mark["code"], str) or not CODE.fullmatch(mark["code"]):
            raise BatchUnreadable()
        return Sent(nonce, kind, made_at, code=mark["code"])
    step = mark["step"]
    if type(step) is not int or not 0 < abs(step) <= LARGEST_STEP:
        raise BatchUnreadable()
    return Sent(nonce, kind, made_at, counter=Counter(mark["counter"]), step=step)


def _moment(milliseconds: Any) -> datetime:
    if type(milliseconds) is not int:
        raise BatchUnreadable()
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
