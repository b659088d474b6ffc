"""The very first timetable, in plain NumPy: team after team, the day that adds least to what is crowded.

Pure, worker only. List scheduling over some orders of every route without waits between stages, so that there
is a complete answer before anything is compiled. It may be too full somewhere; what follows mends that.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Pace, Stops, of_whole_stages

ORDERS = 48
"""Orders of one route that are looked at, shared out among its first stages."""

STEPS = 2000
"""Steps of the walk through orders from one first stage, however many stages there are."""

DEPARTURES = 24
"""Departures that are looked at."""

CROWDED = UNIT // 4
"""What it costs to be at a landmark for a tick, in proportion to how full it is."""

MOVES = 250
"""How often a team moves to another day before anything is compiled."""

Flags = npt.NDArray[np.bool_]

TOO_FULL = UNIT * 1000
"""What a team-tick above a landmark's capacity costs."""


def some_day(pace: Pace) -> bool:
    """Whether any route can be walked in time: who leaves at once and never waits is back soonest."""
    stay, over, max_depart, _ = pace.clock.tolist()
    walk, legs = pace.walk.tolist(), pace.legs.tolist()
    routes = [pace.stages[row, :count].tolist() for row, count in enumerate(pace.counts.tolist())]
    return max_depart >= 0 and any(_soonest(places, walk, legs, stay) <= over for places in routes)


def _soonest(places: list[int], walk: list[list[int]], legs: list[list[int]], stay: int) -> float:
    """When a route is over at the soonest: by sets of stages behind, and the last of them."""
    if not places:
        return walk[-1][-1] if walk[-1][-1] >= 0 else inf
    ends = {(1 << at, at): walk[-1][place] + stay for at, place in enumerate(places) if walk[-1][place] >= 0}
    for _ in places[1:]:
        further: dict[tuple[int, int], int] = {}
        for (behind, at), end in ends.items():
            for to, place in enumerate(places):
                way = legs[places[at]][place]
                if way >= 0 and not (behind >> to) & 1:
                    key = (behind | (1 << to), to)
                    further[key] = min(further.get(key, end + way + stay), end + way + stay)
        ends = further
    home = [end + walk[places[at]][-1] for (_, at), end in ends.items() if walk[places[at]][-1] >= 0]
    return min(home, default=inf)


@dataclass(frozen=True, eq=False)
class Orders:
    """Some days without waits of one class: `places` and `starts` (from a departure at 0), padded."""

    days: list[Stops]
    places: Ints
    starts: Ints
    departures: Ints
    late: Flags

    def cheapest(self, prices: Ints) -> Stops | None:
        """The cheapest of these days, at one of the departures; None where all are too late."""
        if self.late.all():
            return None
        at = self.starts[:, :, None] + self.departures[None, None, :]
        at = np.minimum(at, prices.shape[1] - 1)
        costs = prices[self.places[:, :, None], at].sum(axis=1) + UNIT * self.departures[None, :]
        chosen, depart = divmod(int(np.where(self.late, NEVER, costs).argmin()), len(self.departures))
        day, leaves = self.days[chosen], int(self.departures[depart])
        return day._replace(starts=tuple(begins + leaves for begins in day.starts))


def orders(pace: Pace, landmarks: int) -> Orders:
    """Orders that keep to the rules of walking, the nearest stage first; `landmarks` pads."""
    stay, over, max_depart, _ = pace.clock.tolist()
    walk, legs = pace.walk.tolist(), pace.legs.tolist()
    days: list[Stops] = []
    ends: list[int] = []
    for row, (route, count) in enumerate(zip(pace.routes.tolist(), pace.counts.tolist(), strict=True)):
        places = pace.stages[row, :count].tolist()
        for first in places:
            kept = 0
            stack: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
            if walk[-1][first] >= 0:
                stack.append(((first,), (walk[-1][first],)))
            for _ in range(STEPS):
                if not stack or kept * count >= ORDERS:
                    break
                order, starts = stack.pop()
                here, leaves = order[-1], starts[-1] + stay
                if len(order) == count:
                    home = walk[here][-1]
                    if home >= 0 and leaves + home <= over:
                        days.append(Stops(pace.number, route, order, starts))
                        ends.append(leaves + home)
                        kept += 1
                    continue
                ahead = [place for place in places if place not in order and legs[here][place] >= 0]
                ahead.sort(key=lambda place: -legs[here][place])
                stack += [((*order, place), (*starts, leaves + legs[here][place])) for place in ahead]
    width = max((len(day.places) for day in days), default=0)
    padded = np.full((2, len(days), width), landmarks, dtype=np.int64)
    padded[1] = 0
    for row, day in enumerate(days):
        padded[0, row, : len(day.places)] = day.places
        padded[1, row, : len(day.starts)] = day.starts
    last = max(0, max_depart)
    departures = np.unique(np.linspace(0, last, min(last + 1, DEPARTURES)).astype(np.int64))
    late = (np.array(ends, dtype=np.int64)[:, None] + departures[None, :] > over) | (max_depart < 0)
    return Orders(days, padded[0], padded[1], departures, late)


def first_days(both: tuple[Pace, Pace], needed: tuple[int, int], room: Ints) -> list[Stops | None]:
    """A day for each team, those with step-free ways first; None where no order is allowed.

    Then teams at landmarks that are too full move to other days, so many times at most.
    """
    stay = int(both[0].clock[0])
    pools = [orders(pace, len(room)) if count else None for pace, count in zip(both, needed, strict=True)]
    teams = [pool for pace in (1, 0) for pool in [pools[pace]] * needed[pace]]
    days: list[Stops | None] = [None] * len(teams)
    taken, weights = np.zeros_like(room), np.full_like(room, TOO_FULL)
    best, least = days, NEVER
    moves = len(teams) + MOVES
    while least > 0 and moves > 0:
        for number, pool in enumerate(teams):
            if least < NEVER and not _crowded(days[number], taken > room, stay):
                continue
            _mark(taken, days[number], -1, stay)
            days[number] = pool.cheapest(crowding(taken, room, weights, stay)) if pool else None
            _mark(taken, days[number], 1, stay)
            moves -= 1
        overload = int(np.maximum(0, taken - room).sum())
        if overload < least:
            best, least = list(days), overload
        weights[taken > room] += TOO_FULL
    return best


def _crowded(day: Stops | None, full: Flags, stay: int) -> bool:
    if day is None:
        return False
    return any(full[place, begins : begins + stay].any() for place, begins in zip(*day[2:], strict=True))


def _mark(taken: Ints, day: Stops | None, teams: int, stay: int) -> None:
    if day is not None:
        for place, begins in zip(day.places, day.starts, strict=True):
            taken[place, begins : begins + stay] += teams


def crowding(taken: Ints, room: Ints, weights: Ints, stay: int) -> Ints:
    """Prices that keep teams apart: what is fuller costs more, what is full costs very much (`weights`).

    One landmark more than there are, which is free: it pads days of fewer stages.
    """
    by_tick = CROWDED * taken // np.maximum(1, room) + weights * np.maximum(0, taken + 1 - room)
    prices = np.zeros((len(room) + 1, room.shape[1]), dtype=np.int64)
    prices[:-1] = of_whole_stages(by_tick, stay)
    return prices
