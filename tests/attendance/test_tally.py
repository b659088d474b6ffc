"""Any order of arrival and any replay of batches give the same figures (pure)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from eventsapp.attendance.models import Counter, MarkKind
from eventsapp.attendance.tally import Gesture, tally

NINE = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


def at(minute: int) -> datetime:
    return NINE + timedelta(minutes=minute)


def family(nonce: str, kind: MarkKind, minute: int, number: int = 1) -> Gesture:
    return Gesture(nonce, kind, at(minute), family=number)


def counted(nonce: str, step: int, minute: int, counter: Counter = Counter.ADULTS) -> Gesture:
    return Gesture(nonce, MarkKind.COUNTED, at(minute), counter=counter, step=step)


def test_two_phones_that_mark_the_same_family_say_when_it_came_first() -> None:
    done = tally([family("b", MarkKind.ARRIVED, 12), family("a", MarkKind.ARRIVED, 5)])
    assert done.arrived == {1: at(5)}


def test_a_mark_taken_back_may_be_made_again() -> None:
    came, went, again = (
        family("a", MarkKind.ARRIVED, 1),
        family("b", MarkKind.UNDONE, 2),
        family("c", MarkKind.ARRIVED, 3),
    )
    assert tally([went, came]).arrived == {}
    assert tally([again, went, came]).arrived == {1: at(3)}


def test_below_zero_nothing_is_owed() -> None:
    assert tally([counted("a", -1, 1), counted("b", 1, 2)]).counts[Counter.ADULTS] == 1
    assert tally([counted("a", 3, 1), counted("b", -1, 2)]).counts[Counter.ADULTS] == 2


@st.composite
def gestures(draw: st.DrawFn) -> list[Gesture]:
    """Some minutes at a busy door, each gesture with a nonce of its own."""
    kinds = draw(st.lists(st.sampled_from(["there", "gone", "adult", "child"]), max_size=20))
    numbers = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(-2, 2)), min_size=20, max_size=20))
    made = []
    for place, (kind, (minute, step)) in enumerate(zip(kinds, numbers, strict=False)):
        if kind in {"there", "gone"}:
            did = MarkKind.ARRIVED if kind == "there" else MarkKind.UNDONE
            made.append(family(f"n{place}", did, minute, abs(step)))
        else:
            counter = Counter.ADULTS if kind == "adult" else Counter.FROM_3
            made.append(counted(f"n{place}", step or 1, minute, counter))
    return made


@given(gestures(), st.randoms(use_true_random=False))
def test_neither_order_nor_replay_changes_what_it_comes_to(made: list[Gesture], chance: Random) -> None:
    again = [chance.choice(made) for _ in range(5)] if made else []
    sent = [*made, *again]
    chance.shuffle(sent)
    assert tally(sent) == tally(made)
    assert min(tally(made).counts.values()) >= 0
