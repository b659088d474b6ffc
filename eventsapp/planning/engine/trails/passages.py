"""How many ticks teams must wait at least, and mixtures of days that wait so little: a linear programme.

Pure, worker only (OR-Tools' GLOP). Teams of a class are alike, so a timetable is a number of teams for each
possible day; relaxed to fractions, the days that matter are found by column generation: GLOP prices what is crowded
(a tick at a landmark), `patterns` finds the cheapest days at these prices, until none is cheaper than those known.
The bound is recomputed in whole numbers from rounded prices (Lagrange): it holds whatever GLOP's rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Pace, Stops, of_whole_stages

EXACT = 1e-6
"""Less of a team than this is none."""


class Passages:
    """The programme over the days known so far. Changes: `restrict` it to what is left, then `whole` again.

    `needed`: teams of each class; `room`: teams that each landmark takes at each tick. `counting`: each team without
    a day costs one and waiting nothing, so that the programme says how many teams can have a day at all.
    """

    def __init__(self, paces: tuple[Pace, Pace], needed: tuple[int, int], room: Ints) -> None:
        self.paces, self.needed, self.room = paces, needed, room
        self.days: list[Stops] = []
        self.waits: list[int] = []
        self.known: dict[Stops, int] = {}
        self.counting = False
        self.missing_cost = 4 * (1 + max(pace.longest_wait for pace in paces))
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._columns: list[Any] = []
        endless = self._solver.infinity()
        self._rows: dict[tuple[int, int], Any] = {
            (place, tick): self._solver.Constraint(-endless, float(room[place, tick]))
            for place, tick in np.argwhere(room < sum(needed)).tolist()
        }
        self._teams = [self._solver.Constraint(float(count), float(count)) for count in needed]
        self._missing = [self._solver.NumVar(0, endless, "") for _ in needed]
        for teams, missing in zip(self._teams, self._missing, strict=True):
            teams.SetCoefficient(missing, 1.0)
        self.tick_prices = np.zeros_like(room)
        self.day_prices = [0, 0]
        self.whole()
        self._price_waiting()

    def _price_waiting(self) -> None:
        objective = self._solver.Objective()
        objective.SetMinimization()
        for missing in self._missing:
            objective.SetCoefficient(missing, 1.0 if self.counting else float(self.missing_cost))
        for column, wait in zip(self._columns, self.waits, strict=True):
            objective.SetCoefficient(column, 0.0 if self.counting else float(wait))
        self.day_prices = [UNIT * (1 if self.counting else self.missing_cost)] * 2
        self.tick_prices[:] = 0

    def count(self, counting: bool) -> None:
        """Count teams without a day, or waiting."""
        self.counting = counting
        self._price_waiting()

    def whole(self) -> None:
        """All teams, all room."""
        self.left, self.free = list(self.needed), self.room.copy()
        for (place, tick), row in self._rows.items():
            row.SetUb(float(self.room[place, tick]))
        for teams, count in zip(self._teams, self.needed, strict=True):
            teams.SetBounds(float(count), float(count))

    def restrict(self, day: Stops, times: int) -> None:
        """So many teams have this day: what is left is for the others."""
        self.left[day.pace] -= times
        self._teams[day.pace].SetBounds(float(self.left[day.pace]), float(self.left[day.pace]))
        for place, begins in zip(day.places, day.starts, strict=True):
            for tick in range(begins, begins + int(self.paces[0].clock[0])):
                self.free[place, tick] -= times
                if (place, tick) in self._rows:
                    self._rows[place, tick].SetUb(float(self.free[place, tick]))

    def fits(self, day: Stops) -> int:
        """How many of the teams that are left could have this day."""
        stay = int(self.paces[0].clock[0])
        rooms = (
            self.free[place, begins : begins + stay].min(initial=self.left[day.pace])
            for place, begins in zip(day.places, day.starts, strict=True)
        )
        return int(min(rooms, default=self.left[day.pace]))

    def offer(self, day: Stops) -> bool:
        """Make a day known; False if it was."""
        if day in self.known:
            return False
        self.known[day] = len(self.days)
        self.days.append(day)
        self.waits.append(self.paces[day.pace].waiting(day))
        column = self._solver.NumVar(0, self._solver.infinity(), "")
        self._columns.append(column)
        self._teams[day.pace].SetCoefficient(column, 1.0)
        self._solver.Objective().SetCoefficient(column, 0.0 if self.counting else float(self.waits[-1]))
        for place, begins in zip(day.places, day.starts, strict=True):
            for tick in range(begins, begins + int(self.paces[0].clock[0])):
                if (place, tick) in self._rows:
                    self._rows[place, tick].SetCoefficient(column, 1.0)
        return True

    def widen(self) -> tuple[int, bool]:
        """Make known the days that are cheaper than what their class pays now.

        Also what the teams that are left must cost at least, in 1/UNIT (of a tick, or of a team when counting).
        """
        unit = 0 if self.counting else UNIT
        prices = of_whole_stages(self.tick_prices, int(self.paces[0].clock[0]))
        least = -int((self.tick_prices * self.free).sum())
        wider = False
        for pace, teams in zip(self.paces, self.left, strict=True):
            if teams == 0:
                continue
            costs, days = pace.cheapest(prices, unit)
            cheapest = int(costs.min(initial=NEVER))
            least += teams * (min(UNIT, cheapest) if self.counting else cheapest)
            for cost, day in zip(costs.tolist(), days, strict=True):
                if cost < self.day_prices[pace.number]:
                    wider = self.offer(day) or wider
        return least, wider

    def solve(self, search: Search[Any]) -> bool:
        """Solve over the days known; False if the search was interrupted. Sets the prices."""
        status = search.wait_for(self._solver.Solve, stop=self._solver.InterruptSolve)
        if status != pywraplp.Solver.OPTIMAL:
            return False
        for (place, tick), row in self._rows.items():
            self.tick_prices[place, tick] = max(0, round(-row.dual_value() * UNIT))
        self.day_prices = [round(teams.dual_value() * UNIT) for teams in self._teams]
        return True

    @property
    def value(self) -> float:
        return float(self._solver.Objective().Value())

    @property
    def missing(self) -> float:
        """Teams without a day, in the mixture."""
        return sum(float(missing.solution_value()) for missing in self._missing)

    def mixture(self) -> list[tuple[float, Stops]]:
        """How much of a team has which day, the most first."""
        values = [(column.solution_value(), day) for column, day in zip(self._columns, self.days, strict=True)]
        return sorted((pair for pair in values if pair[0] > EXACT), key=lambda pair: -pair[0])

    def worth(self, ceiling: int, bound: int) -> list[int]:
        """Known days that a timetable below `ceiling` may hold, by their reduced costs at the present prices.

        `bound` in 1/UNIT: what all teams cost at least at these prices.
        """
        prices = of_whole_stages(self.tick_prices, int(self.paces[0].clock[0]))
        spare = ceiling * UNIT - bound
        chosen = []
        for number, (day, wait) in enumerate(zip(self.days, self.waits, strict=True)):
            cost = wait * UNIT - self.day_prices[day.pace]
            cost += sum(int(prices[place, begins]) for place, begins in zip(day.places, day.starts, strict=True))
            if cost < spare:
                chosen.append(number)
        return chosen
