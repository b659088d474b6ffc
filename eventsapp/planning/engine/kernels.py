"""Inner loops compiled to machine code (Numba), and what such loops share: chance and acceptance.

Pure, worker only (Numba, NumPy). The same lines run as Python where nothing is compiled, and give the same
numbers: whole numbers only, no clock, no floating point in a loop. Compiled code is kept beside the source
(`__pycache__`, or NUMBA_CACHE_DIR), so that only the first plan on a machine waits a second or two for it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any, TypeVar, cast

import numba
import numpy as np

from eventsapp.planning.engine.networks import Ints

F = TypeVar("F", bound=Callable[..., Any])

CERTAIN = 1 << 32
"""The acceptance of a move that is always taken: draws are below it."""

COLD = 8
"""Moves that cost more than this many temperatures are never taken (one in three thousand would be)."""


def compiled(function: F) -> F:
    """The function as machine code, compiled on its first call; it must not need the interpreter."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # nowhere to keep the code: compile it in every process
        return cast(F, numba.njit(nogil=True)(function))


@compiled
def draw(state: Ints, below: int) -> int:
    """A whole number from 0 to `below` − 1; `state` holds one number from 1 to 2³² − 1 and moves on.

    Xorshift with 32 bits (Marsaglia 2003, "Xorshift RNGs"); `below` stays under 2³¹.
    """
    x = state[0]
    x ^= (x << 13) & 0xFFFFFFFF
    x ^= x >> 17
    x ^= (x << 5) & 0xFFFFFFFF
    state[0] = x
    return (x * below) >> 32


def kept() -> bool:
    """Whether a later process finds what this one compiles: there is a folder that may be written to."""
    return getattr(draw, "stats").cache_path is not None  # noqa: B009 - a compiled function has statistics


def chance(seed: int) -> Ints:
    """The state of a chain of draws: one for each seed."""
    return np.random.default_rng(seed).integers(1, CERTAIN, size=1, dtype=np.int64)


def acceptance(temperature: float) -> Ints:
    """For each cost of a move from 0 on, the draw below 2³² under which annealing takes it (Metropolis).

    What costs as much as the table is long, or more, is refused. Rounded to 32 bits, the table is the same
    on every machine.
    """
    length = max(1, int(COLD * temperature) + 1)
    if temperature <= 0:
        return np.array([CERTAIN], dtype=np.int64)
    return np.array([round(CERTAIN * exp(-cost / temperature)) for cost in range(length)], dtype=np.int64)
