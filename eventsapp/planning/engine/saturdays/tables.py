"""The school-Saturday problem as arrays: who can go where on which date, and what is already promised.

Pure, worker only (NumPy). Rows are schools `s`, associations `a`, dates `d`, calendar months `m`, topics
`t`, periods `p` in the order of their dates. A *session* is a due (school, period) that no published line
holds already; a *candidate* is a (session, association, date) that no other session forbids.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from eventsapp.planning.engine.networks import UNLIMITED, Ints
from eventsapp.planning.engine.saturdays.problem import Association, Line, Problem, School
from eventsapp.planning.engine.terms import Id

Bools = npt.NDArray[np.bool_]

NOWHERE = -1
"""The association, date and topic of a session that is not held."""

SCALE = 4096
"""One unit of the objective in flow costs: room below it for random choices between equals."""

NOISE = 4
"""Random parts of an arc's cost are below this; 600 sessions of two such parts stay below SCALE."""

DEAREST = 10**6
"""Above this weight, flow costs are plain units of the objective, lest they leave 64 bits."""

DEAREST_PIN = 10**14
"""What losing a pin costs at most in a flow: room for it in 64 bits, times the nodes of a network."""


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
        self._read_prices()
        self._read_permissions()
        self._read_published()
        self._read_sessions()
        self._read_ways()
        self._read_previous()

    def _read_prices(self) -> None:
        """What a unit of the objective costs in flows, and what is dearer than all a session can save."""
        weights, problem = self.problem.weights, self.problem
        singles = weights.uncovered + weights.wish_unmet + weights.changed
        pairs = weights.gap_pair + weights.association_pair + weights.topic_pair
        most = len(problem.periods) + len(problem.published) + 1
        loads = weights.load_square * 2 * (len(problem.due) + len(problem.published) + 1)
        worst = 1 + singles + pairs * most + loads
        plain = singles + pairs > DEAREST
        self.scale, self.noise = (1, 1) if plain else (SCALE, NOISE)
        self.forbidden = 8 * self.scale * worst
        self.pin_price = min(DEAREST_PIN, self.scale * worst * (1 + len(problem.due)))

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
        most = len(self.problem.due) + len(self.problem.published)  # places are counted out one by one
        self.crews = np.array([min(one.crews, most) for one in self.associations], dtype=np.int64)
        self.per_month = np.array([_limit(one.max_per_month) for one in self.associations], dtype=np.int64)
        self.per_year = np.array([_limit(one.max_per_year) for one in self.associations], dtype=np.int64)

    def _read_published(self) -> None:
        self.published_visits: list[list[tuple[int, int]]] = [[] for _ in self.schools]
        self.published_held: dict[tuple[int, int], Line] = {}
        self.base_association = np.zeros((len(self.schools), len(self.associations)), dtype=np.int64)
        self.base_topic = np.zeros((len(self.schools), len(self.topics)), dtype=np.int64)
        self.base_load = np.zeros(len(self.associations), dtype=np.int64)
        self.base_date = np.zeros((len(self.associations), len(self.dates)), dtype=np.int64)
        self.base_city = np.zeros(len(self.dates), dtype=np.int64)
        self.base_month = np.zeros((len(self.associations), self.months), dtype=np.int64)
        for line in self.problem.published:
            s, a = self.school_row[line.school], self.association_row[line.association]
            d, t = self.date_row[line.date], self.topic_row[line.topic]
            self.published_visits[s].append((line.date.toordinal(), a))
            self.base_city[d] += 1
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
        self.city = _limit(self.problem.max_sessions_per_date)
        self._read_pins()
        self.choices = [self._choices(p) for p in range(len(self.periods))]
        self.candidates = [self._candidates(p) for p in range(len(self.periods))]

    def _read_pins(self) -> None:
        """`pinned`: which sessions must be held; `pin_topic`: the topic settled for them, or NOWHERE."""
        pins = {(self.school_row[pin.school], self.period_row[pin.period]): pin for pin in self.problem.pins}
        sessions = zip(self.session_school.tolist(), self.session_period.tolist(), strict=True)
        self.pins = {i: pins[pair] for i, pair in enumerate(sessions) if pair in pins}
        self.pinned = np.zeros(len(self.session_school), dtype=bool)
        self.pin_topic = np.full(len(self.session_school), NOWHERE, dtype=np.int64)
        for i, pin in self.pins.items():
            self.pinned[i] = True
            if pin.topic is not None:
                self.pin_topic[i] = self.topic_row[pin.topic]

    def _choices(self, period: int) -> list[Ints]:
        """The sets of dates of which the period uses one: all its dates, or each of them alone.

        One date for all is settled where sessions of the period are published, or pinned to a date.
        """
        days = sorted(self.period_dates[period])
        if not self.problem.common_date:
            return [np.array(days, dtype=np.int64)]
        settled = {self.date_row[line.date] for (_, p), line in self.published_held.items() if p == period}
        if not settled:
            settled = {
                self.date_row[pin.date]
                for i, pin in self.pins.items()
                if self.session_period[i] == period and pin.date in self.date_row
            }
        if settled:
            return [np.array(sorted(settled), dtype=np.int64)]
        return [np.array([day], dtype=np.int64) for day in days] or [np.zeros(0, dtype=np.int64)]

    def _read_previous(self) -> None:
        """The plan before, by session, as (association, date, topic); what cannot stand is counted."""
        self.before = np.full((len(self.session_school), 3), NOWHERE, dtype=np.int64)
        previous = {(line.school, line.period): line for line in self.problem.previous}
        row = {
            (self.schools[s].id, self.periods[p].id): i
            for i, (s, p) in enumerate(zip(self.session_school, self.session_period, strict=True))
        }
        published = {(line.school, line.period): line for line in self.problem.published}
        self.base_changed = 0
        for session, line in previous.items():
            now = published.get(session)
            if now is not None:
                same = (now.date, now.association, now.topic) == (line.date, line.association, line.topic)
                self.base_changed += not same
            elif session in row and self._known(line):
                self.before[row[session]] = (
                    self.association_row[line.association],
                    self.date_row[line.date],
                    self.topic_row[line.topic],
                )
            else:
                self.base_changed += 1
        self.has_before = self.before[:, 0] != NOWHERE

    def _known(self, line: Line) -> bool:
        return (
            line.association in self.association_row
            and line.date in self.date_row
            and line.topic in self.topic_row
        )

    def _candidates(self, period: int) -> Candidates:
        """Every (session, association, date) of the period that reach and both calendars allow."""
        sessions = np.flatnonzero(self.session_period == period)
        days = np.concatenate(self.choices[period])
        schools = self.session_school[sessions]
        allowed = (
            self.reachable[schools][:, :, None]
            & self.available[:, days][None, :, :]
            & self.open[schools][:, days][:, None, :]
        )
        for k, i in enumerate(sessions.tolist()):
            if i in self.pins:
                allowed[k] &= self._pin_allows(i, days)
        which, association, day = np.nonzero(allowed)
        return Candidates(sessions[which], schools[which], association, days[day])

    def _read_ways(self) -> None:
        """`who`: which associations could hold each session, were all free; `when`: on which days."""
        self.who: defaultdict[int, list[int]] = defaultdict(list)
        self.when: defaultdict[int, list[int]] = defaultdict(list)
        for chosen in self.candidates:
            for found, column in ((self.who, chosen.association), (self.when, self.ordinal[chosen.date])):
                width = int(column.max(initial=0)) + 1
                for pair in np.unique(chosen.session * width + column).tolist():
                    found[pair // width].append(pair % width)

    def _pin_allows(self, session: int, days: Ints) -> Bools:
        """Which (association, date) the pin of a session leaves it."""
        pin, topic = self.pins[session], int(self.pin_topic[session])
        who = np.array([pin.association in (None, one.id) for one in self.associations], dtype=bool)
        when = np.array([pin.date in (None, self.dates[day]) for day in days], dtype=bool)
        if topic != NOWHERE:
            who &= self.offers[:, topic]
        return np.asarray(who[:, None] & when[None, :])


def _topics(problem: Problem) -> list[Id]:
    """Every topic offered, wished or published, in the order in which the caller names them."""
    named: dict[Id, None] = {}
    for association in problem.associations:
        named.update(dict.fromkeys(association.topics))
    for school in problem.schools:
        named.update(dict.fromkeys(school.wishes))
    named.update(dict.fromkeys(line.topic for line in problem.published))
    named.update(dict.fromkeys(pin.topic for pin in problem.pins if pin.topic is not None))
    return list(named) or [""]  # an array of topics is never empty


def _in_reach(school: School, association: Association) -> bool:
    if association.reach is None or association.position is None:
        return True
    return school.position.distance(association.position) <= association.reach


def _limit(limit: int | None) -> int:
    return UNLIMITED if limit is None else limit
