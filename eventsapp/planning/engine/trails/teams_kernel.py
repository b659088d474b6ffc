"""The annealing of teams, compiled (Numba): groups move to another team or change places, structures too.

Pure, worker only. Whole numbers only: the same lines give the same teams on every machine. What annealing
lowers is the weighed faults plus `penalty` for each broken rule (a person too many, an adult missing, …).
"""

from __future__ import annotations

from typing import NamedTuple

from eventsapp.planning.engine.kernels import compiled, draw
from eventsapp.planning.engine.networks import Ints

FINE = 32
"""Steps of the acceptance table for one temperature."""

UNIT = 1024
"""Temperatures are told in 1024ths of a unit of the objective."""

SIDES = 1 << 31
"""Draws for acceptance are below it."""

RELOCATED, RESTRUCTURED, OUT_OF = 30, 4, 100
"""Of a hundred moves tried: those that move one group, and those that change a structure."""

SIZE, CHILDREN, ADULTS, WHEELS = 0, 1, 2, 3
"""What a row of `heads` and of `sums` holds: people, children, adults, groups with a wheelchair."""

TEAM_MIN, TEAM_MAX, PER_ADULT, MIN_ADULTS, LONELY = 0, 1, 2, 3, 4
"""What `rules` holds; the last is the weight of somebody who has nobody to speak with."""

MAY_ROLL, MAY_WALK = 1, 2
"""What a team may be: with a wheelchair, without one; one bit each."""

FAULTS, BROKEN = 0, 1
"""What `total` holds: the weighed faults, pairs within groups included; how many rules are broken."""


class Mix(NamedTuple):
    """What does not change. Features are quartiers, then age bands; `sets` are sets of languages without
    French, `languages` those that somebody could interpret."""

    start: Ints  # group -> where its features begin in `feature` and `count`
    feature: Ints
    count: Ints
    dense: Ints  # [group, feature]
    weight: Ints  # [feature]
    heads: Ints  # [group, SIZE …]
    voiced: Ints  # [group]: whether it has anything to do with languages
    needs: Ints  # [group, set]: how many speak exactly this
    speaks: Ints  # [group, language]: how many interpret it
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
    counts: Ints  # [team, feature]
    sums: Ints  # [team, SIZE …]
    needs: Ints  # [team, set]
    speaks: Ints  # [team, language], the structure included
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
    count = 0
    if size > rules[TEAM_MAX]:
        count += size - rules[TEAM_MAX]
    elif size < rules[TEAM_MIN]:
        count += rules[TEAM_MIN] - size
    if adults < rules[MIN_ADULTS]:
        count += rules[MIN_ADULTS] - adults
    if children > rules[PER_ADULT] * adults:
        count += children - rules[PER_ADULT] * adults
    if wheels > 0:
        if not may & MAY_ROLL:
            count += wheels
    elif not may & MAY_WALK:
        count += 1
    return count


@compiled
def team_breaks(mix: Mix, state: State, team: int) -> int:
    """By how much this team breaks the rules now."""
    row = state.sums[team]
    return breaks(mix.rules, mix.may[team], row[SIZE], row[CHILDREN], row[ADULTS], row[WHEELS])


@compiled
def lonely(mix: Mix, state: State, team: int) -> int:
    """How many of the team have nobody to speak with, neither interpreter nor structure."""
    count = 0
    for row in range(mix.helps.shape[0]):
        if state.needs[team, row] > 0:
            helped = False
            for language in range(mix.helps.shape[1]):
                if mix.helps[row, language] > 0 and state.speaks[team, language] > 0:
                    helped = True
                    break
            if not helped:
                count += state.needs[team, row]
    return count


@compiled
def utter(mix: Mix, state: State, group: int, team: int, sign: int) -> None:
    """Count the languages of a group into a team, or out of it."""
    for row in range(mix.needs.shape[1]):
        state.needs[team, row] += sign * mix.needs[group, row]
    for language in range(mix.speaks.shape[1]):
        state.speaks[team, language] += sign * mix.speaks[group, language]


