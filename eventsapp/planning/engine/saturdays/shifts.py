"""Moves that several months take part in, each of them solved in its turn, and kept when they were worth it.

Pure, worker only (NumPy). Solving months anew seldom moves two of them for one another's sake, which is what
the days between two visits of a school ask for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventsapp.planning.engine.saturdays.months import Block, attempt, in_use, resolve
from eventsapp.planning.engine.saturdays.tables import NOWHERE
from eventsapp.planning.engine.saturdays.year import Year

FEW = 4
"""Schools for which others make way at once, at most."""


def make_way(year: Year, rng: np.random.Generator) -> bool:
    """Fill gaps of some schools by giving up what stands too near, which then is placed anew.

    True when the year is better; otherwise it is as good as before, or as it was.
    """
    tables = year.tables
    empty = np.flatnonzero(year.association == NOWHERE)
    if len(empty) == 0:
        return False
    period = int(tables.session_period[rng.choice(empty)])
    lacking = tables.session_school[empty[tables.session_period[empty] == period]]
    schools = rng.permutation(lacking)[: 1 + int(rng.integers(FEW))]
    beside = _beside(year, period, rng)
    before, was = year.rank(), year.copy()
    near = np.isin(tables.session_period, beside) & np.isin(tables.session_school, schools)
    year.clear(np.flatnonzero(near))
    for p in (period, *beside):
        resolve(year, [p], rng)
    return _kept(year, before, was)


def go_back(year: Year, rng: np.random.Generator) -> bool:
    """Put a changed session back as it was in the plan before; all that stands in its way is placed anew.

    May leave the year a little worse, which is what getting away from it takes: True when it is better.
    """
    tables = year.tables
    possible = np.flatnonzero(year.changed() & tables.may_return)
    if len(possible) == 0 or tables.problem.common_date:
        return False  # one session alone cannot take another date than those of its period
    before, was = year.rank(), year.copy()
    session = np.array([rng.choice(possible)], dtype=np.int64)
    period, school = int(tables.session_period[session[0]]), tables.session_school[session]
    beside = sorted({period, int(rng.choice(_beside(year, period, rng) or [period]))})
    block = np.flatnonzero(np.isin(tables.session_period, beside))
    associations, dates, topics = tables.before[session].T
    stand = (year.association == associations[0]) & (year.date == dates[0])
    here = tables.session_school == school[0]
    near = here & (np.abs(tables.ordinal[year.date] - tables.ordinal[dates[0]]) < tables.problem.min_gap_days)
    stand &= tables.session_period == period
    if stand.sum() < tables.crews[associations[0]] - tables.base_date[associations[0], dates[0]]:
        stand &= False
    year.clear(np.union1d(np.flatnonzero(near | stand), session))
    if not year.room(int(associations[0]), int(dates[0])):
        year.restore(was)
        return False
    year.place(session, associations, dates, topics)
    others = np.setdiff1d(block, session)
    attempt(year, Block(tuple(beside), others, tuple(in_use(year, p) for p in beside)), rng)
    resolve(year, [period], rng)
    pins, total = before
    return _kept(year, (pins, total + tables.problem.weights.changed), was) and year.rank() < before


def _beside(year: Year, period: int, rng: np.random.Generator) -> Sequence[int]:
    beside = [p for p in (period - 1, period + 1) if 0 <= p < len(year.tables.periods)]
    return beside[::-1] if rng.integers(2) else beside


def _kept(year: Year, before: tuple[int, int], was: Year) -> bool:
    """Whether the year is better than before; put back as it was where it is worse, or breaks a rule."""
    if year.rank() > before or len(year.unsound()):
        year.restore(was)
        return False
    return year.rank() < before


def shift(year: Year, rng: np.random.Generator) -> bool:
    """Where all sessions of a period are on one date: move it to another, its neighbours following.

    True when the year is better; otherwise it is as good as before, or as it was.
    """
    tables = year.tables
    free = [p for p, choices in enumerate(tables.choices) if len(choices) > 1]
    if not free:
        return False
    period = int(rng.choice(free))
    dates = tables.choices[period][int(rng.integers(len(tables.choices[period])))]
    beside = _beside(year, period, rng)
    before, was = year.rank(), year.copy()
    for p in (*beside, period):
        year.clear(np.flatnonzero(tables.session_period == p))
    here = np.flatnonzero(tables.session_period == period)
    attempt(year, Block((period,), here, (dates,)), rng)
    for p in beside:
        resolve(year, [p], rng)
    attempt(year, Block((period,), here, (dates,)), rng)
    return _kept(year, before, was)
