"""What each session of a plan serves, what it costs, and who could come instead.

Pure, and free of any solver. All figures are differences of the objective as `checking` reads it: the plan
with the session against the plan without, or with another in its place, all else standing still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from operator import itemgetter

from eventsapp.planning.engine.saturdays.ledger import Ledger, Units, priced, prices_of
from eventsapp.planning.engine.saturdays.plan import Plan, WhyLine
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.terms import Id, Reason


class WhyCost(StrEnum):
    """What a session costs and what else there was; parameters in brackets."""

    COSTS = "costs"  # total, parts: for each fault, {weight, units, cost}; below 0: it spares that much
    OTHER_ON_DATE = "other_on_date"  # association, topic, more: what the objective would rise by
    OTHER_IN_PERIOD = "other_in_period"  # association, topic, date, more: on another date
    NOBODY_ELSE = "nobody_else"  # no other association can come in this period as the rest stands


def why(problem: Problem, plan: Plan) -> dict[tuple[Id, Id], tuple[Reason, ...]]:
    """For each (school, period) due: what its session brings, costs and could be, or why it is a gap.

    Who could come instead is told of what may still change: neither of a published session nor of what a
    pin settles.
    """
    ledger = Ledger(problem, plan.lines)
    pinned = {(pin.school, pin.period): pin for pin in problem.pins}
    told: dict[tuple[Id, Id], tuple[Reason, ...]] = {
        (gap.school, gap.period): (gap.reason,) for gap in plan.gaps
    }
    for line, brought in brings(problem, plan.lines):
        if line.period is None:
            continue
        ledger.remove(line)
        reasons = [*brought, Reason(WhyCost.COSTS, _bill(problem, ledger.change(line)))]
        if not line.published:
            pin = pinned.get((line.school, line.period))
            ways = ledger.ways(ledger.schools[line.school], line.period)
            reasons += _instead(
                ledger,
                line,
                [way for way in ways if pin is None or pin.allows(way.date, way.association, way.topic)],
            )
        ledger.add(line)
        told[line.school, line.period] = tuple(reasons)
    return told


def brings(problem: Problem, lines: Iterable[Line]) -> Iterable[tuple[Line, list[Reason]]]:
    """The lines in date order, each with what it brings to its school after the visits before it."""
    wishes = {school.id: set(school.wishes) for school in problem.schools}
    order = {school.id: row for row, school in enumerate(problem.schools)}
    visits: dict[tuple[Id, Id], str] = {}
    heard: set[tuple[Id, Id]] = set()
    for line in sorted(lines, key=lambda line: (line.date, order[line.school])):
        reasons = [Reason(WhyLine.PUBLISHED)] if line.published else []
        if (line.school, line.topic) not in heard:
            wished = line.topic in wishes[line.school]
            key = WhyLine.SERVES_WISH if wished else WhyLine.NEW_TOPIC
            reasons.append(Reason(key, {"topic": line.topic}))
        before = visits.get((line.school, line.association))
        if before is None:
            reasons.append(Reason(WhyLine.FIRST_VISIT, {"association": line.association}))
        else:
            reasons.append(Reason(WhyLine.COMES_BACK, {"association": line.association, "date": before}))
        heard.add((line.school, line.topic))
        visits[line.school, line.association] = line.date.isoformat()
        yield line, reasons


def _bill(problem: Problem, units: Units) -> Mapping[str, object]:
    """The difference part by part, each weight beside the count that it weighs."""
    prices = prices_of(problem)
    parts = {
        name: {"weight": prices[name], "units": count, "cost": prices[name] * count}
        for name, count in units.items()
    }
    return {"total": priced(problem, units), "parts": parts}


def _instead(ledger: Ledger, line: Line, ways: Iterable[Line]) -> list[Reason]:
    """The cheapest other host on that date, and on another date of the period where that costs less."""
    now = ledger.cost(line)
    others = [(ledger.cost(way) - now, way) for way in ways if way.association != line.association]
    if not others:
        return [Reason(WhyCost.NOBODY_ELSE)]
    reasons: list[Reason] = []
    same = min(
        ((more, way) for more, way in others if way.date == line.date), key=itemgetter(0), default=None
    )
    best = min(others, key=itemgetter(0))
    if same is not None:
        params: dict[str, object] = {"association": same[1].association, "topic": same[1].topic}
        reasons.append(Reason(WhyCost.OTHER_ON_DATE, {**params, "more": same[0]}))
    if same is None or best[0] < same[0]:
        more, way = best
        params = {"association": way.association, "topic": way.topic, "date": way.date.isoformat()}
        reasons.append(Reason(WhyCost.OTHER_IN_PERIOD, {**params, "more": more}))
    return reasons
