"""School Saturdays as files: read, written, and measured as the independent verifier measures them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from bench.plans import gen, prototype, verify
from eventsapp.planning.engine.saturdays.checking import check, measure
from eventsapp.planning.engine.saturdays.files import read_plan, read_problem, write_plan
from eventsapp.planning.engine.saturdays.solving import solve
from eventsapp.planning.engine.search import Budget
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem

SHAPES: dict[str, dict[str, Any]] = {
    "months": {},
    "one date": {"common_date": True},
    "half-terms": {"demand": "term", "per_term": 2, "crews": 2, "min_gap": 21},
    "few a date": {"max_per_date": 3},
    "far away": {"isolated": 2, "few_dates": 4},
    "one theme": {"theme_skew": 0.95, "max_year": 6},
    "all alike": {"identical": True, "demand": "term"},
}


def instance(shape: str, *, schools: int = 8, associations: int = 6) -> dict[str, Any]:
    made: dict[str, Any] = gen.gen_p1(3, S=schools, A=associations, **SHAPES[shape])
    return made | {"id": shape}


def replan(shape: str) -> dict[str, Any]:
    """The same a season later: some sessions published, some people gone."""
    data = instance(shape)
    plan = prototype.solve_p1(data, method="greedy")
    again: dict[str, Any] = gen.make_replan_p1(data, plan, 3, withdraw=1, lose_dates=2)
    return again


def spoilt(data: dict[str, Any], solution: dict[str, Any], draw: Random) -> dict[str, Any]:
    """The solution with a few sessions changed by hand, nobody knows for better or for worse."""
    solution = copy.deepcopy(solution)
    for session in draw.sample(solution["sessions"], min(3, len(solution["sessions"]))):
        match draw.randrange(4):
            case 0:
                session["date"] = draw.choice(data["dates"])
            case 1:
                session["association"] = draw.choice(data["associations"])["id"]
            case 2:
                session["theme"] = draw.choice(data["themes"])
            case 3:
                solution["sessions"].remove(session)
    return solution


@pytest.mark.parametrize("make", [instance, replan])
@pytest.mark.parametrize("shape", SHAPES)
def test_our_reading_is_that_of_the_verifier(shape: str, make: Callable[[str], dict[str, Any]]):
    data, draw = make(shape), Random(5)
    problem = read_problem(data)
    for method in ("random", "greedy"):
        solution = prototype.solve_p1(data, method=method)
        for _ in range(4):
            plan, told = read_plan(problem, solution), verify.verify(data, solution)
            reading = measure(problem, plan)
            assert (check(problem, plan) == [], reading.objective) == (told["valid"], told["objective"])
            assert reading.bound >= told["bound"]
            if told["valid"]:
                assert reading.bound <= reading.objective
                assert write_plan(problem, shape, plan)["sessions"] == solution["sessions"]
            solution = spoilt(data, solution, draw)


@pytest.mark.parametrize("make", [instance, replan])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_plan_is_valid_covers_all_it_can_and_beats_the_prototype(
    shape: str, make: Callable[[str], dict[str, Any]]
):
    data = make(shape)
    problem = read_problem(data)
    plan = solve(problem, Budget(seconds=None, rounds=30, patience=30))
    assert not isinstance(plan, Impossible)
    told = verify.verify(data, json.loads(json.dumps(write_plan(problem, shape, plan))))
    greedy = verify.verify(data, prototype.solve_p1(data, method="greedy"))
    assert check(problem, plan) == []
    assert (told["valid"], told["objective"]) == (True, plan.objective.total(problem.weights))
    assert told["metrics"]["uncovered"] == plan.bound.due - plan.bound.coverage
    assert told["bound"] <= plan.bound.objective <= told["objective"] <= greedy["objective"]


def published(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A session of the first school and its first period, as published."""
    month, who = data["periods"][0], data["associations"][0]
    line = {
        "school": data["schools"][0]["id"],
        "period": month["id"],
        "date": month["dates"][0],
        "association": who["id"],
        "theme": who["themes"][0],
    }
    return line | changes


