"""What no seating of an edition can beat, given who met before: all tables worth having, a linear program.

Pure, worker only (NumPy, OR-Tools). A plan that costs less than the present one is made of tables that cost
less each. Where many have met there are few such tables: all are listed, and the cheapest mixture of them in
which everybody sits once bounds every plan. The program's prices are rounded and the bound is recounted from
them in whole numbers, so that nothing hangs on a rounding error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from eventsapp.planning.engine.breakfasts.plan import Seating
from eventsapp.planning.engine.breakfasts.problem import Edition, Problem
from eventsapp.planning.engine.breakfasts.swapping import Whole

MOST = 300_000
"""Groups of people looked at before tables are given up: where few have met, there are too many of them."""

FINE = 1 << 20
"""Prices are rounded to this part of the unit."""

SURE = 1e-6
"""How far the program's own arithmetic may be off; it only decides when to stop."""

AT_ONCE = 1500
"""Tables that enter the program at a time, those that promise most first."""

NEVER = 1 << 40
"""What two at one table cost who may not share one."""


def proved(problem: Problem, seated: Iterable[Seating], stop: Callable[[], bool]) -> int:
    """The least that the editions cost, each by itself: a bound of the season's objective."""
    seating = {one.edition: one for one in seated}
    return sum(_edition_bound(problem, edition, seating[edition.id], stop) for edition in problem.editions)


