"""All seated or none; the first that fits (pure)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.registrations import capacity
from eventsapp.registrations.capacity import Limits, Load


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
    assert capacity.fits(Load(seats), Limits(12), Load(taken)) is expected


def test_some_parties_never_fit() -> None:
    assert capacity.could_ever_fit(Load(12), Limits(12))
    assert not capacity.could_ever_fit(Load(13), Limits(12))
    assert not capacity.could_ever_fit(Load(0), Limits(12))


def test_quotas_hold_beside_the_places() -> None:
    twelve_little_ones = Limits(30, most_under_6=12)
    taken = Load(seats=20, children=15, under_6=11)
    assert capacity.fits(Load(2, 1, 1), twelve_little_ones, taken)
    assert not capacity.fits(Load(3, 2, 2), twelve_little_ones, taken)
    assert capacity.fits(Load(3, 2, 0), twelve_little_ones, taken)
    assert not capacity.fits(Load(3, 2, 0), Limits(30, most_children=16), taken)
    assert not capacity.fits(Load(3, 2, 0), Limits(30, most_adults=5), taken)


def test_the_queue_is_read_in_order_and_smaller_parties_pass_those_that_do_not_fit() -> None:
    queue = [("Awa", Load(3)), ("Binta", Load(5)), ("Chloé", Load(2)), ("Driss", Load(1))]
    assert capacity.seated_from_queue(Limits(6), Load(), queue) == ["Awa", "Chloé", "Driss"]
    assert capacity.seated_from_queue(Limits(6), Load(4), queue) == ["Chloé"]
    assert capacity.seated_from_queue(Limits(6), Load(6), queue) == []
    assert capacity.seated_from_queue(Limits(20), Load(), []) == []


@given(free=st.integers(0, 30), sizes=st.lists(st.integers(1, 12), max_size=20))
def test_nobody_left_in_the_queue_would_fit_into_what_remains(free: int, sizes: list[int]) -> None:
    queue = [(party, Load(size)) for party, size in enumerate(sizes)]
    seated = capacity.seated_from_queue(Limits(free), Load(), queue)
    left = free - sum(sizes[party] for party in seated)
    assert left >= 0
    assert seated == sorted(seated)
    assert all(load.seats > left for party, load in queue if party not in seated)
