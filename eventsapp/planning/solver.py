"""The seam between a formulation and what solves it: budget, progress, cancellation, network flows.

Pure, worker only: it imports OR-Tools and NumPy, which web processes never load. A formulation asks a
`Search` whether to go on and tells it what it found; it never looks at a clock by itself. With a budget in
rounds and no limit in seconds, the same seed gives the same plan on every machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import max_flow, min_cost_flow

from eventsapp.planning.plan import Ending, Phase, Plan, Progress

Ints = npt.NDArray[np.int64]

UNLIMITED = 10**6
"""A capacity that no school year reaches."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search. `seconds` None: until the rounds are done.

    `rounds` counts re-solved blocks of months; `patience` stops earlier, after that many rounds in a row
    without a better plan.
    """

    seconds: float | None = 8.0
    rounds: int = 600
    patience: int = 150
    seed: int = 1


class Search:
    """One run: what is left of the budget, who wants to know, whether somebody said stop.

    `on_progress` is called on every phase and then at most every `tell_every` seconds; `cancelled` is asked
    before each round. Both are called from the solving thread.
    """

    def __init__(
        self,
        budget: Budget,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        *,
        tell_every: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.budget = budget
        self.rounds = 0
        self._idle = 0
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._tell_every = tell_every
        self._clock = clock
        self._started = clock()
        self._told = -tell_every
        self._share = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return self._clock() - self._started

    @property
    def share(self) -> float:
        """How much of the budget is spent, from 0 to 1; it never goes back."""
        spent = max(self.rounds / max(1, self.budget.rounds), self._idle / max(1, self.budget.patience))
        if self.budget.seconds is not None:
            spent = max(spent, self.elapsed / max(1e-9, self.budget.seconds))
        self._share = max(self._share, min(1.0, spent))
        return self._share

    @property
    def seconds_left(self) -> float | None:
        """Seconds before the limit; None without a limit."""
        return None if self.budget.seconds is None else max(0.0, self.budget.seconds - self.elapsed)

    def interrupted(self) -> Ending | None:
        """Why the search must stop now whatever it holds, or None."""
        if self._cancelled is not None and self._cancelled():
            return Ending.CANCELLED
        if self.budget.seconds is not None and self.elapsed >= self.budget.seconds:
            return Ending.TIME_UP
        return None

    def ending(self) -> Ending | None:
        """Why the search is over, or None when another round may run."""
        stop = self.interrupted()
        if stop is None and (self.rounds >= self.budget.rounds or self._idle >= self.budget.patience):
            return Ending.ROUNDS_DONE
        return stop

    def refresh(self) -> None:
        """Start the patience anew: something other than a round has changed the plan."""
        self._idle = 0

    def count(self, *, better: bool) -> None:
        """One round is done."""
        self.rounds += 1
        self._idle = 0 if better else self._idle + 1

    def tell(self, phase: Phase, objective: int | None, bound: int, best: Callable[[], Plan] | None) -> None:
        """Report, unless the same phase was reported a moment ago; `best` is called only when needed."""
        now = self.elapsed
        if self._on_progress is None or (phase is Phase.IMPROVING and now - self._told < self._tell_every):
            return
        self._told = now
        share = 1.0 if phase is Phase.DONE else self.share
        self._on_progress(Progress(phase, share, objective, bound, best() if best else None))


@dataclass(frozen=True, slots=True)
class Flow:
    """What a solver found: the flow on each arc, in the order in which they were given, and its cost."""

    flows: Ints
    cost: int


class Network:
    """Arcs on their way to the solver. Nodes 0, 1, … send the given supplies; others are numbered next."""

    def __init__(self, supplies: Ints) -> None:
        self.supplies = supplies
        self.total = int(supplies.sum())
        self._count = len(supplies)
        self._parts: list[tuple[Ints, ...]] = []

    def nodes(self, count: int) -> Ints:
        """Number new nodes."""
        first, self._count = self._count, self._count + count
        return np.arange(first, self._count)

    def node(self) -> int:
        """Number one new node."""
        return int(self.nodes(1)[0])

    def arcs(self, tails: Ints, heads: Ints | int, room: Ints | int, cost: Ints | int = 0) -> None:
        """Parallel arcs; a room below 0 is none."""
        spread = np.broadcast_arrays(tails, heads, np.clip(room, 0, self.total), cost)
        self._parts.append(tuple(np.ascontiguousarray(part, dtype=np.int64) for part in spread))

    def rising_arcs(self, tails: Ints, heads: Ints | int, room: Ints, first: Ints, step: int) -> None:
        """Unit arcs of which the nth (from 0) costs first + n × step: a convex cost, exactly."""
        times = np.clip(room, 0, self.total)
        rows = np.repeat(np.arange(len(tails)), times)
        nth = np.arange(len(rows)) - (np.cumsum(times) - times)[rows]
        to = heads if isinstance(heads, int) else heads[rows]
        self.arcs(tails[rows], to, 1, first[rows] + nth * step)

    def cheapest(self, sink: int) -> Flow:
        """The cheapest way to send all supplies to the sink.

        Exact (cost-scaling push-relabel, OR-Tools SimpleMinCostFlow). The caller gives every unit a way
        out; RuntimeError otherwise, since that is a fault of the formulation and not of the data.
        """
        tails, heads, rooms, costs = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        solver = min_cost_flow.SimpleMinCostFlow()
        numbers = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, rooms, costs)
        solver.set_nodes_supplies(
            np.append(np.arange(len(self.supplies)), sink), np.append(self.supplies, -self.total)
        )
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise RuntimeError(f"minimum cost flow ended with status {status}")
        return Flow(np.asarray(solver.flows(numbers), dtype=np.int64), int(solver.optimal_cost()))

    def largest(self, source: int, sink: int) -> int:
        """The most units that can go from one node to another (push-relabel, OR-Tools SimpleMaxFlow)."""
        tails, heads, rooms, _ = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        if source not in tails or sink not in heads:
            return 0
        solver = max_flow.SimpleMaxFlow()
        solver.add_arcs_with_capacity(tails, heads, rooms)
        status = solver.solve(source, sink)
        if status != solver.OPTIMAL:
            raise RuntimeError(f"maximum flow ended with status {status}")
        return int(solver.optimal_flow())
