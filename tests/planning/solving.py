"""Plans that tests ask for, never taken on trust."""

from __future__ import annotations

from eventsapp.planning.engine.saturdays.checking import check
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Problem
from eventsapp.planning.engine.saturdays.solving import solve
from eventsapp.planning.engine.search import Budget

PATIENT = Budget(seconds=None, rounds=300, patience=60)


def planned(problem: Problem, budget: Budget = PATIENT) -> Plan:
    """The plan, once the independent check has found nothing wrong with it."""
    found = solve(problem, budget)
    assert check(problem, found) == []
    return found
