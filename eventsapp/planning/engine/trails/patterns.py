"""Every day that a team could have, searched and not listed: the cheapest one on each route, at given prices.

Pure, worker only (NumPy, Numba). A price is asked for being at a landmark from a tick on; a day costs its
prices and `UNIT` for each tick that it waits. The cheapest day of a route is found exactly by dynamic programming
over (stages behind, stage, tick), as for a travelling salesman with time windows: 5 stages take some
microseconds, where days with their waits are counted in millions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from eventsapp.planning.engine.kernels import compiled
from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.problem import Problem

UNIT = 1 << 16
"""What a tick of waiting costs: prices are whole numbers of 1/65536 tick."""

NEVER = 1 << 60
"""The cost of a day that no rule allows."""


class Stops(NamedTuple):
    """A day of one class of teams (0: others, 1: step-free): row of its route, rows of landmarks, starts."""

    pace: int
    route: int
    places: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Pace:
    """What one class of teams may walk. `walk[i, j]` and `legs[i, j]` (between stages) are −1 where it may not.

    `clock`: ticks of a stage, the tick by which all is over, the latest departure, the longest wait.
    """

    number: int
    routes: Ints
    stages: Ints
    counts: Ints
    walk: Ints
    legs: Ints
    clock: Ints

    @property
    def longest_wait(self) -> int:
        """What the waits of one day may come to."""
        return int(self.clock[2] + self.clock[3] * self.stages.shape[1])

    def cheapest(self, prices: Ints, unit: int = UNIT) -> tuple[Ints, list[Stops]]:
        """The least cost on each route, and a day that costs it (an empty one where no day is allowed)."""
        days = np.zeros((2, *self.stages.shape), dtype=np.int64)
        costs = np.full(len(self.routes), NEVER, dtype=np.int64)
        cheapest_days(self.stages, self.counts, self.walk, self.legs, self.clock, prices, unit, days, costs)
        places, starts = days.tolist()
        return costs, [
            Stops(self.number, route, tuple(places[row][:count]), tuple(starts[row][:count]))
            for row, (route, count) in enumerate(zip(self.routes.tolist(), self.counts.tolist(), strict=True))
        ]

    def waiting(self, stops: Stops) -> int:
        """Ticks that a day waits: its last start, less what it walks and stays before."""
        if not stops.places:
            return 0
        ways = zip((self.walk.shape[0] - 1, *stops.places), stops.places, strict=False)
        walked = sum(int(self.walk[here, there]) for here, there in ways)
        return int(stops.starts[-1] - walked - self.clock[0] * (len(stops.places) - 1))


def paces(problem: Problem) -> tuple[Pace, Pace]:
    """Both classes of teams: the others, then those that need step-free ways."""
    rules = problem.rules
    reach = _reach(problem)
    both = []
    for stepfree in (False, True):
        routes = [
            row
            for row, route in enumerate(problem.routes)
            if not stepfree or route.id in problem.accessible_routes
        ]
        chosen = [[problem.landmark_row[stage] for stage in problem.routes[row].stages] for row in routes]
        stages = np.zeros((len(chosen), max(map(len, chosen), default=0)), dtype=np.int64)
        for row, places in enumerate(chosen):
            stages[row, : len(places)] = places
        ways = problem.walk_stepfree if stepfree else problem.walk
        walk = np.array([[-1 if way is None else way for way in line] for line in ways], dtype=np.int64)
        longest = rules.max_leg_stepfree if stepfree else rules.max_leg
        clock = [rules.stage_ticks, reach, rules.max_depart, rules.max_wait]
        both.append(
            Pace(
                number=int(stepfree),
                routes=np.array(routes, dtype=np.int64),
                stages=stages,
                counts=np.array([len(places) for places in chosen], dtype=np.int64),
                walk=walk,
                legs=np.where(walk > longest, -1, walk),
                clock=np.array(clock, dtype=np.int64),
            )
        )
    return both[0], both[1]


def _reach(problem: Problem) -> int:
    """The tick by which every day is over: the horizon, or sooner if nobody can be under way that long."""
    rules = problem.rules
    ways = [way for walks in (problem.walk, problem.walk_stepfree) for line in walks for way in line]
    way = max((way for way in ways if way is not None), default=0)
    stages = max((len(route.stages) for route in problem.routes), default=0)
    longest = rules.max_depart + way + stages * (rules.stage_ticks + way + rules.max_wait)
    return max(0, min(rules.horizon, longest))


def occupied(days: Iterable[Stops], shape: tuple[int, ...], stage_ticks: int) -> Ints:
    """How many of these teams are at each landmark at each tick."""
    taken = np.zeros(shape, dtype=np.int64)
    for day in days:
        for place, begins in zip(day.places, day.starts, strict=True):
            taken[place, begins : begins + stage_ticks] += 1
    return taken


def of_whole_stages(by_tick: Ints, stage_ticks: int) -> Ints:
    """The price of a stage from each tick on, being the sum of the prices of its ticks."""
    before = np.zeros((by_tick.shape[0], by_tick.shape[1] + 1), dtype=np.int64)
    np.cumsum(by_tick, axis=1, out=before[:, 1:])
    ends = np.minimum(np.arange(by_tick.shape[1]) + stage_ticks, by_tick.shape[1])
    return np.ascontiguousarray(before[:, ends] - before[:, :-1])


@compiled
def cheapest_days(
    stages: Ints,
    counts: Ints,
    walk: Ints,
    legs: Ints,
    clock: Ints,
    prices: Ints,
    unit: int,
    days: Ints,
    costs: Ints,
) -> None:
    """Fill `costs` and `days` (places, starts) with the cheapest day of each route."""
    stay, over, max_depart, max_wait = clock[0], clock[1], clock[2], clock[3]
    home = walk.shape[0] - 1
    for row in range(len(counts)):
        count = counts[row]
        costs[row] = NEVER
        if count == 0:
            if 0 <= walk[home, home] <= over:
                costs[row] = 0
            continue
        least = np.full((1 << count, count, over + 1), NEVER, dtype=np.int64)
        for at in range(count):
            place = stages[row, at]
            way = walk[home, place]
            if way < 0 or max_depart < 0:
                continue
            for begins in range(way, min(way + max_depart + max_wait, over - stay) + 1):
                least[1 << at, at, begins] = unit * (begins - way) + prices[place, begins]
        for behind in range(1, 1 << count):
            for at in range(count):
                if not (behind >> at) & 1:
                    continue
                for to in range(count):
                    place = stages[row, to]
                    way = legs[stages[row, at], place]
                    if (behind >> to) & 1 or way < 0:
                        continue
                    for begun in range(over - 2 * stay - way + 1):
                        cost = least[behind, at, begun]
                        if cost == NEVER:
                            continue
                        arrives = begun + stay + way
                        for begins in range(arrives, min(arrives + max_wait, over - stay) + 1):
                            here = cost + unit * (begins - arrives) + prices[place, begins]
                            if here < least[behind | (1 << to), to, begins]:
                                least[behind | (1 << to), to, begins] = here
        last, when = 0, -1
        for at in range(count):
            way = walk[stages[row, at], home]
            if way < 0:
                continue
            for begun in range(over - stay - way + 1):
                if least[(1 << count) - 1, at, begun] < costs[row]:
                    costs[row] = least[(1 << count) - 1, at, begun]
                    last, when = at, begun
        if when < 0:
            continue
        behind = (1 << count) - 1
        for nth in range(count - 1, -1, -1):
            place = stages[row, last]
            days[0, row, nth] = place
            days[1, row, nth] = when
            if nth == 0:
                continue
            before = least[behind, last, when] - prices[place, when]
            behind ^= 1 << last
            found = False
            for at in range(count):
                way = legs[stages[row, at], place]
                if found or way < 0 or not (behind >> at) & 1:
                    continue
                for wait in range(max_wait + 1):
                    begun = when - wait - way - stay
                    if begun >= 0 and least[behind, at, begun] + unit * wait == before:
                        last, when, found = at, begun, True
                        break
