"""What a phone sends is read in our own time, or not at all (pure)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eventsapp.attendance import batches
from eventsapp.attendance.batches import BatchUnreadable
from eventsapp.attendance.models import Counter, MarkKind

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
MARK = {"nonce": "k7mw2pa4", "what": "compte", "counter": "3-5", "step": 1, "at": 0}


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def written(sent: datetime = NOW, **mark: Any) -> str:
    whole = MARK | {"at": milliseconds(sent) - 60_000} | mark
    return json.dumps({"sent": milliseconds(sent), "marks": [whole]})


def test_a_gesture_has_its_hour() -> None:
    [one] = batches.read(written(), now=NOW)
    assert (one.nonce, one.kind, one.counter, one.step) == ("k7mw2pa4", MarkKind.COUNTED, Counter.FROM_3, 1)
    assert one.made_at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize("wrong", [timedelta(days=-400), timedelta(hours=3)])
def test_a_phone_whose_clock_is_wrong_is_understood(wrong: timedelta) -> None:
    [one] = batches.read(written(NOW + wrong), now=NOW)
    assert one.made_at == NOW - timedelta(minutes=1)


def test_a_phone_a_minute_ahead_is_believed() -> None:
    [one] = batches.read(written(NOW + timedelta(minutes=1)), now=NOW)
    assert one.made_at == NOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"sent": "hier", "marks": []}',
        '{"sent": true, "marks": []}',
        '{"sent": 99999999999999999999999, "marks": []}',
        '{"sent": 0, "marks": {}}',
        '{"sent": 0, "marks": [3]}',
        "[" * 100_000,
        written(nonce="court"),
        written(nonce=7),
        written(nonce="é" * 10),
        written(what="venu"),
        written(counter="7-9"),
        written(step=0),
        written(step=1.5),
        written(step=True),
        written(step=51),
        written(what="arrivee"),
        written(what="arrivee", code=3),
        written(what="arrivee", code="a\0b"),
        written(what="arrivee", code="\ud800"),
        written(what="arrivee", code="x" * 1000),
        written(at=10**30),
        json.dumps({"sent": 0, "marks": [MARK] * 101}),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BatchUnreadable):
        batches.read(text, now=NOW)
