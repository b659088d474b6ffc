"""A trail day as a file, and its plan: JSON in, JSON out (bench/plans/schema.md, problem P2).

Pure, no solver: every process may import it. Whatever is wrong with a file is said in one sentence
(IncoherentProblem) that names the place: a file comes from outside, so that nothing in it is trusted. Whether
a plan keeps the rules is not asked here (`checking`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

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

T = TypeVar("T")

KIND = "P2"

USUAL_TICK = 5
"""Minutes of a tick, where a file does not say."""

LARGEST = 10**9
"""No number of a trail day is above: sums of weighted pairs stay exact in 64 bits."""


LONGEST_STAGE = 1000
"""Ticks: what is at a landmark is kept tick by tick."""


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The trail day of a file. Raises IncoherentProblem when it is not one."""
    top = _mapping(data, "the file")
    if top.get("problem", KIND) != KIND:
        raise IncoherentProblem(f"the file is of problem {top['problem']!r}, not {KIND}")
    groups = _each(top, "groups", _group)
    landmarks = _each(top, "landmarks", _landmark)
    people = [person for group in groups for person in group.members]
    start = _whole(top.get("start_index", len(landmarks)), "start_index")
    given = top.get("base")
    base = _each(_mapping(given, "base"), "teams", _team, "base") if given else None
    # Who was pinned and did not come is pinned no more.
    gone = {group for team in base or () for group in team.groups} - {group.id for group in groups}
    pins = _each({"pins": top.get("pins") or []}, "pins", _pin)
    return Problem(
        quartiers=_names(top, "quartiers", (person.quartier for person in people)),
        ages=tuple(map(str, _names(top, "ages", (person.age for person in people)))),
        groups=groups,
        rules=_rules(_mapping(_value(top, "params", "the file"), "params")),
        landmarks=landmarks,
        walk=_walks(_value(top, "walk", "the file"), "walk", len(landmarks), start),
        walk_stepfree=_walks(top.get("walk_stepfree"), "walk_stepfree", len(landmarks), start),
        routes=_each(top, "routes", _route),
        structures=_each(top, "structures", _structure),
        weights=_weights(_mapping({} if top.get("weights") is None else top["weights"], "weights")),
        base=base,
        no_shows=_ids(top.get("no_shows"), "no_shows"),
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
    top = _mapping(data, "the plan")
    if top.get("status", "ok") != "ok":
        raise IncoherentProblem("the file says that there is no plan")
    teams = _each(top, "teams", _team)
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


def _person(data: Mapping[str, Any], where: str) -> Person:
    return Person(
        id=_id(_value(data, "id", where), f"{where}.id"),
        quartier=_id(_value(data, "quartier", where), f"{where}.quartier"),
        age=_text(_value(data, "age", where), f"{where}.age"),
        languages=_codes(_value(data, "langs", where), f"{where}.langs"),
        wheelchair=_flag(data.get("wheelchair") or False, f"{where}.wheelchair"),
    )


def _group(data: Mapping[str, Any], where: str) -> Group:
    return Group(
        id=_id(_value(data, "id", where), f"{where}.id"), members=_each(data, "members", _person, where)
    )


def _landmark(data: Mapping[str, Any], where: str) -> Landmark:
    return Landmark(
        id=_id(_value(data, "id", where), f"{where}.id"),
        step_free=_flag(_value(data, "step_free", where), f"{where}.step_free"),
        capacity=_whole(_value(data, "capacity", where), f"{where}.capacity"),
    )


def _route(data: Mapping[str, Any], where: str) -> Route:
    return Route(
        id=_id(_value(data, "id", where), f"{where}.id"),
        stages=_ids(_list(_value(data, "stages", where), f"{where}.stages"), f"{where}.stages"),
    )


def _structure(data: Mapping[str, Any], where: str) -> Structure:
    return Structure(
        id=_id(_value(data, "id", where), f"{where}.id"),
        languages=_codes(_value(data, "langs", where), f"{where}.langs"),
        max_teams=_whole(_value(data, "max_teams", where), f"{where}.max_teams"),
        wheelchair_ok=_flag(_value(data, "wheelchair_ok", where), f"{where}.wheelchair_ok"),
    )


def _team(data: Mapping[str, Any], where: str) -> Team:
    return Team(
        id=_id(_value(data, "id", where), f"{where}.id"),
        groups=_ids(_value(data, "groups", where), f"{where}.groups"),
        structure=_id(_value(data, "structure", where), f"{where}.structure"),
        route=_id(_value(data, "route", where), f"{where}.route"),
        depart=_tick(_value(data, "depart", where), f"{where}.depart"),
        visits=_each(data, "visits", _visit, where),
    )


def _visit(data: Mapping[str, Any], where: str) -> Visit:
    return Visit(
        landmark=_id(_value(data, "landmark", where), f"{where}.landmark"),
        start=_tick(_value(data, "start", where), f"{where}.start"),
    )


def _pin(data: Mapping[str, Any], where: str) -> Pin:
    team = _id(_value(data, "team", where), f"{where}.team")
    structure, day = data.get("structure"), data.get("day")
    settled = None
    if day is not None:
        nobody: dict[str, Any] = {"id": team, "groups": [], "structure": ""}
        settled = _team({**_mapping(day, f"{where}.day"), **nobody}, f"{where}.day")
    return Pin(
        team=team,
        groups=_ids(data.get("groups"), f"{where}.groups"),
        structure=None if structure is None else _id(structure, f"{where}.structure"),
        day=settled,
    )


def _rules(data: Mapping[str, Any]) -> Rules:
    def number(key: str, least: int = 0, largest: int = LARGEST) -> int:
        return _whole(_value(data, key, "params"), f"params.{key}", least, largest)

    return Rules(
        n_teams=number("n_teams"),
        team_min=number("team_min"),
        team_max=number("team_max"),
        children_per_adult=number("children_per_adult"),
        min_adults=number("min_adults"),
        supervisors=_codes(_value(data, "supervisors", "params"), "params.supervisors"),
        stage_ticks=number("stage_ticks", 1, LONGEST_STAGE),
        horizon=number("horizon"),
        max_depart=number("max_depart"),
        max_wait=number("max_wait"),
        max_leg=number("max_leg"),
        max_leg_stepfree=number("max_leg_stepfree"),
        tick_minutes=_whole(data.get("tick_min") or USUAL_TICK, "params.tick_min", 1),
    )


def _weights(data: Mapping[str, Any]) -> Weights:
    usual = Weights()

    def weight(key: str, otherwise: int) -> int:
        given = data.get(key)
        return otherwise if given is None else _whole(given, f"weights.{key}")

    return Weights(
        quartier_pair=weight("quartier_pair", usual.quartier_pair),
        age_pair=weight("age_pair", usual.age_pair),
        lang_isolated=weight("lang_isolated", usual.lang_isolated),
        moved_person=weight("moved_person", usual.moved_person),
        wait_tick=weight("wait_tick", usual.wait_tick),
    )


def _walks(value: object, where: str, landmarks: int, start: int) -> Walks:
    """The walks with the start as their last row, wherever the file has it; null: no way at all."""
    rows = [*range(landmarks), start]
    if value is None:
        return tuple((None,) * len(rows) for _ in rows)
    table = [_list(row, f"{where}[{i}]") for i, row in enumerate(_list(value, where))]
    if len(table) <= max(rows) or any(len(row) <= max(rows) for row in table):
        raise IncoherentProblem(f"{where} does not join every landmark and the start")
    return tuple(
        tuple(None if table[i][j] is None else _whole(table[i][j], f"{where}[{i}][{j}]") for j in rows)
        for i in rows
    )


def _names(data: Mapping[str, Any], key: str, used: Any) -> tuple[Id, ...]:
    """The names a file lists, or those it uses where it lists none."""
    given = data.get(key)
    return tuple(dict.fromkeys(used if given is None else _ids(given, key)))


def _each(
    data: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any], str], T], of: str = ""
) -> tuple[T, ...]:
    where = f"{of}.{key}" if of else key
    rows = _list(_value(data, key, of or "the file"), where)
    return tuple(read(_mapping(row, f"{where}[{i}]"), f"{where}[{i}]") for i, row in enumerate(rows))


