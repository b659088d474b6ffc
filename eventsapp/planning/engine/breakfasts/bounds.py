"""What no seating of a season can beat, by counting pairs. Pure, no solver: every process may import it.

Two at one table are free of cost only if they are of two organisations and meet for the first time. A season
offers so many such pairs, to all and to each person; the seats need so many pairs; the rest costs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from heapq import heappop, heappush

from eventsapp.planning.engine.breakfasts.problem import Edition, Problem
from eventsapp.planning.engine.terms import Id


def bound(problem: Problem) -> int:
    """The least objective that counting allows."""
    colleagues = sum(_least_colleagues(problem, edition) for edition in problem.editions)
    together: defaultdict[Id, set[Id]] = defaultdict(set)
    company: Counter[Id] = Counter()
    pairs = least_pairs(problem)
    for edition in problem.editions:
        others = _least_company(edition)
        for person in edition.attendees:
            together[person].update(edition.attendees)
            company[person] += others
    works = problem.organisation
    of_one: defaultdict[Id, set[Id]] = defaultdict(set)
    for person, organisation in works.items():
        of_one[organisation].add(person)
    fresh = {one: those - problem.acquaintances[one] - {one} for one, those in together.items()}
    free = {one: those - of_one[works[one]] for one, those in fresh.items()}
    again = _shortage(pairs, company, fresh)
    costly = _shortage(pairs, company, free)
    weights = problem.weights
    # Each pair of colleagues may save one repeat, never more: the cost is piecewise linear in their number.
    return min(
        weights.same_organisation * many + weights.repeat * max(again, costly - many)
        for many in (colleagues, max(colleagues, costly - again), max(colleagues, costly))
    )


def _shortage(pairs: int, company: Counter[Id], offered: dict[Id, set[Id]]) -> int:
    """How many pairs at tables are not among those offered, at least: all at once, and person by person."""
    each = sum(max(0, company[person] - len(others)) for person, others in offered.items())
    total = sum(len(others) for others in offered.values()) // 2
    return max(0, pairs - total, -(-each // 2))


def least_pairs(problem: Problem) -> int:
    """How many pairs share a table, whoever they are, when people spread as evenly as the seats allow."""
    return sum(_pairs(least_seats(edition)) for edition in problem.editions)


def least_seats(edition: Edition) -> list[int]:
    """How many people at each table make the fewest pairs: each next person sits where there are fewest."""
    filled = [0] * len(edition.table_sizes)
    open_tables = [(0, table) for table, size in enumerate(edition.table_sizes) if size > 0]
    for _ in edition.attendees:
        if not open_tables:
            break
        people, table = heappop(open_tables)
        filled[table] = people + 1
        if filled[table] < edition.table_sizes[table]:
            heappush(open_tables, (people + 1, table))
    return filled


def _least_company(edition: Edition) -> int:
    """How many others sit with anybody, at least: with all other tables full, what the smallest must hold."""
    slack = sum(edition.table_sizes) - len(edition.attendees)
    return max(0, min(edition.usable, default=0) - slack - 1)


def _least_colleagues(problem: Problem, edition: Edition) -> int:
    """Pairs of colleagues at one table, when each organisation spreads over all tables."""
    tables = len(edition.usable)
    sizes = Counter(problem.organisation[person] for person in edition.attendees)
    return sum(_pairs(_spread(many, tables)) for many in sizes.values()) if tables else 0


def _spread(many: int, tables: int) -> list[int]:
    each, more = divmod(many, tables)
    return [each + 1] * more + [each] * (tables - more)


def _pairs(sizes: list[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
