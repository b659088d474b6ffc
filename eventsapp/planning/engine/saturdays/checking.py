"""Checks a plan of school Saturdays against its problem, from the rules alone.

Pure, and deliberately naive: it shares no code with the solver, reads the dataclasses only, and recounts
everything. A plan is checked before anybody is shown it, and again before it is accepted. Published
sessions are taken as they are, what they break among themselves is not the plan's fault; unless the problem
judges them (`Problem.published_judged`), which still leaves them free of calendars, reach and each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import dist
from typing import Any

from eventsapp.planning.engine.saturdays.plan import Objective, Plan
from eventsapp.planning.engine.saturdays.problem import Association, Line, Problem, School
from eventsapp.planning.engine.saturdays.yardstick import yardstick
from eventsapp.planning.engine.terms import Id, Reading, Violation


class Rule(StrEnum):
    """What a plan can break; each Violation gives the parameters named in brackets."""

    UNKNOWN = "unknown"  # school, period, association
    NOT_DUE = "not_due"  # school, period
    TWICE_IN_PERIOD = "twice_in_period"  # school, period
    DATE_OUTSIDE_PERIOD = "date_outside_period"  # school, period, date
    TOPIC_NOT_OFFERED = "topic_not_offered"  # association, topic
    ASSOCIATION_AWAY = "association_away"  # association, date
    SCHOOL_CLOSED = "school_closed"  # school, date
    OUT_OF_REACH = "out_of_reach"  # school, association
    TOO_MANY_PLACES = "too_many_places"  # association, date
    OVER_MONTH = "over_month"  # association, month
    OVER_YEAR = "over_year"  # association
    TWICE_IN_A_ROW = "twice_in_a_row"  # school, association, date
    TOO_SOON = "too_soon"  # school, date
    TWO_DATES = "two_dates"  # period: its sessions are not on one date
    OVER_CITY = "over_city"  # date: more sessions than the city allows
    PIN_BROKEN = "pin_broken"  # school, period
    PUBLISHED_CHANGED = "published_changed"  # school, date, association
    UNACCOUNTED = "unaccounted"  # school, period: neither held nor a gap, or both
    WRONG_OBJECTIVE = "wrong_objective"
    ABOVE_BOUND = "above_bound"  # the bound that the plan beats, and so refutes


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Everything that is wrong with the plan; an empty list means that every rule holds."""
    schools = {school.id: school for school in problem.schools}
    associations = {association.id: association for association in problem.associations}
    unknown = [
        Violation(
            Rule.UNKNOWN,
            {"school": line.school, "period": line.period, "association": line.association},
        )
        for line in plan.lines
        if line.school not in schools or line.association not in associations
    ]
    if unknown:
        return unknown
    return [
        *_published(problem, plan),
        *_due(problem, plan),
        *_permissions(problem, plan, schools, associations),
        *_limits(problem, plan, associations),
        *_city(problem, plan),
        *_pins(problem, plan),
        *_sequence(problem, plan),
        *_figures(problem, plan),
    ]


def recount(problem: Problem, plan: Plan) -> Objective:
    """The faults of the plan, counted from its lines; sessions held outside the plan do not count."""
    lines = [line for line in plan.lines if line.period is not None]
    held = {(line.school, line.period) for line in lines}
    gaps = Counter(school for school, period in problem.due if (school, period) not in held)
    heard = {(line.school, line.topic) for line in lines}
    now = {(line.school, line.period): _key(line) for line in lines}
    before = {(line.school, line.period): _key(line) for line in problem.previous}
    return Objective(
        uncovered=gaps.total(),
        gap_pairs=_pairs(gaps),
        wishes_unmet=sum(
            (school.id, wish) not in heard for school in problem.schools for wish in school.wishes
        ),
        association_pairs=_pairs(Counter((line.school, line.association) for line in lines)),
        topic_pairs=_pairs(Counter((line.school, line.topic) for line in lines)),
        load_squares=sum(load**2 for load in Counter(line.association for line in lines).values()),
        changed=sum(now.get(session) != was for session, was in before.items()),
    )


