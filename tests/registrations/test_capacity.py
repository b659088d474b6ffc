"""All seated or none; the first that fits (pure)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.registrations import capacity


@pytest.mark.parametrize(
    ("seats", "taken", "expected"),
    [
        (1, 0, True),
        (12, 0, True),
        (13, 0, False),
        (1, 11, True),
        (2, 11, False),
        (1, 12, False),
        (0, 0, False),
    ],
)
def test_a_party_sits_together_or_not_at_all(seats: int, taken: int, expected: bool) -> None:
    assert capacity.fits(seats, capacity=12, taken=taken) is expected


def test_some_parties_never_fit() -> None:
    assert capacity.could_ever_fit(12, capacity=12)
    assert not capacity.could_ever_fit(13, capacity=12)
    assert not capacity.could_ever_fit(0, capacity=12)


def test_the_queue_is_read_in_order_and_smaller_parties_pass_those_that_do_not_fit() -> None:
    queue = [("Awa", 3), ("Binta", 5), ("Chloé", 2), ("Driss", 1)]
    assert capacity.seated_from_queue(6, queue) == ["Awa", "Chloé", "Driss"]
    assert capacity.seated_from_queue(2, queue) == ["Chloé"]
    assert capacity.seated_from_queue(0, queue) == []
    assert capacity.seated_from_queue(20, []) == []


@given(free=st.integers(0, 30), sizes=st.lists(st.integers(1, 12), max_size=20))
def test_nobody_left_in_the_queue_would_fit_into_what_remains(free: int, sizes: list[int]) -> None:
    queue = list(enumerate(sizes))
    seated = capacity.seated_from_queue(free, queue)
    left = free - sum(sizes[party] for party in seated)
    assert left >= 0
    assert seated == sorted(seated)
    assert all(size > left for party, size in queue if party not in seated)
