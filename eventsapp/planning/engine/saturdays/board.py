"""A plan of which some sessions may change: what each may become, and how two answers differ.

Pure, and free of any solver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from eventsapp.planning.engine.saturdays.problem import Line, Pin, Problem
from eventsapp.planning.engine.saturdays.repair import disturbance
from eventsapp.planning.engine.terms import Id

Way: TypeAlias = tuple[Id, date]
"""An association on a date."""

Placed: TypeAlias = tuple[Id, date, Id] | None
"""Who, when and about what; None: lost."""

Outcome: TypeAlias = Mapping[int, Placed]
"""What becomes of the sessions that changed, by their numbers; the others are as before."""

Score: TypeAlias = tuple[int, int, int]
"""Sessions lost, disturbance, dates moved."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that may change: as it was, whether its host has left, and every way to hold it.

    The way it was held comes first, unless its host has left.
    """

    line: Line
    period: Id
    orphan: bool
    ways: tuple[Way, ...]
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A plan to rearrange: what may change, and the lines that never do."""

    problem: Problem
    sessions: tuple[Session, ...]
    standing: tuple[Line, ...]

    def line(self, number: int, placed: Placed) -> Line | None:
        """What a session becomes."""
        before = self.sessions[number].line
        if placed is None:
            return None
        who, day, topic = placed
        if (who, day) == (before.association, before.date):
            return before
        return Line(before.school, before.period, day, who, topic)

    def where(self, number: int) -> tuple[Id, Id]:
        """The school and the period of a session."""
        session = self.sessions[number]
        return session.line.school, session.period

    def way(self, number: int, outcome: Outcome) -> Way | None:
        """How a session is held after an outcome."""
        before = self.sessions[number].line
        placed = outcome.get(number, (before.association, before.date, before.topic))
        return placed[:2] if placed else None

    def lines(self, outcome: Outcome) -> list[Line]:
        """The whole plan."""
        changed = [
            self.line(number, outcome[number]) if number in outcome else session.line
            for number, session in enumerate(self.sessions)
        ]
        return [*self.standing, *(line for line in changed if line is not None)]

    def score(self, outcome: Outcome) -> Score:
        lost = weighed = moved = 0
        for number, placed in outcome.items():
            session, (who, day) = self.sessions[number], placed[:2] if placed else (None, None)
            lost += placed is None
            if session.orphan:
                moved += placed is not None and day != session.line.date
            else:
                weighed += disturbance(session.line, who, day)
        return lost, weighed, moved
