"""From mixtures of days to whole teams on days. Pure, worker only (OR-Tools, NumPy).

A mixture (`passages`) is rounded by diving: the days that it is surest of are fixed, and it is solved again
for the teams that are left. Teams may be kept where they are from the outset: then the others get new days
together, and the programme's bound tells soon when that gains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Any

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.board import Board, Days
from eventsapp.planning.engine.trails.passages import EXACT, Passages
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, Stops, occupied, of_whole_stages
from eventsapp.planning.engine.trails.pool import choose, pool_of

STEPS = 8
"""Steps of column generation in one round."""

ENOUGH = 10
"""Steps of column generation after some days were fixed: it need not be solved to its end."""

REMEMBERED = 4000
"""Days that are offered to the next programme."""

MOST = 5000
"""Days among which CP-SAT is asked to choose."""


class Rounding:
    """Ways from `root`, a programme solved for all teams, to whole teams."""

    def __init__(
        self, board: Board, root: Passages, rng: np.random.Generator, search: Callable[[], Search[Any]]
    ) -> None:
        self.board, self.root, self.rng, self.search = board, root, rng, search
        self.days = dict.fromkeys(root.known)

    def dive(
        self,
        kept: Sequence[Stops],
        share: float,
        drift: float,
        *,
        below: int | None = None,
        hurried: bool = False,
    ) -> Iterator[Days | None]:
        """One whole timetable at the end, None before: a `share` of the teams left is fixed at a time.

        `drift`: how far chance changes which ones, in teams. Given up once it must wait `below` ticks or
        more. Teams for which no room is left have no day. `hurried`: the first mixture need not be the best.
        """
        fixed = list(kept)
        if hurried:
            self._remember(self.root)
        while len(fixed) < sum(self.board.needed):
            passages = self.root if not fixed and not hurried else self._for_the_others(fixed)
            spent = sum(self.board.paces[day.pace].waiting(day) for day in fixed)
            for step, least in enumerate(passages.steps(self.search())):
                if least is None or (below is not None and spent + ceil(least / UNIT) >= below):
                    return
                if step % STEPS == STEPS - 1:
                    yield None
                if step >= ENOUGH and (hurried or len(fixed) > len(kept)):
                    break
            yield None
            self._remember(passages)
            chosen = self._surest(passages, max(1, int(share * sum(passages.needed))), drift)
            if not chosen:
                break
            fixed += chosen
        yield self.board.in_order(fixed)

    def _for_the_others(self, fixed: Sequence[Stops]) -> Passages:
        needed = [
            count - sum(day.pace == pace for day in fixed) for pace, count in enumerate(self.board.needed)
        ]
        room = np.maximum(0, self.board.room - occupied(fixed, self.board.room.shape, self.board.stay))
        return Passages(self.board.paces, (needed[0], needed[1]), room, self.days)

    def _remember(self, passages: Passages) -> None:
        """The days of the latest programmes, for the next ones."""
        for day in passages.known:
            self.days.pop(day, None)
            self.days[day] = None
        for day in list(self.days)[:-REMEMBERED]:
            del self.days[day]

    def _surest(self, passages: Passages, goal: int, drift: float) -> list[Stops]:
        mixture = passages.mixture()
        chances = (drift * self.rng.random(len(mixture))).tolist()
        mixture = [(much + by, day) for (much, day), by in zip(mixture, chances, strict=True)]
        mixture.sort(key=lambda pair: -pair[0])
        room = passages.room.copy()
        left = list(passages.needed)
        chosen: list[Stops] = []
        for much, day in mixture:
            if len(chosen) >= goal and much < 1 - EXACT:
                break
            for _ in range(max(1, int(much + EXACT))):
                slots = [room[place, at : at + self.board.stay] for place, at in zip(*day[2:], strict=True)]
                if left[day.pace] and all(slot.min(initial=1) > 0 for slot in slots):
                    left[day.pace] -= 1
                    chosen.append(day)
                    for slot in slots:
                        slot -= 1
        return chosen

    def mix_again(self, days: Days, part: float, share: float, drift: float) -> Iterator[Days | None]:
        """A timetable that waits no longer, at the end: a part of the teams dives anew."""
        whole = [day for day in days if day is not None]
        waits = np.array([self.board.paces[day.pace].waiting(day) for day in whole], dtype=np.int64)
        if len(whole) < len(days) or not waits.any():
            return
        loose = self.rng.random(len(whole)) < part
        waiting = np.flatnonzero(waits)
        loose[waiting if self.rng.random() < 0.5 else self.rng.choice(waiting)] = True
        kept = [day for day, free in zip(whole, loose.tolist(), strict=True) if not free]
        yield from self.dive(kept, share, drift, below=int(waits.sum()))

    def prove(self, target: int, effort: float, seed: int) -> tuple[Days | None, bool]:
        """A timetable that waits `target` ticks at most, or None; and whether there is none, by proof."""
        prices = of_whole_stages(self.root.tick_prices, self.board.stay)
        pool = pool_of(self.board, prices, self._least(prices), target, MOST)
        if pool is None:
            return None, False
        days, closed = choose(self.board, pool, target, self.search(), effort, seed)
        return (None, closed) if days is None else (self.board.in_order(days), False)

    def _least(self, prices: Ints) -> int:
        """What all teams cost at least at these prices of the root, in 1/UNIT."""
        least = -int((self.root.tick_prices * self.board.room).sum())
        for pace in self.board.paces:
            if self.board.needed[pace.number]:
                least += self.board.needed[pace.number] * int(pace.cheapest(prices)[0].min(initial=NEVER))
        return least
