"""On the day: who did not come, who came late, and what stays as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search
from eventsapp.planning.engine.terms import Impossible
from eventsapp.planning.engine.trails.checking import measure, moved_persons, retimed_teams
from eventsapp.planning.engine.trails.files import read_problem
from eventsapp.planning.engine.trails.impossible import DayCause
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Landmark, Pin, Problem, Route, Structure, Visit
from eventsapp.planning.engine.trails.repair import solve
from tests.planning.trails.streets import PATIENT, SQUARE, STRUCTURES, companies, family, mended, team, trail

DIALLO, ROUX = family("Diallo", 2, 1, quartier="Curial"), family("Roux", 1, 2)
PETIT, NGUYEN = family("Petit", 2), family("Nguyen", 1, quartier="Belleville")
MORNING = (team("T001", "Diallo", "Roux"), team("T002", "Petit", "Nguyen", first=1))


def hours(plan: Plan) -> list[tuple[Any, ...]]:
    return [(team.id, team.structure, team.route, team.depart, team.visits) for team in plan.teams]


def test_a_family_that_comes_late_joins_the_team_where_it_meets_most():
    late = family("Kowalski", 1, quartier="Curial")
    plan = mended(trail((DIALLO, ROUX, PETIT, NGUYEN, late), MORNING, team_max=7))
    assert companies(plan) == {"T001": {"Diallo", "Roux"}, "T002": {"Petit", "Nguyen", "Kowalski"}}
    assert [one[2:] for one in hours(plan)] == [(one.route, one.depart, one.visits) for one in MORNING]
    assert plan.ending is Ending.PROVED
    assert plan.objective == plan.bound


def test_a_team_left_without_an_adult_is_lent_the_fewest_people():
    """The Petits do not come: of the Diallos (3), Roux (3) and Garnier (1), who left T001, one must go."""
    garnier = family("Garnier", 1)
    cousins = family("Lopez", 0, 2)
    base = (team("T001", "Diallo", "Roux", "Garnier"), team("T002", "Petit", "Lopez", first=1))
    problem = trail((DIALLO, ROUX, garnier, cousins), base, team_max=8, children_per_adult=2)
    plan = mended(problem)
    assert companies(plan) == {"T001": {"Diallo", "Roux"}, "T002": {"Lopez", "Garnier"}}
    assert moved_persons(problem, plan.teams) == 1
    assert plan.ending is Ending.PROVED


def test_without_the_wheelchair_the_team_leaves_later_and_its_visits_stand():
    """Step-free, T001 left at 0 to be there at 3; on foot it would wait two ticks for its first stage."""
    base = (team("T001", "Roux", "Sy", arrives=3, every=6), team("T002", "Petit", arrives=13, depart=12))
    problem = trail((ROUX, PETIT, family("Sy")), base, max_wait=1)
    plan = mended(problem)
    assert retimed_teams(problem, plan.teams) == []
    assert [one.depart for one in plan.teams] == [1, 12]
    strict = trail((ROUX, PETIT, family("Sy")), base, max_wait=0)
    assert retimed_teams(strict, mended(strict).teams) == ["T001"]


def test_hours_made_for_a_wheelchair_keep_one_where_they_must():
    """T001 walks step-free: without Sy's wheelchair it would wait a tick in front of every stage."""
    base = (
        team("T001", "Roux", "Sy", arrives=2, every=6),
        team("T002", "Petit", "Ba", "Diop", first=1, arrives=2, every=6),
    )
    ba, diop = family("Ba", wheelchair=True), family("Diop", wheelchair=True)
    problem = trail((ROUX, PETIT, ba, diop), base, max_wait=0)
    plan = mended(problem)
    assert retimed_teams(problem, plan.teams) == []
    assert {frozenset(groups) for groups in companies(plan).values()} <= {
        frozenset({"Roux", "Ba"}),
        frozenset({"Roux", "Diop"}),
        frozenset({"Petit", "Ba"}),
        frozenset({"Petit", "Diop"}),
    }
    assert moved_persons(problem, plan.teams) == 1


