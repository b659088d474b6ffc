"""Small breakfasts to seat: people of the 19th, two or three organisations, a table or four."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from bench.plans import gen, verify
from eventsapp.planning.engine.breakfasts.bounds import bound
from eventsapp.planning.engine.breakfasts.checking import check, recount
from eventsapp.planning.engine.breakfasts.files import read_problem, write_plan
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating
from eventsapp.planning.engine.breakfasts.problem import Breakfast, Edition, Person, Pin, Problem, Weights
from eventsapp.planning.engine.breakfasts.solving import solve
from eventsapp.planning.engine.search import Budget, Ending
from eventsapp.planning.engine.terms import Id, Impossible

WORKS_AT = {
    "Awa": "Caf",
    "Brice": "Caf",
    "Chantal": "Espace 19",
    "Djibril": "Espace 19",
    "Élodie": "Mission locale",
    "Farid": "Mission locale",
    "Gaël": "Emmaüs",
    "Hawa": "Emmaüs",
}
PEOPLE = tuple(Person(name, works) for name, works in WORKS_AT.items())

USUAL = Weights()
SHORT = Budget(seconds=None, rounds=3, patience=3)


def edition(
    *names: str,
    sizes: Iterable[int] = (4, 4),
    hosts: Iterable[Id] = (),
    apart: Iterable[tuple[Id, Id]] = (),
    name: str = "mai",
) -> Edition:
    return Edition(name, names or tuple(WORKS_AT), tuple(sizes), tuple(hosts), tuple(apart))


def season(
    *editions: Edition,
    met: Iterable[tuple[Id, Id]] = (),
    history: Iterable[Breakfast] = (),
    pins: Iterable[Pin] = (),
    weights: Weights = USUAL,
) -> Problem:
    return Problem(PEOPLE, editions, tuple(history), tuple(met), weights, tuple(pins))


def by_hand(problem: Problem, *editions: Iterable[Iterable[Id]]) -> Plan:
    """A plan written by hand, with its true figures."""
    seatings = tuple(
        Seating(edition.id, tuple(tuple(table) for table in tables))
        for edition, tables in zip(problem.editions, editions, strict=True)
    )
    objective = recount(problem, seatings).objective(problem)
    return Plan(seatings, objective, bound(problem), Ending.ROUNDS_DONE, rounds=0, seed=1)


def planned(problem: Problem, budget: Budget = SHORT, start: Plan | None = None) -> Plan:
    """The plan, once the independent check has found nothing wrong with it."""
    found = solve(problem, budget, start=start)
    assert isinstance(found, Plan)
    assert check(problem, found) == []
    return found


def tables(plan: Plan, rank: int = 0) -> set[frozenset[Id]]:
    """Who sits together at an edition, empty tables left out."""
    return {frozenset(table) for table in plan.seatings[rank].tables if table}


def instance(seed: int, **shape: Any) -> dict[str, Any]:
    """A generated instance, as it would come from a file."""
    return {**gen.gen_p3(seed, **shape), "id": f"p3-{seed}"}


def judged(data: Mapping[str, Any], answer: Plan | Impossible) -> dict[str, Any]:
    """What the independent judge says of an answer."""
    return verify.verify(data, write_plan(read_problem(data), data["id"], answer))


def seated_at_random(data: Mapping[str, Any], seed: int, *, sound: bool) -> dict[str, Any]:
    """A solution that nobody thought about; unless `sound`, everybody may sit, or not, anywhere."""
    chance = random.Random(seed)
    editions = []
    for one in data["editions"]:
        people = list(one["attendees"])
        chance.shuffle(people)
        if sound:
            ends = [sum(one["table_sizes"][:rank]) for rank in range(len(one["table_sizes"]) + 1)]
            seated = [people[a:b] for a, b in pairwise(ends)]
        else:
            seated = [[] for _ in range(chance.randint(1, len(one["table_sizes"]) + 1))]
            for person in people:
                for _ in range(chance.choice([0, 1, 1, 1, 1, 1, 2])):
                    chance.choice(seated).append(person)
        editions.append({"id": one["id"], "tables": [table for table in seated if table]})
    return {"problem": "P3", "instance": data["id"], "status": "ok", "editions": editions}
