"""One date for all sessions of a period: moving a period to another date, the periods beside it following.

Pure, worker only (NumPy). Solving months anew seldom moves two of them to new dates at once, which is what
the days between two visits of a school ask for.
"""

from __future__ import annotations

import numpy as np

from eventsapp.planning.engine.saturdays.months import Block, attempt, resolve
from eventsapp.planning.engine.saturdays.year import Year


def shift(year: Year, rng: np.random.Generator) -> bool:
    """Move a period to a date drawn for it, then solve its neighbours; True when the year is better.

    Otherwise the year is as good as before, or as it was.
    """
    tables = year.tables
    free = [p for p, choices in enumerate(tables.choices) if len(choices) > 1]
    if not free:
        return False
    period = int(rng.choice(free))
    dates = tables.choices[period][int(rng.integers(len(tables.choices[period])))]
    beside = [p for p in (period - 1, period + 1) if 0 <= p < len(tables.periods)]
    if rng.integers(2):
        beside.reverse()
    before, was = year.rank(), year.copy()
    for p in (*beside, period):
        year.clear(np.flatnonzero(tables.session_period == p))
    here = np.flatnonzero(tables.session_period == period)
    attempt(year, Block((period,), here, (dates,)), rng)
    for p in beside:
        resolve(year, [p], rng)
    attempt(year, Block((period,), here, (dates,)), rng)
    sound = all(year.sound(school) for school in range(len(tables.schools)))
    if year.rank() > before or not sound:
        year.restore(was)
        return False
    return year.rank() < before
