"""How a search goes, told on standard error while it runs: a line at least twice a second.

At a terminal a line takes the place of the one before it; elsewhere each stands by itself, so that a log or
another program can read them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

from babel.numbers import get_decimal_symbol
from flask_babel import gettext

from eventsapp import languages
from eventsapp.planning import wording
from eventsapp.planning.engine.search import Progress

SILENCE = 0.45
"""Seconds after which the last line is said again with its hour, where the search has nothing new."""

CLEAR = "\r\x1b[2K"
"""Back to the beginning of a terminal's line, and empty it."""

UNKNOWN = "–"
"""Stands for a number that is not known yet."""


class Narrator:
    """Tells a search from when it is entered until it is left; `tell` is the search's listener."""

    def __init__(
        self,
        to: TextIO,
        clock: Callable[[], float] = time.monotonic,
        silence: float = SILENCE,
    ) -> None:
        self._to, self._clock, self._silence = to, clock, silence
        # All words now: the thread that fills silences has no application around it.
        self._steps = {phase: gettext(step) for phase, step in wording.STEPS.items()}
        self._step = gettext("Nous préparons le calcul.")
        self._figures = gettext("Objectif %(objective)s, borne %(bound)s, meilleur %(best)s.")
        self._decimal = get_decimal_symbol(languages.current().locale)
        self._objective: int | None = None
        self._bound: int | None = None
        self._best: int | None = None
        self._started = clock()
        self._lock, self._over = threading.Lock(), threading.Event()
        self._news = threading.Event()
        self._filling = threading.Thread(target=self._fill, name="narrator", daemon=True)

    def __enter__(self) -> Narrator:
        self._say()
        self._filling.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._news.set()
        self._filling.join()
        if self._to.isatty():
            self._write("\n")

    def begin(self) -> None:
        """The search begins: seconds are counted from here."""
        self._started = self._clock()

    def tell(self, progress: Progress[Any]) -> None:
        """One line of what the search says."""
        with self._lock:
            self._step = self._steps[progress.phase]
            self._objective, self._bound = progress.objective, progress.bound
            if progress.best is not None and progress.objective is not None:
                known = progress.objective if self._best is None else self._best
                self._best = min(known, progress.objective)
        self._say()
        self._news.set()

    @property
    def elapsed(self) -> str:
        """Seconds since the beginning, as one writes them."""
        return f"{self._clock() - self._started:.1f}".replace(".", self._decimal)

    def _say(self) -> None:
        with self._lock:
            numbers = {"objective": self._objective, "bound": self._bound, "best": self._best}
            said = {name: UNKNOWN if number is None else number for name, number in numbers.items()}
            line = f"{self.elapsed:>6} s  {self._step} {self._figures % said}"
            self._write(f"{CLEAR}{line}" if self._to.isatty() else f"{line}\n")

    def _write(self, text: str) -> None:
        self._to.write(text)
        self._to.flush()

    def _fill(self) -> None:
        while not self._over.is_set():
            if not self._news.wait(self._silence):
                self._say()
            self._news.clear()
