"""A first composition in a fraction of a second, before anything is compiled: best insertion, then the moves
that mend most rules. Pure, worker only (NumPy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.frame import MAY_ROLL, MAY_WALK, Frame
from eventsapp.planning.engine.trails.problem import Team
from eventsapp.planning.engine.trails.teams_kernel import (
    ADULTS,
    CHILDREN,
    HEAD,
    PER_ADULT,
    SIZE,
    TEAM_MAX,
    WHEELS,
    Mix,
)
from eventsapp.planning.engine.trails.teams_tables import broken_by, zeros

OUT_OF_PLACE = 10**6
"""More people alone than there can be: what a structure costs that a team cannot have."""

PASSES = 4
"""Most times that every group is looked at: each takes a tenth of a second at a thousand people."""


def first_structures(frame: Frame, mix: Mix, wanted: Mapping[int, int] | None = None) -> Ints:
    """A structure for each team: pinned ones, then those `wanted` (by team) as far as they can be, then one
    that speaks most; teams with a wheelchair first, in structures that welcome it."""
    spare = [one.max_teams for one in frame.problem.structures]
    chosen = np.full(len(frame.may), -1, dtype=np.int64)
    spoken = mix.tongues.sum(axis=1)
    for team, pinned in enumerate(frame.housed):
        if pinned is not None:
            chosen[team] = pinned
            spare[pinned] -= 1
    waiting = sorted(np.flatnonzero(chosen < 0).tolist(), key=lambda team: not frame.may[team] & MAY_ROLL)
    for again in (True, False):
        for team in waiting:
            rolls = bool(frame.may[team] & MAY_ROLL)
            able = [row for row, left in enumerate(spare) if left > 0 and (mix.fits[row] or not rolls)]
            if again:
                able = [row for row in able if row == (wanted or {}).get(team)]
            elif not able:
                able = [row for row, left in enumerate(spare) if left > 0]
            if chosen[team] < 0 and able:
                chosen[team] = min(able, key=lambda row: (mix.fits[row] and not rolls, -spoken[row], row))
                spare[chosen[team]] -= 1
    return chosen


def suited(frame: Frame, mix: Mix, team: Ints, structure: Ints) -> Ints:
    """Structures for teams that are known: each team in turn takes one that still has a place, or exchanges
    with another team, where that leaves the fewest alone."""
    sets, languages = mix.helps.shape
    structure, teams = structure.copy(), zeros(len(mix.may), mix.groups.shape[1])
    np.add.at(teams, team, mix.groups)
    needs, speaks = teams[:, HEAD : HEAD + sets], teams[:, HEAD + sets : HEAD + sets + languages]
    alone = zeros(len(mix.may), len(mix.fits))
    for row, tongues in enumerate(mix.tongues):
        helped = np.minimum(1, speaks + tongues) @ mix.helps.T > 0
        alone[:, row] = np.where(helped, 0, needs).sum(axis=1)
    alone += OUT_OF_PLACE * ((mix.may & MAY_ROLL > 0)[:, None] & (mix.fits == 0)[None])
    spare = np.array([one.max_teams for one in frame.problem.structures], dtype=np.int64)
    spare -= np.bincount(structure, minlength=len(spare))
    for one in mix.open.tolist():
        mine = int(structure[one])
        taken = alone[one] - alone[one, mine] + OUT_OF_PLACE * (spare <= 0)
        theirs = structure[mix.open]
        exchanged = alone[one, theirs] - alone[one, mine] + alone[mix.open, mine] - alone[mix.open, theirs]
        best, other = int(taken.argmin()), int(exchanged.argmin())
        if taken[best] < 0 and taken[best] <= exchanged[other]:
            structure[one] = best
            spare[best] -= 1
            spare[mine] += 1
        elif exchanged[other] < 0:
            structure[one], structure[mix.open[other]] = theirs[other], mine
    return structure


def taken_up(frame: Frame, mix: Mix, teams: Sequence[Team]) -> tuple[Ints, Ints]:
    """A given composition as far as it fits the frame; groups that it lacks go where fewest people are."""
    row = {name: k for k, name in enumerate(frame.names)}
    structures = {one.id: k for k, one in enumerate(frame.problem.structures)}
    known = [team for team in teams if team.id in row]
    given = {group: row[team.id] for team in known for group in team.groups}
    sizes = zeros(len(frame.names))
    chosen = zeros(len(frame.problem.groups))
    missing = []
    for number, (group, home) in enumerate(zip(frame.problem.groups, frame.home, strict=True)):
        team = given.get(group.id) if home is None else home
        if team is None:
            missing.append(number)
            continue
        chosen[number] = team
        sizes[team] += len(group.members)
    for number in missing:
        chosen[number] = int(sizes.argmin())
        sizes[chosen[number]] += len(frame.problem.groups[number].members)
    wanted = {row[team.id]: structures[team.structure] for team in known if team.structure in structures}
    return chosen, first_structures(frame, mix, wanted)


def dealt(frame: Frame, mix: Mix) -> Ints:
    """A team for each group, by best insertion: groups with a wheelchair first, then the largest."""
    rules, groups = mix.rules, mix.groups
    team = np.array([-1 if home is None else home for home in frame.home], dtype=np.int64)
    teams = zeros(len(mix.may), groups.shape[1])
    settled = np.flatnonzero(team >= 0)
    np.add.at(teams, team[settled], groups[settled])
    mean = int(groups[:, SIZE].sum()) // max(1, len(teams)) + 1
    unit = int(mix.weight.max(initial=1)) or 1
    order = np.lexsort((-groups[:, SIZE], -groups[:, WHEELS]))
    for group in (int(group) for group in order if team[group] < 0):
        row = groups[group]
        grown = teams + row
        cost = teams @ (row * mix.weight) + unit * np.maximum(0, grown[:, SIZE] - mean) ** 2
        excess = np.maximum(0, grown[:, CHILDREN] - rules[PER_ADULT] * grown[:, ADULTS])
        cost += 60 * unit * (excess + np.maximum(0, grown[:, SIZE] - rules[TEAM_MAX]))
        if row[WHEELS]:
            cost += np.where(mix.may & MAY_ROLL, 0, 10_000 * unit)
            cost += np.where((mix.may & MAY_WALK) | (teams[:, WHEELS] == 0), 1_000 * unit, 0)
        team[group] = int(np.lexsort((teams[:, SIZE], cost))[0])
        teams[team[group]] += row
    return team


def mended(mix: Mix, team: Ints) -> Ints:
    """The same composition, each group in turn moved, or given the place of another, where that mends rules
    most, then costs least: again and again while rules are mended, once more for the pairs."""
    team = team.copy()
    teams = zeros(len(mix.may), mix.groups.shape[1])
    np.add.at(teams, team, mix.groups)
    left = int(broken_by(mix, teams, mix.may).sum())
    for _ in range(PASSES):
        for one in mix.movable.tolist():
            choices = (_relocation(mix, team, teams, one), _exchange(mix, team, teams, one))
            gain, moves = min(choices, key=itemgetter(0))
            if gain < (0, 0):
                for group, goes in moves:
                    teams[team[group]] -= mix.groups[group]
                    teams[goes] += mix.groups[group]
                    team[group] = goes
        before, left = left, int(broken_by(mix, teams, mix.may).sum())
        if left == before:
            break
    return team


Choice = tuple[tuple[int, int], tuple[tuple[int, int], ...]]
"""More broken rules and more weighed pairs; the groups that move and the teams they go to."""


def _relocation(mix: Mix, team: Ints, teams: Ints, one: int) -> Choice:
    """The best other team for one group."""
    row, left = mix.groups[one], int(team[one])
    gone = teams[left] - row
    broken = broken_by(mix, gone, mix.may[left]) - broken_by(mix, teams[left], mix.may[left])
    broken = broken + broken_by(mix, teams + row, mix.may) - broken_by(mix, teams, mix.may)
    cost = (teams - gone) @ (row * mix.weight)
    cost[left] = broken[left] = 0
    best = int(np.lexsort((cost, broken))[0])
    return (int(broken[best]), int(cost[best])), ((one, best),)


def _exchange(mix: Mix, team: Ints, teams: Ints, one: int) -> Choice:
    """The best group of another team to change places with."""
    others = mix.movable[team[mix.movable] != team[one]]
    if len(others) == 0:
        return (0, 0), ()
    left, rights = int(team[one]), team[others]
    row = mix.groups[one] - mix.groups[others]
    broken = broken_by(mix, teams[left] - row, mix.may[left]) - broken_by(mix, teams[left], mix.may[left])
    broken = broken + broken_by(mix, teams[rights] + row, mix.may[rights])
    broken -= broken_by(mix, teams[rights], mix.may[rights])
    cost = ((teams[rights] - teams[left] + row) * row) @ mix.weight
    best = int(np.lexsort((cost, broken))[0])
    return (int(broken[best]), int(cost[best])), ((one, int(rights[best])), (int(others[best]), left))
