"""Small trail days: four landmarks around a square, a tick apart, two for a wheelchair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from eventsapp.planning.engine.search import Budget, Search
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.checking import check
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import (
    Group,
    Landmark,
    Person,
    Problem,
    Route,
    Rules,
    Structure,
    Team,
    Visit,
    Weights,
)
from eventsapp.planning.engine.trails.repair import solve

SQUARE = ("Kiosque", "Fontaine", "Théâtre", "Lavoir")
RULES = Rules(
    n_teams=2,
    team_min=2,
    team_max=6,
    children_per_adult=2,
    min_adults=1,
    supervisors=frozenset({"adult", "senior"}),
    stage_ticks=4,
    horizon=40,
    max_depart=12,
    max_wait=3,
    max_leg=3,
    max_leg_stepfree=4,
)
WEIGHTS = Weights(moved_person=30)
STRUCTURES = (
    Structure("Centre Mathis", frozenset({"fr", "ar"}), 2, wheelchair_ok=True),
    Structure("Espace 19", frozenset({"fr"}), 2, wheelchair_ok=False),
)
PATIENT = Budget(seconds=None, rounds=60, patience=30)


def family(
    name: str,
    adults: int = 1,
    children: int = 0,
    *,
    quartier: str = "Flandre",
    languages: Iterable[str] = ("fr",),
    wheelchair: bool = False,
) -> Group:
    """People of one quartier who stay together; the first one is in the wheelchair, if any."""
    ages = ["adult"] * adults + ["child"] * children
    people = [
        Person(f"{name} {number}", quartier, age, frozenset(languages), wheelchair and number == 0)
        for number, age in enumerate(ages)
    ]
    return Group(name, tuple(people))


def team(
    name: str,
    *groups: str,
    structure: Id = "Centre Mathis",
    first: int = 0,
    arrives: int = 1,
    every: int = 5,
    depart: int = 0,
) -> Team:
    """A team that is at the landmark number `first` on tick `arrives`, at the next ones `every` so many."""
    order = SQUARE[first:] + SQUARE[:first]
    visits = tuple(Visit(place, arrives + every * number) for number, place in enumerate(order))
    return Team(name, groups, structure, "Tour de la place", depart, visits)


def trail(groups: Iterable[Group], base: Iterable[Team] | None = None, **changed: Any) -> Problem:
    """A day on the square. `changed` are rules, or parts of the problem."""
    rules = {key: value for key, value in changed.items() if hasattr(RULES, key)}
    parts = {key: value for key, value in changed.items() if key not in rules}
    size = len(SQUARE) + 1
    problem = Problem(
        quartiers=("Flandre", "Curial", "Belleville"),
        ages=("child", "teen", "adult", "senior"),
        groups=tuple(groups),
        rules=replace(RULES, **rules),
        landmarks=tuple(Landmark(name, step_free=True, capacity=1) for name in SQUARE),
        walk=tuple(tuple(int(i != j) for j in range(size)) for i in range(size)),
        walk_stepfree=tuple(tuple(2 * int(i != j) for j in range(size)) for i in range(size)),
        routes=(Route("Tour de la place", SQUARE),),
        structures=STRUCTURES,
        weights=WEIGHTS,
        base=None if base is None else tuple(base),
    )
    return replace(problem, **parts)


def mended(problem: Problem, budget: Budget = PATIENT, start: Plan | None = None) -> Plan:
    """The repair, once the independent check has found nothing wrong with it."""
    found = solve(problem, Search(budget), start)
    assert isinstance(found, Plan)
    assert check(problem, found) == []
    return found


def companies(plan: Plan) -> dict[Id, set[Id]]:
    return {team.id: set(team.groups) for team in plan.teams}