@pytest.mark.parametrize(
    ("limits", "changes"),
    [
        ({}, [{"date": "2027-06-26"}]),
        ({}, [{"period": "next year"}]),
        ({}, [{}, {}]),
        ({}, [{}, {"school": "S02"}]),
        ({"crews": 3, "max_per_month": 1}, [{}, {"school": "S02"}]),
        ({"crews": 3, "max_per_year": 1}, [{}, {"school": "S02"}]),
        ({"crews": 0}, [{}]),
        ({"crews": 2}, [{}, {"school": "S02", "date": "2026-09-12"}]),
    ],
)
def test_what_is_published_and_cannot_be_is_told_in_the_codes_of_the_verifier(
    limits: dict[str, int], changes: list[dict[str, Any]]
):
    data = instance("one date")
    data["associations"][0].update(limits)
    data["published"] = [published(data, **change) for change in changes]
    problem = read_problem(data)
    answer = solve(problem, Budget(seconds=None, rounds=0))
    assert isinstance(answer, Impossible)
    solution = write_plan(problem, "one date", answer)
    assert sorted(solution["reasons"]) == sorted(verify.certificates(data))
    assert verify.verify(data, solution)["valid"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda data: data["schools"][0].update(periods=[]), "published_not_due"),
        (lambda data: data["associations"][0].update(themes=["chess"]), "published_topic"),
        (lambda data: data["published"].append(published(data, school="S02")), "published_over_city"),
    ],
)
def test_what_is_published_against_the_rules_of_the_plan_is_a_cause_of_our_own(
    change: Callable[[dict[str, Any]], object], cause: str
):
    """The verifier has no certificate of these, and accepts no plan either."""
    data = instance("one date") | {"max_sessions_per_date": 1}
    data["associations"][0]["crews"] = 2
    data["published"] = [published(data)]
    change(data)
    answer = solve(read_problem(data), Budget(seconds=None, rounds=0))
    assert isinstance(answer, Impossible)
    assert [str(reason.key) for reason in answer.reasons] == [cause]


@pytest.mark.parametrize("limit", ["max_per_month", "max_per_year", "crews"])
def test_a_limit_may_be_as_large_as_one_likes(limit: str):
    data = instance("months", schools=2)
    for one in data["associations"]:
        one[limit] = 10**30
    data.update(max_sessions_per_date=10**30, min_gap_days=10**30)
    problem = read_problem(data)
    plan = solve(problem, Budget(seconds=None, rounds=1))
    assert verify.verify(data, write_plan(problem, None, plan))["valid"]


def test_what_may_be_left_out_or_null_is_nothing():
    data = instance("months")
    for name in ("published", "previous", "max_sessions_per_date", "min_gap_days", "common_date"):
        del data[name]
    bare = read_problem(data)
    data.update(published=None, previous=None, max_sessions_per_date=0, min_gap_days=None, pins=None)
    assert read_problem(data) == bare
    assert (bare.published, bare.max_sessions_per_date, bare.min_gap_days) == ((), None, 0)


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda data: data.update(problem="P2"), "problem 'P2', not P1"),
        (lambda data: data.update(schools=None), "schools must be a list, not null"),
        (lambda data: data.update(schools=[7]), r"schools\[0\] must be an object, not int"),
        (lambda data: data["schools"][1].pop("periods"), r"schools\[1\]: periods is missing"),
        (lambda data: data["schools"][0].update(xy=[1]), "xy must be two numbers"),
        (lambda data: data["schools"][0].update(id=True), "id must be text or a whole number, not True"),
        (lambda data: data["schools"][0].update(periods=["May"]), "unknown period"),
        (lambda data: data["associations"][0].update(crews="two"), "crews must be a whole number"),
        (lambda data: data["associations"][0].update(max_travel_m="far"), "a number of metres"),
        (lambda data: data["associations"][0].update(available=["soon"]), "must be a date .*, not 'soon'"),
        (lambda data: data["periods"][0].update(dates=["20260905"]), "must be a date .*, not '20260905'"),
        (lambda data: data["weights"].update(uncovered=-1), "weights.uncovered must be at least 0, not -1"),
        (lambda data: data["weights"].update(uncovered=10**12), "a weight is above"),
        (lambda data: data.update(pins=[{"school": "S01", "period": "May"}]), "no session is due"),
    ],
)
def test_a_file_that_states_no_problem_is_refused_with_a_sentence(
    break_it: Callable[[dict[str, Any]], object], sentence: str
):
    data = instance("months")
    break_it(data)
    with pytest.raises(IncoherentProblem, match=sentence):
        read_problem(data)


@pytest.mark.parametrize("make", [instance, replan])
@pytest.mark.parametrize("shape", ["one date", "few a date", "half-terms"])
def test_more_rounds_are_never_worse(shape: str, make: Callable[[str], dict[str, Any]]):
    problem = read_problem(make(shape))
    plans = [solve(problem, Budget(seconds=None, rounds=rounds, patience=99)) for rounds in (0, 5, 12)]
    totals = [plan.objective.total(problem.weights) for plan in plans if not isinstance(plan, Impossible)]
    assert len(totals) == 3
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_plan_in_hand_is_never_made_worse_and_is_mended_where_rules_changed(shape: str):
    data = replan(shape)
    problem = read_problem(data)
    good = solve(problem, Budget(seconds=None, rounds=40, patience=40))
    assert not isinstance(good, Impossible)
    resumed = read_plan(problem, write_plan(problem, shape, good))
    again = solve(problem, Budget(seconds=None, rounds=0, seed=9), start=resumed)
    assert not isinstance(again, Impossible)
    assert again.objective.total(problem.weights) <= good.objective.total(problem.weights)
    data["associations"][1]["max_per_month"] = 1
    data["schools"][0]["unavailable"] = data["dates"][20:]
    stricter = read_problem(data | {"published": []})
    mended = solve(stricter, Budget(seconds=None, rounds=0), start=resumed)
    assert not isinstance(mended, Impossible)
    assert check(stricter, mended) == []
