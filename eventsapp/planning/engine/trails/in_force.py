"""On the day: what each team of the plan in force may still be, timetable and structure standing as they are.

Pure, no solver. A timetable is a promise made to the structures at the landmarks: the route and the hours of
the visits stay. The hour of departure may give way, since only the team itself knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.days import day_of, sound
from eventsapp.planning.engine.trails.problem import Problem, Team


@dataclass(frozen=True, slots=True)
class Slot:
    """One team of the repaired plan, before it is known who is in it.

    `walks` and `rolls` are its timetable without and with a wheelchair, or None where the hours of its visits
    do not allow that; both are None for a team that is new. `structure` is None where the one in force is no
    more. `given` is the timetable in force, whether it stands or not. `settled` and `housed`: a person pinned
    the timetable, the structure.
    """

    id: Id
    known: bool
    structure: Id | None
    welcoming: bool
    walks: Team | None
    rolls: Team | None
    given: Team | None = None
    settled: bool = False
    housed: bool = False
    pinned: bool = False


def slots(problem: Problem) -> tuple[Slot, ...]:
    """The teams in force, those that pins name beside them, and new ones until there are enough."""
    before = {team.id: team for team in problem.base or ()}
    names = [*before, *(pin.team for pin in problem.pins if pin.team not in before)]
    names += _new_names(set(names), problem.rules.n_teams - len(names))
    return tuple(_slot(problem, name, before.get(name)) for name in names)


def _new_names(taken: set[Id], count: int) -> Iterator[Id]:
    number = 0
    while count > 0:
        number += 1
        name = f"T{number:03d}"
        if name not in taken:
            count -= 1
            yield name


def _slot(problem: Problem, name: Id, before: Team | None) -> Slot:
    pin = next((pin for pin in problem.pins if pin.team == name), None)
    day = (pin.day if pin else None) or before
    structure = pin.structure if pin and pin.structure is not None else before.structure if before else None
    house = next((one for one in problem.structures if one.id == structure), None)
    settled = bool(pin and pin.day)
    walks, rolls = (
        timed(problem, day, wheelchair=wheelchair, exactly=settled) if day else None
        for wheelchair in (False, True)
    )
    return Slot(
        id=name,
        known=before is not None,
        structure=house.id if house else None,
        welcoming=bool(house and house.wheelchair_ok),
        walks=walks,
        rolls=rolls,
        given=day if day and all(visit.landmark in problem.landmark_row for visit in day.visits) else None,
        settled=settled,
        housed=bool(pin and pin.structure is not None),
        pinned=pin is not None,
    )


def timed(problem: Problem, team: Team, *, wheelchair: bool, exactly: bool = False) -> Team | None:
    """The team with the same visits, walked at this pace; None when that breaks a rule.

    It leaves when it did, or as close to it as the first visit allows; `exactly`: only when it did.
    """
    depart = team.depart
    if not exactly and team.visits and team.visits[0].landmark in problem.landmark_row:
        walks = problem.walk_stepfree if wheelchair else problem.walk
        leg = walks[problem.start_index][problem.landmark_row[team.visits[0].landmark]] or 0
        arrive = team.visits[0].start - leg
        latest, earliest = min(arrive, problem.rules.max_depart), max(0, arrive - problem.rules.max_wait)
        depart = min(max(depart, earliest), latest)
    known = all(visit.landmark in problem.landmark_row for visit in team.visits)
    then = replace(team, depart=depart)
    stands = known and sound(problem, day_of(problem, then, stepfree=wheelchair), stepfree=wheelchair)
    return then if stands else None
