"""A formulation at work in a thread of its own: whoever asked goes on hearing of it, and may stop it.

Pure, and free of any solver. Some steps of a formulation are long and cannot be cut (tables, a flow, a
compiler, reasons at the end). Meanwhile the thread that asked tells again what was told last, asks whether
to stop, and in the end takes the best plan told rather than wait much longer than it said.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress

LOOK = 0.1
"""Seconds between two looks at whether to stop."""

SILENCE = 0.25
"""Seconds after which what was told last is told again."""

GRACE = {Ending.TIME_UP: 0.25, Ending.CANCELLED: 0.4}
"""Seconds that a search which must end is waited for, once there is a plan to take instead."""

Listener: TypeAlias = Callable[[Progress[Any]], object]
Work: TypeAlias = Callable[[Listener, Callable[[], bool]], Any]
"""A formulation, given whom to tell and whom to ask whether to stop."""


def watched(
    work: Work,
    budget: Budget,
    on_progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Any:
    """What the work gives, or the best plan that it has told when it does not end in time.

    `on_progress` and `cancelled` are called in this thread; what they raise ends the work, and so does an
    interruption of this thread. Raises what the work raises.
    """
    watch = _Watch(budget.seconds, on_progress, cancelled, clock)
    try:
        return watch.over(work)
    finally:
        watch.stop.set()


class _Watch:
    """What is known of a piece of work that goes on elsewhere."""

    def __init__(
        self,
        seconds: float | None,
        on_progress: Listener | None,
        cancelled: Callable[[], bool] | None,
        clock: Callable[[], float],
    ) -> None:
        self.seconds, self.on_progress, self.cancelled, self.clock = seconds, on_progress, cancelled, clock
        self.stop = threading.Event()
        self.news: SimpleQueue[Progress[Any] | None] = SimpleQueue()
        self.last: Progress[Any] = Progress(Phase.BOUNDING, 0.0, None, 0, None)
        self.best: Any = None
        self.began = self.told = clock()
        self.asked: float | None = None

    def over(self, work: Work) -> Any:
        """Wait for the work, as long as it may take."""
        outcome: list[Any] = []
        fault: list[BaseException] = []

        def run() -> None:
            try:
                outcome.append(work(self.news.put, self.stop.is_set))
            except BaseException as raised:  # handed over to the thread that waits
                fault.append(raised)
            finally:
                self.news.put(None)

        self._ask()
        threading.Thread(target=run, name="planning", daemon=True).start()
        while self._listen():
            self._ask()
            ending = self._late()
            if ending is not None:
                return replace(self.best, ending=ending)
        if fault:
            raise fault[0]
        return outcome[0]

    def _listen(self) -> bool:
        """Tell what there is to tell; False when the work is done."""
        try:
            heard = self.news.get(timeout=LOOK)
        except Empty:
            if self.clock() - self.told >= SILENCE:
                self._tell(replace(self.last, share=max(self.last.share, self._share())))
            return True
        if heard is None:
            return False
        self._tell(heard)
        return True

    def _share(self) -> float:
        return min(1.0, (self.clock() - self.began) / max(1e-9, self.seconds)) if self.seconds else 0.0

    def _tell(self, progress: Progress[Any]) -> None:
        self.last, self.told = progress, self.clock()
        self.best = progress.best if progress.best is not None else self.best
        if self.on_progress is not None:
            self.on_progress(progress)

    def _ask(self) -> None:
        if self.asked is None and self.cancelled is not None and self.cancelled():
            self.asked = self.clock()
            self.stop.set()

    def _late(self) -> Ending | None:
        """Why the best plan told is taken now, or None while the work is waited for."""
        if self.best is None:
            return None
        if self.asked is not None and self.clock() - self.asked >= GRACE[Ending.CANCELLED]:
            return Ending.CANCELLED
        up = None if self.seconds is None else self.began + self.seconds + GRACE[Ending.TIME_UP]
        return Ending.TIME_UP if up is not None and self.clock() >= up else None
