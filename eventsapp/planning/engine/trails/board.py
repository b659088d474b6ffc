"""Which teams are where: what a set of days comes to, and each team's day chosen anew.

Pure, worker only (NumPy).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.days import Day, forced_day
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Stops, occupied, of_whole_stages, paces
from eventsapp.planning.engine.trails.problem import Problem

Days = list[Stops | None]
"""A day for each team, those with step-free ways first; None: the forced day of its class."""

Figures = tuple[int, int]
"""Overload, then waiting: an overload weighs more than any wait."""

HEAVY = 4 * UNIT
"""What a team-tick above a landmark's capacity costs at first, and more each time that it stays."""

NOISE = 8
"""Prices differ by less than this for nothing, so that chance chooses between days that cost the same."""


class Board:
    """The teams that need a day, and the room that is left to them at each landmark and tick."""

    def __init__(self, problem: Problem, needed: tuple[int, int], fixed: Sequence[Day]) -> None:
        self.problem = problem
        self.needed = needed
        self.fixed = tuple(fixed)
        self.paces = paces(problem)
        self.stay = problem.rules.stage_ticks
        self.room = self._room(fixed)
        self.forced = tuple(forced_day(problem, stepfree=bool(pace)) for pace in (0, 1))

    def _room(self, fixed: Sequence[Day]) -> Ints:
        """What fixed days leave of each landmark's capacity, by tick."""
        over = int(self.paces[0].clock[1])
        capacity = np.array([landmark.capacity for landmark in self.problem.landmarks], dtype=np.int64)
        room = np.repeat(capacity.reshape(-1, 1), over + 1, axis=1)
        for day in fixed:
            for visit in day.visits:
                row = self.problem.landmark_row.get(visit.landmark)
                if row is not None:
                    room[row, max(0, visit.start) : max(0, visit.start + self.stay)] -= 1
        return np.maximum(room, 0)

    def pace_of(self, number: int) -> int:
        """The class of the team with this number."""
        return int(number < self.needed[1])

    def in_order(self, days: Sequence[Stops]) -> Days:
        """A day for each team from these, in any order; None where there are too few."""
        ordered: Days = []
        for pace in (1, 0):
            chosen = [day for day in days if day.pace == pace]
            ordered += [*chosen, *[None] * (self.needed[pace] - len(chosen))]
        return ordered

    def measured(self, days: Days) -> Figures:
        """What the days come to; a forced one counts as one more team than there is room for."""
        real = [day for day in days if day is not None]
        taken = occupied(real, self.room.shape, self.stay)
        overload = int(np.maximum(0, taken - self.room).sum()) + len(days) - len(real)
        waiting = sum(self.paces[day.pace].waiting(day) for day in real)
        for number, day in enumerate(days):
            forced = self.forced[self.pace_of(number)]
            if day is None and forced is not None:
                waiting += forced.waiting
        return overload, waiting

    def chosen_anew(
        self, days: Days, weights: Ints, rng: np.random.Generator, interrupted: Callable[[], bool]
    ) -> Days:
        """Each team in turn leaves its day for the cheapest one; what is too full after that weighs more.

        `weights`: what a team-tick above the capacity costs at each landmark and tick (changes).
        """
        days = list(days)
        taken = occupied((day for day in days if day is not None), self.room.shape, self.stay)
        for number in rng.permutation(len(days)).tolist():
            if interrupted():
                return days
            pace = self.paces[self.pace_of(number)]
            self._mark(taken, days[number], -1)
            prices = of_whole_stages(weights * (taken >= self.room), self.stay)
            prices += rng.integers(0, NOISE, size=prices.shape)
            costs, choices = pace.cheapest(prices)
            if len(costs) and costs.min() < NEVER:
                days[number] = choices[int(costs.argmin())]
            self._mark(taken, days[number], 1)
        weights[taken > self.room] += HEAVY
        return days

    def _mark(self, taken: Ints, day: Stops | None, teams: int) -> None:
        if day is not None:
            for place, begins in zip(day.places, day.starts, strict=True):
                taken[place, begins : begins + self.stay] += teams
