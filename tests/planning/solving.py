"""Plans that tests ask for, never taken on trust."""

from __future__ import annotations

from eventsapp.planning.checking import check
from eventsapp.planning.plan import Plan
from eventsapp.planning.problem import Problem
from eventsapp.planning.school_saturdays import plan
from eventsapp.planning.solver import Budget

PATIENT = Budget(seconds=None, rounds=300, patience=60)


def planned(problem: Problem, budget: Budget = PATIENT) -> Plan:
    """The plan, once the independent check has found nothing wrong with it."""
    found = plan(problem, budget)
    assert check(problem, found) == []
    return found
