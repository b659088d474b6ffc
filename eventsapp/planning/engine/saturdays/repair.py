"""What an answer to "an association can no longer come" is made of, and in what order answers are better.

Pure, and free of any solver: pages and tests may import it. The order follows the minimal perturbation
problem (docs/planning.md): nothing lost first, then nobody else disturbed, then the plan's own objective.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Association, Line, Pin, Problem
from eventsapp.planning.engine.terms import Id, Reason

CHANGED = 1
"""What it costs that a session of another association changes at all."""

OTHER_HOST = 1
"""On top: somebody else comes. One association is told that it comes, another that it does not."""

OTHER_DATE = 2
"""On top: another date. The school and every family are told as well, and may have made plans."""

MOST = CHANGED + OTHER_HOST + OTHER_DATE
"""What the heaviest change of one session weighs: it is lost, or another comes on another date."""

Key: TypeAlias = tuple[int, int, int, int]
"""What is compared, in this order: sessions lost, disturbance, dates moved, objective."""


class Proof(StrEnum):
    """How good a repair is known to be among those that are really different (see `Repair`)."""

    BEST = "best"  # nothing ranks before it, its objective included
    LEAST_DISTURBING = "least_disturbing"  # none loses less, and none that loses as little disturbs less
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Change:
    """One (school, period) before and after. `after` None: lost, and `reason` says why (`WhyGap`)."""

    before: Line
    after: Line | None
    reason: Reason | None = None

    @property
    def moved(self) -> bool:
        """Whether it is held, on another date."""
        return self.after is not None and self.after.date != self.before.date


@dataclass(frozen=True, slots=True)
class Repair:
    """A whole plan without the association on the dates on which it is away, and what changed to get there.

    `problem` is what the plan answers (`checking.check(repair.problem, repair.plan)`). Of `changes`, those
    of the sessions that lost their association come first. `disturbance` weighs what changes for others,
    `moved` counts the dates that move among the former. `cost` is the objective of this plan less that of
    the plan before, part by part. Two repairs are different where, for one session, somebody else comes,
    or the date is kept in one and not in the other.
    """

    problem: Problem
    plan: Plan
    changes: tuple[Change, ...]
    lost: int
    disturbance: int
    moved: int
    cost: Mapping[str, int]
    proof: Proof

    @property
    def key(self) -> Key:
        return self.lost, self.disturbance, self.moved, self.plan.objective.total(self.problem.weights)


def disturbance(before: Line, association: Id | None, day: date | None) -> int:
    """What a change of somebody else's session weighs, 0 if there is none; `None`: the session is lost."""
    host, moved = association != before.association, day != before.date
    return (CHANGED + OTHER_HOST * host + OTHER_DATE * moved) if host or moved else 0


def absence(since: date, dates: frozenset[date] | None) -> Callable[[date], bool]:
    """Whether the association is away on a day: on these dates, or (None) from `since` on."""
    return lambda day: day >= since if dates is None else day in dates


def without(problem: Problem, plan: Plan, association: Id, away: Callable[[date], bool]) -> Problem:
    """The problem once the association does not come any more on some dates.

    What was published for it there is published no longer; what was pinned to it there is free.
    """
    orphaned = {
        (line.school, line.period)
        for line in plan.lines
        if line.association == association and away(line.date)
    }
    known = {*problem.dates, *(line.date for line in plan.lines)}
    return replace(
        problem,
        associations=tuple(
            _stays_home(one, known, away) if one.id == association else one for one in problem.associations
        ),
        published=tuple(
            line
            for line in problem.published
            if line.period is None or line.association != association or not away(line.date)
        ),
        pins=tuple(
            pin if (pin.school, pin.period) not in orphaned else replace(pin, association=None)
            for pin in problem.pins
            if (pin.school, pin.period) not in orphaned or _says_more(pin, away)
        ),
    )


def _stays_home(one: Association, known: set[date], away: Callable[[date], bool]) -> Association:
    days = known if one.available is None else one.available
    return replace(one, available=frozenset(day for day in days if not away(day)))


def _says_more(pin: Pin, away: Callable[[date], bool]) -> bool:
    return pin.date is not None or pin.topic is not None
