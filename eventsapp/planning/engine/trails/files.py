"""A trail day as a file, and its plan: JSON in, JSON out (bench/plans/schema.md, problem P2).

Pure, no solver: every process may import it. Whatever is wrong with a file is said in one sentence
(IncoherentProblem) that names the place: a file comes from outside, so that nothing in it is trusted. Whether
a plan keeps the rules is not asked here (`checking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from eventsapp.planning.engine.records import Record, sequence, whole
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id, Impossible, IncoherentProblem, Reason
from eventsapp.planning.engine.trails.checking import measure_teams
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import (
    Group,
    Landmark,
    Person,
    Pin,
    Problem,
    Route,
    Rules,
    Structure,
    Team,
    Visit,
    Walks,
    Weights,
)

KIND = "P2"

USUAL_TICK = 5
"""Minutes of a tick, where a file does not say."""

LARGEST = 10**9
"""No number of a trail day is above: sums of weighted pairs stay exact in 64 bits."""


LONGEST_STAGE = 1000
"""Ticks: what is at a landmark is kept tick by tick."""


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The trail day of a file. Raises IncoherentProblem when it is not one."""
    top = Record(data)
    if top.get("problem", KIND) != KIND:
        raise IncoherentProblem(f"the file is of problem {top.get('problem')!r}, not {KIND}")
    groups = top.each("groups", _group)
    landmarks = top.each("landmarks", _landmark)
    people = [person for group in groups for person in group.members]
    start = top.whole("start_index", len(landmarks), most=LARGEST)
    base = top.record("base").each("teams", _team) if top.get("base", None) else None
    # Who was pinned and did not come is pinned no more.
    gone = {group for team in base or () for group in team.groups} - {group.id for group in groups}
    pins = top.each("pins", _pin, ())
    return Problem(
        quartiers=_names(top, "quartiers", (person.quartier for person in people)),
        ages=tuple(map(str, _names(top, "ages", (person.age for person in people)))),
        groups=groups,
        rules=_rules(top.record("params")),
        landmarks=landmarks,
        walk=_walks(top.get("walk"), "walk", len(landmarks), start),
        walk_stepfree=_walks(top.get("walk_stepfree", None), "walk_stepfree", len(landmarks), start),
        routes=top.each("routes", _route),
        structures=top.each("structures", _structure),
        weights=_weights(top.record("weights", {})),
        base=base,
        no_shows=top.ids("no_shows", ()),
        pins=tuple(
            replace(pin, groups=tuple(group for group in pin.groups if group not in gone)) for pin in pins
        ),
    )


def write_plan(problem: Problem, data_id: str | None, answer: Plan | Impossible) -> dict[str, Any]:
    """The answer as the schema has it; `data_id` is the instance it answers."""
    head = {"problem": KIND, "instance": data_id}
    if isinstance(answer, Impossible):
        codes = [_code(reason) for reason in answer.reasons]
        return {**head, "status": "infeasible", "reasons": codes, "teams": []}
    return {**head, "status": "ok", "teams": [_written(team) for team in answer.teams]}


def read_plan(problem: Problem, data: Mapping[str, Any]) -> Plan:
    """The plan of a solution file, with its figures counted anew; it may break any rule."""
    top = Record(data, "the plan")
    if top.get("status", "ok") != "ok":
        raise IncoherentProblem("the file says that there is no plan")
    teams = top.each("teams", _team)
    found = measure_teams(problem, teams)
    return Plan(
        teams=teams,
        objective=found.objective,
        bound=found.bound,
        waiting=int(found.figures["wait_ticks_total"]),
        waiting_bound=0,
        ending=Ending.ROUNDS_DONE,
        rounds=0,
        seed=0,
    )


def _code(reason: Reason) -> str:
    group = reason.params.get("group")
    return reason.key if group is None else f"{reason.key}:{group}"


