"""One door to the three formulations: whichever problem it is given, the best plan found for it.

Worker only: the solver of the problem at hand is loaded when it is asked, and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventsapp.planning.engine.breakfasts.problem import Problem as Breakfasts
from eventsapp.planning.engine.saturdays.problem import Problem as Saturdays
from eventsapp.planning.engine.search import Budget
from eventsapp.planning.engine.trails.problem import Problem as Trails
from eventsapp.planning.engine.watching import Listener, watched


def solve(
    problem: Saturdays | Trails | Breakfasts,
    budget: Budget | None = None,
    on_progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
    start: Any = None,
) -> Any:
    """The plan of its kind, or Impossible with its causes; `start` is what `files.read_plan` gave.

    Both callables are called in this thread, several times a second whatever the formulation is at; it ends
    a quarter of a second after its time at most, and within a second of being cancelled.
    """
    formulation = watched(lambda tell, stopped: load(problem), Budget(seconds=None), on_progress, cancelled)
    within = budget or Budget()
    return watched(
        lambda tell, stopped: formulation.solve(problem, within, tell, stopped, start),
        within,
        on_progress,
        cancelled,
    )


def load(problem: Saturdays | Trails | Breakfasts) -> Any:
    """The formulation of a problem. Loading OR-Tools and Numba takes half a second: each loads its own."""
    if isinstance(problem, Saturdays):
        from eventsapp.planning.engine.saturdays import solving as saturdays  # see above

        return saturdays
    if isinstance(problem, Trails):
        from eventsapp.planning.engine.trails import solving as trails  # see above

        return trails
    from eventsapp.planning.engine.breakfasts import solving as breakfasts  # see above

    return breakfasts


UNCOUNTED = 10**9
"""Rounds that no search comes to: a limit in seconds stands alone."""


def budget(seconds: float | None, rounds: int | None, seed: int) -> Budget:
    """Exactly as long as asked: patience never ends a search before its seconds or its rounds are spent."""
    count = UNCOUNTED if rounds is None else rounds
    return Budget(seconds=seconds, rounds=count, patience=count, seed=seed)
