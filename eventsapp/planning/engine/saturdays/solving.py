"""A school year of Saturday mornings: which association goes to which school, when, about what.

Pure, worker only (OR-Tools, NumPy). `solve` starts month by month, and from one flow over the year, then
solves one to three months again and again, each time exactly, while the budget lasts. See docs/planning.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from eventsapp.planning.engine.saturdays.bounds import bound, least_objective, unproved
from eventsapp.planning.engine.saturdays.cover import cover_more, keep_pins
from eventsapp.planning.engine.saturdays.dated import PricedYear, least_for_one_date
from eventsapp.planning.engine.saturdays.impossible import causes, too_many
from eventsapp.planning.engine.saturdays.months import resolve, resolve_date
from eventsapp.planning.engine.saturdays.plan import Bound, Plan
from eventsapp.planning.engine.saturdays.problem import Pin, Problem
from eventsapp.planning.engine.saturdays.reasons import as_plan, explained
from eventsapp.planning.engine.saturdays.shifts import go_back, make_way, shift
from eventsapp.planning.engine.saturdays.starts import begin, begin_apart, in_turn, on_dates, resume
from eventsapp.planning.engine.saturdays.tables import Tables
from eventsapp.planning.engine.saturdays.year import Year
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search
from eventsapp.planning.engine.terms import Impossible

BLOCK_SIZES = (1, 2, 2, 3)
"""How many months a round solves together, drawn at random."""

PRICE_EVERY = 10
"""Rounds without a better plan between two steps of the bound that remembers dates."""

COVER_AFTER = 4
"""Coverage alone is asked for where it is not at its bound, after so many rounds without a better plan; and
each time twice as many before the next, with twice the effort."""

COVER_EFFORT, MOST_EFFORT = 0.1, 1.6
"""Deterministic time of CP-SAT for that, at first and at most."""

WAYS_FOR_EFFORT = 20_000
"""Ways to hold a session that are worth one unit of effort: a larger model waits for a larger effort."""

GO_BACK_AFTER, AWAY = 4, 20
"""Rounds without a better plan before single sessions go back to the plan before, whatever that costs at
first, and how many such rounds may lead away from the best plan."""

MENDING = 4
"""Rounds for each month that a plan of larger coverage is given to become better than the one before."""


def solve(
    problem: Problem,
    budget: Budget | None = None,
    on_progress: Callable[[Progress[Plan]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    start: Plan | None = None,
) -> Plan | Impossible:
    """The best plan found within the budget, never worse than `start`; every rule of the problem holds.

    Never empty-handed: a search that is cancelled or out of time gives back what it holds, and says so in
    `Plan.ending`. Same problem, start, seed and rounds done, same plan; more rounds go on where fewer stop.
    """
    reasons = causes(problem)
    if reasons:
        return Impossible(reasons)
    return _Solver(problem, Search[Plan](budget or Budget(), on_progress, cancelled)).run(start)


class _Solver:
    """One run: the best year so far, the one under work, and what is proved."""

    def __init__(self, problem: Problem, search: Search[Plan]) -> None:
        self.search = search
        search.tell(Phase.STARTING, None, 0, None)
        self.tables = Tables(problem)
        self.rng = np.random.default_rng(search.budget.seed)
        self.proved: Bound = unproved(self.tables)
        self.periods = np.unique(self.tables.session_period)
        self.idle = 0
        self.priced: PricedYear | None = None
        self.dates_tried = False
        self.cover_after = COVER_AFTER
        self.mending = False

    def run(self, start: Plan | None) -> Plan | Impossible:
        self.best = in_turn(self.tables, self.rng)
        if self.best.pins_kept:
            self._tell()
        self.year = self.best.copy()
        stopped = self.search.interrupted()
        if stopped is None:
            self._bound()
            self.year = min(begin_apart(self.best, self.rng), begin(self.tables, self.rng), key=Year.rank)
        if start is not None:
            self.year = min(self.year, resume(self.tables, start), key=Year.rank)
        self.best = min(self.best, self.year, key=Year.rank).copy()
        clashing = () if self.best.pins_kept else self._keep_pins()
        if clashing:
            return Impossible((too_many(clashing),))
        self._tell()
        ending = Ending.CANCELLED if stopped is Ending.CANCELLED else self._improve()
        # Who says stop is not kept waiting for reasons: in a large year they take half a second.
        tell = as_plan if ending is Ending.CANCELLED else explained
        found = tell(self.best, self.proved, ending, self.search.rounds, self.search.budget.seed)
        self.search.tell(Phase.DONE, self.best.total(), self.proved.objective, lambda: found)
        return found

    def _bound(self) -> None:
        """What no plan can beat, once there is a plan to show."""
        told = self.best.total() if self.best.pins_kept else None
        self.search.tell(Phase.BOUNDING, told, 0, self._snapshot if told is not None else None)
        self.proved = bound(self.tables)

    def _keep_pins(self) -> tuple[Pin, ...]:
        """Where the start keeps not all pins: start from them alone. Those that are too many together."""
        only = self.best.copy()
        clashing = keep_pins(only, self.search)
        if only.pins_kept:
            for p in map(int, self.periods):
                resolve(only, [p], self.rng)
            self.year, self.best = only, only.copy()
        return clashing

    def _improve(self) -> Ending:
        """Solve months anew until the bound is reached or the budget is spent."""
        self.sweep = list(map(int, self.periods))
        while len(self.periods) and (self.best.total() > self.proved.objective or not self.best.pins_kept):
            ending = self.search.ending()
            if ending is not None:
                return ending
            self._round()
            self._tell()
            if self.tables.problem.common_date:
                if not self.sweep and not self.dates_tried:
                    self.dates_tried = True
                    self._try_best_dates()
            elif self.idle and self.idle % PRICE_EVERY == 0:
                self._raise_bound()
            if not self.sweep and self.idle >= self.cover_after:
                self._cover()
        return Ending.PROVED

    def _round(self) -> None:
        """Solve a few months, or one date, anew; the best year follows."""
        self._resolve_something()
        better = self.year.rank() < self.best.rank()
        if better:
            self.best = self.year.copy()
        self.idle = 0 if better else self.idle + 1
        worse = self.year.rank() > self.best.rank()  # a year that is as good is a place to go on from
        if worse and not self.mending and self.idle > GO_BACK_AFTER and self.idle % AWAY == 0:
            self.year = self.best.copy()
        self.search.count(better=better)

    def _resolve_something(self) -> None:
        if self.sweep:
            resolve(self.year, [self.sweep.pop()], self.rng)
            if not self.sweep and self.year.rank() > self.best.rank():
                self.year = self.best.copy()
        elif self.tables.problem.max_sessions_per_date is not None and self.rng.integers(2):
            dates = np.concatenate([np.unique(one.date) for one in self.tables.candidates])
            if len(dates):
                resolve_date(self.year, int(self.rng.choice(dates)), self.rng)
        elif self.tables.problem.common_date and self.rng.integers(2):
            shift(self.year, self.rng)
        elif self.tables.may_return.any() and self.idle > GO_BACK_AFTER and self.rng.integers(2):
            go_back(self.year, self.rng)
        elif self.year.held < self._free_coverage() and self.rng.integers(3) == 0:
            make_way(self.year, self.rng)
        else:
            size = min(len(self.periods), int(self.rng.choice(BLOCK_SIZES)))
            block = self.rng.choice(self.periods, size=size, replace=False)
            resolve(self.year, sorted(map(int, block)), self.rng)

    def _free_coverage(self) -> int:
        """The proved coverage without the published sessions."""
        return self.proved.coverage - self.proved.due + len(self.tables.session_school)

    def _raise_bound(self) -> None:
        """One more step of the bound that remembers dates, while it rises."""
        self.priced = self.priced or PricedYear(self.tables)
        if not self.priced.settled:
            self._proved_at_least(self.priced.step(self.best.total()))

    def _try_best_dates(self) -> None:
        """Where each period has one date: the dates that a bound thinks best, and that bound."""
        wishes = self.proved.wishes
        found = self.search.wait_for(lambda: least_for_one_date(self.tables, wishes))
        if found is None or not found.dates:
            return
        self._proved_at_least(found.least)
        year = on_dates(self.tables, found.dates, self.rng)
        if year.rank() < self.best.rank():
            self.year, self.best, self.idle = year, year.copy(), 0
            self.search.refresh()

    def _proved_at_least(self, objective: int) -> None:
        self.proved = replace(self.proved, objective=max(self.proved.objective, objective))

    def _cover(self) -> None:
        """Where flows left sessions uncovered that they cannot rule out: cover them, or prove a lower bound.

        What covers more may be worse at first: it is mended beside the best year, which it then replaces
        or not.
        """
        effort = min(MOST_EFFORT, COVER_EFFORT * self.cover_after / COVER_AFTER)
        self.cover_after *= 2
        ways = sum(len(one.session) for one in self.tables.candidates)
        if self.best.held >= self._free_coverage() or ways > effort * WAYS_FOR_EFFORT:
            return
        self.search.tell(Phase.COVERING, self.best.total(), self.proved.objective, self._snapshot)
        self.year = self.best.copy()
        most = min(cover_more(self.year, self.search, effort), self._free_coverage())
        self.proved = replace(
            self.proved,
            coverage=most + self.proved.due - len(self.tables.session_school),
            objective=max(self.proved.objective, least_objective(self.tables, most)),
        )
        self.search.refresh()
        self.idle = 0
        if self.year.rank() < self.best.rank():
            self.best = self.year.copy()
        self.sweep = list(map(int, self.periods))
        self.mending = True
        for _ in range(MENDING * len(self.periods)):
            if self.search.ending() is not None or self.year.held == self.best.held:
                break
            self._round()
        self.mending = False
        self.year = min(self.best.copy(), self.year, key=Year.rank)

    def _tell(self) -> None:
        total, least = self.best.total(), self.proved.objective
        self.search.tell(Phase.IMPROVING, total, least, self._snapshot)

    def _snapshot(self) -> Plan:
        """The best plan so far, its reasons still to be found."""
        return as_plan(
            self.best, self.proved, Ending.ROUNDS_DONE, self.search.rounds, self.search.budget.seed
        )
