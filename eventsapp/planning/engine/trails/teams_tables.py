"""A trail day as the rows that annealing works on, and a composition as its counts.

Pure, worker only (NumPy). Rows of teams, groups and structures are in the problem's order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventsapp.planning.engine.kernels import chance
from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.frame import MAY_ROLL, MAY_WALK, Frame
from eventsapp.planning.engine.trails.problem import CHILD, FRENCH, Problem
from eventsapp.planning.engine.trails.teams_kernel import (
    ADULTS,
    CHILDREN,
    HEAD,
    LONELY,
    MIN_ADULTS,
    PER_ADULT,
    SIZE,
    TEAM_MAX,
    TEAM_MIN,
    WHEELS,
    Best,
    Mix,
    State,
)


def zeros(*shape: int) -> Ints:
    return np.zeros(shape, dtype=np.int64)


def array(values: Sequence[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def features(problem: Problem) -> Ints:
    """For each group, how many of its members are of each quartier, then of each age band."""
    quartier = {name: row for row, name in enumerate(problem.quartiers)}
    age = {name: len(quartier) + row for row, name in enumerate(problem.ages)}
    dense = zeros(len(problem.groups), len(quartier) + len(age))
    for row, group in enumerate(problem.groups):
        for person in group.members:
            dense[row, quartier[person.quartier]] += 1
            dense[row, age[person.age]] += 1
    return dense


def heads(problem: Problem) -> Ints:
    """For each group: people, children, adults, and one if somebody is in a wheelchair."""
    adults = problem.rules.supervisors
    rows = [
        (
            len(group.members),
            sum(person.age == CHILD for person in group.members),
            sum(person.age in adults for person in group.members),
            int(group.wheelchair),
        )
        for group in problem.groups
    ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 4)


def mix_of(frame: Frame, shift: int = 0) -> Mix:
    """The tables of a problem. Weights lose `shift` bits, so that no sum overflows."""
    problem, weights, rules = frame.problem, frame.problem.weights, frame.problem.rules
    sets = sorted({p.languages for p in problem.people if FRENCH not in p.languages}, key=sorted)
    spoken = sorted({language for one in sets for language in one})
    needs, speaks = zeros(len(problem.groups), len(sets)), zeros(len(problem.groups), len(spoken))
    for row, group in enumerate(problem.groups):
        for person in group.members:
            if FRENCH not in person.languages:
                needs[row, sets.index(person.languages)] += 1
            else:
                speaks[row] += np.array([language in person.languages for language in spoken], dtype=np.int64)
    dense = features(problem)
    groups = np.ascontiguousarray(np.hstack((heads(problem), needs, speaks, dense)))
    first = groups.shape[1] - dense.shape[1]
    starts = zeros(len(dense) + 1)
    starts[1:] = np.cumsum(np.count_nonzero(dense, axis=1))
    pair = [weights.quartier_pair >> shift] * len(problem.quartiers)
    pair += [weights.age_pair >> shift] * len(problem.ages)
    return Mix(
        groups=groups,
        voiced=np.minimum(1, np.hstack((needs, speaks)).sum(axis=1)),
        start=starts,
        feature=(np.nonzero(dense)[1] + first).astype(np.int64),
        weight=array([0] * first + pair),
        helps=_among(spoken, sets),
        tongues=_among(spoken, [one.languages for one in problem.structures]),
        fits=array([one.wheelchair_ok for one in problem.structures]),
        rules=array(
            (
                rules.team_min,
                rules.team_max,
                rules.children_per_adult,
                rules.min_adults,
                weights.lang_isolated >> shift,
            )
        ),
        may=array(frame.may),
        movable=array([row for row, team in enumerate(frame.home) if team is None]),
        open=array([team for team, structure in enumerate(frame.housed) if structure is None]),
    )


def _among(languages: Sequence[str], speakers: Sequence[frozenset[str]]) -> Ints:
    rows = [[int(language in one) for language in languages] for one in speakers]
    return np.array(rows, dtype=np.int64).reshape(len(speakers), len(languages))


def state_of(frame: Frame, mix: Mix, team: Ints, structure: Ints, seed: int) -> State:
    """A composition with all its counts."""
    teams = zeros(len(mix.may), mix.groups.shape[1])
    np.add.at(teams, team, mix.groups)
    sets, languages = mix.helps.shape
    interpreters = teams[:, HEAD + sets : HEAD + sets + languages]
    interpreters += mix.tongues[structure]
    helped = (interpreters > 0).astype(np.int64) @ mix.helps.T > 0
    alone = np.where(helped, 0, teams[:, HEAD : HEAD + sets]).sum(axis=1)
    faults = (teams * (teams - 1) // 2).sum(axis=0) @ mix.weight + mix.rules[LONELY] * alone.sum()
    places = array([one.max_teams for one in frame.problem.structures])
    return State(
        team=team.copy(),
        structure=structure.copy(),
        teams=teams,
        alone=alone,
        spare=places - np.bincount(structure, minlength=len(places)),
        total=array((int(faults), int(broken_by(mix, teams, mix.may).sum()))),
        chance=chance(seed),
    )


def broken_by(mix: Mix, teams: Ints, may: Ints) -> Ints:
    """By how much each row, as a team that may be this, breaks the rules; columns are the last axis."""
    size, children, adults, wheels = (teams[..., column] for column in (SIZE, CHILDREN, ADULTS, WHEELS))
    low, high, ratio, least = (int(mix.rules[k]) for k in (TEAM_MIN, TEAM_MAX, PER_ADULT, MIN_ADULTS))
    broken: Ints = (
        np.maximum(0, size - high)
        + np.maximum(0, low - size)
        + np.maximum(0, least - adults)
        + np.maximum(0, children - ratio * adults)
        + np.where(may & MAY_ROLL, 0, wheels)
        + ((wheels == 0) & (may & MAY_WALK == 0))
    )
    return broken


def best_of(state: State) -> Best:
    return Best(state.team.copy(), state.structure.copy(), state.total.copy())
