"""Seasons of breakfasts and their plans as JSON: the "P3" of `bench/plans/schema.md`.

Pure, no solver. Whatever is wrong with a file is an IncoherentProblem that says where, in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from eventsapp.planning.engine.breakfasts.plan import Plan, Seating
from eventsapp.planning.engine.breakfasts.problem import (
    Breakfast,
    Edition,
    Person,
    Pin,
    Problem,
    Tables,
    Weights,
)
from eventsapp.planning.engine.terms import Id, Impossible, IncoherentProblem

T = TypeVar("T")

PROBLEM = "P3"


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The season that an instance describes; `pins`, `met_extra` and `history` may be missing or null."""
    whole = _mapping(data, "the file")
    if whole.get("problem") != PROBLEM:
        raise IncoherentProblem(f"the file is of problem {whole.get('problem')!r}, not {PROBLEM}")
    return Problem(
        persons=tuple(_each(whole, "persons", _person)),
        editions=tuple(_each(whole, "editions", _edition)),
        history=tuple(_each(whole, "history", _breakfast, optional=True)),
        met_extra=tuple(_each(whole, "met_extra", _pair, optional=True)),
        weights=_weights(_mapping(_given(whole, "weights", "the file"), "weights")),
        pins=tuple(_each(whole, "pins", _pin, optional=True)),
    )


def read_plan(problem: Problem, data: Mapping[str, Any]) -> tuple[Seating, ...]:
    """Who sits where, by a solution or by one that was saved half-way; only people of the problem.

    The file lists tables that are used; a table with a pinned person takes the place of its pin, the others
    keep their order.
    """
    editions = {edition.id: edition for edition in problem.editions}
    seatings = {
        seating.edition: seating for seating in _each(_mapping(data, "the plan"), "editions", _seating)
    }
    for seating in seatings.values():
        if seating.edition not in editions:
            raise IncoherentProblem(f"unknown edition in the plan: {seating.edition}")
        for person in (person for table in seating.tables for person in table):
            if person not in problem.organisation:
                raise IncoherentProblem(f"unknown person in the plan: {person}")
    return tuple(
        Seating(one.id, in_order(one, problem.pinned(one.id), seatings[one.id].tables))
        for one in problem.editions
        if one.id in seatings
    )


def in_order(edition: Edition, pinned: Mapping[Id, int], tables: Tables) -> Tables:
    """The tables, each in a place of `edition.table_sizes` that holds it; pinned ones in theirs, if possible.

    Tables that fit nowhere come last, so that whoever checks the plan sees them.
    """
    placed: list[tuple[Id, ...] | None] = [None] * len(edition.table_sizes)
    waiting = []
    for table in tables:
        own = {pinned[person] for person in table if person in pinned}
        place = min(own, default=-1)
        if place >= 0 and placed[place] is None:
            placed[place] = table
        else:
            waiting.append(table)
    left_over = []
    for table in sorted(waiting, key=len, reverse=True):
        free = [row for row, taken in enumerate(placed) if taken is None]
        fitting = [row for row in free if edition.table_sizes[row] >= len(table)]
        if fitting:
            placed[min(fitting, key=lambda row: (edition.table_sizes[row], row))] = table
        elif table:
            left_over.append(table)
    return (*(table or () for table in placed), *left_over)


def write_plan(problem: Problem, data_id: str, answer: Plan | Impossible) -> dict[str, Any]:
    """The solution as JSON; tables with nobody are left out."""
    head = {"problem": PROBLEM, "instance": data_id}
    if isinstance(answer, Impossible):
        codes = [f"{reason.key}:{reason.params.get('edition', '')}" for reason in answer.reasons]
        return {**head, "status": "infeasible", "reasons": codes, "editions": []}
    editions = [
        {"id": seating.edition, "tables": [list(table) for table in seating.tables if table]}
        for seating in answer.seatings
    ]
    return {**head, "status": "ok", "editions": editions}


def _person(data: Any, where: str) -> Person:
    row = _mapping(data, where)
    sector = row.get("sector") or ""
    if not isinstance(sector, str):
        raise IncoherentProblem(f"sector of {where} is not a text")
    return Person(_id(row, "id", where), _id(row, "org", where), sector)


def _edition(data: Any, where: str) -> Edition:
    row = _mapping(data, where)
    where = f"edition {_id(row, 'id', where)}"
    sizes = _list(_given(row, "table_sizes", where), f"table_sizes of {where}")
    return Edition(
        id=_id(row, "id", where),
        attendees=_ids(_given(row, "attendees", where), f"attendees of {where}"),
        table_sizes=tuple(_whole(size, f"a table size of {where}") for size in sizes),
        hosts=_ids(row.get("hosts") or [], f"hosts of {where}"),
        apart=tuple(_each(row, "apart", _pair, optional=True)),
    )


def _breakfast(data: Any, where: str) -> Breakfast:
    row = _mapping(data, where)
    return Breakfast(_id(row, "id", where), _tables(row, where))


def _seating(data: Any, where: str) -> Seating:
    row = _mapping(data, where)
    return Seating(_id(row, "id", where), _tables(row, where))


def _tables(row: Mapping[str, Any], where: str) -> Tables:
    tables = _list(_given(row, "tables", where), f"tables of {where}")
    return tuple(_ids(table, f"a table of {where}") for table in tables)


def _pair(data: Any, where: str) -> tuple[Id, Id]:
    pair = _ids(data, where)
    if len(pair) != 2:
        raise IncoherentProblem(f"{where} is not a pair of people")
    return pair[0], pair[1]


def _pin(data: Any, where: str) -> Pin:
    row = _mapping(data, where)
    table = _whole(_given(row, "table", where), f"table of {where}")
    return Pin(_id(row, "edition", where), table, _id(row, "person", where))


def _weights(row: Mapping[str, Any]) -> Weights:
    colleagues, repeat = (
        _whole(_given(row, name, "weights"), f"weight {name}") for name in ("same_org", "repeat")
    )
    return Weights(colleagues, repeat)


def _each(
    row: Mapping[str, Any], name: str, read: Callable[[Any, str], T], *, optional: bool = False
) -> list[T]:
    """Every entry of a list, read; `optional`: the list may be missing or null."""
    found = row.get(name)
    if found is None and optional:
        return []
    entries = _list(_given(row, name, "the file"), name)
    return [read(entry, f"entry {rank} of {name}") for rank, entry in enumerate(entries, 1)]


def _given(row: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in row:
        raise IncoherentProblem(f"{name} is missing in {where}")
    return row[name]


def _mapping(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise IncoherentProblem(f"{where} is not an object")
    return data


def _list(data: Any, where: str) -> Sequence[Any]:
    if not isinstance(data, list | tuple):
        raise IncoherentProblem(f"{where} is not a list")
    return data


def _ids(data: Any, where: str) -> tuple[Id, ...]:
    return tuple(_identifier(entry, where) for entry in _list(data, where))


def _id(row: Mapping[str, Any], name: str, where: str) -> Id:
    return _identifier(_given(row, name, where), f"{name} of {where}")


def _identifier(data: Any, where: str) -> Id:
    if isinstance(data, bool) or not isinstance(data, str | int):
        raise IncoherentProblem(f"{where} holds {data!r}, which is no identifier")
    return data


def _whole(data: Any, where: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise IncoherentProblem(f"{where} is {data!r}, not a whole number")
    return data
