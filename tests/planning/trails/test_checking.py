"""The product's own reading of a trail day agrees with the judge's, on sound plans and on broken ones."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import gen, verify
from eventsapp.planning.engine.trails.checking import check, measure
from eventsapp.planning.engine.trails.files import read_plan, read_problem
from eventsapp.planning.engine.trails.impossible import causes
from eventsapp.planning.engine.trails.problem import Pin
from eventsapp.planning.engine.trails.walking import Rule
from tests.planning.trails.streets import family, mended, team, trail

INSTANCES = Path(__file__).parents[3] / "bench" / "plans" / "instances"
OURS = {Rule.WRONG_OBJECTIVE, Rule.ABOVE_BOUND, Rule.PIN_BROKEN, Rule.TEAM_NAMED_TWICE}
"""Rules that the judge does not know."""


@cache
def repair_of_120() -> str:
    return (INSTANCES / "p2_d5_N120_repair.json").read_text(encoding="utf-8")


def judged(violations: list[str]) -> Counter[str]:
    codes = (one.split(":")[0] for one in violations)
    return Counter("group_placed" if code.startswith("group_placed_") else code for code in codes)


def agree(instance: dict[str, Any], solution: dict[str, Any]) -> None:
    problem = read_problem(instance)
    plan = read_plan(problem, solution)
    violations, metrics, bounds, objective, bound = verify.verify_p2(instance, solution)
    found = Counter(str(one.rule) for one in check(problem, plan) if one.rule not in OURS)
    assert found == judged(violations)
    if objective is None:
        return
    reading = measure(problem, plan)
    sizes = metrics.pop("team_sizes")
    expected = {**metrics, **bounds, "team_size_min": sizes[0], "team_size_max": sizes[1]}
    del expected["wait_lb"]
    assert (reading.objective, reading.bound) == (objective, bound)
    assert dict(reading.figures) == expected


@st.composite
def broken(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """The repair instance of 120 people, and its plan in force with up to six things done to it."""
    instance = json.loads(repair_of_120())
    teams = json.loads(repair_of_120())["base"]["teams"]
    known = {group["id"] for group in instance["groups"]}
    for one in teams:
        one["groups"] = [group for group in one["groups"] if group in known]
    placed = {group for one in teams for group in one["groups"]}
    for group in sorted(known - placed):
        draw(st.sampled_from(teams))["groups"].append(group)
    for _ in range(draw(st.integers(0, 6))):
        draw(st.sampled_from([walk_badly, choose_badly, place_badly]))(draw, instance, teams)
    if draw(st.booleans()):
        instance["base"] = None
    return instance, {"teams": teams}


def walk_badly(draw: st.DrawFn, _: dict[str, Any], teams: list[dict[str, Any]]) -> None:
    one = draw(st.sampled_from(teams))
    what = draw(st.integers(0, 3))
    if what == 0:
        one["depart"] += draw(st.integers(-3, 6))
    elif what == 1:
        one["visits"].reverse()
    else:
        draw(st.sampled_from(one["visits"]))["start"] += draw(st.integers(-6, 6))


def choose_badly(draw: st.DrawFn, instance: dict[str, Any], teams: list[dict[str, Any]]) -> None:
    one = draw(st.sampled_from(teams))
    structures = [structure["id"] for structure in instance["structures"]]
    routes = [route["id"] for route in instance["routes"]]
    if draw(st.booleans()):
        one["structure"] = draw(st.sampled_from([*structures, "personne"]))
    else:
        one["route"] = draw(st.sampled_from([*routes, "nulle part"]))
    instance["weights"]["moved_person"] = draw(st.sampled_from([0, 30, 10**6]))


def place_badly(draw: st.DrawFn, _: dict[str, Any], teams: list[dict[str, Any]]) -> None:
    one, other = draw(st.sampled_from(teams)), draw(st.sampled_from(teams))
    if one["groups"]:
        group = one["groups"].pop(draw(st.integers(0, len(one["groups"]) - 1)))
        other["groups"] += draw(st.sampled_from([[group]] * 5 + [[], [group, "G?"]]))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(broken())
def test_readings_and_violations_are_those_of_the_judge(case: tuple[dict[str, Any], dict[str, Any]]):
    agree(*case)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(
    people=st.sampled_from([3, 9, 30]),
    teams=st.sampled_from([1, 2, 3, 6]),
    huge=st.sampled_from([0, 20]),
    wheelchairs=st.sampled_from([0.0, 0.4]),
    children=st.sampled_from([0.0, 0.9]),
    slack=st.sampled_from([0.3, 1.3]),
    accessible=st.sampled_from([None, 0]),
    horizon=st.sampled_from([8, 44]),
    welcoming=st.booleans(),
)
def test_causes_are_the_certificates_of_the_judge(
    people: int,
    teams: int,
    huge: int,
    wheelchairs: float,
    children: float,
    slack: float,
    accessible: int | None,
    horizon: int,
    welcoming: bool,
):
    instance = gen.gen_p2(
        people,
        N=people,
        T=teams,
        L=8,
        huge_group=huge,
        p_wheel=wheelchairs,
        child_heavy=children,
        struct_slack=slack,
        only_acc=accessible,
    )
    instance["params"]["horizon"] = horizon
    if not welcoming:
        for one in instance["structures"]:
            one["wheelchair_ok"] = False
    found = causes(read_problem(instance))
    assert sorted(one.key for one in found) == sorted(code.split(":")[0] for code in verify.p2_cert(instance))
    missing = [int(str(one.params["missing"])) for one in found]
    assert missing == sorted(missing)
    assert min(missing, default=1) > 0


def test_what_a_person_settled_and_what_a_plan_claims_are_checked():
    groups = (family("Diallo", 2), family("Roux", 2))
    base = (team("T001", "Diallo"), team("T002", "Roux", first=1))
    problem = trail(groups, base)
    plan = mended(problem)
    late = replace(base[0], depart=1)
    pins = (
        Pin("T001", groups=("Roux",), structure="Espace 19", day=late),
        Pin("T009"),
    )
    wrong = replace(plan, objective=plan.objective + 1, bound=10**6, waiting_bound=5)
    assert Counter(one.rule for one in check(replace(problem, pins=pins), wrong)) == {
        Rule.PIN_BROKEN: 4,
        Rule.WRONG_OBJECTIVE: 1,
        Rule.ABOVE_BOUND: 2,
    }
    twice = replace(plan, teams=(plan.teams[0], replace(plan.teams[1], id="T001")))
    assert Rule.TEAM_NAMED_TWICE in {one.rule for one in check(problem, twice)}


def test_the_zero_move_repair_of_120_people_is_found_and_proved():
    """The prototype's figure: nobody moved, no team retimed, 231."""
    instance = json.loads(repair_of_120())
    problem = read_problem(instance)
    plan = mended(problem)
    figures = measure(problem, plan).figures
    assert (plan.objective, plan.bound, plan.ending) == (231, 231, "proved")
    assert (figures["moved_persons"], figures["retimed_teams"]) == (0, 0)
