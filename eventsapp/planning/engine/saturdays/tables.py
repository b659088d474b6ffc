"""The school-Saturday problem as arrays: who can go where on which date, and what is already promised.

Pure, worker only (NumPy). Rows are schools `s`, associations `a`, dates `d`, calendar months `m`, topics
`t`, periods `p` in the order of their dates. A *session* is a due (school, period) that no published line
holds already; a *candidate* is a (session, association, date) that no other session forbids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from eventsapp.planning.engine.networks import UNLIMITED, Ints
from eventsapp.planning.engine.saturdays.problem import Association, Line, Problem, School
from eventsapp.planning.engine.terms import Id

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one period, as parallel arrays."""

    session: Ints
    school: Ints
    association: Ints
    date: Ints


class Tables:
    """A Problem read once into arrays; never changed afterwards."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.schools, self.associations = problem.schools, problem.associations
        self.periods = sorted(problem.periods, key=lambda period: min(period.dates, default=date.max))
        self.school_row = {school.id: row for row, school in enumerate(self.schools)}
        self.association_row = {one.id: row for row, one in enumerate(self.associations)}
        self.period_row = {period.id: row for row, period in enumerate(self.periods)}
        self.topics = _topics(problem)
        self.topic_row = {topic: row for row, topic in enumerate(self.topics)}
        self.dates = sorted({*problem.dates, *(line.date for line in problem.published)})
        self.date_row = {day: row for row, day in enumerate(self.dates)}
        self.ordinal = np.array([day.toordinal() for day in self.dates], dtype=np.int64)
        months = sorted({(day.year, day.month) for day in self.dates})
        self.month_of = np.array([months.index((day.year, day.month)) for day in self.dates], dtype=np.int64)
        self.months = len(months)
        self._read_permissions()
        self._read_published()
        self._read_sessions()

    def _read_permissions(self) -> None:
        self.offers = np.zeros((len(self.associations), len(self.topics)), dtype=bool)
        self.available = np.zeros((len(self.associations), len(self.dates)), dtype=bool)
        self.reachable = np.zeros((len(self.schools), len(self.associations)), dtype=bool)
        for row, one in enumerate(self.associations):
            self.offers[row, [self.topic_row[topic] for topic in one.topics]] = True
            self.available[row] = [one.available is None or day in one.available for day in self.dates]
            self.reachable[:, row] = [bool(one.topics) and _in_reach(school, one) for school in self.schools]
        self.wished = np.zeros((len(self.schools), len(self.topics)), dtype=bool)
        self.open = np.ones((len(self.schools), len(self.dates)), dtype=bool)
        for row, school in enumerate(self.schools):
            self.wished[row, [self.topic_row[topic] for topic in school.wishes]] = True
            self.open[row] = [day not in school.unavailable for day in self.dates]
        self.crews = np.array([one.crews for one in self.associations], dtype=np.int64)
        self.per_month = np.array([_limit(one.max_per_month) for one in self.associations], dtype=np.int64)
        self.per_year = np.array([_limit(one.max_per_year) for one in self.associations], dtype=np.int64)

    def _read_published(self) -> None:
        self.published_visits: list[list[tuple[int, int]]] = [[] for _ in self.schools]
        self.published_held: dict[tuple[int, int], Line] = {}
        self.base_association = np.zeros((len(self.schools), len(self.associations)), dtype=np.int64)
        self.base_topic = np.zeros((len(self.schools), len(self.topics)), dtype=np.int64)
        self.base_load = np.zeros(len(self.associations), dtype=np.int64)
        self.base_date = np.zeros((len(self.associations), len(self.dates)), dtype=np.int64)
        self.base_month = np.zeros((len(self.associations), self.months), dtype=np.int64)
        for line in self.problem.published:
            s, a = self.school_row[line.school], self.association_row[line.association]
            d, t = self.date_row[line.date], self.topic_row[line.topic]
            self.published_visits[s].append((line.date.toordinal(), a))
            self.base_date[a, d] += 1
            self.base_month[a, self.month_of[d]] += 1
            if line.period is not None:
                self.published_held[s, self.period_row[line.period]] = line
                self.base_association[s, a] += 1
                self.base_topic[s, t] += 1
                self.base_load[a] += 1

    def _read_sessions(self) -> None:
        due = sorted(
            (self.school_row[school], self.period_row[period]) for school, period in self.problem.due
        )
        free = [pair for pair in due if pair not in self.published_held]
        self.due_by_period = np.bincount([p for _, p in due], minlength=len(self.periods))
        self.session_school = np.array([s for s, _ in free], dtype=np.int64)
        self.session_period = np.array([p for _, p in free], dtype=np.int64)
        self.sessions_of = [np.flatnonzero(self.session_school == s) for s in range(len(self.schools))]
        self.period_dates = [[self.date_row[day] for day in period.dates] for period in self.periods]
        self.candidates = [self._candidates(p) for p in range(len(self.periods))]

    def _candidates(self, period: int) -> Candidates:
        """Every (session, association, date) of the period that reach and both calendars allow."""
        sessions = np.flatnonzero(self.session_period == period)
        days = np.array(sorted(self.period_dates[period]), dtype=np.int64)
        schools = self.session_school[sessions]
        allowed = (
            self.reachable[schools][:, :, None]
            & self.available[:, days][None, :, :]
            & self.open[schools][:, days][:, None, :]
        )
        which, association, day = np.nonzero(allowed)
        return Candidates(sessions[which], schools[which], association, days[day])


def _topics(problem: Problem) -> list[Id]:
    """Every topic offered, wished or published, in the order in which the caller names them."""
    named: dict[Id, None] = {}
    for association in problem.associations:
        named.update(dict.fromkeys(association.topics))
    for school in problem.schools:
        named.update(dict.fromkeys(school.wishes))
    named.update(dict.fromkeys(line.topic for line in problem.published))
    return list(named) or [""]  # an array of topics is never empty


def _in_reach(school: School, association: Association) -> bool:
    if association.reach is None or association.position is None:
        return True
    return school.position.distance(association.position) <= association.reach


def _limit(limit: int | None) -> int:
    return UNLIMITED if limit is None else limit
