"""Whether the teams of a board can all have a day: what has been asked, found and proved so far.

Pure, worker only (OR-Tools).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.board import Board
from eventsapp.planning.engine.trails.exact_days import Found, askable, days_for_all
from eventsapp.planning.engine.trails.patterns import Stops
from eventsapp.planning.engine.trails.shortage import Shortage, counted, help_for, no_day, shortage_of

Known = Sequence[Stops | None]

FIRST = 0.04
"""Deterministic time of CP-SAT for a first question."""

OTHERS = 0.25
"""The same for another number of step-free teams, each of which may be tried by itself too."""

ASKED = 0.5
"""The same for a question in earnest; it doubles when asked again."""


class Possibility:
    """`shortages`: proofs that the teams cannot all have a day, with so many step-free ones as the board asks
    for; `elsewhere`: days for all teams with another number of them, within `limits`."""

    def __init__(self, board: Board, limits: tuple[int, int], seed: int) -> None:
        self.board, self.limits = board, limits
        self.shortages: tuple[Shortage, ...] = no_day(board, limits)
        self.elsewhere: Sequence[Stops] = ()
        self._seed = seed

    @property
    def settled(self) -> bool:
        """Whether the board's own number of step-free teams is to be given up."""
        return bool(self.shortages or self.elsewhere)

    def ask(self, known: Known, search: Search[Any], effort: float = FIRST) -> Sequence[Stops] | None:
        """Ask exactly for sound days with the board's number of step-free teams; then, but for a first
        question, with any number."""
        own = (self.board.needed[1], self.board.needed[1])
        for limits in dict.fromkeys((own, self.limits if effort > FIRST else own)):
            found = self._asked(limits, search, effort)
            if found.days is not None and found.stepfree == own[0]:
                return found.days
            self.elsewhere = found.days or ()
            if found.impossible:
                self.refuse(known, search)
            if self.settled:
                return None
        return None

    def count(self, known: Known, search: Search[Any]) -> None:
        """Refuse if a linear programme proves it for the board's number of step-free teams."""
        short, crowded = self._counted(known, search, (self.board.needed[1], self.board.needed[1]))
        if short:
            self.refuse(known, search, short, crowded)

    def refuse(self, known: Known, search: Search[Any], short: int = 1, crowded: Sequence[int] = ()) -> None:
        """It is proved that these teams cannot all have a day: can they where more or fewer are step-free?

        The proof stands before anybody asks what would help: an interruption leaves the bare reason.
        """
        board, limits = self.board, self.limits
        alone = limits[0] == limits[1]
        self.shortages = (shortage_of(board, for_all=alone, short=short, crowded=crowded),)
        short_of_all, crowded_in_all = self._counted(known, search, limits)
        found = Found(impossible=alone or short_of_all > 0)
        if not found.impossible:
            found = self._asked(limits, search, OTHERS)
        self.elsewhere = found.days or ()
        if found.impossible:
            short, crowded = max(1, short_of_all), crowded_in_all
            proof = partial(shortage_of, board, for_all=True, short=short, crowded=crowded)
            self.shortages = (proof(),)
            asked = help_for(board, limits, search, self._seed, short=short, crowded=crowded)
            self.shortages = (proof(help_=asked),)

    def _asked(self, limits: tuple[int, int], search: Search[Any], effort: float) -> Found:
        return (
            days_for_all(self.board, limits, search, effort, self._seed) if askable(self.board) else Found()
        )

    def _counted(self, known: Known, search: Search[Any], limits: tuple[int, int]) -> tuple[int, list[int]]:
        return counted(self.board, limits, [day for day in known if day is not None], search)