def _edition_bound(problem: Problem, edition: Edition, seating: Seating, stop: Callable[[], bool]) -> int:
    """0 where nothing can be said."""
    if sum(edition.table_sizes) > len(edition.attendees):
        return 0  # with empty seats, tables of any size: far too many
    costs = _costs(problem, edition)
    row = {person: number for number, person in enumerate(edition.attendees)}
    own = sum(
        int(costs[row[one], row[other]]) for table in seating.tables for one in table for other in table
    )
    dearest = own // 2 - 1
    if not 0 <= dearest < NEVER // 2:
        return 0
    sizes = Counter(edition.usable)
    hosts = {row[host] for host in edition.hosts} if len(edition.hosts) == len(edition.usable) else set()
    effort = MOST // len(problem.editions)
    for ceiling in dict.fromkeys((dearest, dearest // 2, dearest // 4)):
        tables = _tables(costs, sizes, ceiling, hosts, effort, stop)
        if tables is not None:
            # A plan with a dearer table costs more than the ceiling by that table alone.
            return min(ceiling + 1, _Mixture(tables, sizes, len(row)).bound(ceiling, stop))
    return 0


def _costs(problem: Problem, edition: Edition) -> Whole:
    """What each two who come cost at one table, by the history alone."""
    works, weights = problem.organisation, problem.weights
    costs = np.zeros((len(edition.attendees),) * 2, dtype=np.int64)
    forbidden = {frozenset(pair) for pair in edition.apart}
    for i, one in enumerate(edition.attendees):
        for j, other in enumerate(edition.attendees[:i]):
            pair = frozenset((one, other))
            cost = weights.same_organisation if works[one] == works[other] else 0
            cost += weights.repeat if pair in problem.met_before else 0
            if pair in forbidden or pair <= set(edition.hosts):
                cost = NEVER
            costs[i, j] = costs[j, i] = cost
    return costs


@dataclass(frozen=True, slots=True)
class _Tables:
    """Tables of one size: who sits there, and what it costs."""

    people: Whole
    costs: Whole


def _tables(
    costs: Whole, sizes: Counter[int], ceiling: int, hosts: set[int], effort: int, stop: Callable[[], bool]
) -> dict[int, _Tables] | None:
    """Every table of each size that costs `ceiling` at most; None when there are too many."""
    found: dict[int, list[tuple[tuple[int, ...], int]]] = {size: [] for size in sizes}
    pair = costs.tolist()
    # (who sits there, what they cost, who may still join and what that adds)
    everybody = [(who, 0) for who in range(len(pair))]
    open_tables: list[tuple[tuple[int, ...], int, list[tuple[int, int]]]] = [((), 0, everybody)]
    looked_at = 0
    while open_tables:
        group, cost, others = open_tables.pop()
        looked_at += 1
        if looked_at > effort or (looked_at % 4096 == 0 and stop()):
            return None
        if len(group) in found and (not hosts or hosts.intersection(group)):
            found[len(group)].append((group, cost))
        if len(group) == max(sizes):
            continue
        for rank, (who, adds) in enumerate(others):
            sum_with = cost + adds
            joins = [(x, more + pair[who][x]) for x, more in others[rank + 1 :]]
            open_tables.append(
                ((*group, who), sum_with, [one for one in joins if sum_with + one[1] <= ceiling])
            )
    return {
        size: _Tables(
            np.array([group for group, _ in those], dtype=np.int64).reshape(-1, size),
            np.array([cost for _, cost in those], dtype=np.int64),
        )
        for size, those in found.items()
    }


class _Mixture:
    """The linear program: shares of tables, everybody seated once, as many of each size as there are."""

    def __init__(self, tables: dict[int, _Tables], sizes: Counter[int], people: int) -> None:
        self.tables, self.sizes = tables, sizes
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.seats = [self.solver.Constraint(1, 1) for _ in range(people)]
        self.numbers = {size: self.solver.Constraint(count, count) for size, count in sizes.items()}
        self.entered = {size: np.zeros(len(those.costs), dtype=bool) for size, those in tables.items()}
        self.prices: Whole = np.zeros(people, dtype=np.int64)

    def bound(self, ceiling: int, stop: Callable[[], bool]) -> int:
        """What no mixture of these tables can beat; more than `ceiling`: there is no plan of these alone."""
        if any(len(those.costs) == 0 for those in self.tables.values()):
            return ceiling + 1
        for seat in self.seats:  # nobody is left standing, but at a price
            for sign in (1, -1):
                self._enter(ceiling + 1, {seat: sign})
        for number in self.numbers.values():
            for sign in (1, -1):
                self._enter(ceiling + 1, {number: sign})
        best = self._recounted()
        while best <= ceiling and not stop() and self._promising():
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                break
            if best >= self.solver.Objective().Value() - SURE:
                break  # tables that have not entered can only make the mixture cheaper
            prices = [seat.dual_value() for seat in self.seats]
            self.prices = np.array([round(FINE * price) for price in prices], dtype=np.int64)
            best = max(best, self._recounted())
        return best

    def _enter(self, cost: int, coefficients: dict[object, int]) -> None:
        share = self.solver.NumVar(0, self.solver.infinity(), "")
        self.solver.Objective().SetCoefficient(share, cost)
        for constraint, coefficient in coefficients.items():
            constraint.SetCoefficient(share, coefficient)  # type: ignore[attr-defined]  # OR-Tools is untyped

    def _left(self, size: int) -> Whole:
        """What each table costs beyond the prices of its people, in parts of `FINE`."""
        those = self.tables[size]
        return those.costs * FINE - self.prices[those.people].sum(axis=1)

    def _recounted(self) -> int:
        """The bound that the prices prove: each table gives at least what the cheapest of its size leaves."""
        worth = int(self.prices.sum())
        for size, count in self.sizes.items():
            worth += count * int(self._left(size).min())
        return -(-worth // FINE)

    def _promising(self) -> bool:
        """Let the tables enter that promise most; whether there were any."""
        any_entered = False
        for size, those in self.tables.items():
            left = np.where(self.entered[size], NEVER, self._left(size))
            for number in np.argsort(left, kind="stable")[:AT_ONCE]:
                if left[number] < NEVER:
                    self.entered[size][number] = any_entered = True
                    people = {self.seats[who]: 1 for who in those.people[number]}
                    self._enter(int(those.costs[number]), {**people, self.numbers[size]: 1})
        return any_entered
