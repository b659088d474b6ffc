"""On the day: proofs that no repair exists, asked once none is found. Pure, worker only (OR-Tools).

A repair may give up all timetables but pinned ones, so that whatever no fresh plan can be, no repair can.
"""

from __future__ import annotations

from typing import Any

from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.attempt import stepfree_days
from eventsapp.planning.engine.trails.board import Board
from eventsapp.planning.engine.trails.days import day_of
from eventsapp.planning.engine.trails.frame import team_names
from eventsapp.planning.engine.trails.packing import Packing
from eventsapp.planning.engine.trails.pinned import allowed
from eventsapp.planning.engine.trails.possibility import ASKED, Possibility
from eventsapp.planning.engine.trails.problem import Problem


def no_teams(problem: Problem, search: Search[Any]) -> tuple[Reason, ...]:
    """Why groups cannot be put together into teams, if that is proved."""
    packing = Packing(problem, team_names(problem), search.budget.seed)
    packing.ask(search)
    return () if packing.reason is None else (packing.reason,)


def no_days(problem: Problem, search: Search[Any], *, exactly: bool = False) -> tuple[Reason, ...]:
    """Why not all teams can have a day, if that is proved: one by one, or all together (`exactly`)."""
    days = {pin.team: allowed(problem, pin) for pin in problem.pins}
    pinned = [pin.day for pin in problem.pins if pin.day is not None]
    settled = tuple(pin.team for pin in problem.pins if pin.day is not None)
    limits = stepfree_days(problem, team_names(problem), days, settled)
    fixed = [day_of(problem, day, stepfree=False) for day in pinned]
    board = Board(problem, (problem.rules.n_teams - len(pinned) - limits[1], limits[1]), fixed)
    possible = Possibility(board, limits, search.budget.seed)
    if exactly and not possible.settled:
        possible.ask((), search, ASKED)
    return tuple(shortage.reason for shortage in possible.shortages if shortage.for_all)
