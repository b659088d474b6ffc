"""Small towns to plan: real-looking Saturdays of 2026-2027, schools along one street, a metre a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise, product

from eventsapp.planning.engine.saturdays.plan import Plan, WhyGap
from eventsapp.planning.engine.saturdays.problem import Association, Line, Period, Position, Problem, School
from eventsapp.planning.engine.terms import Id

SEPTEMBER = Period("2026-09", (date(2026, 9, 5), date(2026, 9, 12), date(2026, 9, 19), date(2026, 9, 26)))
OCTOBER = Period("2026-10", (date(2026, 10, 3), date(2026, 10, 10)))
NOVEMBER = Period("2026-11", (date(2026, 11, 7), date(2026, 11, 14), date(2026, 11, 21), date(2026, 11, 28)))
FEBRUARY = Period("2027-02", (date(2027, 2, 27),))
APRIL = Period("2027-04", (date(2027, 4, 3),))


def school(
    name: str, *months: Period, at: float = 0, closed: Iterable[date] = (), wishes: Iterable[Id] = ()
) -> School:
    return School(
        name, name, Position(at, 0), tuple(month.id for month in months), frozenset(closed), tuple(wishes)
    )


def association(
    name: str,
    *topics: Id,
    at: float = 0,
    reach: float | None = None,
    available: Iterable[date] | None = None,
    month: int | None = None,
    year: int | None = None,
    crews: int = 1,
) -> Association:
    days = None if available is None else frozenset(available)
    return Association(
        name, name, topics or ("les écrans",), Position(at, 0), reach, days, month, year, crews
    )


def published(where: str, month: Period | None, day: date, who: str, topic: Id = "les écrans") -> Line:
    return Line(where, month.id if month else None, day, who, topic, published=True)


def hosts(plan: Plan, where: Id) -> list[Id]:
    """Who comes to a school, in date order."""
    return [line.association for line in plan.lines if line.school == where]


def gaps(plan: Plan) -> list[tuple[Id, Id, str]]:
    return [(gap.school, gap.period, str(gap.reason.key)) for gap in plan.gaps]


def why_gap(plan: Plan, key: WhyGap) -> dict[str, object]:
    """The parameters of the only reason with this key."""
    (params,) = {
        str(gap.reason.params): gap.reason.params for gap in plan.gaps if gap.reason.key == key
    }.values()
    return dict(params)


def most_coverage(problem: Problem) -> int:
    """The most sessions due that any plan holds, by trying every plan: for towns of half a dozen sessions."""
    counted = {(line.school, line.period) for line in problem.published}
    free = [pair for pair in problem.due if pair not in counted]
    return len(problem.due) - len(free) + max(_trials(problem, free, [], [0]))


def _trials(problem: Problem, free: list[tuple[Id, Id]], lines: list[Line], best: list[int]) -> Iterator[int]:
    """How many sessions each sound way to hold some of `free` holds, those that beat no other left out."""
    if len(lines) + len(free) <= best[-1]:
        yield best[-1]
    elif not free:
        if _in_order(problem, lines):
            best.append(len(lines))
        yield best[-1]
    else:
        for line in _ways(problem, *free[0]):
            if _has_room(problem, lines, line):
                yield from _trials(problem, free[1:], [*lines, line], best)
        yield from _trials(problem, free[1:], lines, best)


def _ways(problem: Problem, where: Id, month: Id) -> Iterator[Line]:
    place = next(one for one in problem.schools if one.id == where)
    days = next(one.dates for one in problem.periods if one.id == month)
    for day, who in product(days, problem.associations):
        near = (
            who.reach is None or who.position is None or abs(who.position.x - place.position.x) <= who.reach
        )
        free = who.available is None or day in who.available
        if near and free and day not in place.unavailable:
            yield Line(where, month, day, who.id, who.topics[0])


def _has_room(problem: Problem, lines: list[Line], line: Line) -> bool:
    who = next(one for one in problem.associations if one.id == line.association)
    theirs = [other for other in (*problem.published, *lines) if other.association == who.id]
    at_once = sum(other.date == line.date for other in theirs)
    in_month = sum(
        (other.date.year, other.date.month) == (line.date.year, line.date.month) for other in theirs
    )
    in_year = sum(other.period is not None for other in theirs)
    return (
        at_once < who.crews
        and (who.max_per_month is None or in_month < who.max_per_month)
        and (who.max_per_year is None or in_year < who.max_per_year)
    )


def _in_order(problem: Problem, lines: list[Line]) -> bool:
    for place in problem.schools:
        visits = [line for line in (*problem.published, *lines) if line.school == place.id]
        visits.sort(key=lambda line: line.date)
        for one, other in pairwise(visits):
            near = (other.date - one.date).days < max(1, problem.min_gap_days)
            again = problem.no_repeat and one.association == other.association
            if (near or again) and not (one.published and other.published):
                return False
    return True
