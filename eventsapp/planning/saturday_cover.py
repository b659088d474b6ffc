"""Covers more sessions where flows alone do not see how, or proves that nothing covers more.

Pure, worker only (OR-Tools CP-SAT). A flow knows places and limits, not that an association may not follow
itself: where few associations come, the last sessions need both at once. CP-SAT is asked for coverage
alone, on some schools while the others stand still; months solved anew then mend the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from eventsapp.planning.saturday_months import topic_costs
from eventsapp.planning.saturday_year import NOWHERE, Year
from eventsapp.planning.solver import Ints

EFFORT = 1.5
"""Deterministic time of CP-SAT: about as many seconds, the same on every machine."""

Latest: TypeAlias = dict[tuple[int, bool], cp_model.IntVar | int]
"""Whether an association may hold the latest visit of a school, and whether that visit is published.

Two published visits may repeat one another: that is not for the plan to judge.
"""


@dataclass(slots=True)
class _Model:
    """The model and its variables: `holds[session, association, date]` is one line of the plan."""

    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    holds: dict[tuple[int, int, int], cp_model.IntVar] = field(default_factory=dict)


def cover_more(year: Year, schools: Iterable[int], seed: int, seconds: float | None) -> tuple[int, int]:
    """Hold more sessions of these schools if it can be done; changes `year`.

    Gives (sessions now held, the most that can be held while the other schools stand still), both counted
    over the whole year without the published ones. `seconds` bounds the wall clock, on top of EFFORT.
    """
    tables, before = year.tables, year.held
    block = np.concatenate([tables.sessions_of[s] for s in schools])
    was = year.association[block].copy(), year.date[block].copy(), year.topic[block].copy()
    year.clear(block)
    others = year.held
    model = _build(year, block)
    for row, i in enumerate(block):
        if was[0][row] != NOWHERE:
            model.cp.add_hint(model.holds[int(i), int(was[0][row]), int(was[1][row])], 1)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = EFFORT
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    status = solver.solve(model.cp)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    most = others + int(solver.best_objective_bound + 1e-6) if found else others + len(block)
    if found and others + int(solver.objective_value + 0.5) > before:
        _hold(year, [key for key, held in model.holds.items() if solver.boolean_value(held)])
    else:
        held = was[0] != NOWHERE
        year.place(block[held], was[0][held], was[1][held], was[2][held])
    return year.held, most


def _hold(year: Year, lines: list[tuple[int, int, int]]) -> None:
    """Place the lines found, each on the topic that serves its school best."""
    for i, a, d in sorted(lines):
        cost = topic_costs(year)[year.tables.session_school[i]]
        topic = int(np.where(year.tables.offers[a], cost, np.iinfo(np.int64).max).argmin())
        year.place(*(np.array([value], dtype=np.int64) for value in (i, a, d, topic)))


def _build(year: Year, block: Ints) -> _Model:
    tables, model = year.tables, _Model()
    wanted = set(block.tolist())
    for chosen in tables.candidates:
        for i, a, d in zip(chosen.session, chosen.association, chosen.date, strict=True):
            if int(i) in wanted:
                model.holds[int(i), int(a), int(d)] = model.cp.new_bool_var("")
    sessions: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (i, _, _), held in model.holds.items():
        sessions[i].append(held)
    for ways in sessions.values():
        model.cp.add_at_most_one(ways)
    _add_limits(year, model)
    for school in sorted({int(s) for s in tables.session_school[block]}):
        _add_sequence(year, model, school)
    model.cp.maximize(sum(model.holds.values()))
    return model


def _add_limits(year: Year, model: _Model) -> None:
    """Places at once, month and year limits, less what the rest of the year uses."""
    tables = year.tables
    places: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    months: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    people: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (_, a, d), held in model.holds.items():
        places[a, d].append(held)
        months[a, int(tables.month_of[d])].append(held)
        people[a].append(held)
    for (a, d), ways in places.items():
        _at_most(model, ways, int(tables.crews[a] - year.on_date[a, d]))
    for (a, m), ways in months.items():
        _at_most(model, ways, int(tables.per_month[a] - year.in_month[a, m]))
    for a, ways in people.items():
        _at_most(model, ways, int(tables.per_year[a] - year.load[a]))


def _at_most(model: _Model, ways: list[cp_model.IntVar], room: int) -> None:
    if room < len(ways):
        model.cp.add(sum(ways) <= max(0, room))


def _add_sequence(year: Year, model: _Model, school: int) -> None:
    """The order of visits at one school, day by day: far enough apart, nobody twice in a row.

    Who holds the latest visit is carried from day to day; it stays so on a day without one.
    """
    problem, published = year.tables.problem, defaultdict[int, list[int]](list)
    for day, a in year.tables.published_visits[school]:
        published[day].append(a)
    ways = _ways_by_day(year, model, school, published.keys())
    for one, other in combinations_with_replacement(sorted(ways), 2):
        if other - one < max(1, problem.min_gap_days):
            model.cp.add_at_most_one(
                held for day in {one, other} for lines in ways[day].values() for held in lines
            )
    last: Latest = {}
    for day in sorted({*ways, *published}) if problem.no_repeat else ():
        if day in published:
            first, final = published[day][0], published[day][-1]
            if (first, False) in last:
                model.cp.add(last[first, False] == 0)
            last = {(final, True): 1}
        else:
            last = _next_day(model, last, ways[day])


def _ways_by_day(
    year: Year, model: _Model, school: int, published: Collection[int]
) -> dict[int, dict[int, list[cp_model.IntVar]]]:
    """The school's possible lines by day and association; those too near a published visit are ruled out."""
    tables, nearest = year.tables, max(1, year.tables.problem.min_gap_days)
    mine = set(tables.sessions_of[school].tolist())
    ways: defaultdict[int, dict[int, list[cp_model.IntVar]]] = defaultdict(lambda: defaultdict(list))
    for (i, a, d), held in model.holds.items():
        day = int(tables.ordinal[d])
        if i in mine and any(abs(day - other) < nearest for other in published):
            model.cp.add(held == 0)
        elif i in mine:
            ways[day][a].append(held)
    return ways


def _next_day(model: _Model, last: Latest, today: dict[int, list[cp_model.IntVar]]) -> Latest:
    """Who may hold the latest visit after this day, given who may have held it before."""
    anybody = sum(held for lines in today.values() for held in lines)
    after: Latest = {}
    for key in last.keys() | {(a, False) for a in today}:
        after[key] = model.cp.new_bool_var("")
        if key in last:
            model.cp.add(after[key] >= last[key] - anybody)
    for a, lines in today.items():
        model.cp.add(after[a, False] >= sum(lines))
        for key in ((a, False), (a, True)):
            if key in last:
                model.cp.add(sum(lines) + last[key] <= 1)
    return after
