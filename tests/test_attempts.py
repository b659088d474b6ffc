"""How often something was tried: exact among many at once, sliding, and nobody's address in the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import attempts, clock
from eventsapp.attempts import Attempts, Try
from eventsapp.clock import local
from tests import factories
from tests.races import at_once

WITHIN = timedelta(minutes=10)
BEGINS = local(factories.SATURDAY.date(), 10)  # a window of ten minutes begins


def tries(number: int, at: datetime, who: str = "192.0.2.7", most: int = 5) -> list[int]:
    return [attempts.count("sign in", who, most=most, within=WITHIN, now=at) for _ in range(number)]


@pytest.mark.usefixtures("db_session")
def test_as_many_as_may_and_then_the_seconds_to_wait() -> None:
    assert tries(7, BEGINS + timedelta(minutes=4)) == [0] * 5 + [8 * 60, 8 * 60]
    assert tries(1, BEGINS + timedelta(minutes=11)) == [60]
    assert tries(2, BEGINS + timedelta(minutes=12)) == [0, 2 * 60]
    assert tries(1, BEGINS + timedelta(minutes=30)) == [0]


@pytest.mark.usefixtures("db_session")
def test_nobody_gets_twice_as_many_around_a_boundary() -> None:
    assert tries(5, BEGINS + timedelta(minutes=9, seconds=59)) == [0] * 5
    assert tries(1, BEGINS + timedelta(minutes=10))[0] > 0


@pytest.mark.usefixtures("db_session")
def test_everybody_is_counted_apart() -> None:
    assert tries(6, BEGINS)[-1] > 0
    assert tries(1, BEGINS, who="192.0.2.8") == [0]
    assert attempts.count("other", "192.0.2.7", most=5, within=WITHIN, now=BEGINS) == 0


def here_and_anywhere(who: str, at: datetime) -> int:
    """One attempt at one event, where two may be made, and at all of them together, where three may."""
    here = Try(kind="here", who=who, most=2, within=WITHIN)
    anywhere = Try(kind="anywhere", who="192.0.2.7", most=3, within=2 * WITHIN)
    return attempts.count_all([here, anywhere], now=at)


def test_what_one_limit_refuses_no_limit_counts(db_session: scoped_session[Session]) -> None:
    def counted() -> dict[tuple[str, str], int]:
        rows = db_session.scalars(select(Attempts).execution_options(populate_existing=True))
        return {(names[row.who], row.kind): row.count for row in rows}

    places = [("here", "Curial"), ("here", "Archereau"), ("anywhere", "192.0.2.7")]
    tried = [Try(kind=kind, who=who, most=1, within=WITHIN) for kind, who in places]
    names = {one.mark: one.who for one in tried}
    at = BEGINS + timedelta(minutes=4)
    assert [here_and_anywhere("Curial", at) for _ in range(3)] == [0, 0, 11 * 60]
    assert counted() == {("Curial", "here"): 2, ("192.0.2.7", "anywhere"): 2}
    assert [here_and_anywhere("Archereau", at) for _ in range(2)] == [0, 22 * 60 + 40]
    assert counted() == {("Curial", "here"): 2, ("Archereau", "here"): 1, ("192.0.2.7", "anywhere"): 3}


def test_exactly_as_many_as_may_of_twice_as_many_at_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    db_session.remove()

    def one(who: str) -> Callable[[], int]:
        return lambda: attempts.count("sign in", who, most=6, within=WITHIN, now=BEGINS)

    came = at_once(app, *[one("192.0.2.7")] * 12)
    assert sorted(number == 0 for number in came) == [False] * 6 + [True] * 6
    assert db_session.scalars(select(Attempts.count)).all() == [6]


def test_nobody_s_address_is_kept(db_session: scoped_session[Session]) -> None:
    tries(1, BEGINS, who="samira@example.org")
    [row] = db_session.scalars(select(Attempts)).all()
    assert (row.kind, len(row.who), "samira" in row.who) == ("sign in", 64, False)


def test_what_counts_no_more_is_forgotten(db_session: scoped_session[Session]) -> None:
    tries(1, BEGINS)
    assert attempts.forget_old(BEGINS + timedelta(days=1)) is None
    assert attempts.forget_old(BEGINS + timedelta(days=2)) == 1
    assert db_session.scalars(select(Attempts)).all() == []
    assert clock.now() < BEGINS


@given(
    most=some.integers(1, 50),
    before=some.integers(0, 50),
    present=some.integers(0, 50),
    second=some.integers(0, 599),
)
def test_whoever_waits_as_long_as_is_said_gets_in_and_a_minute_less_would_not_always_do(
    most: int, before: int, present: int, second: int
) -> None:
    """The rule itself, without a database: the wait is enough, and never more than two windows."""
    elapsed = timedelta(seconds=second)
    before, present = min(before, most), min(present, most)
    if present < attempts._room(before, elapsed, most=most, within=WITHIN):
        return
    wait = attempts._wait(before, present, elapsed, most=most, within=WITHIN)
    assert 1 <= wait <= 2 * WITHIN.total_seconds()
    later = elapsed + timedelta(seconds=wait)
    if later < WITHIN:
        assert present < attempts._room(before, later, most=most, within=WITHIN)
    else:
        assert attempts._room(present, later - WITHIN, most=most, within=WITHIN) >= 1
