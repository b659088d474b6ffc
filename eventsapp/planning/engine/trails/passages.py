"""How many ticks teams must wait at least, and mixtures of days that wait so little: a linear programme.

Pure, worker only (OR-Tools' GLOP). Teams of a class are alike, so a timetable is a number of teams for each
possible day; relaxed to fractions, the days that matter are found by column generation: GLOP prices what is
crowded (a tick at a landmark), `patterns` finds the cheapest days at these prices, until none is cheaper
than those known. The bound is recomputed in whole numbers from rounded prices (Lagrange): it holds however
GLOP rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Pace, Stops, of_whole_stages

EXACT = 1e-6
"""Less of a team than this is none."""

FULL = 1 << 44
"""The price of a tick at a landmark where there is no room: more than any day may cost."""

DEARER = 16
"""How much more a team without a day costs once it was cheaper to leave one without than to place it."""


class Passages:
    """The programme for some teams (`needed` of each class) in some `room` (by landmark and tick).

    Wherever the mixture leaves teams without a day, `missing` is above 0. With `counting`, such a team
    costs one and waiting nothing: the programme says how many teams can have a day at all. With `open_to`,
    so many teams may be step-free ones instead of those needed.
    """

    def __init__(
        self,
        paces: tuple[Pace, Pace],
        needed: tuple[int, int],
        room: Ints,
        days: Iterable[Stops],
        open_to: tuple[int, int] | None = None,
    ) -> None:
        self.paces, self.needed, self.room = paces, needed, room
        self.teams = sum(needed)
        self.limits = (needed[1], needed[1]) if open_to is None else open_to
        self.stay = int(paces[0].clock[0])
        self.known: dict[Stops, int] = {}
        self.missing = 0.0
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        # without it, GLOP goes on from where it was when days are added: twice as fast (measured)
        self._solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        self._columns: list[Any] = []
        self._shares: list[float] = []
        self._endless = self._solver.infinity()
        self._rows: dict[tuple[int, int], Any] = {
            (place, tick): self._solver.Constraint(-self._endless, float(room[place, tick]))
            for place, tick in np.argwhere((room > 0) & (room < sum(needed))).tolist()
        }
        self._teams = [self._solver.Constraint(float(count), float(count)) for count in needed]
        self._missing = [self._solver.NumVar(0, self._endless, "") for _ in needed]
        for teams, missing in zip(self._teams, self._missing, strict=True):
            teams.SetCoefficient(missing, 1.0)
        if open_to is not None:
            self._open_numbers()
        self._solver.Objective().SetMinimization()
        self._fresh = np.where(room > 0, 0, FULL)
        self._missing_cost = 4 * (1 + max(pace.longest_wait for pace in paces))
        self.count(False)
        barred = of_whole_stages((room <= 0).astype(np.int64), self.stay).tolist()
        self._offer(
            day
            for day in days
            if not any(barred[place][begins] for place, begins in zip(day.places, day.starts, strict=True))
        )

    def count(self, counting: bool) -> None:
        """Count teams without a day, or waiting; teams without a day are dearer each time."""
        self.counting = counting
        objective = self._solver.Objective()
        missing_cost = 1 if counting else self._missing_cost
        for missing in self._missing:
            objective.SetCoefficient(missing, float(missing_cost))
        for column, day in zip(self._columns, self.known, strict=True):
            objective.SetCoefficient(column, 0.0 if counting else float(self.known[day]))
        self._missing_cost *= 1 if counting else DEARER
        self.day_prices = [UNIT * missing_cost] * 2
        self.tick_prices = self._fresh.copy()

    def _open_numbers(self) -> None:
        """Let the programme choose how many teams are step-free ones."""
        stepfree = self._solver.NumVar(*map(float, self.limits), "")
        self.needed = (self.teams - self.limits[0], self.limits[1])
        for teams, sign, needed in zip(self._teams, (1.0, -1.0), (self.teams, 0), strict=True):
            teams.SetCoefficient(stepfree, sign)
            teams.SetBounds(float(needed), float(needed))

    def _offer(self, days: Iterable[Stops]) -> bool:
        """Make days known; False if all were."""
        before = len(self.known)
        objective = self._solver.Objective()
        for day in days:
            if day in self.known or self.needed[day.pace] == 0:
                continue
            wait = self.known[day] = self.paces[day.pace].waiting(day)
            column = self._solver.NumVar(0, self._endless, "")
            self._columns.append(column)
            self._teams[day.pace].SetCoefficient(column, 1.0)
            objective.SetCoefficient(column, 0.0 if self.counting else float(wait))
            for place, begins in zip(day.places, day.starts, strict=True):
                for tick in range(begins, begins + self.stay):
                    if (place, tick) in self._rows:
                        self._rows[place, tick].SetCoefficient(column, 1.0)
        return len(self.known) > before

    def steps(self, search: Search[Any]) -> Iterator[int | None]:
        """Column generation to its end; each step gives what the teams must cost at least, in 1/UNIT.

        Of a tick; of a team when counting. None: the search was interrupted.
        """
        wider = True
        while wider:
            if not self._solve(search):
                yield None
                return
            least, wider = self._widen()
            yield least

    def _widen(self) -> tuple[int, bool]:
        """What the teams cost at least at the present prices; and whether there were days still cheaper."""
        prices = of_whole_stages(self.tick_prices, self.stay)
        each = [0, 0]
        wider = False
        for pace, teams in zip(self.paces, self.needed, strict=True):
            if teams == 0:
                continue
            costs, days = pace.cheapest(prices, 0 if self.counting else UNIT)
            cheapest = int(costs.min(initial=NEVER))
            each[pace.number] = min(UNIT, cheapest) if self.counting else cheapest
            cheap = [
                day
                for cost, day in zip(costs.tolist(), days, strict=True)
                if cost < self.day_prices[pace.number]
            ]
            wider = self._offer(cheap) or wider
        teams_cost = min((self.teams - count) * each[0] + count * each[1] for count in self.limits)
        return teams_cost - int((self.tick_prices * self.room).sum()), wider

    def _solve(self, search: Search[Any]) -> bool:
        """Solve over the days known and set the prices; False if the search was interrupted."""
        status = search.wait_for(self._solver.Solve, stop=self._solver.InterruptSolve)
        if status != pywraplp.Solver.OPTIMAL:
            return False
        for (place, tick), row in self._rows.items():
            self.tick_prices[place, tick] = max(0, round(-row.dual_value() * UNIT))
        self.day_prices = [round(teams.dual_value() * UNIT) for teams in self._teams]
        self.missing = sum(float(missing.solution_value()) for missing in self._missing)
        self._shares = [column.solution_value() for column in self._columns]
        return True

    def crowded(self) -> list[int]:
        """Rows of the landmarks whose room is the present proof, or that have none at all; on routes only."""
        used = {
            place
            for pace in self.paces
            for stages, count in zip(pace.stages.tolist(), pace.counts.tolist(), strict=True)
            for place in stages[:count]
        }
        paid = (self.tick_prices * self.room).any(axis=1) | ~self.room.any(axis=1)
        return [row for row in np.flatnonzero(paid).tolist() if row in used]

    def mixture(self) -> list[tuple[float, Stops]]:
        """How much of a team has which day, the most first."""
        known = zip(self._shares, self.known, strict=False)
        return sorted((pair for pair in known if pair[0] > EXACT), key=lambda pair: -pair[0])
