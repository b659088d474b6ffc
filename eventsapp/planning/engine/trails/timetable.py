"""The timetable of a trail day: which team is at which landmark when, with the least waiting in all.

Pure, worker only (OR-Tools, NumPy, Numba). `Timetabling` holds a complete timetable from the start and improves it
round after round: days are chosen anew one team at a time, then a linear programme over all possible days says how much
waiting is unavoidable and which days to mix, and its mixtures are rounded. See docs/planning.md, "Trail timetables".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.search import Phase, Search
from eventsapp.planning.engine.terms import Id, Reason
from eventsapp.planning.engine.trails.days import Day, Timetable, day_at, day_of, forced_day, sound
from eventsapp.planning.engine.trails.first_days import first_days
from eventsapp.planning.engine.trails.passages import EXACT, Passages
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Stops, occupied, of_whole_stages, paces
from eventsapp.planning.engine.trails.pool import best_of
from eventsapp.planning.engine.trails.problem import Problem, Team

Days = list[Stops | None]
"""A day for each team, those with step-free ways first; None: the forced day of its class."""

Figures = tuple[int, int]
"""Overload and waiting, the first weighing all."""

SWEEPS = 4
"""Rounds in which each team's day is chosen anew, before the linear programme."""

STEPS = 8
"""Steps of column generation in one round."""

SHARES = (0.3, 0.1, 0.2, 0.05)
"""The share of the teams that are left whose days are fixed at each step of a dive, dive after dive."""

DRIFT = 0.5
"""How far chance changes the order in which days are fixed, in teams, from the third dive on."""

EFFORTS = (1.0, 1.0, 2.0, 2.0, 4.0, 4.0)
"""Deterministic time of CP-SAT after each dive; then the last one for ever."""

DEARER = 16
"""How much more a missing team costs when it was cheaper to miss than to place."""


