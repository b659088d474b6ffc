"""The annealing of teams, compiled (Numba): groups move to another team or change places, structures too.

Pure, worker only. Whole numbers only: the same lines give the same teams on every machine. What annealing
lowers is the weighed faults plus `penalty` for each broken rule (a person too many, an adult missing, …).
Few functions and few tables: a machine waits for the compiler once.
"""

from __future__ import annotations

from typing import NamedTuple

from eventsapp.planning.engine.kernels import compiled, draw
from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.frame import MAY_ROLL, MAY_WALK

FINE = 32
"""Steps of the acceptance table for one temperature."""

UNIT = 1024
"""Temperatures are told in 1024ths of a unit of the objective."""

SIDES = 1 << 31
"""Draws for acceptance are below it."""

RELOCATED, RESTRUCTURED, OUT_OF = 30, 4, 100
"""Of a hundred moves tried: those that move one group, and those that change a structure."""

SIZE, CHILDREN, ADULTS, WHEELS, HEAD = 0, 1, 2, 3, 4
"""The first columns of a group and of a team: people, children, adults, groups with a wheelchair. After them
come the sets of languages without French (how many speak exactly these), the languages (how many interpret
each, in a team its structure too), then the features: quartiers and age bands."""

TEAM_MIN, TEAM_MAX, PER_ADULT, MIN_ADULTS, LONELY = 0, 1, 2, 3, 4
"""What `rules` holds; the last is the weight of somebody who has nobody to speak with."""

FAULTS, BROKEN = 0, 1
"""What `total` holds: the weighed faults, pairs within groups included; how many rules are broken."""


class Mix(NamedTuple):
    """What does not change."""

    groups: Ints  # [group, column]
    voiced: Ints  # [group]: whether it has anything to do with languages
    start: Ints  # group -> where its features begin in `feature`
    feature: Ints  # columns
    weight: Ints  # [column]: of a pair
    helps: Ints  # [set, language]
    tongues: Ints  # [structure, language]
    fits: Ints  # [structure]: welcomes wheelchairs
    rules: Ints
    may: Ints  # [team]
    movable: Ints  # groups that are not pinned
    open: Ints  # teams whose structure is not pinned


class State(NamedTuple):
    """One composition and its counts, changed in place."""

    team: Ints  # [group]
    structure: Ints  # [team]
    teams: Ints  # [team, column]
    alone: Ints  # [team]: people who have nobody to speak with
    spare: Ints  # [structure]: teams it could still take
    total: Ints
    chance: Ints


class Best(NamedTuple):
    """The best composition so far: fewest broken rules, then least faults."""

    team: Ints
    structure: Ints
    total: Ints


@compiled
def breaks(rules: Ints, may: int, size: int, children: int, adults: int, wheels: int) -> int:
    """By how much a team breaks the rules."""
    count = max(0, size - rules[TEAM_MAX]) + max(0, rules[TEAM_MIN] - size)
    count += max(0, rules[MIN_ADULTS] - adults) + max(0, children - rules[PER_ADULT] * adults)
    if wheels > 0:
        return count if may & MAY_ROLL else count + wheels
    return count if may & MAY_WALK else count + 1


@compiled
def lonely(helps: Ints, row: Ints) -> int:
    """How many of a team have nobody to speak with, neither interpreter nor structure."""
    count = 0
    for spoken in range(helps.shape[0]):
        if row[HEAD + spoken] > 0:
            helped = 0
            for language in range(helps.shape[1]):
                helped += helps[spoken, language] * row[HEAD + helps.shape[0] + language]
            if helped == 0:
                count += row[HEAD + spoken]
    return count


@compiled
def carry(mix: Mix, state: State, one: int, other: int, left: int, right: int) -> None:
    """Put group `one` from team `left` into `right`, and `other`, unless −1, back; counts with them."""
    state.team[one] = right
    for column in range(mix.groups.shape[1]):
        count = mix.groups[one, column]
        if other >= 0:
            count -= mix.groups[other, column]
        state.teams[left, column] -= count
        state.teams[right, column] += count
    if other >= 0:
        state.team[other] = left


@compiled
def takes(cost: int, heat: int, table: Ints, chance: Ints) -> bool:
    """Whether annealing takes a move of this cost."""
    if cost <= 0:
        return True
    step = cost * UNIT * FINE // heat
    return step < len(table) and draw(chance, SIDES) < table[step]


@compiled
def settle(state: State, best: Best, faults: int, broken: int) -> None:
    """A move is made: note what it changed, and whether nothing better was seen."""
    state.total[FAULTS] += faults
    state.total[BROKEN] += broken
    fewer = state.total[BROKEN] - best.total[BROKEN]
    if fewer < 0 or (fewer == 0 and state.total[FAULTS] < best.total[FAULTS]):
        for group in range(len(state.team)):
            best.team[group] = state.team[group]
        for team in range(len(state.structure)):
            best.structure[team] = state.structure[team]
        for part in range(2):
            best.total[part] = state.total[part]