@compiled
def carry(mix: Mix, state: State, group: int, team: int) -> None:
    """Put a group into another team, all counts but those of languages with it."""
    left = state.team[group]
    state.team[group] = team
    for k in range(mix.start[group], mix.start[group + 1]):
        state.counts[left, mix.feature[k]] -= mix.count[k]
        state.counts[team, mix.feature[k]] += mix.count[k]
    for k in range(4):
        state.sums[left, k] -= mix.heads[group, k]
        state.sums[team, k] += mix.heads[group, k]


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
        best.team[:] = state.team
        best.structure[:] = state.structure
        best.total[:] = state.total


@compiled
def voices(mix: Mix, state: State, one: int, other: int, left: int, right: int) -> int:
    """Let `one` go from `left` to `right` and `other` (unless −1) back, languages only: people more alone."""
    before = state.alone[left] + state.alone[right]
    utter(mix, state, one, left, -1)
    utter(mix, state, one, right, 1)
    if other >= 0:
        utter(mix, state, other, right, -1)
        utter(mix, state, other, left, 1)
    return lonely(mix, state, left) + lonely(mix, state, right) - before


@compiled
def relocate(mix: Mix, state: State, best: Best, heat: int, penalty: int, table: Ints) -> None:
    """Try to put one group into another team."""
    group = mix.movable[draw(state.chance, len(mix.movable))]
    left, right = state.team[group], draw(state.chance, len(mix.may))
    head = mix.heads[group]
    if left == right or (head[WHEELS] and not mix.may[right] & MAY_ROLL):
        return
    rules, a, b = mix.rules, state.sums[left], state.sums[right]
    broken = breaks(
        rules,
        mix.may[left],
        a[SIZE] - head[SIZE],
        a[CHILDREN] - head[CHILDREN],
        a[ADULTS] - head[ADULTS],
        a[WHEELS] - head[WHEELS],
    ) - team_breaks(mix, state, left)
    broken += breaks(
        rules,
        mix.may[right],
        b[SIZE] + head[SIZE],
        b[CHILDREN] + head[CHILDREN],
        b[ADULTS] + head[ADULTS],
        b[WHEELS] + head[WHEELS],
    ) - team_breaks(mix, state, right)
    faults = 0
    for k in range(mix.start[group], mix.start[group + 1]):
        f, c = mix.feature[k], mix.count[k]
        faults += mix.weight[f] * c * (state.counts[right, f] - state.counts[left, f] + c)
    judge(mix, state, best, group, -1, left, right, faults, broken, heat, penalty, table)


@compiled
def swap(mix: Mix, state: State, best: Best, heat: int, penalty: int, table: Ints) -> None:
    """Try to let two groups of different teams change places."""
    one = mix.movable[draw(state.chance, len(mix.movable))]
    other = mix.movable[draw(state.chance, len(mix.movable))]
    left, right = state.team[one], state.team[other]
    p, q = mix.heads[one], mix.heads[other]
    if left == right:
        return
    if (p[WHEELS] and not mix.may[right] & MAY_ROLL) or (q[WHEELS] and not mix.may[left] & MAY_ROLL):
        return
    broken = 0
    size, children = q[SIZE] - p[SIZE], q[CHILDREN] - p[CHILDREN]
    adults, wheels = q[ADULTS] - p[ADULTS], q[WHEELS] - p[WHEELS]
    if size or children or adults or wheels:
        rules, a, b = mix.rules, state.sums[left], state.sums[right]
        broken = breaks(
            rules, mix.may[left], a[SIZE] + size, a[CHILDREN] + children, a[ADULTS] + adults, a[WHEELS] + wheels
        ) - team_breaks(mix, state, left)
        broken += breaks(
            rules, mix.may[right], b[SIZE] - size, b[CHILDREN] - children, b[ADULTS] - adults, b[WHEELS] - wheels
        ) - team_breaks(mix, state, right)
        if broken > 0 and broken * penalty * UNIT * FINE // heat >= 2 * len(table):
            return
    faults = 0
    for k in range(mix.start[one], mix.start[one + 1]):
        f = mix.feature[k]
        c = mix.count[k] - mix.dense[other, f]
        faults += mix.weight[f] * c * (state.counts[right, f] - state.counts[left, f] + c)
    for k in range(mix.start[other], mix.start[other + 1]):
        f, c = mix.feature[k], mix.count[k]
        if mix.dense[one, f] == 0:
            faults += mix.weight[f] * c * (state.counts[left, f] - state.counts[right, f] + c)
    judge(mix, state, best, one, other, left, right, faults, broken, heat, penalty, table)


