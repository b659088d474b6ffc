"""An association can no longer come: the plans that hold what it held and disturb everybody else least.

Pure, worker only (OR-Tools, NumPy). The neighbourhood grows, as in Phillips et al. (docs/planning.md): only
the sessions that lost their host; then those that a flow would change; then all that may change at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from eventsapp.planning.engine.saturdays.board import Board, Outcome, laid_out
from eventsapp.planning.engine.saturdays.bounds import bound
from eventsapp.planning.engine.saturdays.checking import recount
from eventsapp.planning.engine.saturdays.perturbation import Least, least, on_one_date
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.saturdays.rearranging import NARROW, Found, Limits, rearrange
from eventsapp.planning.engine.saturdays.reasons import explained
from eventsapp.planning.engine.saturdays.repair import Change, Key, Proof, Repair, absence, without
from eventsapp.planning.engine.saturdays.tables import Tables
from eventsapp.planning.engine.saturdays.year import Year
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search
from eventsapp.planning.engine.terms import Id

REPAIRS = 3
"""How many repairs a coordinator is shown."""

EFFORT = 2.0
"""Deterministic time of one question to CP-SAT, about as many seconds at most."""


def repairs(
    problem: Problem,
    plan: Plan,
    association: Id,
    *,
    since: date,
    dates: frozenset[date] | None = None,
    move_published: bool = False,
    budget: Budget | None = None,
    on_progress: Callable[[Progress[tuple[Repair, ...]]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Repair, ...]:
    """The three least disturbing plans, the best first; fewer where there are no more, none if all stays.

    The association comes no more from `since` on, or on `dates` alone. Nothing before `since` changes, nor
    gaps, nor what is pinned, nor (unless `move_published`) what is published for others. Each question to
    CP-SAT is a round of the budget; whatever it is, the first is asked. With `cancelled` before that: none.
    """
    search = Search[tuple[Repair, ...]](budget or Budget(), on_progress, cancelled)
    away = absence(since, dates)
    left = without(problem, plan, association, away)
    board, near = laid_out(left, plan, association, since, away, move_published=move_published)
    if not any(one.orphan for one in board.sessions):
        return ()
    search.tell(Phase.STARTING, None, 0, None)
    hunt = _Hunt(problem, plan, board, search)
    hunt.run(near, cancelled)
    found = hunt.best()
    search.tell(Phase.DONE, found[0].key[3] if found else None, 0, lambda: found)
    return found


class _Hunt:
    """The repairs known so far, and what is proved of the best, the second and the third."""

    def __init__(
        self, problem: Problem, before: Plan, board: Board, search: Search[tuple[Repair, ...]]
    ) -> None:
        self.before, self.board, self.search = before, board, search
        self.parts_before = recount(problem, before).parts(problem.weights)
        self.tables = Tables(board.problem)
        self.bound = bound(self.tables)
        self.pool: dict[frozenset[object], tuple[Repair, Outcome]] = {}
        self.floors: list[tuple[int, int]] = [(0, 0)] * REPAIRS
        self.closed: list[tuple[Key, bool] | None] = [None] * REPAIRS

    def run(self, near: Sequence[int], cancelled: Callable[[], bool] | None) -> None:
        """Look among ever more sessions, until the three are proved or the budget is spent."""
        every = range(len(self.board.sessions))
        patient: Search[Any] = Search(Budget(seconds=None, seed=self.search.budget.seed), cancelled=cancelled)
        self._rank(near, patient, wide=len(near) == len(every))
        if self._over() or len(near) == len(every):
            return
        flow = least(self.board)
        self.floors = [max(floor, (flow.lost, flow.weighed)) for floor in self.floors]
        chain = sorted({*near, *flow.changed, *least(self.board, as_it_stands=True).changed})
        if not self._over() and len(near) < len(chain):
            self._rank(chain, self.search, wide=len(chain) == len(every))
        if self._over() or len(chain) == len(every):
            return
        self._prove(flow)

    def _rank(self, free: Sequence[int], first: Search[Any], *, wide: bool) -> None:
        """The best, the second and the third where only these sessions change; `first` asks for the best."""
        known: list[Outcome] = []
        for nth in range(REPAIRS):
            if nth and self.search.ending() is not None:
                return
            found = rearrange(self.board, free, known, self.search if nth else first, effort=EFFORT)
            outcome = self._learn(nth, found, wide=wide)
            if outcome is None:
                return
            known.append(outcome)

    def _prove(self, flow: Least) -> None:
        """The same where all may change that could be in a plan as good as the third best known."""
        known: list[Outcome] = []
        for nth in range(REPAIRS):
            if self._over():
                return
            ranked, limits = self.ranked(), None
            board, free = self.board, list(range(len(self.board.sessions)))
            if len(ranked) == REPAIRS:
                ceiling = ranked[-1][0].key[:2]
                board, free = self._within(flow, ceiling)
                limits = Limits(self.floors[nth], ceiling, ranked[nth][1])
                if self._proved(Proof.BEST, Proof.LEAST_DISTURBING) and len(free) > NARROW:
                    return  # of so many, no objective is proved
            found = rearrange(board, free, known, self.search, effort=EFFORT, limits=limits)
            outcome = self._learn(nth, found, wide=True)
            if outcome is None:
                return
            known.append(outcome)

    def _within(self, flow: Least, ceiling: tuple[int, int]) -> tuple[Board, list[int]]:
        """What may change in a plan as good as that, and which sessions; it may prove more of the floors."""
        board = self.board
        if board.problem.common_date:
            board, lost, weighed = on_one_date(board, *ceiling)
            flow = least(board)
            floor = min(ceiling, max((lost, weighed), (flow.lost, flow.weighed)))
            self.floors = [max(known, floor) for known in self.floors]
        return flow.within(board, *ceiling)

    def _learn(self, nth: int, found: Found | None, *, wide: bool) -> Outcome | None:
        """Keep an answer, and what it proves of the nth best."""
        if found is None:
            self.search.count(better=False)
            return None
        key = self._keep(found)
        if wide and found.first:  # what is further down ranks no better
            self.floors[nth:] = [max(floor, key[:2]) for floor in self.floors[nth:]]
        if found.first and found.second:
            self.closed[nth] = (key, wide)
        return found.outcome

    def _keep(self, found: Found) -> Key:
        """One more repair, unless one that is no different is as good."""
        repair = self._repair(found.outcome)
        mark = frozenset(
            (i, placed and placed[0], placed and placed[1] == self.board.sessions[i].line.date)
            for i, placed in found.outcome.items()
        )
        known = self.pool.get(mark)
        if known is None or repair.key < known[0].key:
            self.pool[mark] = repair, found.outcome
        self.search.count(better=known is None)
        best = self.best()
        self.search.tell(Phase.IMPROVING, best[0].key[3], 0, lambda: best)
        return repair.key

    def best(self) -> tuple[Repair, ...]:
        """The three that rank first, each with what is proved of it."""
        return tuple(
            replace(repair, proof=self._proof(nth, repair)) for nth, (repair, _) in enumerate(self.ranked())
        )

    def ranked(self) -> list[tuple[Repair, Outcome]]:
        return sorted(self.pool.values(), key=lambda known: known[0].key)[:REPAIRS]

    def _proof(self, nth: int, repair: Repair) -> Proof:
        """Leaving any two plans out, what is best of the others is no better than the third best of all."""
        lost, weighed = repair.key[:2]
        if (lost, weighed) != self.floors[nth]:
            return Proof.NONE
        key, wide = self.closed[nth] or (None, False)
        # Where nobody else is disturbed, only the sessions that lost their host have changed.
        return Proof.BEST if key == repair.key and (wide or not weighed) else Proof.LEAST_DISTURBING

    def _over(self) -> bool:
        """Whether nothing more can be found or proved within the budget."""
        return not self.pool or self.search.ending() is not None or self._proved(Proof.BEST)

    def _proved(self, *proofs: Proof) -> bool:
        """Whether there are three, each of them proved so."""
        found = self.best()
        return len(found) == REPAIRS and all(repair.proof in proofs for repair in found)

    def _repair(self, outcome: Outcome) -> Repair:
        board = self.board
        problem = _answered(board, outcome)
        same = problem is board.problem
        tables = self.tables if same else Tables(problem)
        year = _year(tables, board.lines(outcome))
        plan = explained(
            year,
            self.bound if same else bound(tables),
            Ending.ROUNDS_DONE,
            self.search.rounds,
            self.search.budget.seed,
        )
        gaps = {(gap.school, gap.period): gap.reason for gap in plan.gaps}
        lines = {(line.school, line.period): line for line in plan.lines if line.period is not None}
        changes = []
        for i in sorted(
            outcome, key=lambda i: (not board.sessions[i].orphan, board.sessions[i].line.date, i)
        ):
            before = board.sessions[i].line
            where = board.where(i)
            changes.append(Change(before, lines.get(where), gaps.get(where)))
        lost, weighed, moved = board.score(outcome)
        parts = plan.objective.parts(problem.weights)
        cost = {name: parts[name] - self.parts_before[name] for name in parts}
        return Repair(problem, plan, tuple(changes), lost, weighed, moved, cost, Proof.NONE)


def _answered(board: Board, outcome: Outcome) -> Problem:
    """The problem that an outcome answers: what it changes is neither published nor pinned any more."""
    changed = {board.where(i) for i in outcome}
    lost = {board.where(i) for i, placed in outcome.items() if placed is None}
    problem = board.problem
    published = tuple(line for line in problem.published if (line.school, line.period) not in changed)
    pins = tuple(pin for pin in problem.pins if (pin.school, pin.period) not in lost)
    if (len(published), len(pins)) == (len(problem.published), len(problem.pins)):
        return problem
    return replace(problem, published=published, pins=pins)


def _year(tables: Tables, lines: list[Line]) -> Year:
    """The lines of a whole plan, as the year that its reasons are read from."""
    year = Year(tables)
    sessions = {
        (int(s), int(p)): i
        for i, (s, p) in enumerate(zip(tables.session_school, tables.session_period, strict=True))
    }
    placed = [
        (
            sessions[tables.school_row[line.school], tables.period_row[line.period]],
            tables.association_row[line.association],
            tables.date_row[line.date],
            tables.topic_row[line.topic],
        )
        for line in lines
        if line.period is not None and not line.published
    ]
    if placed:
        year.place(*np.array(placed, dtype=np.int64).T)
    return year
