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

_ABSENT = object()


def read_problem(data: Mapping[str, Any]) -> Problem:
    """The problem that a file states; raises IncoherentProblem with a sentence when it states none."""
    file = _Reader("the file", data)
    if file.get("problem", "P1") != "P1":
        raise IncoherentProblem(f"the file is of problem {file.get('problem')!r}, not P1")
    weights = _Reader("weights", file.get("weights", {}))
    return Problem(
        periods=tuple(
            Period(one.id("id"), tuple(dict.fromkeys(one.days("dates")))) for one in file.items("periods")
        ),
        schools=tuple(_school(one) for one in file.items("schools")),
        associations=tuple(_association(one) for one in file.items("associations")),
        published=tuple(_line(one, published=True) for one in file.items("published", ())),
        weights=Weights(gap_pair=0, **{ours: weights.number(name, 0) for name, ours in WEIGHTS.items()}),
        no_repeat=False,
        min_gap_days=min(file.number("min_gap_days", 0), BOUNDLESS),
        previous=tuple(_line(one) for one in file.items("previous", ())),
        common_date=bool(file.get("common_date", False)),
        max_sessions_per_date=min(file.number("max_sessions_per_date", 0), BOUNDLESS) or None,
        pins=tuple(_pin(one) for one in file.items("pins", ())),
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
    for one in _Reader("the solution", data).items("sessions"):
        line = _line(one)
        if announced[_key(line)] > 0:
            announced[_key(line)] -= 1
            line = Line(line.school, line.period, line.date, line.association, line.topic, published=True)
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


def _school(one: _Reader) -> School:
    return School(
        id=one.id("id"),
        name=str(one.get("name", "") or ""),
        position=one.position("xy"),
        periods=one.ids("periods"),
        unavailable=frozenset(one.days("unavailable", ())),
        wishes=one.ids("requested_themes", ()),
    )


def _association(one: _Reader) -> Association:
    reach = one.get("max_travel_m", None)
    if reach is not None and (isinstance(reach, bool) or not isinstance(reach, int | float)):
        raise IncoherentProblem(f"{one.where}: max_travel_m must be a number of metres")
    days = one.get("available", None)
    return Association(
        id=one.id("id"),
        name=str(one.get("name", "") or ""),
        topics=one.ids("themes"),
        position=None if reach is None else one.position("xy"),
        reach=reach,
        available=None if days is None else frozenset(one.days("available")),
        max_per_month=one.limit("max_per_month"),
        max_per_year=one.limit("max_per_year"),
        crews=min(one.number("crews", 1), BOUNDLESS),
    )


def _line(one: _Reader, *, published: bool = False) -> Line:
    where, period = one.id("school"), one.id("period")
    return Line(where, period, one.day("date"), one.id("association"), one.id("theme"), published)


def _pin(one: _Reader) -> Pin:
    settled = {name: one.id(name) for name in ("association", "theme") if one.get(name, None) is not None}
    return Pin(
        school=one.id("school"),
        period=one.id("period"),
        date=None if one.get("date", None) is None else one.day("date"),
        association=settled.get("association"),
        topic=settled.get("theme"),
    )


class _Reader:
    """One object of the file: reads its fields by kind, and says where it stands when one is wrong."""

    def __init__(self, where: str, data: object) -> None:
        if not isinstance(data, Mapping):
            raise IncoherentProblem(f"{where} must be an object, not {type(data).__name__}")
        self.where, self._data = where, data

    def get(self, name: str, default: object = _ABSENT) -> Any:
        value = self._data.get(name, default)
        if value is None and default is not _ABSENT:
            return default
        if value is _ABSENT:
            raise IncoherentProblem(f"{self.where}: {name} is missing")
        return value

    def sequence(self, name: str, default: object = _ABSENT) -> list[object]:
        value = self.get(name, default)
        if not isinstance(value, list | tuple):
            raise IncoherentProblem(f"{self.where}: {name} must be a list, not {type(value).__name__}")
        return list(value)

    def items(self, name: str, default: object = _ABSENT) -> list[_Reader]:
        return [_Reader(f"{name}[{n}]", one) for n, one in enumerate(self.sequence(name, default))]

    def id(self, name: str) -> Id:
        return self._as_id(name, self.get(name))

    def ids(self, name: str, default: object = _ABSENT) -> tuple[Id, ...]:
        return tuple(self._as_id(name, value) for value in self.sequence(name, default))

    def day(self, name: str) -> date:
        return self._as_day(name, self.get(name))

    def days(self, name: str, default: object = _ABSENT) -> tuple[date, ...]:
        return tuple(self._as_day(name, value) for value in self.sequence(name, default))

    def number(self, name: str, default: int) -> int:
        value = self.get(name, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise IncoherentProblem(f"{self.where}: {name} must be a whole number, not {value!r}")
        return value

    def limit(self, name: str) -> int | None:
        return None if self.get(name, None) is None else min(self.number(name, 0), BOUNDLESS)

    def position(self, name: str) -> Position:
        point = self.sequence(name)
        if len(point) != 2 or any(isinstance(x, bool) or not isinstance(x, int | float) for x in point):
            raise IncoherentProblem(f"{self.where}: {name} must be two numbers of metres")
        x, y = (float(str(value)) for value in point)
        return Position(x, y)

    def _as_id(self, name: str, value: object) -> Id:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise IncoherentProblem(f"{self.where}: {name} must be text or a whole number, not {value!r}")
        return value

    def _as_day(self, name: str, value: object) -> date:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # "20260905" would come back otherwise than it was given
            raise IncoherentProblem(f"{self.where}: {name} must be a date (2026-09-05), not {value!r}")
        return day
