"""Proofs that no plan can keep what a person has settled about teams. Pure, no solver.

Each pin is held against the rules of one team, all of them together against structures and landmarks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.days import day_of, sound
from eventsapp.planning.engine.trails.frame import EITHER, MAY_ROLL, MAY_WALK
from eventsapp.planning.engine.trails.problem import CHILD, Pin, Problem


class PinCause(StrEnum):
    """Why pins cannot be kept; parameters in brackets."""

    TOO_MANY_TEAMS = "pins_too_many_teams"  # pinned, teams
    TEAM_TOO_LARGE = "pins_team_too_large"  # team, people, team_max
    TOO_MANY_CHILDREN = "pins_too_many_children"  # team, children, adults
    STRUCTURE_NOT_ACCESSIBLE = "pins_structure_not_accessible"  # team, structure
    STRUCTURE_OVERLOAD = "pins_structure_overload"  # structure, pinned, max_teams
    DAY_BROKEN = "pins_day_broken"  # team, wheelchair: whether somebody pinned needs one
    STAGE_OVERLOAD = "pins_stage_overload"  # landmark, tick, pinned, capacity


def pin_causes(problem: Problem) -> tuple[Reason, ...]:
    """Every proof that these pins cannot all be kept; empty: none is known."""
    return (*_each(problem), *_together(problem))


def allowed(problem: Problem, pin: Pin) -> int:
    """What the pinned day lets a team be (MAY_ROLL, MAY_WALK): 0 where it breaks a rule for everybody."""
    if pin.day is None:
        return EITHER
    return sum(
        bit
        for bit, stepfree in ((MAY_ROLL, True), (MAY_WALK, False))
        if sound(problem, day_of(problem, pin.day, stepfree=stepfree), stepfree=stepfree)
    )


def _each(problem: Problem) -> Iterator[Reason]:
    rules, groups = problem.rules, {group.id: group for group in problem.groups}
    structures = {one.id: one for one in problem.structures}
    for pin in problem.pins:
        people = [person for group in pin.groups for person in groups[group].members]
        wheelchair = any(groups[group].wheelchair for group in pin.groups)
        if len(people) > rules.team_max:
            yield Reason(
                PinCause.TEAM_TOO_LARGE,
                {"team": pin.team, "people": len(people), "team_max": rules.team_max},
            )
        children = sum(person.age == CHILD for person in people)
        adults = sum(person.age in rules.supervisors for person in people)
        most = adults + max(0, rules.team_max - len(people))
        if children > rules.children_per_adult * most:
            yield Reason(PinCause.TOO_MANY_CHILDREN, {"team": pin.team, "children": children, "adults": most})
        if wheelchair and pin.structure is not None and not structures[pin.structure].wheelchair_ok:
            yield Reason(PinCause.STRUCTURE_NOT_ACCESSIBLE, {"team": pin.team, "structure": pin.structure})
        if not allowed(problem, pin) & (MAY_ROLL if wheelchair else EITHER):
            yield Reason(PinCause.DAY_BROKEN, {"team": pin.team, "wheelchair": wheelchair})


def _together(problem: Problem) -> Iterator[Reason]:
    rules = problem.rules
    if len(problem.pins) > rules.n_teams:
        yield Reason(PinCause.TOO_MANY_TEAMS, {"pinned": len(problem.pins), "teams": rules.n_teams})
    housed = Counter(pin.structure for pin in problem.pins if pin.structure is not None)
    for one in problem.structures:
        if housed[one.id] > one.max_teams:
            yield Reason(
                PinCause.STRUCTURE_OVERLOAD,
                {"structure": one.id, "pinned": housed[one.id], "max_teams": one.max_teams},
            )
    visits = Counter(
        (visit.landmark, tick)
        for pin in problem.pins
        if pin.day is not None
        for visit in pin.day.visits
        for tick in range(visit.start, visit.start + rules.stage_ticks)
    )
    for landmark in problem.landmarks:
        most, tick = max(((visits[key], key[1]) for key in visits if key[0] == landmark.id), default=(0, 0))
        if most > landmark.capacity:
            yield Reason(
                PinCause.STAGE_OVERLOAD,
                {"landmark": landmark.id, "tick": tick, "pinned": most, "capacity": landmark.capacity},
            )