def test_a_wheelchair_that_comes_late_goes_where_hours_and_structure_welcome_it():
    base = (team("T001", "Diallo", "Roux"), team("T002", "Petit", "Nguyen", first=3, arrives=2, every=6))
    late = family("Sy", quartier="Belleville", wheelchair=True)
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), base, team_max=8)
    assert companies(mended(problem))["T002"] == {"Petit", "Nguyen", "Sy"}
    closed = (base[0], replace(base[1], structure="Espace 19"))
    changed = mended(replace(problem, base=closed))
    assert [one.structure for one in changed.teams] == ["Centre Mathis", "Centre Mathis"]
    assert retimed_teams(problem, changed.teams) == []


def test_where_no_hours_suit_the_wheelchair_one_team_is_retimed():
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, family("Sy", wheelchair=True)), MORNING, team_max=8)
    assert len(retimed_teams(problem, mended(problem).teams)) == 1


def test_a_closed_landmark_retimes_those_who_would_pass_there():
    spare = Landmark("Halle", step_free=True, capacity=1)
    walk = tuple(tuple(int(i != j) for j in range(6)) for i in range(6))
    there = tuple(Landmark(name, step_free=True, capacity=int(name != "Lavoir")) for name in SQUARE)
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN), MORNING)
    other = replace(problem.routes[0], id="Tour de la halle", stages=(*SQUARE[:3], "Halle"))
    problem = replace(
        problem, landmarks=(*there, spare), walk=walk, walk_stepfree=walk, routes=(*problem.routes, other)
    )
    plan = mended(problem)
    assert [one.route for one in plan.teams] == ["Tour de la halle"] * 2
    assert companies(plan) == {one.id: set(one.groups) for one in MORNING}


def test_one_team_fewer_joins_the_other():
    base = (team("T001", "Roux"), team("T002", "Petit", first=1))
    problem = trail((ROUX, PETIT), base, n_teams=1)
    assert companies(mended(problem)) == {"T001": {"Roux", "Petit"}}


def test_one_team_more_gets_a_structure_and_hours_of_its_own():
    late = [family(name, 2) for name in ("Sy", "Ba")]
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, *late), MORNING, n_teams=3)
    plan = mended(problem)
    assert len(plan.teams) == 3
    assert (moved_persons(problem, plan.teams), retimed_teams(problem, plan.teams)) == (0, [])


def test_a_structure_that_is_no_more_is_replaced():
    problem = trail(
        (DIALLO, ROUX, PETIT, NGUYEN), MORNING, structures=(Structure("Ludothèque", frozenset(), 2, True),)
    )
    assert [one.structure for one in mended(problem).teams] == ["Ludothèque", "Ludothèque"]


def test_pins_are_kept():
    late = family("Kowalski", 1, quartier="Curial")
    pins = (Pin("T001", groups=("Kowalski", "Nguyen")), Pin("T002", structure="Espace 19", day=MORNING[1]))
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), MORNING, team_max=8, pins=pins)
    plan = mended(problem)
    assert companies(plan) == {"T001": {"Diallo", "Roux", "Kowalski", "Nguyen"}, "T002": {"Petit"}}
    assert plan.teams[1].structure == "Espace 19"


def test_no_adult_left_is_said_with_how_many_are_missing():
    children = [family(name, 0, 2) for name in ("Lopez", "Roy")]
    found = solve(trail(children, (team("T001", "Lopez"), team("T002", "Roy", first=1))), Search(PATIENT))
    assert isinstance(found, Impossible)
    assert [(reason.key, reason.params["missing"]) for reason in found.reasons] == [
        ("not_enough_adults_ratio", 2),
        ("not_enough_adults_per_team", 2),
    ]


def refusals(problem: Problem) -> list[str]:
    found = solve(problem, Search(PATIENT))
    assert isinstance(found, Impossible)
    return [reason.key for reason in found.reasons]


def test_where_rules_cannot_be_kept_it_is_proved_unless_somebody_says_stop():
    """Three families of four, two teams of six at most: nobody can be split, and no sum proves it."""
    families = [family(name, 2, 2) for name in ("Lopez", "Roy", "Sy")]
    base = (team("T001", "Lopez", "Roy"), team("T002", "Sy", first=1))
    problem = trail(families, base, team_max=6)
    assert refusals(problem) == [DayCause.GROUPS_DO_NOT_FIT]
    found = solve(problem, Search(PATIENT, cancelled=lambda: True))
    assert isinstance(found, Plan)
    assert found.broken == ("team_size",)
    assert sorted(group for one in found.teams for group in one.groups) == ["Lopez", "Roy", "Sy"]


