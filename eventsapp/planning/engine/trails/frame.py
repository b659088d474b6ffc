"""What is settled before groups are dealt out to teams: names, pins, who may be in a wheelchair where.

Pure, no solver. A `Frame` names exactly which teams have a wheelchair in them: as many as the timetable is
asked to lead along step-free ways.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.problem import Problem

MAY_ROLL, MAY_WALK = 1, 2
"""What a team may be: with a wheelchair, without one; one bit each."""

EITHER = MAY_ROLL | MAY_WALK


@dataclass(frozen=True, slots=True)
class Frame:
    """The settled part of a composition; rows are those of the problem."""

    problem: Problem
    names: tuple[Id, ...]
    may: tuple[int, ...]
    """For each team: MAY_ROLL alone asks for a wheelchair, MAY_WALK alone forbids it."""
    home: tuple[int | None, ...]
    """For each group, the team it is pinned to."""
    housed: tuple[int | None, ...]
    """For each team, the structure it is pinned to."""


def team_names(problem: Problem, given: tuple[Id, ...] = ()) -> tuple[Id, ...]:
    """Who the teams are: those `given`, else T001, T002, …; pinned teams take the place of the last."""
    count = problem.rules.n_teams
    names: list[Id] = list(given) if len(set(given)) == count else [f"T{k:03d}" for k in range(1, count + 1)]
    pinned = [pin.team for pin in problem.pins]
    strangers = [name for name in pinned if name not in names]
    free = [row for row, name in enumerate(names) if name not in pinned]
    for row, name in zip(reversed(free), reversed(strangers), strict=False):
        names[row] = name
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Range:
    """How many teams can have a wheelchair in them; `wished`: enough of them for a good mix."""

    least: int
    most: int
    wished: int

    def order(self) -> tuple[int, ...]:
        """The numbers to try: the wished one, then fewer, then more."""
        return (
            *range(self.wished, self.least - 1, -1),
            *range(self.wished + 1, self.most + 1),
        )


def wheelchair_teams(problem: Problem) -> Range:
    """The range of the number of teams with a wheelchair. Every count outside it is impossible."""
    rules = problem.rules
    sizes = [len(group.members) for group in problem.groups if group.wheelchair]
    others = len(problem.people) - sum(sizes)
    places = sum(one.max_teams for one in problem.structures if one.wheelchair_ok)
    most = min(len(sizes), rules.n_teams, places)
    full = -(-sum(sizes) // max(1, rules.team_max))
    alone = sum(2 * size > rules.team_max for size in sizes)
    walking = others // rules.team_min if rules.team_min > 0 else rules.n_teams
    least = min(most, max(full, alone, rules.n_teams - walking if sizes else 0))
    roomy = -(-3 * sum(sizes) // max(1, rules.team_min + rules.team_max))
    return Range(least, most, min(most, max(least, roomy)))


def settled(
    problem: Problem, names: tuple[Id, ...], days: Mapping[Id, int] | None = None
) -> tuple[list[int], list[int | None], list[int | None]]:
    """What pins settle: what each team may be, the team of each group, the structure of each team."""
    row = {name: k for k, name in enumerate(names)}
    wheelchairs = {group.id for group in problem.groups if group.wheelchair}
    structures = {one.id: (k, one.wheelchair_ok) for k, one in enumerate(problem.structures)}
    may = [EITHER] * len(names)
    housed: list[int | None] = [None] * len(names)
    home: dict[Id, int] = {}
    for pin in problem.pins:
        team = row[pin.team]
        may[team] &= (days or {}).get(pin.team, EITHER)
        home.update(dict.fromkeys(pin.groups, team))
        if wheelchairs & set(pin.groups):
            may[team] &= MAY_ROLL
        if pin.structure is not None:
            housed[team], welcomes = structures[pin.structure]
            may[team] &= EITHER if welcomes else MAY_WALK
    return may, [home.get(group.id) for group in problem.groups], housed


def frame_of(
    problem: Problem,
    names: tuple[Id, ...],
    wheels: int | None,
    days: Mapping[Id, int] | None = None,
    rolling: Collection[Id] = (),
) -> Frame:
    """The frame with exactly `wheels` teams that have a wheelchair; None: as many as it turns out.

    `days` tells what the timetable of a pinned team allows it to be; teams named in `rolling` are the first
    to have one.
    """
    may, home, housed = settled(problem, names, days)
    free = [team for team in range(len(names)) if may[team] == EITHER]
    if wheels is None:
        open_places = sum(one.max_teams for one in problem.structures if one.wheelchair_ok)
        for team in free[max(0, open_places - may.count(MAY_ROLL)) :]:
            may[team] = MAY_WALK
    else:
        missing = wheels - may.count(MAY_ROLL)
        pinned = {pin.team for pin in problem.pins}
        free.sort(key=lambda team: (names[team] not in rolling, names[team] in pinned))
        chosen = set(free[: max(0, missing)])
        for team in free:
            may[team] = MAY_ROLL if team in chosen else MAY_WALK
    return Frame(problem, names, tuple(may), tuple(home), tuple(housed))
