"""Costs and repairs as the judge reads them (`bench/plans/verify.py`): its figures and ours agree."""

from __future__ import annotations

from typing import Any

import pytest

from bench.plans.gen import gen_p1, make_replan_p1
from bench.plans.verify import verify_p1
from eventsapp.planning.engine.saturdays.dropout import repairs
from eventsapp.planning.engine.saturdays.files import read_plan, read_problem, write_plan
from eventsapp.planning.engine.saturdays.repair import Proof
from eventsapp.planning.engine.saturdays.solving import solve
from eventsapp.planning.engine.saturdays.why import WhyCost, why
from eventsapp.planning.engine.search import Budget
from eventsapp.planning.engine.terms import Impossible

BRISK = Budget(seconds=None, rounds=12)


@pytest.fixture(scope="module", params=[{}, {"common_date": True, "max_per_date": 6, "crews": 2}])
def judged(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """A year of eight schools and six associations with some of it published, and a plan of it."""
    instance = gen_p1(5, S=8, A=6, demand="term", per_term=2, radius=4000, **request.param)
    problem = read_problem(instance)
    plan = solve(problem, BRISK)
    assert not isinstance(plan, Impossible)
    instance = make_replan_p1(instance, write_plan(problem, None, plan), 3, withdraw=0, lose_dates=0)
    again = solve(read_problem(instance), BRISK)
    return instance, write_plan(problem, None, again)


def objective(instance: dict[str, Any], solution: dict[str, Any]) -> int:
    return int(verify_p1(instance, solution)[3])


def test_what_a_session_costs(judged: tuple[dict[str, Any], dict[str, Any]]):
    instance, solution = judged
    problem = read_problem(instance)
    told = why(problem, read_plan(problem, solution))
    now = objective(instance, solution)
    assert len(told) == len(problem.due)
    for one in solution["sessions"]:
        rest = {**solution, "sessions": [other for other in solution["sessions"] if other is not one]}
        reasons = told[one["school"], one["period"]]
        (total,) = (reason.params["total"] for reason in reasons if reason.key == WhyCost.COSTS)
        assert total == now - objective(instance, rest)


def test_repairs_break_no_rule_and_cost_what_they_say(judged: tuple[dict[str, Any], dict[str, Any]]):
    """The busiest association leaves in January."""
    instance, solution = judged
    problem = read_problem(instance)
    plan = read_plan(problem, solution)
    since = next(period.dates[0] for period in problem.periods if period.dates[0].year == 2027)
    hosts = [line.association for line in plan.lines if line.date >= since]
    leaves = max(sorted(set(map(str, hosts))), key=hosts.count)
    found = repairs(problem, plan, leaves, since=since, budget=BRISK)
    assert [repair.proof for repair in found] == [Proof.BEST] * 3
    for repair in found:
        left = {one.id: one.available or () for one in repair.problem.associations}
        after = {
            **instance,
            "associations": [
                {**one, "available": sorted(day.isoformat() for day in left[one["id"]])}
                for one in instance["associations"]
            ],
            "published": [
                one
                for one in instance["published"]
                if one["association"] != leaves or one["date"] < since.isoformat()
            ],
        }
        answer = write_plan(repair.problem, None, repair.plan)
        assert verify_p1(after, answer)[0] == []
        assert objective(after, answer) == repair.key[3]
        assert repair.key[3] - objective(instance, solution) == sum(repair.cost.values())
