"""Groups put together into teams, round after round, the best composition kept.

Pure, worker only (NumPy, Numba). `Composing` holds a complete composition from the start; the work of the
nth round depends on n alone, so that more rounds never give a worse one. See docs/planning.md, "Trail teams".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np

from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.frame import Frame
from eventsapp.planning.engine.trails.packing import Dealt, Packing
from eventsapp.planning.engine.trails.problem import Team
from eventsapp.planning.engine.trails.teams_bound import objective, within
from eventsapp.planning.engine.trails.teams_first import dealt, first_structures, mended, suited, taken_up
from eventsapp.planning.engine.trails.teams_kernel import (
    BROKEN,
    FAULTS,
    FINE,
    LONELY,
    SIDES,
    UNIT,
    Best,
    State,
    anneal,
)
from eventsapp.planning.engine.trails.teams_proof import proved, small
from eventsapp.planning.engine.trails.teams_tables import best_of, mix_of, state_of

HOT, COLD = 4.0, 0.1
"""Temperatures at which annealing starts and ends, in units of the largest and of the smallest weight."""

STEPS = 16
"""Temperatures in one round."""

TRIES = 2000
"""Moves tried in one round, for each group."""

PENALTIES = (1, 7)
"""What a broken rule costs in one cycle and in the next, in units of the largest weight of a pair: as much as
one, so that annealing goes right through what is full; or more than somebody alone besides, so that it ends
within the rules whatever the weights."""

PROVED_AFTER = 4
"""The cycle of annealing after which the teams of a small day may be proved best."""

ASKED_AFTER = 2
"""The cycle of annealing after which it is asked exactly whether sound teams exist, if none are found."""

SLICE = 400_000
"""Moves tried between two looks at whether to stop: about a tenth of a second."""

LIMIT = 1 << 30
"""Weights above lose their last bits, so that no sum overflows."""

TABLE = np.array([round(SIDES * exp(-step / FINE)) for step in range(8 * FINE)], dtype=np.int64)
"""For each 1/FINE of a temperature that a move costs, the draws under which it is taken (Metropolis)."""


@dataclass(frozen=True, slots=True)
class Composition:
    """A team for each group, a structure for each team; by how much it breaks rules."""

    frame: Frame
    team: tuple[int, ...]
    structure: tuple[int, ...]
    broken: int
    objective: int
    """The weighed faults, pairs between different groups only."""
    bound: int
    """An objective that no teams can beat."""


class Composing:
    """The search for teams within a frame. `best` is complete from the start and only gets better.

    `teamless`: it is proved that there are no sound teams within the frame.
    """

    def __init__(
        self,
        frame: Frame,
        *,
        bound: int,
        start: Sequence[Team] | None = None,
        seed: int = 1,
        packing: Packing | None = None,
    ) -> None:
        """`bound`: an objective that no composition can beat; `start`: teams to go on from; `packing`: whom
        to ask whether sound teams exist."""
        weights = frame.problem.weights
        largest = max(weights.quartier_pair, weights.age_pair, weights.lang_isolated)
        self.frame, self.seed = frame, seed
        self.teamless, self._packing = False, packing
        self.shift = max(0, largest.bit_length() - LIMIT.bit_length())
        self.bound, self._within = bound, within(frame.problem)
        self._provable = small(frame.problem)
        self.mix = mix_of(frame, self.shift)
        if start is None:
            team = mended(self.mix, dealt(frame, self.mix))
            structure = suited(frame, self.mix, team, first_structures(frame, self.mix))
        else:
            team, structure = taken_up(frame, self.mix, start)
        self._best: Best = best_of(state_of(frame, self.mix, team, structure, seed))
        pair = max(weights.quartier_pair, weights.age_pair) >> self.shift
        least = min((int(weight) for weight in self.mix.rules[LONELY:] if weight), default=1)
        least = min((int(weight) for weight in self.mix.weight if weight), default=least)
        self._hot = HOT * (pair or least)
        self._cold = COLD * least
        low, high = (each * max(1, pair) for each in PENALTIES)
        self._penalties = [low, high + int(self.mix.rules[LONELY])]
        self._cycle, self._step, self._length = -1, 0, 0
        self._state: State | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing is left to gain."""
        goal = (self.bound + self._within) >> self.shift
        done = int(self._best.total[BROKEN]) == 0 and int(self._best.total[FAULTS]) <= goal
        return done or self.teamless or (len(self.mix.movable) == 0 and len(self.mix.open) == 0)

    @property
    def best(self) -> Composition:
        """The best composition so far."""
        now = state_of(self.frame, self.mix, self._best.team, self._best.structure, self.seed)
        return Composition(
            self.frame,
            tuple(now.team.tolist()),
            tuple(now.structure.tolist()),
            int(now.total[BROKEN]),
            objective(self.frame.problem, now.teams, int(now.alone.sum())) - self._within,
            self.bound,
        )

    def compile(self) -> None:
        """Have the annealing compiled, or read what was kept of it: no move is tried."""
        if self.closed:
            return
        still = state_of(self.frame, self.mix, self._best.team, self._best.structure, self.seed)
        anneal(self.mix, still, best_of(still), np.zeros(0, dtype=np.int64), self._penalties[0], 0, TABLE)

    def round(self, search: Search[Any]) -> bool:
        """Work a little; whether `best` got better. It neither counts nor tells: the caller does."""
        if self._provable and self._cycle >= PROVED_AFTER and self._step == self._length:
            self._provable = False
            return self._prove(search)
        before = self._figures
        if self._cycle >= ASKED_AFTER and self._step == self._length and self._packing and before[0]:
            self.ask(search)
            return self._figures < before
        done = 0
        while done < STEPS and not self.closed and search.interrupted() is None:
            done += self._cool(STEPS - done)
        return self._figures < before

    @property
    def _figures(self) -> tuple[int, int]:
        return int(self._best.total[BROKEN]), int(self._best.total[FAULTS])

    def ask(self, search: Search[Any]) -> None:
        """Ask once whether sound teams exist, and go on from them, unless some are found already."""
        packing = self._packing
        if packing is None or not self._figures[0]:
            return
        self._packing = None
        packing.ask(search)
        found = packing.within(self.frame, search) if packing.reason is None else Dealt(impossible=True)
        self.teamless = found.impossible
        if found.team is not None:
            team = np.array(found.team, dtype=np.int64)
            structure = suited(self.frame, self.mix, team, first_structures(self.frame, self.mix))
            state = state_of(self.frame, self.mix, team, structure, self.seed)
            if state.total[BROKEN] < self._figures[0]:
                self._best = best_of(state)

    def _prove(self, search: Search[Any]) -> bool:
        """Raise the bound of a small day, at best up to what is found."""
        best = self.best
        if best.broken == 0:
            self.bound = max(self.bound, proved(self.frame.problem, best.objective, search, self.seed))
        return False

    def _cool(self, steps: int) -> int:
        """Try moves at the next temperatures, at most so many; how many it were.

        Cycles take 1, 2, 4, … rounds, each from the best composition.
        """
        if self._state is None or self._step == self._length:
            self._cycle += 1
            self._step, self._length = 0, STEPS << min(self._cycle, 20)
            seed = (self.seed << 6) + self._cycle
            self._state = state_of(self.frame, self.mix, self._best.team, self._best.structure, seed)
        tries = max(1, TRIES * len(self.frame.problem.groups) // STEPS)
        steps = min(steps, max(1, SLICE // tries))
        done = np.arange(self._step, self._step + steps) / (self._length - 1)
        heats = np.rint(UNIT * self._hot * (self._cold / self._hot) ** done).astype(np.int64)
        penalty = self._penalties[self._cycle % len(self._penalties)]
        anneal(self.mix, self._state, self._best, np.maximum(1, heats), penalty, tries, TABLE)
        self._step += steps
        return steps
