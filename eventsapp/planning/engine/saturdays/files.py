"""School Saturdays as JSON (`bench/plans/schema.md`, P1): problems read, plans written and read again.

Pure, no solver: every process may import it. What cannot be read raises IncoherentProblem, with a sentence
that says where; nothing else is raised. `themes` of a file are the topics of the house.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from eventsapp.planning.engine.records import ABSENT, Record
from eventsapp.planning.engine.saturdays.checking import recount
from eventsapp.planning.engine.saturdays.plan import Bound, Gap, Objective, Plan, WhyGap
from eventsapp.planning.engine.saturdays.problem import (
    Association,
    Line,
    Period,
    Pin,
    Position,
    Problem,
    School,
    Weights,
)
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id, Impossible, IncoherentProblem, Reason

WEIGHTS = {
    "uncovered": "uncovered",
    "changed": "changed",
    "request_unmet": "wish_unmet",
    "asso_repeat_pair": "association_pair",
    "theme_repeat_pair": "topic_pair",
    "load_sq": "load_square",
}
"""The weights of a file and what they are called here; one that is missing is 0."""

BOUNDLESS = 10**9
"""A limit that is as high or higher limits nothing; solvers count in 64 bits."""


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The problem that a file states; raises IncoherentProblem with a sentence when it states none."""
    file = Record(data)
    if file.get("problem", "P1") != "P1":
        raise IncoherentProblem(f"the file is of problem {file.get('problem')!r}, not P1")
    weights = file.record("weights", {})
    return Problem(
        periods=file.each("periods", _period),
        schools=file.each("schools", _school),
        associations=file.each("associations", _association),
        published=file.each("published", lambda one: _line(one, published=True), ()),
        weights=Weights(gap_pair=0, **{ours: weights.whole(name, 0) for name, ours in WEIGHTS.items()}),
        no_repeat=False,
        min_gap_days=min(file.whole("min_gap_days", 0), BOUNDLESS),
        previous=file.each("previous", _line, ()),
        common_date=bool(file.get("common_date", False)),
        max_sessions_per_date=min(file.whole("max_sessions_per_date", 0), BOUNDLESS) or None,
        pins=file.each("pins", _pin, ()),
        published_judged=True,
    )


def write_plan(problem: Problem, data_id: Id | None, answer: Plan | Impossible) -> dict[str, Any]:
    """The answer as the JSON of a solution."""
    head = {"problem": "P1", "instance": data_id}
    if isinstance(answer, Impossible):
        reasons = [
            ":".join([str(reason.key), *map(str, reason.params.values())]) for reason in answer.reasons
        ]
        return {**head, "status": "infeasible", "reasons": reasons, "sessions": []}
    sessions = [
        {
            "school": line.school,
            "period": line.period,
            "date": line.date.isoformat(),
            "association": line.association,
            "theme": line.topic,
        }
        for line in answer.lines
    ]
    return {**head, "status": "ok", "sessions": sessions}


def read_plan(problem: Problem, data: Mapping[str, Any]) -> Plan:
    """The plan that a solution states, to be checked or resumed; it claims no bound and no reasons."""
    announced = Counter(_key(line) for line in problem.published)
    lines: list[Line] = []
    for line in Record(data, "the solution").each("sessions", _line):
        if announced[_key(line)] > 0:
            announced[_key(line)] -= 1
            lines.append(replace(line, published=True))
        else:
            lines.append(line)
    held = {(line.school, line.period) for line in lines}
    gaps = [pair for pair in problem.due if pair not in held]
    periods = Counter(period for _, period in problem.due)
    plan = Plan(
        lines=tuple(lines),
        gaps=tuple(Gap(school, period, Reason(WhyGap.NOT_FOUND)) for school, period in gaps),
        objective=Objective(0, 0, 0, 0, 0, 0),
        bound=Bound(
            due=len(problem.due),
            coverage=len(problem.due),
            coverage_by_period=dict(periods),
            wishes=sum(len(school.wishes) for school in problem.schools),
            objective=0,
        ),
        ending=Ending.ROUNDS_DONE,
        rounds=0,
        seed=0,
    )
    return replace(plan, objective=recount(problem, plan))


def _key(line: Line) -> tuple[object, ...]:
    return (line.school, line.period, line.date, line.association, line.topic)


def _period(one: Record) -> Period:
    return Period(one.id("id"), tuple(dict.fromkeys(_days(one, "dates"))))


def _school(one: Record) -> School:
    return School(
        id=one.id("id"),
        name=str(one.get("name", "") or ""),
        position=_position(one, "xy"),
        periods=one.ids("periods"),
        unavailable=frozenset(_days(one, "unavailable", ())),
        wishes=one.ids("requested_themes", ()),
    )


def _association(one: Record) -> Association:
    reach = one.get("max_travel_m", None)
    if reach is not None and (isinstance(reach, bool) or not isinstance(reach, int | float)):
        raise IncoherentProblem(f"{one.place('max_travel_m')} must be a number of metres")
    days = one.get("available", None)
    return Association(
        id=one.id("id"),
        name=str(one.get("name", "") or ""),
        topics=one.ids("themes"),
        position=None if reach is None else _position(one, "xy"),
        reach=reach,
        available=None if days is None else frozenset(_days(one, "available")),
        max_per_month=_limit(one, "max_per_month"),
        max_per_year=_limit(one, "max_per_year"),
        crews=min(one.whole("crews", 1), BOUNDLESS),
    )


def _line(one: Record, *, published: bool = False) -> Line:
    where, period = one.id("school"), one.id("period")
    return Line(
        where,
        period,
        _day(one.get("date"), one.place("date")),
        one.id("association"),
        one.id("theme"),
        published,
    )


def _pin(one: Record) -> Pin:
    return Pin(
        school=one.id("school"),
        period=one.id("period"),
        date=None if one.get("date", None) is None else _day(one.get("date"), one.place("date")),
        association=one.id_or_none("association"),
        topic=one.id_or_none("theme"),
    )


def _limit(one: Record, name: str) -> int | None:
    return None if one.get(name, None) is None else min(one.whole(name), BOUNDLESS)


def _days(one: Record, name: str, default: Any = ABSENT) -> tuple[date, ...]:
    rows = enumerate(one.sequence(name, default))
    return tuple(_day(row, f"{one.place(name)}[{number}]") for number, row in rows)


def _day(value: object, where: str) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:  # "20260905" would come back otherwise than it was given
        raise IncoherentProblem(f"{where} must be a date (2026-09-05), not {value!r}")
    return day


def _position(one: Record, name: str) -> Position:
    point = one.sequence(name)
    if len(point) != 2 or any(isinstance(x, bool) or not isinstance(x, int | float) for x in point):
        raise IncoherentProblem(f"{one.place(name)} must be two numbers of metres")
    return Position(float(point[0]), float(point[1]))
