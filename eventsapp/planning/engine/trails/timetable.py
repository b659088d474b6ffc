"""The timetable of a trail day: which team is at which landmark when, with the least waiting in all.

Pure, worker only (OR-Tools, NumPy, Numba). `Timetabling` holds a complete timetable from the start and
improves it round after round: days are chosen anew one team at a time, then a linear programme over all
possible days says how much waiting is unavoidable and which days to mix, and its mixtures are rounded. See
docs/planning.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from math import ceil
from typing import Any

import numpy as np

from eventsapp.planning.engine.search import Phase, Search
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.board import HEAVY, Board, Days, Figures
from eventsapp.planning.engine.trails.days import Day, Timetable, day_at, day_of, sound
from eventsapp.planning.engine.trails.exact_days import ways
from eventsapp.planning.engine.trails.first_days import first_days
from eventsapp.planning.engine.trails.passages import EXACT, Passages
from eventsapp.planning.engine.trails.patterns import UNIT, Stops
from eventsapp.planning.engine.trails.possibility import ASKED, FIRST, Possibility
from eventsapp.planning.engine.trails.problem import Problem, Team
from eventsapp.planning.engine.trails.rounding import STEPS, Rounding
from eventsapp.planning.engine.trails.shortage import Shortage

SWEEPS = 40
"""Rounds in which each team's day is chosen anew: so many at most until the timetable is sound."""

POLISH = 4
"""So many more once it is."""

DIVES = ((0.3, 0.0), (0.1, 0.0))
"""Share and drift of the first dives."""

HURRIED = (96, 192, 384, 768)
"""Steps of a long search for the bound after which somebody dives already, in a hurry."""

SHARES = (0.2, 0.05, 0.3, 0.1)
"""The shares of later dives, in turn."""

DRIFT = 0.5
"""The drift of later dives."""

LONGEST = 4.0
"""Deterministic time of CP-SAT for one proof: it grows to that."""

PARTS = (0.25, 0.15, 0.4, 0.25, 0.6, 0.15, 0.25, 0.4, 0.15, 0.25, 0.6, 0.4)
"""The parts of the teams that dive again, in turn, between two dives of all."""

AGAIN = (0.2, 0.3)
"""Share and drift of these dives."""


PAUSE = 6
"""Such rounds after which a small day is asked about in earnest."""

SMALL = 3000
"""Ways between stages, of all teams, up to which that question comes before anything is compiled."""


