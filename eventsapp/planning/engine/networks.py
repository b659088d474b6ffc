"""Network flows: arcs on their way to OR-Tools. Pure, worker only (OR-Tools, NumPy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import max_flow, min_cost_flow

Ints = npt.NDArray[np.int64]

UNLIMITED = 10**6
"""A capacity that no school year reaches."""


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
