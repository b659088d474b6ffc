"""A school year being planned: where each session stands, and the counts that its objective needs.

Pure, worker only (NumPy). A `Year` is changed only through `place` and `clear`, which keep its counts
true; `Tables` says what the rows mean.
"""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.saturdays.plan import Objective
from eventsapp.planning.engine.saturdays.tables import NOWHERE, Bools, Tables


class Year:
    """One plan under work; `copy` gives an independent one."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        sessions = len(tables.session_school)
        self.association = np.full(sessions, NOWHERE, dtype=np.int64)
        self.date = np.full(sessions, NOWHERE, dtype=np.int64)
        self.topic = np.full(sessions, NOWHERE, dtype=np.int64)
        self.visits = tables.base_association.copy()
        self.topics = tables.base_topic.copy()
        self.load = tables.base_load.copy()
        self.on_date = tables.base_date.copy()
        self.in_month = tables.base_month.copy()
        self.in_city = tables.base_city.copy()

    def copy(self) -> Year:
        twin = Year.__new__(Year)
        twin.tables = self.tables
        twin.restore(self)
        return twin

    def restore(self, other: Year) -> None:
        """Hold what another year of the same tables holds."""
        for name in (
            "association",
            "date",
            "topic",
            "visits",
            "topics",
            "load",
            "on_date",
            "in_month",
            "in_city",
        ):
            setattr(self, name, getattr(other, name).copy())

    def place(self, sessions: Ints, associations: Ints, dates: Ints, topics: Ints) -> None:
        """Hold these sessions (none of them held yet)."""
        self.association[sessions], self.date[sessions], self.topic[sessions] = associations, dates, topics
        self._count(sessions, 1)

    def clear(self, sessions: Ints) -> None:
        """Hold these sessions no longer; those not held are left alone."""
        held = sessions[self.association[sessions] != NOWHERE]
        self._count(held, -1)
        self.association[held] = self.date[held] = self.topic[held] = NOWHERE

    def _count(self, held: Ints, step: int) -> None:
        schools, associations, dates = (
            self.tables.session_school[held],
            self.association[held],
            self.date[held],
        )
        np.add.at(self.visits, (schools, associations), step)
        np.add.at(self.topics, (schools, self.topic[held]), step)
        np.add.at(self.load, associations, step)
        np.add.at(self.on_date, (associations, dates), step)
        np.add.at(self.in_city, dates, step)
        np.add.at(self.in_month, (associations, self.tables.month_of[dates]), step)

    def room(self, association: int, date: int) -> bool:
        """Whether places and limits leave room for one more session."""
        tables = self.tables
        return bool(
            self.on_date[association, date] < tables.crews[association]
            and self.in_month[association, tables.month_of[date]] < tables.per_month[association]
            and self.load[association] < tables.per_year[association]
            and self.in_city[date] < tables.city
        )

    @property
    def held(self) -> int:
        """How many sessions are held, without the published ones."""
        return int((self.association != NOWHERE).sum())

    def lines(self) -> list[tuple[int, int, int]]:
        """The sessions held as (session, association, date)."""
        held = np.flatnonzero(self.association != NOWHERE)
        return [(int(i), int(self.association[i]), int(self.date[i])) for i in held]

    def gaps_by_school(self) -> Ints:
        """How many sessions each school is still owed."""
        missing = self.tables.session_school[self.association == NOWHERE]
        return np.bincount(missing, minlength=len(self.tables.schools)).astype(np.int64)

    def objective(self) -> Objective:
        gaps = self.gaps_by_school()
        return Objective(
            uncovered=int(gaps.sum()),
            gap_pairs=int((gaps * (gaps - 1) // 2).sum()),
            wishes_unmet=int((self.tables.wished & (self.topics == 0)).sum()),
            association_pairs=int((self.visits * (self.visits - 1) // 2).sum()),
            topic_pairs=int((self.topics * (self.topics - 1) // 2).sum()),
            load_squares=int((self.load * self.load).sum()),
            changed=self.tables.base_changed + int(self.changed().sum()),
        )

    def changed(self) -> Bools:
        """Which sessions are not held as they were in the plan before."""
        now = np.stack([self.association, self.date, self.topic], axis=1)
        return np.asarray(self.tables.has_before & (now != self.tables.before).any(axis=1))

    @property
    def pins_kept(self) -> bool:
        return bool((self.association[self.tables.pinned] != NOWHERE).all())

    def rank(self) -> tuple[int, int]:
        """What makes one year better than another: pins kept first, then the objective."""
        return int((self.association[self.tables.pinned] == NOWHERE).sum()), self.total()

    def total(self) -> int:
        return self.objective().total(self.tables.problem.weights)

    def agenda(self, school: int, without: frozenset[int] = frozenset()) -> list[tuple[int, int, int]]:
        """The school's visits in date order as (day number, association, session or NOWHERE if published).

        The sessions in `without` are left out.
        """
        tables = self.tables
        visits = [(day, a, NOWHERE) for day, a in tables.published_visits[school]]
        for i in tables.sessions_of[school]:
            if self.association[i] != NOWHERE and int(i) not in without:
                visits.append((int(tables.ordinal[self.date[i]]), int(self.association[i]), int(i)))
        visits.sort(key=itemgetter(0))
        return visits

    def clashes(self, school: int) -> list[int]:
        """Sessions of the school that break the order of visits, to be cleared so that the rest is sound."""
        kept: list[tuple[int, int, int]] = []
        dropped: list[int] = []
        for visit in self.agenda(school):
            while kept and self._clash(kept[-1], visit) and visit[2] == NOWHERE and kept[-1][2] != NOWHERE:
                dropped.append(kept.pop()[2])
            if kept and visit[2] != NOWHERE and self._clash(kept[-1], visit):
                dropped.append(visit[2])
            else:
                kept.append(visit)
        return dropped

    def sound(self, school: int) -> bool:
        """Whether the school's visits follow one another as the rules want, published pairs aside."""
        return not any(
            self._clash(one, other)
            for one, other in pairwise(self.agenda(school))
            if (one[2], other[2]) != (NOWHERE, NOWHERE)
        )

    def unsound(self) -> Ints:
        """The schools of which `sound` is not true, all of them looked at together."""
        tables, problem = self.tables, self.tables.problem
        held = np.flatnonzero(self.association != NOWHERE)
        school = np.concatenate([tables.session_school[held], tables.published[:, 0]])
        day = np.concatenate([tables.ordinal[self.date[held]], tables.published[:, 1]])
        association = np.concatenate([self.association[held], tables.published[:, 2]])
        free = np.arange(len(school)) < len(held)
        order = np.lexsort((free, day, school))
        school, day, association, free = school[order], day[order], association[order], free[order]
        clash = np.diff(day) < max(1, problem.min_gap_days)
        if problem.no_repeat:
            clash |= association[1:] == association[:-1]
        clash &= (school[1:] == school[:-1]) & (free[1:] | free[:-1])
        return np.unique(school[1:][clash])

    def _clash(self, one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
        problem = self.tables.problem
        days = other[0] - one[0]
        return days < max(1, problem.min_gap_days) or (problem.no_repeat and one[1] == other[1])
