"""Covers more sessions where flows alone do not see how, or proves that nothing covers more.

Pure, worker only (OR-Tools CP-SAT). A flow knows places and limits, not that an association may not follow
itself: where few associations come, the last sessions need both at once. CP-SAT is asked for coverage
alone; months solved anew then mend the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement
from typing import Any, TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import Answer, ask
from eventsapp.planning.engine.saturdays.months import topic_costs
from eventsapp.planning.engine.saturdays.problem import Pin, Problem
from eventsapp.planning.engine.saturdays.tables import NOWHERE, Tables
from eventsapp.planning.engine.saturdays.year import Year
from eventsapp.planning.engine.search import Search

EFFORT = 1.5
"""Deterministic time of CP-SAT for pins: about as many seconds, the same on every machine."""

Latest: TypeAlias = dict[tuple[int, bool], cp_model.IntVar | int]
"""Whether an association may hold the latest visit of a school, and whether that visit is published.

Two published visits may repeat one another: that is not for the plan to judge.
"""


@dataclass(slots=True)
class _Model:
    """The model and its variables: `holds[session, association, date]` is one line of the plan."""

    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    holds: dict[tuple[int, int, int], cp_model.IntVar] = field(default_factory=dict)
    sessions: defaultdict[int, list[cp_model.IntVar]] = field(default_factory=lambda: defaultdict(list))


def cover_more(year: Year, search: Search[Any], effort: float) -> int:
    """Hold more sessions if it can be done, without a thought for the rest; changes `year`.

    Gives the most sessions that can be held beside the published ones, proved.
    """
    every = len(year.association)
    model = search.wait_for(lambda: _build(year.tables))
    if model is None:
        return every
    for key in year.lines():
        model.cp.add_hint(model.holds[key], 1)
    answer = ask(model.cp, search, effort=effort, seed=search.budget.seed)
    if not answer.found:
        return every
    if round(answer.solver.objective_value) > year.held:
        year.clear(np.arange(every))
        _hold(year, [key for key, held in model.holds.items() if answer.solver.boolean_value(held)])
    return int(answer.bound + 1e-6)


def keep_pins(year: Year, search: Search[Any]) -> tuple[Pin, ...]:
    """Hold all pinned sessions, and nothing else, if it can be done (changes `year`).

    Gives pins that are proved to be too many together, none of which the proof can do without; none where
    nothing is proved, be a way found or not.
    """
    model, answer = _pins_alone(year.tables, search)
    if answer.found:
        year.clear(np.arange(len(year.association)))
        _hold(year, [key for key, held in model.holds.items() if answer.solver.boolean_value(held)])
    if answer.found or not answer.closed:
        return ()
    return _clashing(year.tables.problem, search)


def _clashing(problem: Problem, search: Search[Any]) -> tuple[Pin, ...]:
    """Of pins that clash, those without which the others would not: half of them are left out at a time
    where they still clash, then a quarter, and so on to one by one."""
    pins = problem.pins
    size = len(pins) // 2
    while size:
        for first in reversed(range(0, len(pins), size)):
            fewer = pins[:first] + pins[first + size :]
            _, answer = _pins_alone(Tables(replace(problem, pins=fewer)), search)
            if answer.closed and not answer.found:
                pins = fewer
        size //= 2
    return pins


def _pins_alone(tables: Tables, search: Search[Any]) -> tuple[_Model, Answer]:
    """CP-SAT asked for the pinned sessions, as if no other were due."""
    model = _build(tables, only=frozenset(tables.pins))
    for ways in model.sessions.values():
        model.cp.add_exactly_one(ways)
    return model, ask(model.cp, search, effort=EFFORT, seed=search.budget.seed)


def _hold(year: Year, lines: list[tuple[int, int, int]]) -> None:
    """Place the lines found, each on the topic that serves its school best."""
    for i, a, d in sorted(lines):
        cost = topic_costs(year)[year.tables.session_school[i]]
        topic = int(np.where(year.tables.offers[a], cost, np.iinfo(np.int64).max).argmin())
        if year.tables.pin_topic[i] != NOWHERE:
            topic = int(year.tables.pin_topic[i])
        elif (year.tables.before[i, :2] == (a, d)).all() and year.tables.offers[a, year.tables.before[i, 2]]:
            topic = int(year.tables.before[i, 2])
        year.place(*(np.array([value], dtype=np.int64) for value in (i, a, d, topic)))


def _build(tables: Tables, only: frozenset[int] | None = None) -> _Model:
    """Every way to hold the sessions (or some of them), under every rule."""
    model = _Model()
    for chosen in tables.candidates:
        rows = zip(chosen.session.tolist(), chosen.association.tolist(), chosen.date.tolist(), strict=True)
        for i, a, d in rows:
            if only is None or i in only:
                model.holds[i, a, d] = held = model.cp.new_bool_var("")
                model.sessions[i].append(held)
    for i, ways in model.sessions.items():
        if only is None and tables.pinned[i]:
            model.cp.add_exactly_one(ways)
        else:
            model.cp.add_at_most_one(ways)
    _add_limits(tables, model)
    _add_city(tables, model)
    for school in range(len(tables.schools)):
        _add_sequence(tables, model, school)
    model.cp.maximize(sum(model.holds.values()))
    return model


def _add_city(tables: Tables, model: _Model) -> None:
    """One date for all in each period, and the limit of the city on each date, where there are such."""
    dates: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (_, _, d), held in model.holds.items():
        dates[d].append(held)
    for d, ways in dates.items():
        _at_most(model, ways, int(tables.city - tables.base_city[d]))
    for choices in tables.choices:
        if len(choices) > 1:
            used = [model.cp.new_bool_var("") for _ in choices]
            model.cp.add_at_most_one(used)
            for chosen, days in zip(used, choices, strict=True):
                for held in (held for d in days.tolist() for held in dates[d]):
                    model.cp.add_implication(held, chosen)


def _add_limits(tables: Tables, model: _Model) -> None:
    """Places at once, month and year limits, less what the published sessions use."""
    places: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    months: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    people: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (_, a, d), held in model.holds.items():
        places[a, d].append(held)
        months[a, int(tables.month_of[d])].append(held)
        people[a].append(held)
    for (a, d), ways in places.items():
        _at_most(model, ways, int(tables.crews[a] - tables.base_date[a, d]))
    for (a, m), ways in months.items():
        _at_most(model, ways, int(tables.per_month[a] - tables.base_month[a, m]))
    for a, ways in people.items():
        _at_most(model, ways, int(tables.per_year[a] - tables.base_load[a]))


def _at_most(model: _Model, ways: list[cp_model.IntVar], room: int) -> None:
    if room < len(ways):
        model.cp.add(sum(ways) <= max(0, room))


def _add_sequence(tables: Tables, model: _Model, school: int) -> None:
    """The order of visits at one school, day by day: far enough apart, nobody twice in a row.

    Who holds the latest visit is carried from day to day; it stays so on a day without one.
    """
    problem, published = tables.problem, defaultdict[int, list[int]](list)
    for day, a in tables.published_visits[school]:
        published[day].append(a)
    ways = _ways_by_day(tables, model, school, published.keys())
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
    tables: Tables, model: _Model, school: int, published: Collection[int]
) -> dict[int, dict[int, list[cp_model.IntVar]]]:
    """The school's possible lines by day and association; those too near a published visit are ruled out."""
    nearest = max(1, tables.problem.min_gap_days)
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