def measure(problem: Problem, plan: Plan) -> Reading:
    """Read the plan's worth from its lines alone, against a bound counted without a solver (`yardstick`)."""
    found, best = recount(problem, plan), yardstick(problem)
    lines = [line for line in plan.lines if line.period is not None]
    loads = Counter(line.association for line in lines)
    every = [loads[association.id] for association in problem.associations]
    wishes = sum(len(school.wishes) for school in problem.schools)
    shares = [
        sum(line.school == school.id for line in lines) / len(school.periods)
        for school in problem.schools
        if school.periods
    ]
    figures = {
        "due": len(problem.due),
        "sessions": len(lines),
        "uncovered": found.uncovered,
        "uncovered_bound": best.uncovered,
        "wishes": wishes,
        "wishes_met": wishes - found.wishes_unmet,
        "wishes_bound": wishes - best.wishes_unmet,
        "association_pairs": found.association_pairs,
        "topic_pairs": found.topic_pairs,
        "gap_pairs": found.gap_pairs,
        "load_squares": found.load_squares,
        "load_min": min(every, default=0),
        "load_max": max(every, default=0),
        "changed": found.changed,
        "changed_bound": best.changed,
        "school_share_min": round(min(shares, default=0.0), 3),
    }
    return Reading(found.total(problem.weights), best.objective, figures)


