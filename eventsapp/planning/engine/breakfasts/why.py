"""Says what each seat brings and what it costs, by `checking`'s reading of the plan, never the solver's.

Pure, no solver: every process may import it. For each person at each edition: whom they meet for the first
time, whom again, and whether that could be avoided: what the best other seat would change in the objective,
everybody else staying where they are but the one who gives up that seat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from eventsapp.planning.engine.breakfasts.checking import recount
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating, WhySeat
from eventsapp.planning.engine.breakfasts.problem import Edition, Problem
from eventsapp.planning.engine.terms import Id, Reason

Times = Mapping[Id, Mapping[Id, int]]
"""How often each two meet, in the season and before."""

Choice = tuple[Id, Id]
"""(edition, person)."""


def why(problem: Problem, plan: Plan) -> dict[Choice, tuple[Reason, ...]]:
    """The reasons of each seat of a plan that keeps the rules, in the order in which they are best read."""
    meetings = recount(problem, plan.seatings)
    times = {who: dict[Id, int]() for who in problem.organisation}
    for pair, often in meetings.times.items():
        if len(pair) == 2 and pair <= times.keys():
            one, other = pair
            times[one][other] = times[other][one] = often
    met = {who: set(others) for who, others in problem.acquaintances.items()}
    found: dict[Choice, tuple[Reason, ...]] = {}
    editions = {edition.id: edition for edition in problem.editions}
    for seating in plan.seatings:
        room = _Room(problem, editions[seating.edition], seating, times)
        for table in seating.tables:
            for person in table:
                found[seating.edition, person] = tuple(_reasons(room, person, met))
        for table in seating.tables:
            for person in table:
                met[person].update(other for other in table if other != person)
    return found


def _reasons(room: _Room, person: Id, met: Mapping[Id, set[Id]]) -> Iterator[Reason]:
    row = room.table_of[person]
    others = [other for other in room.tables[row] if other != person]
    works = room.problem.organisation
    again = [other for other in others if other in met[person]]
    colleagues = [other for other in others if works[other] == works[person]]
    new = [other for other in others if other not in met[person] and works[other] != works[person]]
    if person in room.pinned:
        yield Reason(WhySeat.PINNED, {"table": row})
    if person in room.hosts:
        yield Reason(WhySeat.HOSTS, {"table": row})
    for key, those in (
        (WhySeat.MEETS, new),
        (WhySeat.AGAIN, again),
        (WhySeat.COLLEAGUES, colleagues),
    ):
        if those:
            yield Reason(key, {"persons": those})
    if not others:
        yield Reason(WhySeat.ALONE)
    if again or colleagues:
        yield from _unavoidable(room, person, met)


def _unavoidable(room: _Room, person: Id, met: Mapping[Id, set[Id]]) -> Iterator[Reason]:
    """Why somebody sits with people they know."""
    works = room.problem.organisation
    if all(
        other in met[person] or works[other] == works[person] for other in room.table_of if other != person
    ):
        yield Reason(WhySeat.MET_EVERYONE)
    if person in room.pinned:
        return
    best = room.best_swap(person)
    if best is None:
        yield Reason(WhySeat.NO_OTHER_SEAT)
        return
    cost, other, row = best
    key = WhySeat.BETTER_SWAP if cost < 0 else WhySeat.NO_BETTER_SWAP
    yield Reason(key, {"cost": cost, "person": other, "table": row})


class _Room:
    """One edition as it is seated, and what it would cost if two people changed places.

    `meets[one][other]` is what it would cost that they came to one table, `joins[one][row]` that somebody
    came to a whole table, `stays[one]` what the pairs of somebody at their own table cost now.
    """

    def __init__(self, problem: Problem, edition: Edition, seating: Seating, times: Times) -> None:
        self.problem, self.edition = problem, edition
        self.tables = seating.tables
        self.table_of = {person: row for row, table in enumerate(self.tables) for person in table}
        self.hosts = frozenset(edition.hosts)
        self.pinned = problem.pinned(edition.id)
        self.hosted = [any(person in self.hosts for person in table) for table in self.tables]
        self.avoids: defaultdict[Id, set[Id]] = defaultdict(set)
        for one, other in edition.apart:
            self.avoids[one].add(other)
            self.avoids[other].add(one)
        works, weights = problem.organisation, problem.weights
        self.meets: dict[Id, dict[Id, int]] = {}
        self.joins: dict[Id, list[int]] = {}
        self.stays: dict[Id, int] = {}
        for person, row in self.table_of.items():
            often, home = times[person], works[person]
            self.meets[person] = costs = {
                other: (weights.same_organisation if works[other] == home else 0)
                + (weights.repeat if often.get(other) else 0)
                for other in self.table_of
            }
            self.joins[person] = [sum(costs[other] for other in table) for table in self.tables]
            self.stays[person] = sum(
                costs[other] - (weights.repeat if often[other] == 1 else 0)
                for other in self.tables[row]
                if other != person
            )

    def best_swap(self, person: Id) -> tuple[int, Id | None, int] | None:
        """The cheapest other seat: what the objective would gain or lose, who sits there, at which table."""
        best: tuple[int, Id | None, int] | None = None
        here = self.table_of[person]
        for there, table in enumerate(self.tables):
            if there == here:
                continue
            moves = self.joins[person][there] - self.stays[person]
            seats: list[tuple[int, Id | None]] = [
                (moves + self.joins[other][here] - self.stays[other] - 2 * self.meets[person][other], other)
                for other in table
                if other not in self.pinned
            ]
            if there < len(self.edition.table_sizes) and len(table) < self.edition.table_sizes[there]:
                seats.append((moves, None))
            for cost, other in seats:
                if (best is None or cost < best[0]) and self._allowed(person, other, here, there):
                    best = cost, other, there
        return best

    def _allowed(self, person: Id, other: Id | None, here: int, there: int) -> bool:
        leads, follows = person in self.hosts, other in self.hosts
        if leads != follows and self.hosted[there if leads else here]:
            return False
        return not (
            self.avoids[person] & set(self.tables[there]) - {other}
            or (other is not None and self.avoids[other] & set(self.tables[here]) - {person})
        )