@compiled
def judge(
    mix: Mix,
    state: State,
    best: Best,
    one: int,
    other: int,
    left: int,
    right: int,
    faults: int,
    broken: int,
    heat: int,
    penalty: int,
    table: Ints,
) -> None:
    """Take the move or not, once what it costs in pairs and rules is known."""
    spoken = mix.voiced[one] or (other >= 0 and mix.voiced[other])
    if spoken:
        alone = voices(mix, state, one, other, left, right)
        faults += mix.rules[LONELY] * alone
    if takes(faults + penalty * broken, heat, table, state.chance):
        carry(mix, state, one, right)
        if other >= 0:
            carry(mix, state, other, left)
        if spoken:
            state.alone[left], state.alone[right] = lonely(mix, state, left), lonely(mix, state, right)
        settle(state, best, faults, broken)
    elif spoken:
        utter(mix, state, one, left, 1)
        utter(mix, state, one, right, -1)
        if other >= 0:
            utter(mix, state, other, right, 1)
            utter(mix, state, other, left, -1)


@compiled
def house(mix: Mix, state: State, team: int, structure: int) -> int:
    """Give a team another structure: people more alone. Counts of languages and of spare places go with it."""
    left = state.structure[team]
    for language in range(mix.tongues.shape[1]):
        state.speaks[team, language] += mix.tongues[structure, language] - mix.tongues[left, language]
    state.spare[left] += 1
    state.spare[structure] -= 1
    state.structure[team] = structure
    before = state.alone[team]
    state.alone[team] = lonely(mix, state, team)
    return state.alone[team] - before


@compiled
def restructure(mix: Mix, state: State, best: Best, heat: int, table: Ints) -> None:
    """Try another structure for a team, or let two teams exchange theirs."""
    one = mix.open[draw(state.chance, len(mix.open))]
    left, other = state.structure[one], -1
    right = draw(state.chance, len(mix.fits))
    if state.spare[right] <= 0:
        other = mix.open[draw(state.chance, len(mix.open))]
        right = state.structure[other]
        if mix.may[other] & MAY_ROLL and not mix.fits[left]:
            return
    if left == right or (mix.may[one] & MAY_ROLL and not mix.fits[right]):
        return
    alone = house(mix, state, one, right)
    if other >= 0:
        alone += house(mix, state, other, left)
    if takes(mix.rules[LONELY] * alone, heat, table, state.chance):
        settle(state, best, mix.rules[LONELY] * alone, 0)
        return
    house(mix, state, one, left)
    if other >= 0:
        house(mix, state, other, right)


@compiled
def anneal(mix: Mix, state: State, best: Best, heat: int, penalty: int, tries: int, table: Ints) -> None:
    """Try so many moves at one temperature (`heat`: in UNITs)."""
    structures = RESTRUCTURED if len(mix.open) > 0 and mix.helps.shape[0] > 0 else 0
    for _ in range(tries):
        die = draw(state.chance, OUT_OF)
        if die < structures:
            restructure(mix, state, best, heat, table)
        elif die < structures + RELOCATED:
            relocate(mix, state, best, heat, penalty, table)
        else:
            swap(mix, state, best, heat, penalty, table)