class Timetabling:
    """The search for one timetable: so many step-free days, so many others, beside `fixed` days.

    `best` is complete from the start and only gets better; the work of the nth round depends on n alone.
    `closed`: nothing is left to gain. `limits`: how many teams might be step-free ones instead (least, most):
    `shortages` proves that these cannot all have a day, `elsewhere` is a timetable for another number.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        stepfree: int,
        others: int,
        fixed: Sequence[Day] = (),
        start: Timetable | None = None,
        limits: tuple[int, int] | None = None,
        seed: int = 1,
    ) -> None:
        self.problem = problem
        self.board = Board(problem, (others, stepfree), fixed)
        self.bound = 0
        self.closed = False
        self.possible = Possibility(self.board, limits or (stepfree, stepfree), seed)
        self._rng = np.random.default_rng(seed)
        self._days = first_days(self.board.paces, self.board.needed, self.board.room)
        self._figures = self.board.measured(self._days)
        if start is not None:
            self._keep(self._taken_up(start))
        self._current = self._days
        self._rounds = self._work()
        self._search: Search[Any] | None = None
        self._close()

    @property
    def best(self) -> Timetable:
        """The best timetable so far."""
        return self._written(self._days, self._figures, self.bound)

    def _written(self, all_days: Days | Sequence[Stops], figures: Figures, bound: int) -> Timetable:
        both: tuple[list[Day], list[Day]] = ([], [])
        for number, stops in enumerate(all_days):
            pace = self.board.pace_of(number) if stops is None else stops.pace
            forced = self.board.forced[pace]
            if stops is not None:
                route = self.problem.routes[stops.route].id
                visits = list(zip(stops.places, stops.starts, strict=True))
                both[pace].append(day_at(self.problem, route, visits, stepfree=bool(pace)))
            elif forced is not None:
                both[pace].append(forced)
        others, stepfree = (tuple(sorted(days, key=lambda day: day.waiting)) for days in both)
        return Timetable(stepfree, others, figures[1], figures[0], bound)

    @property
    def shortages(self) -> tuple[Shortage, ...]:
        return self.possible.shortages

    @property
    def elsewhere(self) -> Timetable | None:
        days = self.possible.elsewhere
        return self._written(days, (0, 0), 0) if days else None

    def round(self, search: Search[Any]) -> bool:
        """Work a little; whether `best` got better. It neither counts nor tells: the caller does."""
        before = self._figures
        self._search = search
        if not self.closed:
            next(self._rounds, None)
            self._close()
        return self._figures < before

    def _close(self) -> None:
        self.closed = self.closed or self._figures <= (0, self.bound)
        self.closed = self.closed or (self.possible.settled and self._figures[0] > 0)

    def _taken_up(self, start: Timetable) -> Days:
        """A given timetable as far as it fits, filled up with what is there."""
        days = list(self._days)
        routes = {route.id: row for row, route in enumerate(self.problem.routes)}
        for given, first, most, pace in (
            (start.stepfree, 0, self.board.needed[1], 1),
            (start.others, self.board.needed[1], self.board.needed[0], 0),
        ):
            fit = [day for day in given if sound(self.problem, day, stepfree=bool(pace))][:most]
            for number, day in enumerate(fit, first):
                rows = tuple(self.problem.landmark_row[visit.landmark] for visit in day.visits)
                starts = tuple(visit.start for visit in day.visits)
                days[number] = Stops(pace, routes[day.route], rows, starts)
        return days

    def _keep(self, days: Days) -> bool:
        """Keep a timetable if it is better than the best."""
        figures = self.board.measured(days)
        if figures < self._figures:
            self._days, self._figures = list(days), figures
            return True
        return False

    def _interrupted(self) -> bool:
        return self._search is None or self._search.interrupted() is not None

    def _searching(self) -> Search[Any]:
        if self._search is None:
            raise RuntimeError("work is done in rounds")
        return self._search

    def _work(self) -> Iterator[None]:
        """One slice of work after the other, until interrupted."""
        small = ways(self.board) <= SMALL
        if self._figures[0] and small:
            self._ask(FIRST)
            yield
        self._compile()
        yield
        if self._figures[0] and small:
            self.possible.count(self._days, self._searching())
            yield
        yield from self._choosing_anew(small=small)
        passages = Passages(
            self.board.paces,
            self.board.needed,
            self.board.room,
            [day for day in self._days if day is not None],
        )
        rounding = Rounding(self.board, passages, self._rng, self._searching)
        yield from self._bounding(passages, rounding)
        if self._interrupted() or self.closed:
            return
        if self._figures[0] and not small:
            self._ask(ASKED)
            yield
        for share, drift in DIVES:
            yield from self._dived(rounding.dive((), share, drift))
        for cycle in count():
            self._prove(rounding, cycle)
            yield
            if self._figures[0]:
                self._ask(ASKED * 2 ** min(cycle + 1, 6))
                yield
            self._current = self._days
            for part in PARTS:
                yield from self._dived(rounding.mix_again(self._current, part, *AGAIN))
            yield from self._dived(rounding.dive((), SHARES[cycle % len(SHARES)], DRIFT))

    def _compile(self) -> None:
        """Have the search for days compiled, beside progress."""
        nothing = np.zeros_like(self.board.room)
        for pace in self.board.paces:
            if self.board.needed[pace.number]:
                self._searching().wait_for(partial(pace.cheapest, nothing))

    def _choosing_anew(self, *, small: bool) -> Iterator[None]:
        days, weights = self._days, np.full_like(self.board.room, HEAVY)
        polished = 0
        for sweep in range(SWEEPS):
            if sweep == PAUSE and small and self._figures[0]:
                self._ask(ASKED)
                yield
            days = self.board.chosen_anew(days, weights, self._rng, self._interrupted)
            self._keep(days)
            yield
            polished += self._figures[0] == 0
            if polished > POLISH:
                return

    def _dived(self, dive: Iterator[Days | None]) -> Iterator[None]:
        for days in dive:
            if days is not None and self.board.measured(days)[0]:
                weights = np.full_like(self.board.room, 1000 * UNIT)
                days = self.board.chosen_anew(days, weights, self._rng, self._interrupted)
            if days is not None:
                self._keep(days)
                if self.board.measured(days) <= self.board.measured(self._current):
                    self._current = days
            yield

    def _prove(self, rounding: Rounding, cycle: int) -> None:
        days, none = rounding.prove(self.bound, min(LONGEST, 1.0 + cycle // 4), cycle)
        if days is not None:
            self._keep(days)
        if none:
            self.bound += 1

    def _bounding(self, passages: Passages, rounding: Rounding) -> Iterator[None]:
        """The least waiting of all teams; or that they cannot all have a day."""
        most = sum(
            teams * pace.longest_wait for teams, pace in zip(self.board.needed, self.board.paces, strict=True)
        )
        while True:
            for step, least in enumerate(passages.steps(self._searching())):
                if least is None:
                    return
                self.bound = max(self.bound, min(ceil(least / UNIT), most))
                if step % STEPS == STEPS - 1:
                    yield
                if step in HURRIED:
                    yield from self._dived(rounding.dive((), *DIVES[0], hurried=True))
            yield
            if passages.missing <= EXACT:
                return
            passages.count(True)
            for least in passages.steps(self._searching()):
                if least is None:
                    return
                if least > 0:
                    short, crowded = ceil(least / UNIT), passages.crowded()
                    self.possible.refuse(self._days, self._searching(), short, crowded)
                    return
            passages.count(False)

    def _ask(self, effort: float) -> None:
        """Ask for a sound timetable exactly."""
        found = self.possible.ask(self._days, self._searching(), effort)
        if found is not None:
            self._keep(self.board.in_order(found))


def schedule(
    problem: Problem,
    search: Search[Any],
    *,
    stepfree: int,
    others: int,
    fixed: Sequence[Day] = (),
    start: Timetable | None = None,
    on_better: Callable[[Timetable], None] | None = None,
) -> Timetabling:
    """Work on a timetable until nothing is left to gain or the search is over; it counts and tells."""
    work = Timetabling(
        problem, stepfree=stepfree, others=others, fixed=fixed, start=start, seed=search.budget.seed
    )
    while not work.closed and search.ending() is None:
        better = work.round(search)
        search.count(better=better)
        search.tell(Phase.TIMETABLE, work.best.waiting, work.bound, None)
        if better and on_better is not None:
            on_better(work.best)
    return work


def retime(
    problem: Problem,
    kept: Sequence[Team],
    free: Mapping[Id, bool],
    search: Search[Any],
    start: Mapping[Id, Team] | None = None,
) -> dict[Id, Team] | None:
    """New days for some teams (does one have somebody in a wheelchair?), the others keeping theirs.

    Each answer has only route, departure and visits. None: no sound timetable was found.
    """
    given = start or {}
    stepfree = sorted((team for team, wheelchair in free.items() if wheelchair), key=str)
    others = sorted((team for team, wheelchair in free.items() if not wheelchair), key=str)
    former = [
        tuple(day_of(problem, given[team], stepfree=pace) for team in teams if team in given)
        for teams, pace in ((stepfree, True), (others, False))
    ]
    found = schedule(
        problem,
        search,
        stepfree=len(stepfree),
        others=len(others),
        fixed=[day_of(problem, team, stepfree=False) for team in kept],
        start=Timetable(former[0], former[1], 0, 0, 0),
    ).best
    if found.overload:
        return None
    named = zip([*stepfree, *others], [*found.stepfree, *found.others], strict=True)
    return {team: Team(team, (), "", day.route, day.depart, day.visits) for team, day in named}
