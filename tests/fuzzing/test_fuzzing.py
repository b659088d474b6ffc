"""Twenty seconds of `make fuzz` in each run of the suite, of CPU, shared among its targets."""

from __future__ import annotations

import random
from datetime import date

import pytest

from eventsapp.refusals import Refusal
from tests.fuzzing.engine import Broken, Target, fuzz
from tests.fuzzing.targets import TARGETS

SECONDS = 20.0


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_strangers_words_are_read_or_refused(target: Target) -> None:
    """Another seed each day: a failure names it, and is the same again all day."""
    fuzz(target, seconds=SECONDS / len(TARGETS), seed=date.today().toordinal())  # noqa: DTZ011  no story's day


def breaks(octets: bytes) -> None:
    if b"(" in octets and b")" in octets:
        raise KeyError("both")
    if octets.startswith(b"\xff"):
        raise Refusal


def test_what_breaks_is_found_and_shortened() -> None:
    target = Target("broken", breaks, lambda: [b"a mail", b"\xffa mail"], [b"(", b")"])
    with pytest.raises(Broken, match="KeyError") as found:
        fuzz(target, seconds=5, seed=random.randrange(2**32))
    assert sorted(found.value.octets) == sorted(b"()")


def test_what_thinks_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzzing.engine.LONGEST_THOUGHT", 0.01)
    target = Target("slow", lambda octets: sum(range(2_000_000)), lambda: [b"x"])
    with pytest.raises(Broken, match="s of CPU"):
        fuzz(target, seconds=1, seed=1)