@compiled
def more_broken(mix: Mix, state: State, one: int, other: int, left: int, right: int) -> int:
    """What a move of groups does to the rules of both teams."""
    p = mix.groups[one]
    size, children, adults, wheels = p[SIZE], p[CHILDREN], p[ADULTS], p[WHEELS]
    if other >= 0:
        q = mix.groups[other]
        size -= q[SIZE]
        children -= q[CHILDREN]
        adults -= q[ADULTS]
        wheels -= q[WHEELS]
    more = 0
    for side in range(2):
        team, sign = (right, 1) if side else (left, -1)
        row, may = state.teams[team], mix.may[team]
        more -= breaks(mix.rules, may, row[SIZE], row[CHILDREN], row[ADULTS], row[WHEELS])
        more += breaks(
            mix.rules,
            may,
            row[SIZE] + sign * size,
            row[CHILDREN] + sign * children,
            row[ADULTS] + sign * adults,
            row[WHEELS] + sign * wheels,
        )
    return more


@compiled
def more_pairs(mix: Mix, state: State, one: int, other: int, left: int, right: int) -> int:
    """What a move of groups does to the weighed pairs."""
    p, a, b, more = mix.groups[one], state.teams[left], state.teams[right], 0
    for k in range(mix.start[one], mix.start[one + 1]):
        f = mix.feature[k]
        c = p[f] - mix.groups[other, f] if other >= 0 else p[f]
        more += mix.weight[f] * c * (b[f] - a[f] + c)
    if other >= 0:
        for k in range(mix.start[other], mix.start[other + 1]):
            f = mix.feature[k]
            if p[f] == 0:
                c = mix.groups[other, f]
                more += mix.weight[f] * c * (a[f] - b[f] + c)
    return more


@compiled
def move(
    mix: Mix, state: State, best: Best, one: int, other: int, right: int, heat: int, penalty: int, table: Ints
) -> None:
    """Try to put group `one` into team `right`, and `other`, unless −1, from there into its place."""
    left = state.team[one]
    if mix.groups[one, WHEELS] > 0 and not mix.may[right] & MAY_ROLL:
        return
    if other >= 0 and mix.groups[other, WHEELS] > 0 and not mix.may[left] & MAY_ROLL:
        return
    broken = more_broken(mix, state, one, other, left, right)
    if broken > 0 and broken * penalty * UNIT * FINE // heat >= 2 * len(table):
        return
    faults = more_pairs(mix, state, one, other, left, right)
    spoken = mix.voiced[one] > 0 or (other >= 0 and mix.voiced[other] > 0)
    alone_left, alone_right = state.alone[left], state.alone[right]
    if spoken:
        carry(mix, state, one, other, left, right)
        alone_left, alone_right = lonely(mix.helps, state.teams[left]), lonely(mix.helps, state.teams[right])
        faults += mix.rules[LONELY] * (alone_left + alone_right - state.alone[left] - state.alone[right])
    if takes(faults + penalty * broken, heat, table, state.chance):
        if not spoken:
            carry(mix, state, one, other, left, right)
        state.alone[left], state.alone[right] = alone_left, alone_right
        settle(state, best, faults, broken)
    elif spoken:
        carry(mix, state, one, other, right, left)


@compiled
def house(mix: Mix, state: State, team: int, structure: int) -> int:
    """Give a team another structure, counts with it: how many more are alone."""
    left, before = state.structure[team], state.alone[team]
    for language in range(mix.tongues.shape[1]):
        column = HEAD + mix.helps.shape[0] + language
        state.teams[team, column] += mix.tongues[structure, language] - mix.tongues[left, language]
    state.spare[left] += 1
    state.spare[structure] -= 1
    state.structure[team] = structure
    state.alone[team] = lonely(mix.helps, state.teams[team])
    return state.alone[team] - before


@compiled
def restructure(mix: Mix, state: State, best: Best, heat: int, table: Ints) -> None:
    """Try another structure for a team, or let two teams exchange theirs."""
    one = mix.open[draw(state.chance, len(mix.open))]
    other = mix.open[draw(state.chance, len(mix.open))]
    left, right = state.structure[one], draw(state.chance, len(mix.fits))
    exchange = state.spare[right] <= 0
    if exchange:
        right = state.structure[other]
    if left == right or (mix.may[one] & MAY_ROLL and not mix.fits[right]):
        return
    if exchange and mix.may[other] & MAY_ROLL and not mix.fits[left]:
        return
    for back in range(2):
        alone = house(mix, state, one, left if back else right)
        if exchange:
            alone += house(mix, state, other, right if back else left)
        if takes(mix.rules[LONELY] * alone, heat, table, state.chance) or back:
            settle(state, best, mix.rules[LONELY] * alone, 0)
            return
        state.total[FAULTS] += mix.rules[LONELY] * alone


@compiled
def anneal(mix: Mix, state: State, best: Best, heats: Ints, penalty: int, tries: int, table: Ints) -> None:
    """Try so many moves at one temperature after the other (`heats`: in UNITs)."""
    structures = RESTRUCTURED if len(mix.open) > 0 and mix.helps.shape[0] > 0 else 0
    for heat in heats:
        for _ in range(tries):
            die = draw(state.chance, OUT_OF)
            if die < structures:
                restructure(mix, state, best, heat, table)
            if die < structures or len(mix.movable) == 0:
                continue
            one, other = mix.movable[draw(state.chance, len(mix.movable))], -1
            if die < structures + RELOCATED:
                right = draw(state.chance, len(mix.may))
            else:
                other = mix.movable[draw(state.chance, len(mix.movable))]
                right = state.team[other]
            if right != state.team[one]:
                move(mix, state, best, one, other, right, heat, penalty, table)