class Timetabling:
    """The search for one timetable: so many step-free days, so many others, beside `fixed` days.

    `best` is complete from the start and only gets better; the work of the nth round depends on n alone. `closed`:
    nothing is left to gain. `lacking`: proofs that these teams cannot all have a day.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        stepfree: int,
        others: int,
        fixed: Sequence[Day] = (),
        start: Timetable | None = None,
        seed: int = 1,
    ) -> None:
        self.problem = problem
        self.needed = (others, stepfree)
        self.paces = paces(problem)
        self.stay = problem.rules.stage_ticks
        self.bound = 0
        self.closed = False
        self.lacking: tuple[Reason, ...] = ()
        self._forced = [
            forced_day(problem, stepfree=False) if others else None,
            forced_day(problem, stepfree=True) if stepfree else None,
        ]
        self.room = self._room(fixed)
        self._rng = np.random.default_rng(seed)
        self._days = first_days(self.paces, self.needed, self.room)
        self._figures = self._measured(self._days)
        if start is not None:
            self._keep(self._taken_up(start))
        self._rounds = self._work()
        self._search: Search[Any] | None = None
        self._close()

    @property
    def best(self) -> Timetable:
        """The best timetable so far."""
        both: tuple[list[Day], list[Day]] = ([], [])
        for number, stops in enumerate(self._days):
            pace = int(number < self.needed[1])
            forced = self._forced[pace]
            if stops is not None:
                route = self.problem.routes[stops.route].id
                visits = list(zip(stops.places, stops.starts, strict=True))
                both[pace].append(day_at(self.problem, route, visits, stepfree=bool(pace)))
            elif forced is not None:
                both[pace].append(forced)
        others, stepfree = (tuple(sorted(days, key=lambda day: day.waiting)) for days in both)
        return Timetable(stepfree, others, self._figures[1], self._figures[0], self.bound)

    def round(self, search: Search[Any]) -> bool:
        """Work a little; whether `best` got better. It neither counts nor tells: the caller does."""
        before = self._figures
        self._search = search
        if not self.closed:
            next(self._rounds, None)
            self._close()
        return self._figures < before

    def _close(self) -> None:
        self.closed = self.closed or bool(self.lacking) or self._figures <= (0, self.bound)

    def _room(self, fixed: Sequence[Day]) -> Ints:
        """What fixed days leave of each landmark's capacity, by tick."""
        over = int(self.paces[0].clock[1])
        capacity = np.array([[landmark.capacity] for landmark in self.problem.landmarks], dtype=np.int64)
        room = np.repeat(capacity.reshape(-1, 1), over + 1, axis=1)
        for day in fixed:
            for visit in day.visits:
                row = self.problem.landmark_row.get(visit.landmark)
                if row is not None:
                    room[row, max(0, visit.start) : max(0, visit.start + self.stay)] -= 1
        return np.maximum(room, 0)

    def _taken_up(self, start: Timetable) -> Days:
        """A given timetable as far as it fits, filled up with what is there."""
        days = list(self._days)
        routes = {route.id: row for row, route in enumerate(self.problem.routes)}
        for given, first, count, pace in (
            (start.stepfree, 0, self.needed[1], 1),
            (start.others, self.needed[1], self.needed[0], 0),
        ):
            fit = [day for day in given if sound(self.problem, day, stepfree=bool(pace))][:count]
            for number, day in enumerate(fit, first):
                rows = tuple(self.problem.landmark_row[visit.landmark] for visit in day.visits)
                starts = tuple(visit.start for visit in day.visits)
                days[number] = Stops(pace, routes[day.route], rows, starts)
        return days

    def _measured(self, days: Days) -> Figures:
        real = [day for day in days if day is not None]
        taken = occupied(real, self.room.shape, self.stay)
        overload = int(np.maximum(0, taken - self.room).sum()) + len(days) - len(real)
        waiting = sum(self.paces[day.pace].waiting(day) for day in real)
        for number, day in enumerate(days):
            forced = self._forced[int(number < self.needed[1])]
            if day is None and forced is not None:
                waiting += forced.waiting
        return overload, waiting

    def _keep(self, days: Days) -> bool:
        """Keep a timetable if it is better than the best."""
        figures = self._measured(days)
        if figures < self._figures:
            self._days, self._figures = list(days), figures
            return True
        return False

    def _interrupted(self) -> bool:
        return self._search is None or self._search.interrupted() is not None

    def _work(self) -> Iterator[None]:
        """One slice of work after the other, for ever unless interrupted."""
        nothing = np.zeros_like(self.room)
        assert self._search is not None
        for pace in self.paces:
            if self.needed[pace.number]:
                found = self._search.wait_for(lambda pace=pace: pace.cheapest(nothing))  # type: ignore[misc]
                if found is None:
                    return
                if found[0].min(initial=NEVER) == NEVER:
                    self.lacking += (Reason("no_day_on_any_route", {"stepfree": bool(pace.number)}),)
        if self.lacking:
            return
        yield
        days, weights = list(self._days), np.full_like(self.room, 4 * UNIT)
        for _ in range(SWEEPS):
            days = self._sweep(days, weights)
            self._keep(days)
            yield
        passages = Passages(self.paces, self.needed, self.room)
        for day in self._days:
            if day is not None:
                passages.offer(day)
        yield from self._bounding(passages)
        dives = 0
        while not self._interrupted():
            yield from self._dive(passages, SHARES[dives % len(SHARES)], DRIFT if dives > 1 else 0.0)
            self._pick(passages, EFFORTS[min(dives, len(EFFORTS) - 1)])
            yield
            dives += 1

    def _sweep(self, days: Days, weights: Ints) -> Days:
        """Each team in turn leaves its day for the cheapest one; what stays too full weighs more from then on."""
        days = list(days)
        taken = occupied((day for day in days if day is not None), self.room.shape, self.stay)
        for number in self._rng.permutation(len(days)).tolist():
            if self._interrupted():
                return days
            pace = self.paces[int(number < self.needed[1])]
            leaving = days[number]
            if leaving is not None:
                self._mark(taken, leaving, -1)
            prices = of_whole_stages(weights * (taken >= self.room), self.stay)
            prices += self._rng.integers(0, 8, size=prices.shape)
            costs, choices = pace.cheapest(prices)
            chosen = int(costs.argmin())
            days[number] = choices[chosen] if costs[chosen] < NEVER else leaving
            arriving = days[number]
            if arriving is not None:
                self._mark(taken, arriving, 1)
        weights[taken > self.room] += 4 * UNIT
        return days

    def _mark(self, taken: Ints, day: Stops, teams: int) -> None:
        for place, begins in zip(day.places, day.starts, strict=True):
            taken[place, begins : begins + self.stay] += teams

    def _columns(self, passages: Passages) -> Iterator[int | None]:
        """Column generation to its end; each step gives what all must cost at least, None when interrupted."""
        wider = True
        while wider:
            if not passages.solve(self._search_now()):
                yield None
                return
            least, wider = passages.widen()
            yield least

    def _search_now(self) -> Search[Any]:
        assert self._search is not None
        return self._search

    def _bounding(self, passages: Passages) -> Iterator[None]:
        """The least waiting of all teams; or that they cannot all have a day."""
        while True:
            for step, least in enumerate(self._columns(passages)):
                if least is None:
                    return
                self.bound = max(self.bound, ceil(least / UNIT))
                if step % STEPS == STEPS - 1:
                    yield
            yield
            if passages.missing <= EXACT or self._figures[0] == 0 and passages.counting:
                return
            passages.count(True)
            short = 0
            for least in self._columns(passages):
                if least is None:
                    return
                short = max(short, ceil(least / UNIT))
                if short:
                    self.lacking = (self._shortage(passages, short),)
                    return
            passages.missing_cost *= DEARER
            passages.count(False)

    def _shortage(self, passages: Passages, short: int) -> Reason:
        crowded = np.flatnonzero(passages.tick_prices.sum(axis=1)).tolist()
        return Reason(
            "not_enough_passages",
            {
                "teams": sum(self.needed),
                "at_most": sum(self.needed) - short,
                "landmarks": [self.problem.landmarks[row].id for row in crowded],
            },
        )

    def _dive(self, passages: Passages, share: float, drift: float) -> Iterator[None]:
        """Fix the days that the mixture is surest of, solve for the teams that are left, and so on."""
        passages.whole()
        fixed: list[Stops] = []
        while sum(passages.left):
            for step, least in enumerate(self._columns(passages)):
                if least is None:
                    return
                if step % STEPS == STEPS - 1:
                    yield
            yield
            chosen = self._fixed(passages, max(1, int(share * sum(passages.left))), drift)
            if not chosen:
                break
            fixed += chosen
        days: Days = [day for day in fixed if day.pace == 1]
        days += [None] * passages.left[1]
        days += [day for day in fixed if day.pace == 0]
        days += [None] * passages.left[0]
        if not self._keep(days) and self._measured(days)[0]:
            self._keep(self._sweep(days, np.full_like(self.room, 1000 * UNIT)))

    def _fixed(self, passages: Passages, goal: int, drift: float) -> list[Stops]:
        mixture = passages.mixture()
        if drift:
            chances = self._rng.random(len(mixture)).tolist()
            mixture = [(much + drift * by, day) for (much, day), by in zip(mixture, chances, strict=True)]
            mixture.sort(key=lambda pair: -pair[0])
        fixed: list[Stops] = []
        for much, day in mixture:
            if len(fixed) >= goal and much < 1 - EXACT:
                break
            times = min(max(1, int(much + EXACT)), passages.fits(day))
            if times > 0:
                passages.restrict(day, times)
                fixed += [day] * times
        return fixed

    def _pick(self, passages: Passages, effort: float) -> None:
        """The best timetable of the days known, as far as CP-SAT gets."""
        known = self._days if self._figures[0] == 0 else []
        found = best_of(passages, [day for day in known if day is not None], self._search_now(), effort)
        if found is not None:
            self._keep([day for pace in (1, 0) for day in found if day.pace == pace])


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
