"""One search for a plan: its budget, who wants to know how it goes, and whether somebody said stop.

Pure, and free of any solver: every process may import it. A formulation asks a `Search` whether to go on and
tells it what it found; it never looks at a clock by itself. With a budget in rounds and no limit in seconds,
the same seed gives the same plan on every machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

P = TypeVar("P")
T = TypeVar("T")

LOOK_AGAIN = 0.1
"""Seconds between two looks at whether to stop while a solver works: cancelling takes well below a second."""


class Phase(StrEnum):
    """Where a search stands."""

    BOUNDING = "bounding"
    STARTING = "starting"
    IMPROVING = "improving"
    COVERING = "covering"
    TEAMS = "teams"
    TIMETABLE = "timetable"
    DONE = "done"


class Ending(StrEnum):
    """Why a search stopped. `PROVED`: the bound is reached, nothing better exists."""

    PROVED = "proved"
    ROUNDS_DONE = "rounds_done"
    TIME_UP = "time_up"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Progress(Generic[P]):
    """What the page may show while the worker searches. `share` goes from 0 to 1; `best` is None at first."""

    phase: Phase
    share: float
    objective: int | None
    bound: int
    best: P | None


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search. `seconds` None: until the rounds are done.

    `rounds` counts what a formulation repeats (a block of months solved again, some thousand moves tried);
    `patience` stops earlier, after that many rounds in a row without a better plan.
    """

    seconds: float | None = 8.0
    rounds: int = 600
    patience: int = 150
    seed: int = 1


class Search(Generic[P]):
    """One run: what is left of the budget, who wants to know, whether somebody said stop.

    `on_progress` is called on every new phase and then at most every `tell_every` seconds; `cancelled` is
    asked before each round. Both are called from the thread that called the formulation.
    """

    def __init__(
        self,
        budget: Budget,
        on_progress: Callable[[Progress[P]], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        *,
        tell_every: float = 0.4,
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
        self._last: Progress[P] | None = None
        self._told = 0.0
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

    def tell(self, phase: Phase, objective: int | None, bound: int, best: Callable[[], P] | None) -> None:
        """Report, unless the same phase was reported a moment ago; `best` is called only when needed."""
        if self._on_progress is None:
            return
        now, before = self.elapsed, self._last
        if before is not None and before.phase is phase and now - self._told < self._tell_every:
            return
        share = 1.0 if phase is Phase.DONE else self.share
        self._say(Progress(phase, share, objective, bound, best() if best else None))

    def _say(self, progress: Progress[P]) -> None:
        self._last, self._told = progress, self.elapsed
        if self._on_progress is not None:
            self._on_progress(progress)

    def wait_for(self, work: Callable[[], T], stop: Callable[[], None] | None = None) -> T | None:
        """Do long work in a thread beside this one, which goes on telling and asking whether to stop.

        The result, or None when the search was interrupted before it came: `stop` then asks the work to end
        and its result is still taken; without `stop` it is left to itself. Raises what the work raises.
        """
        outcome: list[T] = []
        fault: list[BaseException] = []

        def run() -> None:
            try:
                outcome.append(work())
            except BaseException as raised:  # handed over to the thread that waits
                fault.append(raised)

        thread = threading.Thread(target=run, name="planning", daemon=True)
        thread.start()
        asked = False
        while thread.is_alive():
            thread.join(LOOK_AGAIN)
            if not asked and self.interrupted() is not None:
                if stop is None:
                    return None
                stop()
                asked = True
            if self._last is not None and self.elapsed - self._told >= self._tell_every:
                last = self._last
                self._say(Progress(last.phase, self.share, last.objective, last.bound, last.best))
        if fault:
            raise fault[0]
        return outcome[0]
