"""Why no plan of school Saturdays can exist: each cause is proved by counting, the smallest first.

Pure, no solver: every process may import it. Only what cannot move can make a year impossible: published
sessions, where the problem judges them, and pins. Everything else may be left as a gap.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations, product
from math import dist
from typing import TypeVar

from eventsapp.planning.engine.saturdays.problem import Association, Line, Pin, Problem, School
from eventsapp.planning.engine.terms import Id, Reason

K = TypeVar("K", bound=Hashable)


class Cause(StrEnum):
    """What cannot be; each Reason gives the parameters named in brackets, in this order."""

    PUBLISHED_OUTSIDE_PERIOD = "published_outside_period"  # school, date
    PUBLISHED_DUPLICATE = "published_duplicate"  # school, and the period or the date held twice
    PUBLISHED_TWO_DATES = "published_two_dates"  # period: all its sessions should be on one date
    PUBLISHED_DOUBLE_BOOKING = (
        "published_double_booking"  # association, date: in more places than it has crews
    )
    PUBLISHED_OVER_MONTH = "published_over_month"  # association, month
    PUBLISHED_OVER_YEAR = "published_over_year"  # association
    PUBLISHED_NOT_DUE = "published_not_due"  # school, period: where no session is due
    PUBLISHED_TOPIC = "published_topic"  # association, topic: what it does not offer
    PUBLISHED_OVER_CITY = "published_over_city"  # date: more sessions than the city allows
    PIN_AGAINST_PUBLISHED = "pin_against_published"  # school, period: announced otherwise
    PIN_WITHOUT_CHOICE = "pin_without_choice"  # school, period: nobody could come then, about that
    PINS_TOO_SOON = "pins_too_soon"  # school, date: too near another visit that cannot move
    PINS_TWO_DATES = "pins_two_dates"  # period
    PINS_OVER_DATE = "pins_over_date"  # association, date
    PINS_OVER_MONTH = "pins_over_month"  # association, month
    PINS_OVER_YEAR = "pins_over_year"  # association
    PINS_OVER_CITY = "pins_over_city"  # date: more sessions than the city allows that day
    PINS_TOGETHER = "pins_together"  # pins: (school, period) of each; any fewer could be (the solver's proof)


def causes(problem: Problem) -> tuple[Reason, ...]:
    """Every proof that no plan exists, the smallest first; none does not mean that there is a plan."""
    published = _published(problem) if problem.published_judged else ()
    return (*published, *_pins(problem))


def too_many(pins: Sequence[Pin]) -> Reason:
    """The cause where the solver has proved that these pins cannot all be kept, though any fewer could."""
    if len(pins) == 1:
        return _reason(Cause.PIN_WITHOUT_CHOICE, school=pins[0].school, period=pins[0].period)
    return _reason(Cause.PINS_TOGETHER, pins=[(pin.school, pin.period) for pin in pins])


def _month(line: Line) -> str:
    return f"{line.date:%Y-%m}"


def _published(problem: Problem) -> Iterator[Reason]:
    """What published sessions break among themselves, whatever is planned beside them."""
    lines, due = problem.published, set(problem.due)
    dates = {period.id: set(period.dates) for period in problem.periods}
    offered = {one.id: one.topics for one in problem.associations}
    for line in lines:
        if line.period is None or line.date not in dates.get(line.period, ()):
            yield _reason(Cause.PUBLISHED_OUTSIDE_PERIOD, school=line.school, date=line.date.isoformat())
        elif (line.school, line.period) not in due:
            yield _reason(Cause.PUBLISHED_NOT_DUE, school=line.school, period=line.period)
        if line.topic not in offered[line.association]:
            yield _reason(Cause.PUBLISHED_TOPIC, association=line.association, topic=line.topic)
    for (school, period), _ in _over((line.school, line.period) for line in lines):
        yield _reason(Cause.PUBLISHED_DUPLICATE, school=school, period=period)
    for (school, day), _ in _over((line.school, line.date.isoformat()) for line in lines):
        yield _reason(Cause.PUBLISHED_DUPLICATE, school=school, date=day)
    if problem.common_date:
        days = {(line.period, line.date) for line in lines}
        for period, _ in _over(period for period, _ in days):
            yield _reason(Cause.PUBLISHED_TWO_DATES, period=period)
    yield from _published_over(problem, lines)


def _published_over(problem: Problem, lines: tuple[Line, ...]) -> Iterator[Reason]:
    people = {one.id: one for one in problem.associations}
    for (who, day), count in Counter((line.association, line.date.isoformat()) for line in lines).items():
        if count > people[who].crews:
            yield _reason(Cause.PUBLISHED_DOUBLE_BOOKING, association=who, date=day)
    for (who, month), count in Counter((line.association, _month(line)) for line in lines).items():
        if _beyond(count, people[who].max_per_month):
            yield _reason(Cause.PUBLISHED_OVER_MONTH, association=who, month=month)
    for who, count in Counter(line.association for line in lines).items():
        if _beyond(count, people[who].max_per_year):
            yield _reason(Cause.PUBLISHED_OVER_YEAR, association=who)
    for day, count in Counter(line.date.isoformat() for line in lines).items():
        if _beyond(count, problem.max_sessions_per_date):
            yield _reason(Cause.PUBLISHED_OVER_CITY, date=day)


def _pins(problem: Problem) -> Iterator[Reason]:
    """Pins that cannot be kept: one by one first, then by what several of them would need together."""
    schools = {school.id: school for school in problem.schools}
    held = {(line.school, line.period): line for line in problem.published if line.period is not None}
    free: list[Pin] = []
    for pin in problem.pins:
        where = {"school": pin.school, "period": pin.period}
        line = held.get((pin.school, pin.period))
        if line is None:
            free.append(pin)
            if not _has_choice(problem, schools[pin.school], pin):
                yield _reason(Cause.PIN_WITHOUT_CHOICE, **where)
        elif not pin.allows(line.date, line.association, line.topic):
            yield _reason(Cause.PIN_AGAINST_PUBLISHED, **where)
    yield from _too_soon(problem, free)
    yield from _over_limits(problem, free)


def _has_choice(problem: Problem, school: School, pin: Pin) -> bool:
    """Whether somebody could come as the pin wants, were everybody free."""
    days = next(period.dates for period in problem.periods if period.id == pin.period)
    return any(
        pin.allows(day, one.id, topic)
        for one, day in product(problem.associations, days)
        if one.crews > 0 and day not in school.unavailable and _may_come(one, school)
        if one.available is None or day in one.available
        for topic in one.topics
    )


def _may_come(one: Association, school: School) -> bool:
    if one.reach is None or one.position is None:
        return True
    there = (school.position.x, school.position.y)
    return dist((one.position.x, one.position.y), there) <= one.reach


def _too_soon(problem: Problem, pins: list[Pin]) -> Iterator[Reason]:
    fixed: defaultdict[Id, list[tuple[int, bool, str]]] = defaultdict(list)
    for line in problem.published:
        fixed[line.school].append((line.date.toordinal(), False, line.date.isoformat()))
    for pin in pins:
        if pin.date is not None:
            fixed[pin.school].append((pin.date.toordinal(), True, pin.date.isoformat()))
    for school, visits in fixed.items():
        for one, other in combinations(sorted(visits), 2):
            if (one[1] or other[1]) and other[0] - one[0] < max(1, problem.min_gap_days):
                yield _reason(Cause.PINS_TOO_SOON, school=school, date=other[2])


def _over_limits(problem: Problem, pins: list[Pin]) -> Iterator[Reason]:
    """Limits that the settled parts of pins go over, published sessions counted with them."""
    people = {one.id: one for one in problem.associations}
    lines = problem.published
    dated = [(pin, pin.date) for pin in pins if pin.date is not None]
    if problem.common_date:
        yield from _two_dates(lines, dated)
    both = [(pin.association, day) for pin, day in dated if pin.association is not None]
    places = Counter((line.association, line.date) for line in lines)
    for (who, day), count in Counter(both).items():
        if count + places[who, day] > people[who].crews:
            yield _reason(Cause.PINS_OVER_DATE, association=who, date=day.isoformat())
    months = Counter((line.association, _month(line)) for line in lines)
    for (who, month), count in Counter((who, f"{day:%Y-%m}") for who, day in both).items():
        if _beyond(count + months[who, month], people[who].max_per_month):
            yield _reason(Cause.PINS_OVER_MONTH, association=who, month=month)
    years = Counter(line.association for line in lines if line.period is not None)
    for who, count in Counter(pin.association for pin in pins if pin.association is not None).items():
        if _beyond(count + years[who], people[who].max_per_year):
            yield _reason(Cause.PINS_OVER_YEAR, association=who)
    city = Counter(line.date for line in lines)
    for day, count in Counter(day for _, day in dated).items():
        if _beyond(count + city[day], problem.max_sessions_per_date):
            yield _reason(Cause.PINS_OVER_CITY, date=day.isoformat())


def _two_dates(lines: tuple[Line, ...], dated: list[tuple[Pin, date]]) -> Iterator[Reason]:
    """Periods in which pins, with what is published, want more than one date."""
    days = {(pin.period, day) for pin, day in dated}
    pinned = dict.fromkeys(pin.period for pin, _ in dated)
    days |= {(line.period, line.date) for line in lines if line.period is not None}
    counts = Counter(period for period, _ in days)
    for period in pinned:
        if counts[period] > 1:
            yield _reason(Cause.PINS_TWO_DATES, period=period)


def _over(keys: Iterable[K]) -> list[tuple[K, int]]:
    return [(key, count) for key, count in Counter(keys).items() if count > 1]


def _beyond(count: int, limit: int | None) -> bool:
    return limit is not None and count > limit


def _reason(cause: Cause, **params: object) -> Reason:
    return Reason(cause, params)