def test_a_day_that_ends_too_soon_for_a_wheelchair_or_for_all_teams_is_refused():
    """Around the square in 26 ticks with a wheelchair; to one place and back in 6, two teams in 10."""
    rolling = family("Diallo", 2, 1, wheelchair=True)
    problem = trail((rolling, ROUX, PETIT, NGUYEN), MORNING, horizon=25)
    assert refusals(problem) == [DayCause.NO_DAY_ON_ANY_ROUTE]
    visits = [(Visit("Lavoir", 1),), (Visit("Lavoir", 5),)]
    base = [replace(one, route="Au lavoir", visits=stops) for one, stops in zip(MORNING, visits, strict=True)]
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN), base, routes=(Route("Au lavoir", ("Lavoir",)),), horizon=9)
    assert refusals(problem) == [DayCause.NOT_ENOUGH_PASSAGES]


def test_cancelled_at_once_it_still_places_everybody():
    late = family("Kowalski", 1, quartier="Curial")
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), MORNING, team_max=8)
    found = solve(problem, Search(PATIENT, cancelled=lambda: True))
    assert isinstance(found, Plan)
    assert found.ending is Ending.CANCELLED
    assert sorted(group for one in found.teams for group in one.groups) == [
        "Diallo",
        "Kowalski",
        "Nguyen",
        "Petit",
        "Roux",
    ]


def test_it_tells_what_it_holds_and_goes_on_from_a_given_plan():
    told: list[Progress[Plan]] = []
    late = family("Kowalski", 1, quartier="Curial")
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), MORNING, team_max=8)
    first = solve(problem, Search(PATIENT, told.append))
    assert isinstance(first, Plan)
    assert [told[0].phase, told[-1].phase] == [Phase.STARTING, Phase.DONE]
    assert told[-1].best == first
    again = mended(problem, Budget(seconds=None, rounds=1, patience=1), start=first)
    assert again.objective == measure(problem, first).objective


@pytest.mark.parametrize("weight", [0, 10**9])
def test_weights_may_be_anything(weight: int):
    late = family("Kowalski", 1, quartier="Curial", languages=("pl",))
    weights = replace(trail(()).weights, quartier_pair=weight, lang_isolated=weight, moved_person=weight)
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), MORNING, team_max=8, weights=weights)
    assert mended(problem).ending is Ending.PROVED


def test_structures_speak_for_those_who_come_late():
    late = family("Haddad", 1, quartier="Curial", languages=("ar",))
    base = (MORNING[0], replace(MORNING[1], structure="Espace 19"))
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), base, team_max=7, structures=STRUCTURES)
    assert "Haddad" in companies(mended(problem))["T001"]


def crowded() -> Problem:
    """The repair instance of 120 people, and 25 more families who come late."""
    path = Path(__file__).parents[3] / "bench" / "plans" / "instances" / "p2_d5_N120_repair.json"
    problem = read_problem(json.loads(path.read_text(encoding="utf-8")))
    tongues = [("fr",), ("ar",), ("fr", "ar"), ("wo",)]
    late = [
        family(f"Late {number}", 1 + number % 3, quartier=f"Q{1 + number % 8}", languages=tongues[number % 4])
        for number in range(25)
    ]
    rules = replace(problem.rules, team_max=25)
    return replace(problem, groups=(*problem.groups, *late), rules=rules)


def test_more_rounds_never_worsen_and_the_same_rounds_give_the_same_plan():
    problem = crowded()
    plans = [mended(problem, Budget(seconds=None, rounds=rounds, patience=rounds)) for rounds in (1, 3, 3)]
    objectives = [plan.objective for plan in plans]
    assert objectives == sorted(objectives, reverse=True)
    assert plans[1] == plans[2]
    assert {measure(problem, plan).figures["retimed_teams"] for plan in plans} == {0}


def test_seconds_are_kept_and_the_plan_is_whole():
    """A clock on which every look takes a tenth of a second, and no second is left for the mix."""
    ticks = count()
    search = Search[Plan](Budget(seconds=0.5), clock=lambda: next(ticks) / 10)
    found = solve(crowded(), search)
    assert isinstance(found, Plan)
    assert found.ending is Ending.TIME_UP
    assert sum(len(one.groups) for one in found.teams) == len(crowded().groups)
