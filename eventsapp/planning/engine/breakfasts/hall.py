"""A season as arrays: who sits where at each edition, and how often each two have met.

Pure, worker only (NumPy). Persons, editions and tables are rows from 0; a table's seats are filled from the
left, NOBODY after them.
"""

from __future__ import annotations

import numpy as np

from eventsapp.planning.engine.breakfasts.plan import Seating
from eventsapp.planning.engine.breakfasts.problem import Problem
from eventsapp.planning.engine.breakfasts.swapping import LUCK, LUCKY, NOBODY, Whole, anneal
from eventsapp.planning.engine.kernels import chance

HOST, PINNED = 1, 2
"""What marks a person at an edition, as bits."""

ALONE = 16
"""What two at one table who are kept apart cost while nothing else counts."""

HEAVIEST = 1 << 20
"""Weights above this are scaled down for the loop; what a plan is worth is counted with the true ones."""

Rows = list[list[list[int]]]
"""For each edition, for each table, the rows of who sits there."""


class Hall:
    """Who sits where now (`seat`, `count`, `place`, `met`, `figures`), and the best so far (`best`)."""

    def __init__(self, problem: Problem, rows: Rows, seed: int) -> None:
        self.problem = problem
        self.row = {person.id: row for row, person in enumerate(problem.persons)}
        editions, people = len(problem.editions), len(problem.persons)
        tables = max((len(edition.table_sizes) for edition in problem.editions), default=0)
        self.room = np.zeros((editions, max(1, tables)), dtype=np.int32)
        for e, edition in enumerate(problem.editions):
            sizes = [min(size, len(edition.attendees)) for size in edition.table_sizes]
            self.room[e, : len(sizes)] = sizes
        self.tables = np.array([len(edition.table_sizes) for edition in problem.editions], dtype=np.int32)
        self.width = max(1, int(self.room.max(initial=0)))
        self._who_works_where()
        self._marks(editions, people)
        self.state = chance(seed)
        self.figures = np.zeros(4, dtype=np.int64)
        self.seat = np.full((*self.room.shape, self.width), NOBODY, dtype=np.int32)
        self.best = self.seat.copy()
        self.sit(rows)

    def _who_works_where(self) -> None:
        problem = self.problem
        weights = [problem.weights.same_organisation, problem.weights.repeat]
        scale = -(-max(weights) // HEAVIEST) or 1
        self.colleague, self.repeat = (-(-weight // scale) for weight in weights)
        self.scaled = scale > 1
        names = {name: number for number, name in enumerate(dict.fromkeys(problem.organisation.values()))}
        works = np.array([names[person.organisation] for person in problem.persons], dtype=np.int32)
        self.same_place = works[:, None] == works[None, :]
        self.same = (self.same_place * self.colleague).astype(np.int32)
        self.before = np.zeros(self.same.shape, dtype=np.int32)
        for one, other in map(tuple, problem.met_before):
            if one in self.row and other in self.row:
                self.before[self.row[one], self.row[other]] = self.before[self.row[other], self.row[one]] = 1

    def _marks(self, editions: int, people: int) -> None:
        """Who hosts, who is pinned, who is kept apart, and who may be moved."""
        self.host = np.zeros((editions, people), dtype=np.int8)
        self.apart = np.zeros((editions, people, people), dtype=np.int8)
        guests = []
        for e, edition in enumerate(self.problem.editions):
            pinned = self.problem.pinned(edition.id)
            for one in edition.attendees:
                self.host[e, self.row[one]] = HOST * (one in edition.hosts) + PINNED * (one in pinned)
                if len(edition.usable) > 1 and one not in pinned:
                    guests.append((e, self.row[one]))
            for pair in edition.apart:
                one, other = (self.row[who] for who in pair)
                self.apart[e, one, other] = self.apart[e, other, one] = 1
        self.any_apart = bool(self.apart.any())
        self.guests: Whole = np.array(guests, dtype=np.int32).reshape(-1, 2)

    def sit(self, rows: Rows) -> None:
        """Everybody sits down anew; the best so far is this."""
        self.seat[:] = NOBODY
        self.count = np.zeros(self.room.shape, dtype=np.int32)
        self.place = np.full(self.host.shape, NOBODY, dtype=np.int32)
        for e, tables in enumerate(rows):
            for t, table in enumerate(tables):
                for k, person in enumerate(table):
                    self.seat[e, t, k], self.place[e, person] = person, t * self.width + k
                self.count[e, t] = len(table)
        self.best[:] = self.seat
        self.met = self.before + self._meetings()
        colleagues, repeats = self._faults()
        clashes = len(self.clashes())
        self.figures[:] = [self.colleague * colleagues + self.repeat * repeats, clashes] * 2

    def _meetings(self) -> Whole:
        """How often each two sit together in the best seating."""
        together = np.zeros(self.same.shape, dtype=np.int32)
        for tables in self.best:
            for table in tables:
                seated = table[table != NOBODY]
                together[np.ix_(seated, seated)] += 1
        np.fill_diagonal(together, 0)
        return together

    def _faults(self) -> tuple[int, int]:
        """Pairs of colleagues at one table, and repeats, in the best seating."""
        together = self._meetings()
        repeats = np.maximum(0, together - np.where(self.before > 0, 0, 1))
        return int(together[self.same_place].sum()) // 2, int(repeats.sum()) // 2

    def objective(self) -> int:
        """What the best seating is worth, with the true weights."""
        if not self.scaled:
            return int(self.figures[2])
        colleagues, repeats = self._faults()
        weights = self.problem.weights
        return weights.same_organisation * colleagues + weights.repeat * repeats

    def clashes(self) -> list[tuple[int, int, int]]:
        """(edition, one, other) kept apart, and yet at one table in the best seating."""
        at = self.table_of()
        return [
            (int(e), int(one), int(other))
            for e, one, other in np.argwhere(self.apart)
            if one < other and at[e, one] != NOBODY and at[e, one] == at[e, other]
        ]

    def table_of(self) -> Whole:
        """The table of each person at each edition in the best seating, or NOBODY."""
        at = np.full(self.host.shape, NOBODY, dtype=np.int32)
        for e, t, k in np.argwhere(self.best != NOBODY):
            at[e, self.best[e, t, k]] = t
        return at

    def change_places(self, moves: int, hot: float, cold: float, first: int, length: int) -> None:
        """Try `moves` moves: those from `first` on of a cycle of `length`, cooling from `hot` to `cold`."""
        # Two who are kept apart cost enough to be parted as a cycle cools, and little enough to pass through.
        weights = np.array([self.repeat, self.repeat + self.colleague], dtype=np.int64)
        self._anneal(self.same, weights, moves, hot, cold, first, length)

    def separate(self, moves: int, turn: int, turns: int) -> None:
        """The same with one aim, that nobody sits with whom they avoid: one of `turns` calls."""
        self.figures[0] = self.figures[2] = 0
        weights = np.array([0, ALONE], dtype=np.int64)
        hot, cold = (ALONE * (1 - 0.8 * (turn + end) / turns) / 2 for end in (0, 1))
        self._anneal(np.zeros_like(self.same), weights, moves, hot, cold, 0, moves)
        self.sit(self.rows())

    def _anneal(
        self,
        same: Whole,
        weights: Whole,
        moves: int,
        hot: float,
        cold: float,
        first: int,
        length: int,
    ) -> None:
        schedule = np.array([moves, hot * LUCKY, cold * LUCKY, first, length], dtype=np.int64)
        anneal(
            self.seat, self.count, self.place, self.met, same, self.apart, self.room, self.tables, self.host,
            self.guests, weights, LUCK, self.best, self.state, self.figures, schedule,
        )  # fmt: skip

    def least(self) -> tuple[int, int]:
        """(cost, clashes) of the best so far."""
        return int(self.figures[2]), int(self.figures[3])

    def reaches(self, bound: int) -> bool:
        """Whether the best so far keeps the rules and cannot be better; or nobody has a choice."""
        return (self.objective() <= bound and not self.figures[3]) or not len(self.guests)

    def rows(self) -> Rows:
        """The best so far."""
        return [
            [[int(p) for p in self.best[e, t] if p != NOBODY] for t in range(len(edition.table_sizes))]
            for e, edition in enumerate(self.problem.editions)
        ]


def row_tables(problem: Problem, seated: tuple[Seating, ...]) -> Rows:
    """The same the other way round: rows instead of people."""
    row = {person.id: row for row, person in enumerate(problem.persons)}
    return [[[row[person] for person in table] for table in seating.tables] for seating in seated]


def seatings(problem: Problem, rows: Rows) -> tuple[Seating, ...]:
    """The same as people and tables, each table in the order of the attendees."""
    ids = [person.id for person in problem.persons]
    return tuple(
        Seating(edition.id, tuple(tuple(ids[p] for p in sorted(table)) for table in tables))
        for edition, tables in zip(problem.editions, rows, strict=True)
    )
