"""Whole teams on the days of a pool, by CP-SAT. Pure, worker only (OR-Tools).

A timetable that waits `target` ticks at most can only hold days whose reduced cost is within what `target`
leaves above the bound, at the prices of the linear programme: often so few that CP-SAT finds one, or proves
that there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import ask
from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.board import Board
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Stops


def pool_of(board: Board, prices: Ints, least: int, target: int, most: int) -> list[Stops] | None:
    """All days that a timetable of `target` ticks may hold; None if more than `most`.

    `least`: what all teams cost at these `prices` (of a stage from a tick on), less the room there is; in
    1/UNIT.
    """
    days: list[Stops] = []
    for pace in board.paces:
        if board.needed[pace.number]:
            cheapest = int(pace.cheapest(prices)[0].min(initial=NEVER))
            within = pace.within(prices, cheapest + target * UNIT - least, most - len(days))
            if within is None:
                return None
            days += within
    return days


def choose(
    board: Board, pool: Sequence[Stops], target: int, search: Search[Any], effort: float, seed: int
) -> tuple[list[Stops] | None, bool]:
    """Days of the pool for all teams that wait `target` ticks at most; or None, and whether it is proved."""
    model = cp_model.CpModel()
    teams = [model.new_int_var(0, board.needed[day.pace], "") for day in pool]
    there: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for count, day in zip(teams, pool, strict=True):
        for place, begins in zip(day.places, day.starts, strict=True):
            for tick in range(begins, begins + board.stay):
                there[place, tick].append(count)
    for pace, needed in enumerate(board.needed):
        model.add(sum(count for count, day in zip(teams, pool, strict=True) if day.pace == pace) == needed)
    for (place, tick), counts in there.items():
        if board.room[place, tick] < sum(board.needed):
            model.add(sum(counts) <= int(board.room[place, tick]))
    waits = [board.paces[day.pace].waiting(day) for day in pool]
    model.add(sum(wait * count for wait, count in zip(waits, teams, strict=True)) <= target)
    answer = ask(model, search, effort=effort, seed=seed)
    if not answer.found:
        return None, answer.closed
    return [
        day for count, day in zip(teams, pool, strict=True) for _ in range(answer.solver.value(count))
    ], True
