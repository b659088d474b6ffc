"""That the teams of a day cannot all have a timetable, whatever number of them is step-free, and what would
help. Pure, worker only (OR-Tools).

A linear programme or an exact search proves it; what would help is asked exactly, and said only where found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.board import Board
from eventsapp.planning.engine.trails.exact_days import Found, askable, days_for_all
from eventsapp.planning.engine.trails.first_days import some_day
from eventsapp.planning.engine.trails.impossible import DayCause
from eventsapp.planning.engine.trails.passages import Passages
from eventsapp.planning.engine.trails.patterns import UNIT, Stops
from eventsapp.planning.engine.trails.problem import Problem

EFFORT = 0.1
"""Deterministic time of CP-SAT for one question about what would help."""

UNKNOWN = 1
"""Questions of one kind that may stay without an answer before no more are asked."""

LONGER = (1, 2, 3, 4, 6, 8, 12, 18, 24)
"""Ticks by which the day is made longer, one after the other."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A proof; `for_all`: whether it holds for every number of step-free teams."""

    reason: Reason
    for_all: bool


@dataclass(frozen=True, slots=True)
class Help:
    """So many teams must go without a day at least; rows of landmarks, each of which would do with one place
    more; ticks that would do if the day were so much longer (0: none is known)."""

    short: int = 1
    one_more: tuple[int, ...] = ()
    longer: int = 0


NONE = Help()


def no_day(board: Board, limits: tuple[int, int]) -> tuple[Shortage, ...]:
    """For each class of teams that has not one possible day, by itself."""
    always = (sum(board.needed) - limits[1], limits[0])
    return tuple(
        Shortage(
            Reason(DayCause.NO_DAY_ON_ANY_ROUTE, {"stepfree": bool(pace.number)}),
            for_all=always[pace.number] > 0,
        )
        for pace in board.paces
        if board.needed[pace.number] and not some_day(pace)
    )


def counted(
    board: Board, limits: tuple[int, int], days: Iterable[Stops], search: Search[Any]
) -> tuple[int, list[int]]:
    """How many teams must go without a day at least, whatever number in the limits is step-free, and the rows
    of landmarks whose room is the proof."""
    passages = Passages(board.paces, board.needed, board.room, days, open_to=limits)
    passages.count(True)
    short, crowded = 0, list[int]()
    for least in passages.steps(search):
        if least is None:
            break
        if ceil(least / UNIT) > short:
            short, crowded = ceil(least / UNIT), passages.crowded()
    return short, crowded


def shortage_of(
    board: Board, *, for_all: bool, short: int = 1, crowded: Collection[int] = (), help_: Help = NONE
) -> Shortage:
    """What is said once it is proved that `short` teams go without a day."""
    names = [landmark.id for landmark in board.problem.landmarks]
    teams = sum(board.needed) + len(board.fixed)
    reason = Reason(
        DayCause.NOT_ENOUGH_PASSAGES,
        {
            "teams": teams,
            "at_most": teams - max(short, help_.short),
            "landmarks": [names[row] for row in crowded],
            "one_more": [names[row] for row in help_.one_more],
            "longer": help_.longer * board.problem.rules.tick_minutes,
        },
    )
    return Shortage(reason, for_all)


def help_for(
    board: Board,
    limits: tuple[int, int],
    search: Search[Any],
    seed: int,
    *,
    short: int = 1,
    crowded: Collection[int] = (),
) -> Help:
    """What would help where `short` teams go without a day, asked exactly, as far as answers come soon."""
    if not askable(board):
        return NONE
    problem = board.problem

    def asking(other: Problem, left_out: int) -> Found:
        """Whether another problem can be solved, with so many teams left out, of whatever class."""
        teams = sum(board.needed) - left_out
        least, most = max(0, limits[0] - left_out), min(limits[1], teams)
        return days_for_all(
            Board(other, (teams - most, most), board.fixed), (least, most), search, EFFORT, seed
        )

    while short < sum(board.needed) and asking(problem, short).impossible:
        short += 1
    rows = list(crowded) or _used(problem)
    roomier = _answered((row, asking(_roomier(problem, row), 0)) for row in rows)
    later = _answered((ticks, asking(_later(problem, ticks), 0)) for ticks in LONGER)
    return Help(short, tuple(roomier), next(later, 0))


def _answered(questions: Iterable[tuple[int, Found]]) -> Iterator[int]:
    """Those that are found, until too many stay without an answer."""
    unknown = 0
    for number, found in questions:
        if found.days is not None:
            yield number
        unknown += found.days is None and not found.impossible
        if unknown >= UNKNOWN:
            return


def _used(problem: Problem) -> list[int]:
    return sorted({problem.landmark_row[stage] for route in problem.routes for stage in route.stages})


def _roomier(problem: Problem, row: int) -> Problem:
    landmarks = list(problem.landmarks)
    landmarks[row] = replace(landmarks[row], capacity=landmarks[row].capacity + 1)
    return replace(problem, landmarks=tuple(landmarks))


def _later(problem: Problem, ticks: int) -> Problem:
    return replace(problem, rules=replace(problem.rules, horizon=problem.rules.horizon + ticks))
