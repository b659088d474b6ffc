"""Seasons of breakfasts and their plans as JSON: the "P3" of `bench/plans/schema.md`.

Pure, no solver. Whatever is wrong with a file is an IncoherentProblem that says where, in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from eventsapp.planning.engine.records import Record, whole
from eventsapp.planning.engine.terms import Id, Impossible, IncoherentProblem

PROBLEM = "P3"


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The season that an instance describes; `pins`, `met_extra` and `history` may be missing or null."""
    file = Record(data)
    if file.get("problem", None) != PROBLEM:
        raise IncoherentProblem(f"the file is of problem {file.get('problem', None)!r}, not {PROBLEM}")
    weights = file.record("weights")
    return Problem(
        persons=file.each("persons", _person),
        editions=file.each("editions", _edition),
        history=file.each("history", _breakfast, ()),
        met_extra=_pairs(file, "met_extra"),
        weights=Weights(weights.whole("same_org"), weights.whole("repeat")),
        pins=file.each("pins", _pin, ()),
    )


def read_plan(problem: Problem, data: Mapping[str, Any]) -> tuple[Seating, ...]:
    """Who sits where, by a solution or by one that was saved half-way; only people of the problem.

    The file lists tables that are used; a table with a pinned person takes the place of its pin, the others
    keep their order.
    """
    editions = {edition.id for edition in problem.editions}
    plan = Record(data, "the plan").each(
        "editions", lambda one: Seating(one.id("id"), one.lists_of_ids("tables"))
    )
    seatings = {seating.edition: seating for seating in plan}
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


def _person(one: Record) -> Person:
    return Person(one.id("id"), one.id("org"), one.text("sector", ""))


def _edition(one: Record) -> Edition:
    sizes = enumerate(one.sequence("table_sizes"))
    return Edition(
        id=one.id("id"),
        attendees=one.ids("attendees"),
        table_sizes=tuple(whole(size, f"{one.place('table_sizes')}[{number}]") for number, size in sizes),
        hosts=one.ids("hosts", ()),
        apart=_pairs(one, "apart"),
    )


def _breakfast(one: Record) -> Breakfast:
    return Breakfast(one.id("id"), one.lists_of_ids("tables"))


def _seating(one: Record) -> Seating:
    return Seating(one.id("id"), one.lists_of_ids("tables"))


def _pin(one: Record) -> Pin:
    return Pin(one.id("edition"), one.whole("table", least=None), one.id("person"))


def _pairs(one: Record, name: str) -> tuple[tuple[Id, Id], ...]:
    """Two people each; none where the field is missing or null."""
    pairs = one.lists_of_ids(name, ())
    for number, pair in enumerate(pairs):
        if len(pair) != 2:
            raise IncoherentProblem(f"{one.place(name)}[{number}] must be a pair of people")
    return tuple((pair[0], pair[1]) for pair in pairs)
