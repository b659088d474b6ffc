"""Proofs that a breakfast cannot be seated. Pure, no solver: every process may import it.

The keys are the certificates of `bench/plans/verify.py`, and one of our own: what was settled by hand may
contradict itself (`WhyNot`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from eventsapp.planning.engine.breakfasts.plan import WhyNot
from eventsapp.planning.engine.breakfasts.problem import Edition, Problem
from eventsapp.planning.engine.terms import Id, Reason


def causes(problem: Problem) -> tuple[Reason, ...]:
    """Why no plan exists, as far as can be proved at once, the smallest cause first; empty: go and look."""
    found = [
        (size, order, reason)
        for order, edition in enumerate(problem.editions)
        for size, reason in _of(problem, edition)
    ]
    found.sort(key=lambda cause: cause[:2])
    return tuple(reason for _, _, reason in found)


def _of(problem: Problem, edition: Edition) -> Iterator[tuple[int, Reason]]:
    """What makes one edition impossible, and how many people one must think of to see it."""
    tables, seats = len(edition.usable), sum(edition.table_sizes)
    hosts, people = list(edition.hosts), len(edition.attendees)
    if problem.pinned(edition.id):
        yield from _clashes(problem, edition)
    if len(hosts) > tables:
        yield (
            tables + 1,
            _reason(WhyNot.MORE_HOSTS_THAN_TABLES, edition, hosts=len(hosts), tables=tables, persons=hosts),
        )
    clique = apart_from_each_other(edition)
    if len(clique) > tables:
        yield (
            tables + 1,
            _reason(WhyNot.APART_CLIQUE, edition, tables=tables, persons=clique[: tables + 1]),
        )
    if seats < people:
        yield people, _reason(WhyNot.NOT_ENOUGH_SEATS, edition, seats=seats, people=people)


def _reason(key: WhyNot, edition: Edition, **params: object) -> Reason:
    return Reason(key, {"edition": edition.id, **params})


def _clashes(problem: Problem, edition: Edition) -> Iterator[tuple[int, Reason]]:
    """Tables whose pins break a rule by themselves, and pins that leave too few tables for the hosts."""
    at: defaultdict[int, list[Id]] = defaultdict(list)
    for person, table in problem.pinned(edition.id).items():
        at[table].append(person)
    hosts = set(edition.hosts)
    for table, persons in sorted(at.items()):
        for rule, those in _clashes_at(edition, table, persons):
            yield len(those), _reason(WhyNot.PINS_CLASH, edition, table=table, rule=rule, persons=those)
    free = {
        table
        for table, size in enumerate(edition.table_sizes)
        if len(at[table]) < size and not hosts.intersection(at[table])
    }
    waiting = hosts - set(problem.pinned(edition.id))
    if len(waiting) > len(free):
        full = [person for table, persons in sorted(at.items()) if table not in free for person in persons]
        yield (
            len(full) + len(waiting),
            _reason(WhyNot.PINS_CLASH, edition, table=None, rule="hosts", persons=full),
        )


def _clashes_at(edition: Edition, table: int, persons: list[Id]) -> Iterator[tuple[str, list[Id]]]:
    apart = [pair for pair in edition.apart if set(pair) <= set(persons)]
    if apart:
        yield "apart", list(apart[0])
    leading = [person for person in persons if person in edition.hosts]
    if len(leading) > 1:
        yield "hosts", leading
    if len(persons) > edition.table_sizes[table]:
        yield "seats", persons


def apart_from_each_other(edition: Edition) -> list[Id]:
    """A large set of people who come, each kept apart from each: they need as many tables.

    The largest that is found from each person in turn, whoever has most to avoid being added first.
    """
    avoids: defaultdict[Id, set[Id]] = defaultdict(set)
    coming = set(edition.attendees)
    for one, other in edition.apart:
        if one in coming and other in coming:
            avoids[one].add(other)
            avoids[other].add(one)
    order = sorted(avoids, key=lambda who: (-len(avoids[who]), str(who)))
    largest: list[Id] = []
    for first in order:
        if len(avoids[first]) < len(largest):
            break
        clique = [first]
        for who in order:
            if who in avoids[first] and all(who in avoids[other] for other in clique):
                clique.append(who)
        largest = max(largest, clique, key=len)
    return largest
