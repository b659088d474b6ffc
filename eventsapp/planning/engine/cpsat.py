"""CP-SAT asked so that it can be stopped, and so that it answers alike on every machine.

Pure, worker only (OR-Tools). One worker and a limit in deterministic time: the answer depends on the model,
the seed and that limit alone, unless the search it serves is interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.planning.engine.search import Search


@dataclass(frozen=True, slots=True)
class Answer:
    """What CP-SAT found. `solver` holds the values when `found`; `closed`: proved best or impossible."""

    solver: cp_model.CpSolver
    found: bool
    closed: bool

    @property
    def bound(self) -> float:
        """What no solution can beat, in the model's own objective."""
        return float(self.solver.best_objective_bound)


def ask(
    model: cp_model.CpModel, search: Search[Any], *, effort: float, seed: int, **parameters: Any
) -> Answer:
    """Solve within `effort` (deterministic time, about seconds) or until the search is interrupted."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = effort
    for name, value in parameters.items():
        setattr(solver.parameters, name, value)
    if search.interrupted() is not None:
        return Answer(solver, found=False, closed=False)
    status = search.wait_for(lambda: solver.solve(model), stop=solver.stop_search)
    return Answer(
        solver,
        found=status in (cp_model.OPTIMAL, cp_model.FEASIBLE),
        closed=status in (cp_model.OPTIMAL, cp_model.INFEASIBLE),
    )