def _written(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "groups": list(team.groups),
        "structure": team.structure,
        "route": team.route,
        "depart": team.depart,
        "visits": [{"landmark": visit.landmark, "start": visit.start} for visit in team.visits],
    }


def _person(one: Record) -> Person:
    return Person(
        id=one.id("id"),
        quartier=one.id("quartier"),
        age=one.text("age"),
        languages=one.texts("langs"),
        wheelchair=one.flag("wheelchair", False),
    )


def _group(one: Record) -> Group:
    return Group(id=one.id("id"), members=one.each("members", _person))


def _landmark(one: Record) -> Landmark:
    return Landmark(
        id=one.id("id"), step_free=one.flag("step_free"), capacity=one.whole("capacity", most=LARGEST)
    )


def _route(one: Record) -> Route:
    return Route(id=one.id("id"), stages=one.ids("stages"))


def _structure(one: Record) -> Structure:
    return Structure(
        id=one.id("id"),
        languages=one.texts("langs"),
        max_teams=one.whole("max_teams", most=LARGEST),
        wheelchair_ok=one.flag("wheelchair_ok"),
    )


def _team(one: Record) -> Team:
    return _walking(one, one.id("id"), one.ids("groups"), one.id("structure"))


def _walking(one: Record, team: Id, groups: tuple[Id, ...], structure: Id) -> Team:
    """A team with the day that is written there; a broken plan may begin before the opening."""
    depart = one.whole("depart", least=-LARGEST, most=LARGEST)
    return Team(team, groups, structure, one.id("route"), depart, one.each("visits", _visit))


def _visit(one: Record) -> Visit:
    return Visit(landmark=one.id("landmark"), start=one.whole("start", least=-LARGEST, most=LARGEST))


def _pin(one: Record) -> Pin:
    team = one.id("team")
    settled = _walking(one.record("day"), team, (), "") if one.get("day", None) is not None else None
    return Pin(team, one.ids("groups", ()), one.id_or_none("structure"), settled)


def _rules(params: Record) -> Rules:
    def number(name: str, least: int = 0) -> int:
        return params.whole(name, least=least, most=LARGEST)

    return Rules(
        n_teams=number("n_teams"),
        team_min=number("team_min"),
        team_max=number("team_max"),
        children_per_adult=number("children_per_adult"),
        min_adults=number("min_adults"),
        supervisors=params.texts("supervisors"),
        stage_ticks=params.whole("stage_ticks", least=1, most=LONGEST_STAGE),
        horizon=number("horizon"),
        max_depart=number("max_depart"),
        max_wait=number("max_wait"),
        max_leg=number("max_leg"),
        max_leg_stepfree=number("max_leg_stepfree"),
        tick_minutes=params.whole("tick_min", USUAL_TICK, least=1, most=LARGEST),
    )


def _weights(given: Record) -> Weights:
    usual = asdict(Weights())
    return Weights(**{name: given.whole(name, weight, most=LARGEST) for name, weight in usual.items()})


def _walks(value: object, where: str, landmarks: int, start: int) -> Walks:
    """The walks with the start as their last row, wherever the file has it; null: no way at all."""
    rows = [*range(landmarks), start]
    if value is None:
        return tuple((None,) * len(rows) for _ in rows)
    table = [sequence(row, f"{where}[{i}]") for i, row in enumerate(sequence(value, where))]
    if len(table) <= max(rows) or any(len(row) <= max(rows) for row in table):
        raise IncoherentProblem(f"{where} does not join every landmark and the start")
    return tuple(tuple(_ticks(table[i][j], f"{where}[{i}][{j}]") for j in rows) for i in rows)


def _ticks(value: object, where: str) -> int | None:
    return None if value is None else whole(value, where, most=LARGEST)


def _names(file: Record, name: str, used: Iterable[Id]) -> tuple[Id, ...]:
    """The names a file lists, or those it uses where it lists none."""
    return tuple(dict.fromkeys(used if file.get(name, None) is None else file.ids(name)))