def _pairs(counts: Counter[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def _key(line: Line) -> tuple[object, ...]:
    return (line.school, line.period, line.date, line.association, line.topic)


def _published(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Published sessions are in the plan as they were, and nothing else claims to be published."""
    before = Counter(_key(line) for line in problem.published)
    after = Counter(_key(line) for line in plan.lines if line.published)
    changed = {(school, day, who): None for school, _, day, who, _ in (before - after) + (after - before)}
    for school, day, association in changed:
        yield Violation(Rule.PUBLISHED_CHANGED, {"school": school, "date": day, "association": association})


def _due(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """One session at most, or one gap, for each (school, period) due, and none elsewhere."""
    due = set(problem.due)
    held: Counter[tuple[Id, Id | None]] = Counter(
        (line.school, line.period) for line in plan.lines if line.period is not None or not line.published
    )
    missing = Counter((gap.school, gap.period) for gap in plan.gaps)
    for (school, period), count in held.items():
        if count > 1:
            yield Violation(Rule.TWICE_IN_PERIOD, {"school": school, "period": period})
    for line in plan.lines:
        free = line.published and not problem.published_judged
        if not free and (line.school, line.period) not in due:
            yield Violation(Rule.NOT_DUE, {"school": line.school, "period": line.period})
    for school, period in due:
        if min(1, held[school, period]) + missing[school, period] != 1:
            yield Violation(Rule.UNACCOUNTED, {"school": school, "period": period})
    for school, period in missing.keys() - due:
        yield Violation(Rule.NOT_DUE, {"school": school, "period": period})


def _permissions(
    problem: Problem,
    plan: Plan,
    schools: Mapping[Id, School],
    associations: Mapping[Id, Association],
) -> Iterator[Violation]:
    """Who may come where, when and about what, for each line that the plan proposes."""
    dates = {period.id: period.dates for period in problem.periods}
    for line in plan.lines:
        if line.published and not problem.published_judged:
            continue
        school, association = schools[line.school], associations[line.association]
        if line.period is None or line.date not in dates.get(line.period, ()):
            where = {"school": line.school, "period": line.period, "date": line.date}
            yield Violation(Rule.DATE_OUTSIDE_PERIOD, where)
        if line.topic not in association.topics:
            yield Violation(Rule.TOPIC_NOT_OFFERED, {"association": line.association, "topic": line.topic})
        if line.published:
            continue
        if association.available is not None and line.date not in association.available:
            yield Violation(Rule.ASSOCIATION_AWAY, {"association": line.association, "date": line.date})
        if line.date in school.unavailable:
            yield Violation(Rule.SCHOOL_CLOSED, {"school": line.school, "date": line.date})
        if not _reaches(association, school):
            yield Violation(Rule.OUT_OF_REACH, {"school": line.school, "association": line.association})


def _reaches(association: Association, school: School) -> bool:
    home, there = association.position, school.position
    if association.reach is None or home is None:
        return True
    return dist((home.x, home.y), (there.x, there.y)) <= association.reach


def _limits(problem: Problem, plan: Plan, associations: Mapping[Id, Association]) -> Iterator[Violation]:
    """Places at once, month and year limits, wherever the plan adds to them."""
    judged = problem.published_judged
    at_once: defaultdict[tuple[object, ...], list[Line]] = defaultdict(list)
    by_month: defaultdict[tuple[object, ...], list[Line]] = defaultdict(list)
    by_year: defaultdict[Id, list[Line]] = defaultdict(list)
    for line in plan.lines:
        at_once[line.association, line.date].append(line)
        by_month[line.association, f"{line.date:%Y-%m}"].append(line)
        if line.period is not None:
            by_year[line.association].append(line)
    for (association, day), lines in at_once.items():
        if _exceeds(lines, associations[lines[0].association].crews, judged):
            yield Violation(Rule.TOO_MANY_PLACES, {"association": association, "date": day})
    for (association, month), lines in by_month.items():
        if _exceeds(lines, associations[lines[0].association].max_per_month, judged):
            yield Violation(Rule.OVER_MONTH, {"association": association, "month": month})
    for who, lines in by_year.items():
        if _exceeds(lines, associations[who].max_per_year, judged):
            yield Violation(Rule.OVER_YEAR, {"association": who})


def _exceeds(lines: list[Line], limit: int | None, judged: bool) -> bool:
    over = limit is not None and len(lines) > limit
    return over and (judged or not all(line.published for line in lines))


def _city(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """One date for all, and no more sessions on a date than the city allows, where the problem says so."""
    by_date: defaultdict[date, list[Line]] = defaultdict(list)
    by_period: defaultdict[Id, list[Line]] = defaultdict(list)
    for line in plan.lines:
        by_date[line.date].append(line)
        if line.period is not None:
            by_period[line.period].append(line)
    for day, lines in by_date.items():
        if _exceeds(lines, problem.max_sessions_per_date, problem.published_judged):
            yield Violation(Rule.OVER_CITY, {"date": day})
    for period, lines in by_period.items() if problem.common_date else ():
        days, announced = ({line.date for line in lines if line.published >= only} for only in (False, True))
        if len(days) > 1 and (problem.published_judged or days != announced):
            yield Violation(Rule.TWO_DATES, {"period": period})


def _pins(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """What was settled is held as it was settled."""
    held = {(line.school, line.period): line for line in plan.lines}
    for pin in problem.pins:
        line = held.get((pin.school, pin.period))
        if line is None or any(
            settled not in (None, found)
            for settled, found in (
                (pin.date, line.date),
                (pin.association, line.association),
                (pin.topic, line.topic),
            )
        ):
            yield Violation(Rule.PIN_BROKEN, {"school": pin.school, "period": pin.period})


def _sequence(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Visits of a school in date order: far enough apart, and nobody twice in a row."""
    visits: defaultdict[Id, list[Line]] = defaultdict(list)
    for line in plan.lines:
        visits[line.school].append(line)
    for school, lines in visits.items():
        lines.sort(key=lambda line: line.date)
        for one, other in pairwise(lines):
            if one.published and other.published:
                continue
            if (other.date - one.date).days < max(1, problem.min_gap_days):
                yield Violation(Rule.TOO_SOON, {"school": school, "date": other.date})
            if problem.no_repeat and one.association == other.association:
                where = {"school": school, "association": other.association, "date": other.date}
                yield Violation(Rule.TWICE_IN_A_ROW, where)


def _figures(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """The plan's own figures: its objective is what its lines say, and no better than what is possible."""
    found = recount(problem, plan)
    if plan.objective != found:
        yield Violation(Rule.WRONG_OBJECTIVE, {"stated": plan.objective, "found": found})
    covered = len(problem.due) - found.uncovered
    wishes = sum(len(school.wishes) for school in problem.schools) - found.wishes_unmet
    if found.total(problem.weights) < plan.bound.objective:
        yield Violation(Rule.ABOVE_BOUND, {"objective": plan.bound.objective})
    if covered > plan.bound.coverage or plan.bound.due != len(problem.due):
        yield Violation(Rule.ABOVE_BOUND, {"coverage": plan.bound.coverage})
    if wishes > plan.bound.wishes:
        yield Violation(Rule.ABOVE_BOUND, {"wishes": plan.bound.wishes})
    held = {(line.school, line.period) for line in plan.lines}
    by_period = Counter(period for school, period in problem.due if (school, period) in held)
    for period, covered in by_period.items():
        if covered > plan.bound.coverage_by_period.get(period, 0):
            yield Violation(Rule.ABOVE_BOUND, {"period": period})
