"""Which number of wheelchair teams mixes best, by a first look at each.

Pure, worker only (NumPy, Numba). The look is the same whatever the budget, so that more rounds never give a
worse plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.problem import Problem
from eventsapp.planning.engine.trails.teams import Composing

OPEN = 50
"""Only where the first number leaves more than this part of the bound to gain are others looked at."""

MOST_GROUPS = 600
"""Groups times numbers up to which a look takes less than half a second."""

ATTEMPTS = 6
"""Most numbers of wheelchair teams that are tried."""


def some(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """As many of them as are tried, the first among them."""
    if len(numbers) <= ATTEMPTS:
        return numbers
    return tuple(numbers[k * (len(numbers) - 1) // (ATTEMPTS - 1)] for k in range(ATTEMPTS))


def worth_a_look(problem: Problem, numbers: tuple[int, ...]) -> bool:
    return len(numbers) > 1 and len(problem.groups) * len(numbers) <= MOST_GROUPS


def best_first(
    numbers: tuple[int, ...], composing: Mapping[int, Composing], search: Search[Any]
) -> tuple[int, ...]:
    """The numbers, the one first whose teams are best after one round; the others in their order.

    The first stays first unless another leaves clearly less to gain: one round tells small differences
    badly.
    """
    ranks = dict[int, tuple[int, int]]()
    for number in numbers:
        if search.interrupted() is not None:
            return numbers
        composing[number].round(search)
        best = composing[number].best
        margin = best.bound // OPEN if number == numbers[0] else 0
        ranks[number] = (best.broken, best.objective - margin)
        if number == numbers[0] and best.broken == 0 and best.objective - margin <= best.bound:
            return numbers
    chosen = min(numbers, key=ranks.__getitem__)
    return (chosen, *(number for number in numbers if number != chosen))
