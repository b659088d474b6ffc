"""What a block of months shares out at random, so that each part can be solved by a flow of its own.

Pure, worker only (NumPy). A flow sees neither that two months use one association, or one topic, at the same
school, nor days between visits, nor a limit of the city. Each of these is shared out beforehand, what the
plan holds keeping its part: the plan in hand stays among the possible ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.saturdays.tables import NOWHERE, Bools
from eventsapp.planning.engine.saturdays.year import Year

NEVER_BEFORE, NEVER_AFTER = 0, 10**7
"""Days (as ordinals) before and after all others."""


FEW_BACK = 6
"""Fewer schools than this go back at once to the plan before."""


@dataclass(frozen=True, slots=True)
class Allotment:
    """Which period of a block may use which association and topic at each school."""

    association: Ints
    topic: Ints


def going_back(year: Year, periods: Sequence[int], rng: np.random.Generator) -> Bools:
    """A few schools whose sessions in these periods may all be as in the plan before, and not as they are.

    Two visits of a school often went back only together, and what stands in their way gives way to them.
    """
    tables = year.tables
    chosen = np.zeros(len(tables.schools), dtype=bool)
    if not tables.has_before.any():
        return chosen
    here = year.changed() & np.isin(tables.session_period, periods)
    schools = np.unique(tables.session_school[here])
    chosen[rng.permutation(schools)[: int(rng.integers(FEW_BACK))]] = True
    return chosen


def allot(
    year: Year, periods: Sequence[int], block: Ints, back: Bools, rng: np.random.Generator
) -> Allotment:
    """Give each (school, association) and (school, topic) to one of the periods."""
    tables = year.tables
    association = rng.integers(len(periods), size=year.visits.shape)
    topic = rng.integers(len(periods), size=year.topics.shape)
    position = np.searchsorted(periods, tables.session_period[block])
    now = np.stack([year.association, year.topic], axis=1)[block]
    before, of_school = tables.before[block][:, [0, 2]], tables.session_school[block]
    returning = np.where(back[of_school, None], before, NOWHERE)
    for rights in (before, now, returning):
        some = rights[:, 0] != NOWHERE
        association[of_school[some], rights[some, 0]] = position[some]
        topic[of_school[some], rights[some, 1]] = position[some]
    return Allotment(association, topic)


def windows(
    year: Year, periods: Sequence[int], back: Bools | None, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The first and last day on which each period (in order) may have a session: [position, school].

    Between two periods that follow one another a day is drawn for each school: the earlier one ends there,
    the later one begins `min_gap_days` after it. Any two sessions chosen so are far enough apart. What the
    year holds stays possible, but for every other school that lacks a session: what it holds may have to
    move for that one.
    """
    tables, schools = year.tables, len(year.tables.schools)
    gap, count = max(1, tables.problem.min_gap_days), len(periods)
    first = np.full((count, schools), NEVER_BEFORE, dtype=np.int64)
    last = np.full((count, schools), NEVER_AFTER, dtype=np.int64)
    if count == 1:
        return first, last
    held = np.full((count, schools), NOWHERE, dtype=np.int64)
    for position, period in enumerate(periods):
        here = np.flatnonzero((tables.session_period == period) & (year.date != NOWHERE))
        held[position, tables.session_school[here]] = tables.ordinal[year.date[here]]
    lacking = np.isin(np.arange(schools), _lacking(year, periods))
    held[:, lacking & (rng.integers(2, size=schools) == 0)] = NOWHERE
    if back is not None and back.any():
        held[:, back] = NOWHERE
        for position, period in enumerate(periods):
            here = np.flatnonzero((tables.session_period == period) & tables.has_before)
            here = here[back[tables.session_school[here]]]
            held[position, tables.session_school[here]] = tables.ordinal[tables.before[here, 1]]
    latest = np.maximum.accumulate(held, axis=0)
    until = np.where(held == NOWHERE, NEVER_AFTER, held - gap)
    soonest = np.minimum.accumulate(until[::-1], axis=0)[::-1]
    cut = np.full(schools, NEVER_BEFORE, dtype=np.int64)
    for k, (one, other) in enumerate(pairwise(periods)):
        low, high = _between(year, one, other, gap)
        drawn = rng.integers(low, high + 1, size=schools)
        cut = np.minimum(np.maximum(drawn, np.maximum(latest[k], cut)), soonest[k + 1])
        last[k] = np.minimum(last[k], cut)
        first[k + 1] = cut + gap
    return first, last


