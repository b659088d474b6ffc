"""The seam: budgets run out when they say, and the flows are the cheapest and the largest."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from eventsapp.planning.engine.networks import Network
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_budget_in_seconds_runs_out_by_the_clock():
    watch = Watch()
    search = Search(Budget(seconds=10, rounds=1000, patience=1000), clock=watch)
    assert (search.ending(), search.share, search.seconds_left) == (None, 0.0, 10)
    watch.now += 4
    assert (search.ending(), search.share, search.seconds_left) == (None, pytest.approx(0.4), 6)
    watch.now += 6
    assert (search.ending(), search.share, search.seconds_left) == (Ending.TIME_UP, 1.0, 0)


def test_a_budget_in_rounds_runs_out_by_rounds_whatever_the_clock():
    watch = Watch()
    search = Search(Budget(seconds=None, rounds=2, patience=9), clock=watch)
    watch.now += 10**6
    search.count(better=True)
    assert (search.ending(), search.share, search.seconds_left) == (None, 0.5, None)
    search.count(better=True)
    assert search.ending() is Ending.ROUNDS_DONE


def test_patience_is_spent_by_rounds_that_change_nothing():
    search = Search(Budget(seconds=None, rounds=100, patience=2))
    for better in (False, True, False):
        search.count(better=better)
    assert search.ending() is None
    search.count(better=False)
    assert search.ending() is Ending.ROUNDS_DONE
    search.refresh()
    assert search.ending() is None


def test_somebody_says_stop():
    said: list[str] = []
    search = Search(Budget(), cancelled=lambda: bool(said))
    assert search.interrupted() is None
    said.append("stop")
    assert search.interrupted() is Ending.CANCELLED
    assert search.ending() is Ending.CANCELLED


def test_improvements_are_told_now_and_then_and_phases_always():
    watch, told = Watch(), list[Progress]()
    search = Search(Budget(seconds=None, rounds=4), told.append, tell_every=1, clock=watch)
    search.tell(Phase.STARTING, None, 5, None)
    search.tell(Phase.IMPROVING, 9, 5, None)
    search.tell(Phase.IMPROVING, 9, 5, None)
    watch.now += 1
    search.tell(Phase.IMPROVING, 8, 5, None)
    search.tell(Phase.DONE, 7, 5, None)
    assert [(one.phase, one.objective, one.share) for one in told] == [
        (Phase.STARTING, None, 0.0),
        (Phase.IMPROVING, 9, 0.0),
        (Phase.IMPROVING, 8, 0.0),
        (Phase.DONE, 7, 1.0),
    ]


def two_ways() -> tuple[Network, int]:
    """Two units from node 0: a straight way that gets dearer (1, 4, 7…), and one for 3 with room for one."""
    net = Network(np.array([2]))
    middle, sink = net.nodes(1), net.node()
    start = np.array([0])
    net.rising_arcs(start, sink, np.array([5]), np.array([1]), 3)
    net.arcs(start, middle, 1, 1)
    net.arcs(middle, sink, 9, 2)
    return net, sink


def test_the_cheapest_flow_takes_the_cheapest_steps():
    net, sink = two_ways()
    found = net.cheapest(sink)
    assert found.cost == 4
    assert found.flows.tolist() == [1, 0, 1, 1]


def test_the_largest_flow_is_what_goes_through():
    net, sink = two_ways()
    assert net.largest(0, sink) == 3
    assert net.largest(1, 0) == 0


def test_what_cannot_be_sent_is_a_fault():
    net = Network(np.array([2]))
    net.arcs(np.array([0]), net.nodes(1), 1)
    with pytest.raises(RuntimeError, match="status"):
        net.cheapest(1)


ENGINE = "eventsapp.planning.engine"
FOR_ALL = ("problem", "plan", "files", "checking", "impossible", "why")
WEB = [
    *(f"{ENGINE}.{module}" for module in ("files", "records", "search", "terms", "saturdays.repair")),
    *(f"{ENGINE}.{kind}.{module}" for kind in ("saturdays", "trails", "breakfasts") for module in FOR_ALL),
    *(f"eventsapp.planning.{module}" for module in ("models", "wording", "wording_plans")),
]


def test_what_web_processes_import_loads_no_solver():
    """A web process stays under its memory: 45 MB of solver and arrays are the worker's alone."""
    program = (
        f"import sys, {', '.join(WEB)}\n"
        "print(sorted({'numba', 'ortools', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