def _value(data: Mapping[str, Any], key: str, where: str) -> object:
    if key not in data:
        raise IncoherentProblem(f"{where} has no {key}")
    return data[key]


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise IncoherentProblem(f"{where} is not an object")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise IncoherentProblem(f"{where} is not a list")
    return list(value)


def _whole(value: object, where: str, least: int = 0, largest: int = LARGEST) -> int:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(whole, bool) or not isinstance(whole, int):
        raise IncoherentProblem(f"{where} is not a whole number")
    if not least <= whole <= largest:
        raise IncoherentProblem(f"{where} is not between {least} and {largest}")
    return whole


def _tick(value: object, where: str) -> int:
    """A tick of a plan: a broken one may be before the opening."""
    return _whole(value, where, -LARGEST)


def _id(value: object, where: str) -> Id:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise IncoherentProblem(f"{where} is not an identifier")
    return value


def _ids(value: object, where: str) -> tuple[Id, ...]:
    return tuple(
        _id(one, f"{where}[{i}]") for i, one in enumerate(_list([] if value is None else value, where))
    )


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise IncoherentProblem(f"{where} is not a text")
    return value


def _codes(value: object, where: str) -> frozenset[str]:
    return frozenset(_text(one, f"{where}[{i}]") for i, one in enumerate(_list(value, where)))


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise IncoherentProblem(f"{where} is neither true nor false")
    return value
