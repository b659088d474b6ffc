"""Checks a seating of breakfasts against its problem, from the rules alone.

Pure, and deliberately naive: it shares no code with the solver but the bound by counting pairs (`bounds`),
reads the dataclasses only, and recounts everything. A table with nobody is not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from eventsapp.planning.engine.breakfasts.bounds import bound, least_pairs
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating
from eventsapp.planning.engine.breakfasts.problem import Edition, Pair, Problem, Tables
from eventsapp.planning.engine.terms import Id, Reading, Violation


class Rule(StrEnum):
    """What a plan can break; each Violation gives the parameters named in brackets."""

    UNKNOWN = "unknown"  # edition: none of the problem, or seated twice
    MISSING_EDITION = "missing_edition"  # edition
    ATTENDANCE = "attendance"  # edition, persons: seated twice, not at all, or without coming
    TABLE_SIZES = "table_sizes"  # edition, people: at each table, seats
    HOSTS = "hosts"  # edition, table, persons: two hosts or more, or none though there are enough
    APART = "apart"  # edition, table, persons
    PIN_CHANGED = "pin_changed"  # edition, table, person
    WRONG_OBJECTIVE = "wrong_objective"  # stated, found
    ABOVE_BOUND = "above_bound"  # objective: the bound that the plan beats, and so refutes


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Everything that is wrong with the plan; an empty list means that every rule holds."""
    found = check_seatings(problem, plan.seatings)
    sound = not found
    objective = recount(problem, plan.seatings).objective(problem)
    if objective != plan.objective:
        found.append(Violation(Rule.WRONG_OBJECTIVE, {"stated": plan.objective, "found": objective}))
    if sound and objective < plan.bound:
        found.append(Violation(Rule.ABOVE_BOUND, {"objective": plan.bound}))
    return found


def check_seatings(problem: Problem, seatings: Iterable[Seating]) -> list[Violation]:
    """The rules of each edition, for a plan that states no figures."""
    given = list(seatings)
    editions = {edition.id for edition in problem.editions}
    times = Counter(seating.edition for seating in given)
    found = [
        Violation(Rule.UNKNOWN, {"edition": edition})
        for edition, count in times.items()
        if edition not in editions or count > 1
    ]
    seated = {seating.edition: seating.tables for seating in given}
    for edition in problem.editions:
        if edition.id not in seated:
            found.append(Violation(Rule.MISSING_EDITION, {"edition": edition.id}))
        else:
            found.extend(_edition(problem, edition, seated[edition.id]))
    return found


def _edition(problem: Problem, edition: Edition, tables: Tables) -> Iterator[Violation]:
    seated = Counter(person for table in tables for person in table)
    due = Counter(edition.attendees)
    if seated != due:
        persons = sorted((seated - due) + (due - seated), key=str)
        yield Violation(Rule.ATTENDANCE, {"edition": edition.id, "persons": persons})
    people = sorted((len(table) for table in tables if table), reverse=True)
    seats = sorted(edition.table_sizes, reverse=True)
    if len(people) > len(seats) or any(many > size for many, size in zip(people, seats, strict=False)):
        yield Violation(Rule.TABLE_SIZES, {"edition": edition.id, "people": people, "seats": seats})
    used = sum(1 for table in tables if table)
    for row, table in enumerate(tables):
        where = {"edition": edition.id, "table": row}
        hosts = [person for person in table if person in edition.hosts]
        if len(hosts) > 1 or (table and not hosts and len(edition.hosts) >= used):
            yield Violation(Rule.HOSTS, {**where, "persons": hosts})
        for pair in edition.apart:
            if pair[0] in table and pair[1] in table:
                yield Violation(Rule.APART, {**where, "persons": list(pair)})
    for person, row in problem.pinned(edition.id).items():
        if row >= len(tables) or person not in tables[row]:
            yield Violation(Rule.PIN_CHANGED, {"edition": edition.id, "table": row, "person": person})


@dataclass(frozen=True, slots=True)
class Meetings:
    """What happens at the tables of a season: pairs count at each edition; `times`, with those before."""

    colleagues: int
    repeats: int
    times: Mapping[Pair, int]
    new_contacts: Mapping[Id, int]

    def objective(self, problem: Problem) -> int:
        weights = problem.weights
        return weights.same_organisation * self.colleagues + weights.repeat * self.repeats


def recount(problem: Problem, seatings: Iterable[Seating]) -> Meetings:
    """Every pair at every table, edition by edition: who meets, who meets again, who works together.

    Two at one table meet again when they sat together before that edition; a new contact is of another
    organisation.
    """
    seated = {seating.edition: seating.tables for seating in seatings}
    times = Counter(problem.met_before)
    colleagues = repeats = 0
    contacts: Counter[Id] = Counter()
    for edition in problem.editions:
        now: list[Pair] = []
        for table in seated.get(edition.id, ()):
            contacts.update(dict.fromkeys(table, 0))
            for one, other in combinations(table, 2):
                pair = frozenset((one, other))
                strangers = problem.organisation[one] != problem.organisation[other]
                colleagues += not strangers
                if times[pair]:
                    repeats += 1
                elif strangers:
                    contacts.update(pair)
                now.append(pair)
        times.update(now)
    return Meetings(colleagues, repeats, times, contacts)


def measure(problem: Problem, plan: Plan) -> Reading:
    """The plan read from its seatings; the bound, and the pairs that seats make, from the problem alone."""
    found = recount(problem, plan.seatings)
    people = len(found.new_contacts)
    figures: dict[str, int | float] = {
        "same_org_pairs": found.colleagues,
        "repeats": found.repeats,
        "pairs": least_pairs(problem),
        "max_times_met": max(found.times.values(), default=0),
        "new_contacts_min": min(found.new_contacts.values(), default=0),
        "new_contacts_mean": round(sum(found.new_contacts.values()) / max(1, people), 2),
    }
    return Reading(found.objective(problem), bound(problem), figures)
