"""A trail day comes from a file of which nothing is trusted, and its plan goes back into one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import verify
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem, Reason
from eventsapp.planning.engine.trails.files import read_plan, read_problem, write_plan
from eventsapp.planning.engine.trails.patterns import paces
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.repair import solve
from tests.planning.trails.streets import PATIENT

INSTANCE = Path(__file__).parents[3] / "bench" / "plans" / "instances" / "p2_d5_N120_repair.json"
SMALL: dict[str, Any] = {
    "problem": "P2",
    "groups": [
        {
            "id": "Sy",
            "members": [
                {"id": "Awa", "quartier": "Flandre", "age": "adult", "langs": ["fr"], "wheelchair": False}
            ],
        }
    ],
    "params": {
        "n_teams": 1,
        "team_min": 1,
        "team_max": 4,
        "children_per_adult": 4,
        "min_adults": 1,
        "supervisors": ["adult"],
        "stage_ticks": 4,
        "horizon": 20,
        "max_depart": 4,
        "max_wait": 3,
        "max_leg": 6,
        "max_leg_stepfree": 8,
    },
    "landmarks": [{"id": "Kiosque", "step_free": True, "capacity": 1}],
    "walk": [[0, 1], [1, 0]],
    "routes": [{"id": "Court", "stages": ["Kiosque"]}],
    "structures": [{"id": "Mathis", "langs": ["fr"], "max_teams": 1, "wheelchair_ok": True}],
}


def small(change: Callable[[dict[str, Any]], object] = lambda data: None) -> dict[str, Any]:
    data = copy.deepcopy(SMALL)
    change(data)
    return data


def test_what_a_file_may_leave_out():
    problem = read_problem(small())
    assert (problem.base, problem.pins, problem.no_shows) == (None, (), ())
    assert (problem.quartiers, problem.ages) == (("Flandre",), ("adult",))
    assert problem.walk_stepfree == ((None, None), (None, None))
    assert problem.weights.moved_person == 0
    empty = {"base": None, "pins": None, "no_shows": None, "weights": {"moved_person": None}}
    assert read_problem(small(lambda data: data.update(empty))) == problem


def test_the_start_may_stand_anywhere_in_the_walks():
    def first(data: dict[str, Any]) -> None:
        data.update(start_index=2, walk=[[0, 9, 2], [9, 0, 9], [3, 9, 0]])

    assert read_problem(small(first)).walk == ((0, 2), (3, 0))


def test_pins_are_read_and_those_of_absent_people_are_dropped():
    day = {"route": "Court", "depart": 0, "visits": [{"landmark": "Kiosque", "start": 1}]}
    pins = [{"team": "T001", "groups": ["Sy", "Ba"], "structure": "Mathis", "day": day}]
    base = {"teams": [{"id": "T001", "groups": ["Sy", "Ba"], "structure": "Mathis", **day}]}
    (pin,) = read_problem(small(lambda data: data.update(pins=pins, base=base))).pins
    assert (pin.groups, pin.structure, pin.day and pin.day.visits[0].start) == (("Sy",), "Mathis", 1)
    with pytest.raises(IncoherentProblem, match="unknown group"):
        read_problem(small(lambda data: data.update(pins=pins)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data.update(problem="P1"), "of problem 'P1'"),
        (lambda data: data.pop("groups"), "the file: groups is missing"),
        (lambda data: data.update(groups="all"), "groups must be a list, not str"),
        (
            lambda data: data["groups"][0]["members"][0].pop("langs"),
            r"members\[0\]: langs is missing",
        ),
        (lambda data: data["groups"][0]["members"][0].update(age=7), "age must be text, not 7"),
        (
            lambda data: data["groups"][0]["members"][0].update(wheelchair="no"),
            "must be true or false",
        ),
        (lambda data: data["groups"].append(data["groups"][0]), "group named twice"),
        (lambda data: data["params"].update(n_teams=None), "n_teams must be a whole number, not None"),
        (lambda data: data["params"].update(stage_ticks=0), "stage_ticks must be at least 1, not 0"),
        (lambda data: data["params"].update(team_max=True), "team_max must be a whole number, not True"),
        (lambda data: data.update(walk=[[0]]), "walk does not join"),
        (lambda data: data["routes"][0].update(stages=["Pont"]), "unknown landmark"),
        (lambda data: data["routes"][0].update(stages=0), "stages must be a list, not int"),
        (lambda data: data["params"].update(stage_ticks=10**6), "stage_ticks must be at most 1000"),
        (lambda data: data.update(weights=[]), "weights must be an object"),
        (lambda data: data.update(weights={"age_pair": -1}), "age_pair must be at least 0, not -1"),
        (
            lambda data: data.update(base={"teams": [None]}),
            r"base.teams\[0\] must be an object, not null",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(change: Callable[[dict[str, Any]], object], sentence: str):
    with pytest.raises(IncoherentProblem, match=sentence):
        read_problem(small(change))


def test_a_name_listed_twice_is_one():
    listed = read_problem(small(lambda data: data.update(quartiers=["Flandre"] * 2, ages=["adult"] * 2)))
    assert (listed.quartiers, listed.ages) == (("Flandre",), ("adult",))


def test_a_day_without_an_end_is_as_long_as_its_visits_need():
    """Nor does it take the memory of a billion ticks."""
    endless = dict.fromkeys(["horizon", "max_depart", "max_wait"], 10**9)
    problem = read_problem(small(lambda data: data["params"].update(endless)))
    on_foot, _ = paces(problem)
    assert on_foot.clock.tolist() == [4, 16, 10**9, 10**9]


anything = st.sampled_from([None, True, -1, 2.5, "x", [], {}, [None], 10**30])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(st.data())
def test_no_file_is_worse_than_incoherent(data: st.DataObject):
    """Whatever stands anywhere in a file: it is read, or refused in a sentence."""
    changed = small()
    at: Any = changed
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        deeper = at[key]
        if not isinstance(deeper, dict | list) or not deeper or data.draw(st.booleans()):
            break
        at = deeper
    at[key] = data.draw(anything)
    with suppress(IncoherentProblem):
        assert len(read_problem(changed).groups) == len(changed["groups"])


def test_a_plan_is_written_as_the_judge_reads_it_and_comes_back():
    instance = json.loads(INSTANCE.read_text(encoding="utf-8"))
    problem = read_problem(instance)
    plan = solve(problem, Search(PATIENT))
    assert isinstance(plan, Plan)
    written = json.loads(json.dumps(write_plan(problem, instance["id"], plan)))
    verdict = verify.verify(instance, written)
    assert (verdict["valid"], verdict["objective"]) == (True, plan.objective)
    assert read_plan(problem, written).teams == plan.teams


def test_an_impossible_day_is_written_with_its_codes():
    reasons = (Reason("too_few_people"), Reason("group_larger_than_team", {"group": "Sy"}))
    written = write_plan(read_problem(small()), "x", Impossible(reasons))
    assert (written["status"], written["reasons"]) == (
        "infeasible",
        ["too_few_people", "group_larger_than_team:Sy"],
    )
    with pytest.raises(IncoherentProblem, match="no plan"):
        read_plan(read_problem(small()), written)
