"""What no composition can beat, from the tables. Pure, worker only (NumPy)."""

from __future__ import annotations

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.problem import FRENCH, Problem
from eventsapp.planning.engine.trails.teams_tables import features


def pairs(numbers: Ints) -> int:
    """How many pairs so many people form, summed."""
    return int((numbers * (numbers - 1) // 2).sum())


def least_alone(problem: Problem) -> int:
    """Those whom no structure and nobody of the whole day understands."""
    known = frozenset[str]().union(
        *(one.languages for one in problem.structures),
        *(person.languages for person in problem.people if FRENCH in person.languages),
    )
    return sum(FRENCH not in one.languages and not one.languages & known for one in problem.people)


def poured(blocks: Ints, teams: int) -> int:
    """Fewest pairs that these indivisible blocks of like people form in so many teams: the largest stay alone
    while they are above the average of the rest, which is spread evenly (majorisation)."""
    left, found = int(blocks.sum()), 0
    for block in -np.sort(-blocks):
        if teams <= 0 or block * teams <= left:
            break
        found += pairs(block)
        left, teams = left - int(block), teams - 1
    if teams <= 0:
        return found
    each, more = divmod(left, teams)
    return found + pairs(np.array([each] * (teams - more) + [each + 1] * more, dtype=np.int64))


def bound(problem: Problem) -> int:
    """No plan has fewer weighed faults: each feature and each speaker bounded by itself."""
    dense, weights = features(problem), problem.weights
    faults = weights.lang_isolated * least_alone(problem)
    first = len(problem.quartiers)
    for columns, weight in (
        (dense[:, :first], weights.quartier_pair),
        (dense[:, first:], weights.age_pair),
    ):
        least = sum(poured(column, problem.rules.n_teams) for column in columns.T)
        faults += weight * max(0, least - pairs(columns))
    return faults


def within(problem: Problem) -> int:
    """The weighed pairs inside groups: annealing counts them, the objective does not."""
    return _weighed(problem, features(problem))


def objective(problem: Problem, teams: Ints, alone: int) -> int:
    """The weighed faults of teams, pairs within groups included; their features are the last columns."""
    last = teams[:, teams.shape[1] - len(problem.quartiers) - len(problem.ages) :]
    return _weighed(problem, last) + problem.weights.lang_isolated * alone


def _weighed(problem: Problem, counts: Ints) -> int:
    first, weights = len(problem.quartiers), problem.weights
    return weights.quartier_pair * pairs(counts[:, :first]) + weights.age_pair * pairs(counts[:, first:])
