"""A plan of which some sessions may change: what each may become, and how two answers differ.

Pure, and free of any solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeAlias

from eventsapp.planning.engine.saturdays.plan import Plan
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


def laid_out(
    problem: Problem,
    plan: Plan,
    association: Id,
    since: date,
    away: Callable[[date], bool],
    *,
    move_published: bool,
) -> tuple[Board, list[int]]:
    """What may change and what stands, and the sessions that must: `problem` is without the association."""
    pins = {(pin.school, pin.period): pin for pin in problem.pins}
    orphans = {
        id(line)
        for line in plan.lines
        if line.period is not None and line.association == association and away(line.date)
    }
    needed = _must_yield(problem, plan, orphans) if problem.no_repeat else set()
    sessions: list[Session] = []
    near: list[int] = []
    standing: list[Line] = []
    ways, due = _Ways(problem), set(problem.due)
    for line in plan.lines:
        if line.period is None:
            standing.append(line)
            continue
        orphan, owed = id(line) in orphans, (line.school, line.period) in due
        settled = not owed or (line.published and not move_published)
        pin = pins.get((line.school, line.period))
        changes = line.date >= since and not settled and pin is None
        if orphan or changes or id(line) in needed:
            if orphan or id(line) in needed:
                near.append(len(sessions))
            now = (line.association, line.date)
            others = [way for way in ways.of(line.school, line.period) if way != now] if owed else []
            every = tuple(others) if orphan else (now, *others)
            sessions.append(Session(line, line.period, orphan, every, pin))
        else:
            standing.append(line)
    return Board(problem, tuple(sessions), tuple(standing)), near


def _must_yield(problem: Problem, plan: Plan, orphans: set[int]) -> set[int]:
    """Sessions that nothing but a lost one keeps from another of their association."""
    needed: set[int] = set()
    visits: defaultdict[Id, list[Line]] = defaultdict(list)
    for line in plan.lines:
        if id(line) not in orphans:
            visits[line.school].append(line)
    for lines in visits.values():
        lines.sort(key=lambda line: line.date)
        for one, other in pairwise(lines):
            if one.association == other.association and not (one.published and other.published):
                needed |= {
                    id(line) for line in (one, other) if not line.published and line.period is not None
                }
    return needed


class _Ways:
    """Who could come where and when, all others being away."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.schools = {school.id: school for school in problem.schools}
        self.dates = {period.id: sorted(period.dates) for period in problem.periods}
        self.near: dict[Id, list[tuple[Id, frozenset[date] | None]]] = {}

    def of(self, where: Id, period: Id) -> list[Way]:
        """Every way to hold a session of a school in a period."""
        school = self.schools[where]
        if school.id not in self.near:
            self.near[school.id] = [
                (one.id, one.available)
                for one in self.problem.associations
                if one.topics
                and (
                    one.reach is None
                    or one.position is None
                    or school.position.distance(one.position) <= one.reach
                )
            ]
        return [
            (who, day)
            for day in self.dates[period]
            if day not in school.unavailable
            for who, available in self.near[school.id]
            if available is None or day in available
        ]
