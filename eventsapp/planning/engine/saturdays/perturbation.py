"""How little must change at least, by one flow over everything that may.

Pure, worker only (NumPy, OR-Tools for the flow). A flow knows places and limits; it forgets the order of
visits at a school, dates in common and limits of the city: what it finds is a bound, and a first guess at
which sessions are worth changing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import numpy as np

from eventsapp.planning.engine.networks import UNLIMITED, Ints, Network
from eventsapp.planning.engine.saturdays.board import Board, Session, Way
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.saturdays.repair import MOST, disturbance
from eventsapp.planning.engine.terms import Id

Resource: TypeAlias = tuple[object, ...]
"""An association on a date, in a month or in the year."""


@dataclass(frozen=True, slots=True)
class Least:
    """The cheapest flow: sessions lost and disturbance at least, the sessions that it changes, and more.

    `dearer` says by how much each way of a session is dearer than the flow at least, as is (None) losing it
    (reduced costs), in the flow's own unit: one session lost is `dear`, one of disturbance is 1.
    """

    lost: int
    weighed: int
    changed: tuple[int, ...]
    dear: int
    dearer: Mapping[tuple[int, Way | None], int]

    def within(self, board: Board, lost: int, weighed: int) -> tuple[Board, list[int]]:
        """What may still change in a plan that loses and disturbs no more than that.

        The board less the ways that no such plan takes, and the sessions that may not stay as they are.
        """
        slack = self.dear * (lost - self.lost) + weighed - self.weighed
        sessions: list[Session] = []
        free: list[int] = []
        for i, one in enumerate(board.sessions):
            kept = one.ways[: not one.orphan]
            others = [way for way in one.ways[len(kept) :] if self.dearer[i, way] <= slack]
            sessions.append(replace(one, ways=(*kept, *others)))
            if one.orphan or others or self.dearer[i, None] <= slack:
                free.append(i)
        return replace(board, sessions=tuple(sessions)), free


def least(board: Board, *, as_it_stands: bool = False, dear: int | None = None) -> Least:
    """The cheapest flow through the places that the sessions could take.

    With `as_it_stands`, a session only goes where its school's other visits let it go as they are now:
    no bound any more, but a change that is likely to do. `dear`: see `Least`; enough for the board if None.
    """
    sessions = board.sessions
    allowed = [_allowed(board, i) if as_it_stands else list(one.ways) for i, one in enumerate(sessions)]
    rows = [(i, way) for i, ways in enumerate(allowed) for way in ways]
    dear = dear or 1 + len(sessions) * MOST
    prices = [0 if sessions[i].orphan else disturbance(sessions[i].line, *way) for i, way in rows]
    gone = [dear + (0 if one.orphan else MOST) for one in sessions]
    arcs = _arcs(board, rows, prices, gone)
    net = Network(np.ones(len(sessions), dtype=np.int64))
    net.nodes(int(arcs[:2].max()) + 1 - len(sessions))
    net.arcs(*arcs)
    flow = net.cheapest(len(sessions))
    used = {i: way for (i, way), flows in zip(rows, flow.flows[: len(rows)], strict=True) if flows}
    changed = (i for i, one in enumerate(sessions) if one.orphan or (used.get(i),) != one.ways[:1])
    lost, weighed = divmod(flow.cost, dear)
    reduced = _reduced(arcs, np.minimum(arcs[2], len(sessions)), flow.flows)
    dearer: dict[tuple[int, Way | None], int] = dict(zip(rows, reduced.tolist(), strict=False))
    dearer.update(((i, None), int(cost)) for i, cost in enumerate(reduced[-len(sessions) :]))
    return Least(lost, weighed, tuple(changed), dear, dearer)


def _arcs(board: Board, rows: list[tuple[int, Way]], prices: list[int], gone: list[int]) -> Ints:
    """Tails, heads, rooms and costs: session → place (association, date) → month → year → the sink.

    The first arcs are the `rows`. Sessions are numbered first, then the sink, to which they go when lost.
    """
    limits = {one.id: one for one in board.problem.associations}
    sink = len(board.sessions)
    number: dict[tuple[object, ...], int] = {}

    def node(*name: object) -> int:
        return number.setdefault(name, sink + 1 + len(number))

    arcs = [(i, node(*way), 1, price) for (i, way), price in zip(rows, prices, strict=True)]
    used, kept = _used(board)
    places = dict.fromkeys(way for _, way in rows)
    for who, day in places:
        month = (who, day.year, day.month)
        arcs.append((node(who, day), node(*month), _room(limits[who].crews, used, kept, (who, day)), 0))
    for month in dict.fromkeys((who, day.year, day.month) for who, day in places):
        room = _room(limits[month[0]].max_per_month, used, kept, month)
        arcs.append((node(*month), node(month[0]), room, 0))
    for who in dict.fromkeys(who for who, _ in places):
        arcs.append((node(who), sink, _room(limits[who].max_per_year, used, kept, (who,)), 0))
    arcs += [(i, sink, 1, price) for i, price in enumerate(gone)]
    return np.array(arcs, dtype=np.int64).T


def _reduced(arcs: Ints, rooms: Ints, flows: Ints) -> Ints:
    """What each arc costs beyond the shortest residual ways to its ends (Bellman, Ford)."""
    tails, heads, _, costs = arcs
    forward, back = flows < rooms, flows > 0
    start = np.concatenate([tails[forward], heads[back]])
    end = np.concatenate([heads[forward], tails[back]])
    step = np.concatenate([costs[forward], -costs[back]])
    far = np.zeros(int(arcs[:2].max()) + 1, dtype=np.int64)
    while True:
        nearer = far.copy()
        np.minimum.at(nearer, end, far[start] + step)
        if (nearer == far).all():
            return np.asarray(costs + far[tails] - far[heads], dtype=np.int64)
        far = nearer


def _room(limit: int | None, used: Counter[Resource], kept: Counter[Resource], resource: Resource) -> int:
    """What is left for sessions that may change: never less than those of them that are there now use."""
    return UNLIMITED if limit is None else max(limit, kept[resource]) - used[resource]


def _used(board: Board) -> tuple[Counter[Resource], Counter[Resource]]:
    """Dates, months and years taken by what never changes; and by everything as it is now."""
    used: Counter[Resource] = Counter()
    for line in board.standing:
        used.update(_resources(line))
    kept = used.copy()
    for one in board.sessions:
        if not one.orphan:
            kept.update(_resources(one.line))
    return used, kept


def _resources(line: Line) -> list[Resource]:
    who, day = line.association, line.date
    year: list[Resource] = [] if line.period is None else [(who,)]
    return [(who, day), (who, day.year, day.month), *year]


def on_one_date(board: Board, lost: int, weighed: int) -> tuple[Board, int, int]:
    """The same board less the dates in common that no plan has which loses and disturbs no more than that.

    And what all such plans lose and disturb at least: each period by itself, on the date that suits it best.
    """
    dear = 1 + len(board.sessions) * MOST
    fixed: defaultdict[Id | None, set[date]] = defaultdict(set)
    for line in board.standing:
        fixed[line.period].add(line.date)
    costs: dict[Id, dict[frozenset[date], int]] = {}
    for period in dict.fromkeys(one.period for one in board.sessions):
        here = [one for one in board.sessions if one.period == period]
        days = sorted({day for one in here for _, day in one.ways})
        choices = [frozenset(fixed[period])] if fixed[period] else [frozenset({day}) for day in days]
        costs[period] = {choice: _cost_on(board, here, choice, dear) for choice in choices or [frozenset()]}
    total = sum(min(by_choice.values()) for by_choice in costs.values())
    slack = dear * lost + weighed - total
    allowed = {
        period: frozenset[date]().union(
            *(choice for choice, cost in by_choice.items() if cost - min(by_choice.values()) <= slack)
        )
        for period, by_choice in costs.items()
    }
    sessions = tuple(
        replace(
            one,
            ways=(
                *one.ways[: not one.orphan],
                *(way for way in one.ways[not one.orphan :] if way[1] in allowed[one.period]),
            ),
        )
        for one in board.sessions
    )
    return replace(board, sessions=sessions), *divmod(total, dear)


def _cost_on(board: Board, here: list[Session], days: frozenset[date], dear: int) -> int:
    """What the sessions of a period cost at least on these dates, were the others not there."""
    there = tuple(replace(one, ways=tuple(way for way in one.ways if way[1] in days)) for one in here)
    flow = least(replace(board, sessions=there), dear=dear)
    return flow.dear * flow.lost + flow.weighed


def _allowed(board: Board, i: int) -> list[Way]:
    """The ways of a session that the other visits of its school allow where they are now."""
    session, problem = board.sessions[i], board.problem
    kept = session.ways[:1] if not session.orphan else ()
    visits = _visits(board)[session.line.school]
    others = [line for line in visits if line is not session.line]
    return [
        *kept,
        *(way for way in session.ways[len(kept) :] if _fits(problem, others, way)),
    ]


def _fits(problem: Problem, visits: list[Line], way: Way) -> bool:
    who, day = way
    if any(abs((line.date - day).days) < max(1, problem.min_gap_days) for line in visits):
        return False
    if not problem.no_repeat:
        return True
    before = max((line.date for line in visits if line.date < day), default=None)
    after = min((line.date for line in visits if line.date > day), default=None)
    return not any(line.association == who and line.date in (before, after) for line in visits)


def _visits(board: Board) -> defaultdict[Id, list[Line]]:
    """The visits of each school now, those of the association that left aside."""
    visits: defaultdict[Id, list[Line]] = defaultdict(list)
    for line in board.standing:
        visits[line.school].append(line)
    for one in board.sessions:
        if not one.orphan:
            visits[one.line.school].append(one.line)
    return visits
