"""A search that is watched: heard of whatever it does, stopped when somebody says so, not waited for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from eventsapp.planning.engine.breakfasts.plan import Plan
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress
from eventsapp.planning.engine.watching import GRACE, SILENCE, Listener, watched

ENDLESS = Budget(seconds=None)


class Hours:
    """A clock that moves on by a tenth of a second whenever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def worth(objective: int) -> Plan:
    return Plan((), objective, 0, Ending.ROUNDS_DONE, 1, 1)


def told(objective: int, best: Plan | None = None) -> Progress[Any]:
    return Progress(Phase.IMPROVING, 0.25, objective, 3, best)


def test_what_is_told_is_heard_in_its_order_by_the_thread_that_asked():
    heard, threads = list[Progress[Any]](), set[threading.Thread]()

    def work(tell: Listener, stopped: Callable[[], bool]) -> Plan:
        assert not stopped()
        for objective in (9, 8, 7):
            tell(told(objective))
        return worth(7)

    def hear(progress: Progress[Any]) -> None:
        heard.append(progress)
        threads.add(threading.current_thread())

    assert watched(work, ENDLESS, hear) == worth(7)
    assert heard == [told(9), told(8), told(7)]
    assert threads == {threading.current_thread()}


def test_silence_is_filled_with_what_was_told_last():
    heard, enough = list[Progress[Any]](), threading.Event()

    def work(tell: Listener, stopped: Callable[[], bool]) -> Plan:
        tell(told(9))
        enough.wait()
        return worth(9)

    def hear(progress: Progress[Any]) -> None:
        heard.append(progress)
        if len(heard) == 3:
            enough.set()

    hours = Hours()
    assert watched(work, Budget(seconds=1000.0), hear, clock=hours) == worth(9)
    assert [(one.objective, one.share) for one in heard] == [(9, 0.25)] * 3
    assert hours.now > 2 * SILENCE


def test_a_search_that_is_stopped_says_so_itself():
    def work(tell: Listener, stopped: Callable[[], bool]) -> Plan:
        return worth(5) if stopped() else worth(0)

    assert watched(work, ENDLESS, cancelled=lambda: True) == worth(5)


@pytest.mark.parametrize(
    ("budget", "stop", "ending"),
    [(Budget(seconds=2.0), False, Ending.TIME_UP), (ENDLESS, True, Ending.CANCELLED)],
)
def test_one_that_does_not_end_in_time_is_left_and_its_best_plan_taken(
    budget: Budget, stop: bool, ending: Ending
) -> None:
    never, heard = threading.Event(), list[Progress[Any]]()

    def work(tell: Listener, stopped: Callable[[], bool]) -> Plan:
        tell(told(9, worth(9)))
        tell(told(8))
        never.wait()
        return worth(0)

    hours = Hours()
    found = watched(work, budget, heard.append, lambda: stop and len(heard) > 1, clock=hours)
    never.set()
    assert found == Plan((), 9, 0, ending, 1, 1)
    assert hours.now > (budget.seconds or 0.0) + GRACE[ending]


def test_a_fault_of_the_search_is_raised_where_it_was_asked():
    def work(tell: Listener, stopped: Callable[[], bool]) -> Plan:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watched(work, ENDLESS)


def test_a_fault_of_the_listener_ends_the_search():
    ended = threading.Event()

    def work(tell: Listener, stopped: Callable[[], bool]) -> None:
        tell(told(9))
        while not stopped():
            threading.Event().wait(0.001)
        ended.set()

    def hear(progress: Progress[Any]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        watched(work, ENDLESS, hear)
    assert ended.wait(10)