def _lacking(year: Year, periods: Sequence[int]) -> Ints:
    """The schools that lack a session in one of these periods."""
    tables = year.tables
    here = np.isin(tables.session_period, periods) & (year.association == NOWHERE)
    return tables.session_school[here]


def _between(year: Year, one: int, other: int, gap: int) -> tuple[int, int]:
    """From the day that leaves the later period all its dates, to the one that leaves them to the earlier."""
    ending, beginning = (year.tables.period_dates[p] for p in (one, other))
    if not ending and not beginning:
        return NEVER_BEFORE, NEVER_BEFORE
    ordinal = year.tables.ordinal
    end = int(ordinal[max(ending)]) if ending else int(ordinal[min(beginning)]) - gap
    start = int(ordinal[min(beginning)]) - gap if beginning else end
    return min(end, start), end


LOOSE = 4
"""One date in so many has its places dealt anew, whatever the plan holds there."""


@dataclass(frozen=True, slots=True)
class Places:
    """The (association, date) of some arcs, as association × dates + date, and the room of each."""

    key: Ints
    of_arc: Ints
    room: Ints


def share_places(
    year: Year, associations: Ints, dates: Ints, was: tuple[Ints, ...] | None, rng: np.random.Generator
) -> Places:
    """Room of each place. Where the city has a limit, each date's is shared out among places at random.

    What the plan holds (`was`) keeps its place, so that it stays among the possible ones; but where there is
    a plan before, every other time on some dates, whose places go first to those of that plan. Arcs of a
    single date need no sharing: `cheapest` counts them together.
    """
    tables = year.tables
    key, of_arc = np.unique(associations * len(tables.dates) + dates, return_inverse=True)
    association, date = np.divmod(key, len(tables.dates))
    room = np.maximum(0, tables.crews[association] - year.on_date[association, date])
    if tables.problem.max_sessions_per_date is None or len(np.unique(date)) == 1:
        return Places(key, of_arc, room)
    used = np.zeros(len(key), dtype=np.int64)
    if was is not None:
        held = was[0] != NOWHERE
        stand = was[0][held] * len(tables.dates) + was[1][held]
        np.add.at(used, np.searchsorted(key, stand[np.isin(stand, key)]), 1)
    room = np.minimum(room, np.maximum(tables.city, used))
    unit = np.repeat(np.arange(len(key)), room)
    nth = np.arange(len(unit)) - np.repeat(np.cumsum(room) - room, room)
    later = nth >= used[unit]
    if tables.has_before.any() and rng.integers(2):
        loose = rng.integers(LOOSE, size=len(tables.dates)) == 0
        later = np.where(loose[date[unit]], ~np.isin(key[unit], _places_before(year)), later)
    order = np.lexsort((rng.random(len(unit)), later, date[unit]))
    days = date[unit][order]
    rank = np.arange(len(unit)) - np.searchsorted(days, days)
    kept = order[rank < (tables.city - year.in_city)[days]]
    return Places(key, of_arc, np.bincount(unit[kept], minlength=len(key)))


def _places_before(year: Year) -> Ints:
    """The places of the plan before, as association × dates + date."""
    tables = year.tables
    was = tables.before[tables.has_before]
    return np.asarray(was[:, 0] * len(tables.dates) + was[:, 1], dtype=np.int64)
