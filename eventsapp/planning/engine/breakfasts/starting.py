"""A first seating, at once and without any solver: each next person goes where they know fewest.

Pure Python. It starts from a plan in force as far as that still holds, keeps pins and gives each host a
table; only people who must be kept apart may be left together, where there are many of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from eventsapp.planning.engine.breakfasts.plan import Seating
from eventsapp.planning.engine.breakfasts.problem import Edition, Problem, Tables
from eventsapp.planning.engine.terms import Id

TOGETHER = 1 << 80
"""What it costs to seat two who are kept apart at one table: more than all weights of a season."""


def begin(problem: Problem, start: Iterable[Seating] = ()) -> tuple[Seating, ...]:
    """Everybody seated, edition by edition; `start` may be of another season, older, or incomplete."""
    before = {seating.edition: seating.tables for seating in start}
    met = {person: set(others) for person, others in problem.acquaintances.items()}
    seated = []
    for edition in problem.editions:
        morning = _Morning(problem, edition, met)
        morning.keep(before.get(edition.id, ()))
        morning.fill()
        for table in morning.tables:
            for person in table:
                met[person].update(table)
        seated.append(Seating(edition.id, tuple(map(tuple, morning.tables))))
    return tuple(seated)


class _Morning:
    """One edition while its tables fill."""

    def __init__(self, problem: Problem, edition: Edition, met: dict[Id, set[Id]]) -> None:
        self.problem, self.edition, self.met = problem, edition, met
        self.tables: list[list[Id]] = [[] for _ in edition.table_sizes]
        self.hosts = frozenset(edition.hosts)
        self.hosted = [False] * len(self.tables)
        self.spare = sum(edition.table_sizes) > len(edition.attendees)
        self.waiting = dict.fromkeys(edition.attendees)
        self.avoids: defaultdict[Id, set[Id]] = defaultdict(set)
        for one, other in edition.apart:
            self.avoids[one].add(other)
            self.avoids[other].add(one)
        for person, row in problem.pinned(edition.id).items():
            self._sit(person, row)

    def keep(self, tables: Tables) -> None:
        """Whoever comes and may still sit where they sat, does."""
        for row, table in enumerate(tables[: len(self.tables)]):
            for person in table:
                if person in self.waiting and self._may_sit(person, row):
                    self._sit(person, row)

    def fill(self) -> None:
        """The others: hosts, then those with most people to avoid, then colleagues one after the other."""
        for host in [person for person in self.waiting if person in self.hosts]:
            self._place(host, self._open_to(host) or [self._room_made_for_a_host()])
        works = self.problem.organisation
        sizes = Counter(works[person] for person in self.waiting)
        order = sorted(
            self.waiting,
            key=lambda who: (-len(self.avoids[who]), -sizes[works[who]], str(works[who])),
        )
        for person in order:
            self._place(person, self._open_to(person))

    def _place(self, person: Id, rows: list[int]) -> None:
        """The best of these tables; where seats stay empty, even tables make the fewest pairs."""
        if self.spare and not self.avoids[person]:
            fewest = min(len(self.tables[row]) for row in rows)
            rows = [row for row in rows if len(self.tables[row]) <= fewest + 1]
        costs = self._costs(person)
        self._sit(person, min(rows, key=lambda row: (costs[row], len(self.tables[row]))))

    def _costs(self, person: Id) -> list[int]:
        """What it costs to seat somebody at each table."""
        works, weights, met = self.problem.organisation, self.problem.weights, self.met[person]
        home, avoids = works[person], self.avoids[person]
        costs = [0] * len(self.tables)
        for row, table in enumerate(self.tables):
            for other in table:
                if works[other] == home:
                    costs[row] += weights.same_organisation
                if other in met:
                    costs[row] += weights.repeat
                if other in avoids:
                    costs[row] += TOGETHER
        return costs

    def _may_sit(self, person: Id, row: int) -> bool:
        return self._has_room(person, row) and not self.avoids[person] & set(self.tables[row])

    def _open_to(self, person: Id) -> list[int]:
        return [row for row in range(len(self.tables)) if self._has_room(person, row)]

    def _has_room(self, person: Id, row: int) -> bool:
        if person in self.hosts and self.hosted[row]:
            return False
        return len(self.tables[row]) < self.edition.table_sizes[row]

    def _room_made_for_a_host(self) -> int:
        """A table without a host, one of whose people gets up again."""
        pinned = self.problem.pinned(self.edition.id)
        for row, table in enumerate(self.tables):
            for person in table:
                if not self.hosted[row] and person not in pinned:
                    table.remove(person)
                    self.waiting[person] = None
                    return row
        raise AssertionError

    def _sit(self, person: Id, row: int) -> None:
        self.waiting.pop(person, None)
        self.tables[row].append(person)
        self.hosted[row] |= person in self.hosts
