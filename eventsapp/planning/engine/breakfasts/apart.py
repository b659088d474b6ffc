"""People who must be kept apart, where the first seating left some of them together.

Pure, worker only (OR-Tools). First places are changed with that one aim; what is left goes to CP-SAT, one
edition at a time, which finds a way, proves that there is none, or gives up: then the plan breaks the rule as
little as could be found, and whoever checks it sees where.
"""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model

from eventsapp.planning.engine import cpsat
from eventsapp.planning.engine.breakfasts.hall import Hall, row_tables, seatings
from eventsapp.planning.engine.breakfasts.plan import Seating, WhyNot
from eventsapp.planning.engine.breakfasts.problem import Edition, Problem
from eventsapp.planning.engine.breakfasts.starting import begin
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.terms import Id, Impossible, Reason

TRIES = 8
"""Rounds of changing places before CP-SAT is asked."""

MOVES = 1 << 16
"""Moves tried in each of them."""

EFFORT = 5.0
"""Deterministic time that CP-SAT may take for one edition."""


def keep_apart(hall: Hall, search: Search[Any]) -> Impossible | None:
    """Change the best seating until nobody sits with whom they avoid; the proof, where it cannot be."""
    for turn in range(TRIES):
        if not hall.clashes() or search.interrupted() is not None:
            break
        hall.separate(MOVES, turn, TRIES)
    editions = sorted({e for e, _, _ in hall.clashes()})
    if not editions or search.interrupted() is not None:
        return None
    seated = list(seatings(hall.problem, hall.rows()))
    for e in editions:
        way = _shared_out(hall.problem, hall.problem.editions[e], search)
        if isinstance(way, Impossible):
            return way
        seated[e] = way or seated[e]
    hall.sit(row_tables(hall.problem, begin(hall.problem, seated)))
    return None


def _shared_out(problem: Problem, edition: Edition, search: Search[Any]) -> Seating | Impossible | None:
    """A table for everybody who hosts, is pinned or avoids somebody, the others left out."""
    pinned = problem.pinned(edition.id)
    coming = set(edition.attendees)
    pairs = [pair for pair in edition.apart if coming.issuperset(pair)]
    bound_people = dict.fromkeys([*edition.hosts, *pinned, *(who for pair in pairs for who in pair)])
    model = cp_model.CpModel()
    sits: dict[tuple[Id, int], Any] = {}
    for person in bound_people:
        row = [model.new_bool_var("") for _ in edition.table_sizes]
        model.add_exactly_one(row)
        sits.update({(person, table): var for table, var in enumerate(row)})
        if person in pinned:
            model.add(row[pinned[person]] == 1)
    for table, size in enumerate(edition.table_sizes):
        model.add(sum(sits[person, table] for person in bound_people) <= size)
        model.add_at_most_one(sits[host, table] for host in edition.hosts)
        for one, other in pairs:
            model.add_at_most_one(sits[one, table], sits[other, table])
    answer = cpsat.ask(model, search, effort=EFFORT, seed=search.budget.seed)
    if answer.found:
        value = answer.solver.boolean_value
        tables = tuple(
            tuple(person for person in bound_people if value(sits[person, table]))
            for table in range(len(edition.table_sizes))
        )
        return Seating(edition.id, tables)
    if answer.closed:
        params = {"edition": edition.id, "tables": len(edition.table_sizes)}
        return Impossible((Reason(WhyNot.TOO_MANY_APART, params),))
    return None
