"""A whole trail day: teams and timetable together, resumed, pinned, cancelled, or impossible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.plans import gen, verify
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress
from eventsapp.planning.engine.terms import Id, Impossible
from eventsapp.planning.engine.trails.checking import check
from eventsapp.planning.engine.trails.files import read_problem, write_plan
from eventsapp.planning.engine.trails.impossible import DayCause
from eventsapp.planning.engine.trails.pinned import PinCause
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Pin, Problem
from eventsapp.planning.engine.trails.solving import solve
from eventsapp.planning.engine.trails.teams import Composing
from tests.planning.trails.streets import companies, family, team, trail

FEW = Budget(seconds=None, rounds=4, patience=4)
DAY = gen.gen_p2(3, N=60, p_wheel=0.05)
FAMILIES = tuple(family(name, 2) for name in ("Diallo", "Roux", "Petit", "Nguyen"))


def planned(problem: Problem, budget: Budget = FEW, start: Plan | None = None) -> Plan:
    """The plan, once the independent check has found nothing wrong with it."""
    found = solve(problem, budget, start=start)
    assert isinstance(found, Plan)
    assert check(problem, found) == []
    assert found.broken == ()
    return found


def keys(problem: Problem) -> list[str]:
    found = solve(problem, FEW)
    assert isinstance(found, Impossible)
    return [reason.key for reason in found.reasons]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(read_problem(DAY))


def test_a_day_with_wheelchairs_keeps_every_rule(plan: Plan):
    faults, figures, _, objective, bound = verify.verify_p2(DAY, write_plan(read_problem(DAY), "day", plan))
    assert faults == []
    assert (objective, bound, figures["wait_ticks_total"]) == (plan.objective, plan.bound, plan.waiting)


def test_the_same_rounds_give_the_same_day_and_more_are_never_worse(plan: Plan):
    problem = read_problem(DAY)
    assert planned(problem) == plan
    assert planned(problem, replace(FEW, rounds=8)).rank <= plan.rank


def test_a_given_plan_is_where_the_search_goes_on(plan: Plan):
    problem = read_problem(DAY)
    named = replace(plan, teams=tuple(replace(one, id=f"Équipe {one.id}") for one in plan.teams))
    assert planned(problem, replace(FEW, rounds=0), start=named).teams == named.teams
    better = planned(problem, start=named)
    assert better.rank <= plan.rank
    assert [one.id for one in better.teams] == [one.id for one in named.teams]


def test_a_plan_that_fits_no_more_is_taken_up_as_far_as_it_goes(plan: Plan):
    problem = read_problem(DAY)
    lost, moved, *rest = plan.teams
    broken = replace(plan, teams=(replace(lost, groups=()), replace(moved, structure="Nulle part"), *rest))
    assert planned(problem, start=broken).bound == plan.bound


def test_what_a_person_has_settled_stays(plan: Plan):
    first, second, third = plan.teams[:3]
    pins = (
        Pin(first.id, groups=first.groups[:2], structure=first.structure, day=first),
        Pin(second.id, day=second),
        Pin("Les Lilas", groups=third.groups[-1:]),
    )
    days = {one.id: one for one in planned(replace(read_problem(DAY), pins=pins)).teams}
    assert set(first.groups[:2]) <= set(days[first.id].groups)
    assert (days[first.id].structure, days[second.id].visits) == (first.structure, second.visits)
    assert third.groups[-1] in days["Les Lilas"].groups


LATE = team("T001", first=0, arrives=60)
ON_TIME = team("T001")


@pytest.mark.parametrize(
    ("pins", "cause"),
    [
        ((Pin("T001", groups=("Diallo", "Roux", "Petit", "École")),), PinCause.TEAM_TOO_LARGE),
        ((Pin("T001"), Pin("T002"), Pin("T003")), PinCause.TOO_MANY_TEAMS),
        ((Pin("T001", day=LATE),), PinCause.DAY_BROKEN),
        ((Pin("T001", day=ON_TIME), Pin("T002", day=ON_TIME)), PinCause.STAGE_OVERLOAD),
        ((Pin("T001", groups=("Haddad",), structure="Espace 19"),), PinCause.STRUCTURE_NOT_ACCESSIBLE),
        ((Pin("T001", groups=("École",)),), PinCause.TOO_MANY_CHILDREN),
    ],
)
def test_pins_that_no_plan_can_keep_say_why(pins: tuple[Pin, ...], cause: str):
    others = (family("Haddad", wheelchair=True), family("École", 1, 5))
    problem = trail((*FAMILIES, *others), pins=pins, team_max=8, children_per_adult=1)
    assert set(keys(problem)) == {cause}


def test_structures_pinned_to_more_teams_than_they_can_lead():
    pins = tuple(Pin(f"T00{n}", structure="Espace 19") for n in (1, 2, 3))
    assert keys(trail(FAMILIES, pins=pins, n_teams=3)) == [PinCause.STRUCTURE_OVERLOAD]


def test_a_day_that_is_impossible_says_what_is_missing():
    assert keys(trail(FAMILIES, n_teams=1)) == ["too_many_people"]


def test_stopped_before_anything_is_proved_a_whole_plan_says_what_it_breaks():
    problem = trail([family(name, 4) for name in ("Diallo", "Roux", "Petit")], team_min=6)
    found = solve(problem, FEW, cancelled=lambda: True)
    assert isinstance(found, Plan)
    assert found.broken == tuple(sorted({fault.rule for fault in check(problem, found)})) != ()
    assert sorted(map(len, companies(found).values())) == [1, 2]


def helps(found: Plan | Impossible) -> dict[str, object]:
    """What would put the groups together, once it is proved that nothing does."""
    assert isinstance(found, Impossible)
    [reason] = found.reasons
    assert reason.key == DayCause.GROUPS_DO_NOT_FIT
    changes = ("pinned", "more_teams", "fewer_teams", "more_places", "fewer_places", "more_adults")
    return {change: reason.params[change] for change in changes if reason.params[change]}


def test_families_that_do_not_fit_the_teams_are_told_what_would_help():
    """Five families of seven, two teams of twenty: 40 places for 35 people, and a family stays whole."""
    families = [family(name, 3, 4) for name in ("Diallo", "Roux", "Petit", "Nguyen", "Haddad")]
    assert helps(solve(trail(families, team_max=20), FEW)) == {"more_teams": 1, "more_places": 1}
    pair = [family(name, 4) for name in ("Diallo", "Roux", "Petit")]
    assert helps(solve(trail(pair, team_min=5, team_max=8), FEW)) == {
        "fewer_places": 1,
        "more_adults": 1,
    }
    stairs = (Pin("T001", structure="Espace 19"),)
    rolling = [family(name, 4, wheelchair=True) for name in ("Diallo", "Roux")]
    assert helps(solve(trail(rolling, pins=stairs), FEW)) == {"pinned": 1}


def test_a_small_day_that_cannot_be_is_refused_before_anything_is_compiled(monkeypatch: pytest.MonkeyPatch):
    """One or two teams may roll: nobody anneals both to learn that five families of seven do not fit."""
    compiled: list[Composing] = []
    monkeypatch.setattr(Composing, "compile", lambda composing: compiled.append(composing))
    names = ("Diallo", "Roux", "Petit", "Nguyen", "Haddad")
    families = [family(name, 3, 4, wheelchair=name in names[:2]) for name in names]
    assert helps(solve(trail(families, team_max=20), FEW)) == {"more_teams": 1, "more_places": 1}
    assert compiled == []


def test_families_that_fit_in_one_way_only_are_put_together_that_way():
    sizes = {"Diallo": 7, "Roux": 3, "Petit": 2, "Nguyen": 6, "Haddad": 5, "Sy": 1}
    families = [family(name, size) for name, size in sizes.items()]
    found = companies(planned(trail(families, team_min=8, team_max=8, n_teams=3)))
    assert {frozenset(inside) for inside in found.values()} == {
        frozenset({"Diallo", "Sy"}),
        frozenset({"Nguyen", "Petit"}),
        frozenset({"Haddad", "Roux"}),
    }


def test_somebody_says_stop():
    told: list[Progress[Plan]] = []
    found = solve(read_problem(DAY), Budget(seconds=None), told.append, lambda: bool(told))
    assert isinstance(found, Plan)
    assert (found.ending, len(found.teams)) == (Ending.CANCELLED, DAY["params"]["n_teams"])


def test_progress_shows_whole_plans_and_goes_forward():
    told: list[Progress[Plan]] = []
    found = solve(read_problem(DAY), FEW, told.append)
    assert [one.share for one in told] == sorted(one.share for one in told)
    assert (told[0].phase, told[-1].phase, told[-1].best) == (Phase.BOUNDING, Phase.DONE, found)
    shown = [one.best for one in told if one.best is not None]
    assert {len(one.teams) for one in shown} == {DAY["params"]["n_teams"]}


def test_nobody_comes():
    nobody = {"n_teams": 1, "team_min": 0, "min_adults": 0}
    assert companies(planned(trail((), **nobody))) == {"T001": set()}
    assert planned(trail((), **{**nobody, "n_teams": 0})).teams == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"weights": {"quartier_pair": 0, "age_pair": 0, "lang_isolated": 0}},
        {"weights": {"quartier_pair": 10**9, "age_pair": 1, "lang_isolated": 10**9}},
        {"quartiers": [f"Q{n}" for n in range(40)]},
    ],
)
def test_odd_days(changed: dict[str, Any]):
    found = planned(read_problem({**DAY, **changed}))
    assert found.objective >= found.bound


def test_every_family_needs_a_wheelchair():
    rolling = [family(name, 2, wheelchair=True) for name in ("Diallo", "Roux")]
    together: dict[Id, set[Id]] = companies(planned(trail(rolling)))
    assert sorted(map(len, together.values())) == [1, 1]


def test_the_plan_in_force_is_repaired_and_not_made_anew():
    base = (team("T001", "Diallo", "Roux"), team("T002", "Petit", first=1))
    found = planned(trail(FAMILIES, base))
    assert companies(found) == {"T001": {"Diallo", "Roux"}, "T002": {"Petit", "Nguyen"}}
