"""Every day that a team could have, searched and not listed: the cheapest one on each route, at given prices.

Pure, worker only (NumPy, Numba). A price is asked for being at a landmark from a tick on; a day costs its
prices and `UNIT` for each tick that it waits. The cheapest day of a route is found exactly by dynamic
programming over (stages behind, stage, tick), as for a travelling salesman with time windows: 5 stages take
some microseconds, where days with their waits are counted in millions.
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
    """What one class of teams may walk: `walk[i, j]`, `legs[i, j]` between stages; −1 where it may not.

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
        days = np.zeros((len(self.routes), 2, self.stages.shape[1]), dtype=np.int64)
        costs = np.full(len(self.routes), NEVER, dtype=np.int64)
        self._search(prices, unit, -1, days, costs)
        return costs, self._read(days, range(len(self.routes)))

    def within(self, prices: Ints, ceiling: int, most: int) -> list[Stops] | None:
        """Every day that costs no more than `ceiling`; None if there are more than `most`."""
        days = np.zeros((most, 2, self.stages.shape[1]), dtype=np.int64)
        ends = self._search(prices, UNIT, ceiling, days, np.zeros(len(self.routes), dtype=np.int64))
        if ends[-1] > most:
            return None
        rows = np.repeat(np.arange(len(self.routes)), np.diff(ends))
        return self._read(days[: len(rows)], rows.tolist())

    def _search(self, prices: Ints, unit: int, ceiling: int, days: Ints, costs: Ints) -> Ints:
        found = np.zeros(len(self.routes) + 1, dtype=np.int64)
        tables = (self.stages, self.counts, self.walk, self.legs, self.clock)
        search_days(*tables, prices, unit, ceiling, days, costs, found)
        return found

    def _read(self, days: Ints, rows: Iterable[int]) -> list[Stops]:
        routes, counts = self.routes.tolist(), self.counts.tolist()
        return [
            Stops(self.number, routes[row], tuple(places[: counts[row]]), tuple(starts[: counts[row]]))
            for row, (places, starts) in zip(rows, days.tolist(), strict=True)
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
    """The tick by which every day is over: the horizon, or sooner if nobody can be under way that long.

    A tick at which every team waits can be left out, for all of them at once: what they walk and visit one
    after the other, after the last settled day, is enough.
    """
    rules = problem.rules
    ways = [way for walks in (problem.walk, problem.walk_stepfree) for line in walks for way in line]
    way = max((way for way in ways if way is not None and way <= rules.horizon), default=0)
    stages = max((len(route.stages) for route in problem.routes), default=0)
    longest = rules.max_depart + way + stages * (rules.stage_ticks + way + rules.max_wait)
    settled = [*(problem.base or ()), *(pin.day for pin in problem.pins if pin.day is not None)]
    last = max((visit.start for team in settled for visit in team.visits), default=0) + rules.stage_ticks
    in_turn = max(0, last) + (rules.n_teams + 1) * (way + stages * (rules.stage_ticks + way))
    return max(0, min(rules.horizon, longest, in_turn))


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
def search_days(
    stages: Ints,
    counts: Ints,
    walk: Ints,
    legs: Ints,
    clock: Ints,
    prices: Ints,
    unit: int,
    ceiling: int,
    days: Ints,
    costs: Ints,
    found: Ints,
) -> None:
    """Fill `costs` with the least cost of each route, and `days` (number, places or starts, nth) with days.

    With a `ceiling`: all days that cost no more, as far as they fit in, `found[row]` being how many there
    are up to the route before. With one below 0: the cheapest day of each route, in its row.
    """
    for row in range(len(counts)):
        chosen = stages[row, : counts[row]]
        least = reached(chosen, walk, legs, clock, prices, unit)
        cost = NEVER
        for at in range(counts[row]):
            way = walk[chosen[at], -1]
            if way >= 0:
                for begun in range(clock[1] - clock[0] - way + 1):
                    cost = min(cost, least[-1, at, begun])
        if counts[row] == 0 and clock[2] >= 0 and 0 <= walk[-1, -1] <= clock[1]:
            cost = 0
        costs[row] = cost
        number = row if ceiling < 0 else found[row]
        found[row + 1] = number
        if counts[row] > 0 and cost < NEVER:
            most, enough = (cost, row + 1) if ceiling < 0 else (ceiling, len(days) + 1)
            found[row + 1] = retrace(
                chosen, walk, legs, clock, prices, unit, least, most, days, number, enough
            )


@compiled
def reached(stages: Ints, walk: Ints, legs: Ints, clock: Ints, prices: Ints, unit: int) -> Ints:
    """The least cost of having begun the stage `at` at a tick, with the stages `behind` (bits) visited."""
    stay, over, max_depart, max_wait = clock[0], clock[1], clock[2], clock[3]
    count = len(stages)
    least = np.full((1 << count, max(1, count), over + 1), NEVER, dtype=np.int64)
    for at in range(count):
        way = walk[-1, stages[at]]
        if way >= 0 and max_depart >= 0:
            for begins in range(way, min(way + max_depart + max_wait, over - stay) + 1):
                least[1 << at, at, begins] = unit * (begins - way) + prices[stages[at], begins]
    for behind in range(1, 1 << count):
        for move in range(count * count):
            at, to = move // count, move % count
            way = legs[stages[at], stages[to]]
            if not (behind >> at) & 1 or (behind >> to) & 1 or way < 0:
                continue
            both = behind | (1 << to)
            for begun in range(over - 2 * stay - way + 1):
                cost = least[behind, at, begun]
                if cost == NEVER:
                    continue
                arrives = begun + stay + way
                for begins in range(arrives, min(arrives + max_wait, over - stay) + 1):
                    here = cost + unit * (begins - arrives) + prices[stages[to], begins]
                    least[both, to, begins] = min(least[both, to, begins], here)
    return least


@compiled
def retrace(
    stages: Ints,
    walk: Ints,
    legs: Ints,
    clock: Ints,
    prices: Ints,
    unit: int,
    least: Ints,
    ceiling: int,
    days: Ints,
    found: int,
    enough: int,
) -> int:
    """Put the days within `ceiling` into `days` from number `found` on, last stage first; the new number.

    Stops at `enough`. `tried[nth]` numbers what was tried as the nth stage: (stage, tick) for the last one,
    (stage, wait after it) before.
    """
    stay, over, max_wait = clock[0], clock[1], clock[3]
    count = len(stages)
    at, when = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    behind, left = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    tried = np.zeros(count, dtype=np.int64)
    behind[count - 1], left[count - 1] = (1 << count) - 1, ceiling
    nth = count - 1
    while nth < count and found < enough:
        last = nth == count - 1
        choices = over + 1 if last else max_wait + 1
        if tried[nth] == count * choices:
            tried[nth] = 0
            nth += 1
            continue
        stage, pick = tried[nth] // choices, tried[nth] % choices
        tried[nth] += 1
        if not (behind[nth] >> stage) & 1:
            continue
        way = walk[stages[stage], -1] if last else legs[stages[stage], stages[at[nth + 1]]]
        begun = pick if last else when[nth + 1] - pick - way - stay
        if way < 0 or begun < 0 or (last and begun + stay + way > over):
            continue
        spare = left[nth] if last else left[nth] - unit * pick
        if least[behind[nth], stage, begun] > spare:
            continue
        at[nth], when[nth] = stage, begun
        if nth > 0:
            nth -= 1
            behind[nth] = behind[nth + 1] & ~(1 << stage)
            left[nth] = spare - prices[stages[stage], begun]
            continue
        if found < len(days):
            for place in range(count):
                days[found, 0, place] = stages[at[place]]
                days[found, 1, place] = when[place]
        found += 1
    return found
