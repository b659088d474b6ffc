"""Proofs that no plan of a trail day exists: sums that any plan would have to satisfy.

Pure, no solver: every process may import it. Each cause says how much is missing (`missing`): people,
adults, places of a structure, stage slots. What takes the least to mend comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from operator import itemgetter

from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.problem import CHILD, Problem


class Cause(StrEnum):
    """Why no plan can exist; parameters in brackets, `missing` in all of them."""

    GROUP_LARGER_THAN_TEAM = "group_larger_than_team"  # group, people, team_max
    TOO_MANY_PEOPLE = "too_many_people"  # people, teams, team_max, places
    TOO_FEW_PEOPLE = "too_few_people"  # people, teams, team_min, places
    NOT_ENOUGH_ADULTS_RATIO = "not_enough_adults_ratio"  # children, adults, children_per_adult, needed
    NOT_ENOUGH_ADULTS_PER_TEAM = "not_enough_adults_per_team"  # adults, teams, min_adults, needed
    NO_ACCESSIBLE_ROUTE = "no_accessible_route"  # groups: with somebody in a wheelchair
    NO_ACCESSIBLE_STRUCTURE = "no_accessible_structure"  # groups
    NOT_ENOUGH_STRUCTURES = "not_enough_structures"  # teams, places
    NOT_ENOUGH_ACCESSIBLE_STRUCTURES = "not_enough_accessible_structures"  # people, teams, team_max, places
    NOT_ENOUGH_STAGE_SLOTS = "not_enough_stage_slots"  # teams, stages, needed, slots


class DayCause(StrEnum):
    """Why there are no sound teams, or not all can have a timetable, as only a search proves it; parameters
    in brackets.

    Groups: each of `pinned` (pins given up), `more_teams`, `fewer_teams`, `more_places`, `fewer_places` (the
    least in a team may be so much lower), `more_adults` would do by itself (0: would not, or is not known).
    Days: `at_most` of the `teams` can have one; `landmarks` are full; each of `one_more` would do, could it
    take one team more at a time; the day would do if it were `longer` by so many minutes (0: not known).
    """

    # pinned, teams, team_min, team_max, more_teams, fewer_teams, more_places, fewer_places, more_adults
    GROUPS_DO_NOT_FIT = "groups_do_not_fit"
    NO_DAY_ON_ANY_ROUTE = "no_day_on_any_route"  # stepfree: whether it is teams with a wheelchair
    NOT_ENOUGH_PASSAGES = "not_enough_passages"  # teams, at_most, landmarks, one_more, longer


def causes(problem: Problem) -> tuple[Reason, ...]:
    """Every proof that this day cannot be planned, what takes least first; empty: none is known."""
    found = [*_sizes(problem), *_adults(problem), *_access(problem), *_structures(problem), *_slots(problem)]
    return tuple(reason for _, reason in sorted(found, key=itemgetter(0)))


Found = tuple[int, Reason]
"""How much is missing, and the cause that says so."""


def _reason(cause: Cause, missing: int, **params: object) -> Found:
    return missing, Reason(cause, {**params, "missing": missing})


def _sizes(problem: Problem) -> Iterator[Found]:
    rules, people = problem.rules, len(problem.people)
    for group in problem.groups:
        excess = len(group.members) - rules.team_max
        if excess > 0:
            size = len(group.members)
            yield _reason(
                Cause.GROUP_LARGER_THAN_TEAM, excess, group=group.id, people=size, team_max=rules.team_max
            )
    most, least = rules.n_teams * rules.team_max, rules.n_teams * rules.team_min
    shared = {"people": people, "teams": rules.n_teams}
    if people > most:
        limits = {"team_max": rules.team_max, "places": most}
        yield _reason(Cause.TOO_MANY_PEOPLE, people - most, **shared, **limits)
    if people < least:
        limits = {"team_min": rules.team_min, "places": least}
        yield _reason(Cause.TOO_FEW_PEOPLE, least - people, **shared, **limits)


def _adults(problem: Problem) -> Iterator[Found]:
    rules = problem.rules
    adults = sum(person.age in rules.supervisors for person in problem.people)
    children = sum(person.age == CHILD for person in problem.people)
    each = rules.children_per_adult
    if children > each * adults:
        # Where an adult may look after no child at all, it is the children who are too many.
        needed = -(-children // each) if each else adults + children
        yield _reason(
            Cause.NOT_ENOUGH_ADULTS_RATIO,
            needed - adults,
            children=children,
            adults=adults,
            children_per_adult=each,
            needed=needed,
        )
    needed = rules.min_adults * rules.n_teams
    if adults < needed:
        yield _reason(
            Cause.NOT_ENOUGH_ADULTS_PER_TEAM,
            needed - adults,
            adults=adults,
            teams=rules.n_teams,
            min_adults=rules.min_adults,
            needed=needed,
        )


def _access(problem: Problem) -> Iterator[Found]:
    groups = [group.id for group in problem.groups if group.wheelchair]
    if groups and not problem.accessible_routes:
        yield _reason(Cause.NO_ACCESSIBLE_ROUTE, 1, groups=groups)
    if groups and not any(structure.wheelchair_ok for structure in problem.structures):
        yield _reason(Cause.NO_ACCESSIBLE_STRUCTURE, 1, groups=groups)


def _structures(problem: Problem) -> Iterator[Found]:
    rules = problem.rules
    places = sum(structure.max_teams for structure in problem.structures)
    if places < rules.n_teams:
        missing = rules.n_teams - places
        yield _reason(Cause.NOT_ENOUGH_STRUCTURES, missing, teams=rules.n_teams, places=places)
    teams = sum(structure.max_teams for structure in problem.structures if structure.wheelchair_ok)
    people = sum(len(group.members) for group in problem.groups if group.wheelchair)
    if people > teams * rules.team_max:
        yield _reason(
            Cause.NOT_ENOUGH_ACCESSIBLE_STRUCTURES,
            people - teams * rules.team_max,
            people=people,
            teams=teams,
            team_max=rules.team_max,
            places=teams * rules.team_max,
        )


def _slots(problem: Problem) -> Iterator[Found]:
    """A team at a landmark for one stage is a slot; no landmark holds more of them than its day is long."""
    rules = problem.rules
    each = rules.horizon // rules.stage_ticks
    stages = min((len(route.stages) for route in problem.routes), default=1)
    slots = sum(landmark.capacity * each for landmark in problem.landmarks) if problem.routes else 0
    needed = rules.n_teams * stages
    if slots < needed:
        yield _reason(
            Cause.NOT_ENOUGH_STAGE_SLOTS,
            needed - slots,
            teams=rules.n_teams,
            stages=stages,
            needed=needed,
            slots=slots,
        )
