"""Where a search for school Saturdays begins: month by month, the whole year at once, or a plan in hand.

Pure, worker only (NumPy).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.saturdays.bounds import coverage_by_choice
from eventsapp.planning.engine.saturdays.months import (
    Arcs,
    Block,
    as_before,
    attempt,
    cheapest,
    join,
    keep_pins,
    resolve,
    resolve_apart,
)
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.shares import share_places, windows
from eventsapp.planning.engine.saturdays.tables import NOWHERE, Candidates, Tables
from eventsapp.planning.engine.saturdays.year import Year


def in_turn(tables: Tables, rng: np.random.Generator) -> Year:
    """A sound year in a moment: each month in its turn, the best after those before it."""
    year = Year(tables)
    for period in range(len(tables.periods)):
        resolve(year, [period], rng)
    return year


def begin_apart(year: Year, rng: np.random.Generator) -> Year:
    """The same year, its odd and its even periods planned anew, each of them together."""
    better = year.copy()
    for first in (1, 0):
        resolve_apart(better, first, 2, rng)
    return better


def on_dates(tables: Tables, dates: Sequence[Ints], rng: np.random.Generator) -> Year:
    """A sound year on these dates of each period: in turn, then each once more after those behind it."""
    year = Year(tables)
    for period in (*range(len(dates)), *range(len(dates))):
        sessions = np.flatnonzero(tables.session_period == period)
        attempt(year, Block((period,), sessions, (dates[period],)), rng)
    return year


def begin(tables: Tables, rng: np.random.Generator) -> Year:
    """A sound year that is nearly full: one flow over all months, less what clashes.

    A flow cannot see that an association was there the month before. Each (school, association) and
    (school, topic) is drawn a month of its own (that of the plan before, if it holds them), and costs what
    a pair would in any other.
    """
    year = Year(tables)
    every = np.arange(len(tables.session_school))
    if len(every) == 0:
        return year
    months = len(tables.periods)
    visit_month = rng.integers(months, size=year.visits.shape)
    topic_month = rng.integers(months, size=year.topics.shape)
    was = np.flatnonzero(tables.has_before)
    schools, periods = tables.session_school[was], tables.session_period[was]
    visit_month[schools, tables.before[was, 0]] = periods
    topic_month[schools, tables.before[was, 2]] = periods
    dates = _first_dates(tables)
    days = windows(year, range(months), None, rng)
    arcs = join(
        [_arcs(year, period, dates[period], days, visit_month, topic_month) for period in range(months)]
    )
    needed = np.where(tables.pinned, tables.pin_price, 0)
    year.place(
        *cheapest(year, every, arcs, needed, share_places(year, arcs.association, arcs.date, None, rng))
    )
    for school in range(len(tables.schools)):
        year.clear(np.array(year.clashes(school), dtype=np.int64))
    return year


def _first_dates(tables: Tables) -> list[Ints]:
    """The dates that each period begins with: where one is to be chosen, those that together cover most.

    Dates nearer than two visits of a school may be are taken together only for the better of the two.
    """
    if all(len(choices) == 1 for choices in tables.choices):
        return [choices[0] for choices in tables.choices]
    worth = coverage_by_choice(tables)
    best: list[list[tuple[int, int]]] = []  # for each choice: the most covered so far, and the choice before
    for p, choices in enumerate(tables.choices):
        row = []
        for c, dates in enumerate(choices):
            before = [
                (most - _lost(tables, p, b, dates, min(worth[p - 1][b], worth[p][c])), b)
                for b, (most, _) in enumerate(best[-1] if best else [])
            ]
            most, chosen = max(before, default=(0, 0), key=lambda one: one[0])
            row.append((most + worth[p][c], chosen))
        best.append(row)
    chosen = max(range(len(best[-1])), key=lambda c: best[-1][c][0])
    found: list[Ints] = []
    for p in range(len(best) - 1, -1, -1):
        found.append(tables.choices[p][chosen])
        chosen = best[p][chosen][1]
    return found[::-1]


def _lost(tables: Tables, period: int, before: int, dates: Ints, least: int) -> int:
    """What is lost when a period follows the choice `before` of the one before it on these dates."""
    earlier = tables.choices[period - 1][before]
    if len(earlier) == 0 or len(dates) == 0:
        return 0
    days = int(tables.ordinal[dates[0]] - tables.ordinal[earlier[-1]])
    return least if days < tables.problem.min_gap_days else 0


def _arcs(
    year: Year,
    period: int,
    dates: Ints,
    days: tuple[Ints, Ints],
    visit_month: Ints,
    topic_month: Ints,
) -> Arcs:
    tables, weights = year.tables, year.tables.problem.weights
    wished = weights.wish_unmet * (tables.wished & (year.topics == 0))
    by_topic = tables.scale * np.where(topic_month == period, -wished, weights.topic_pair)
    keep_pins(tables, period, by_topic)
    choices = np.where(tables.offers[None, :, :], by_topic[:, None, :], tables.forbidden)
    pairs = tables.scale * weights.association_pair * (visit_month != period)
    cost, topic = choices.min(axis=2) + pairs, choices.argmin(axis=2)
    chosen = tables.candidates[period]
    allowed = cost[chosen.school, chosen.association] < tables.forbidden // 2
    allowed &= np.isin(chosen.date, dates)
    day, (first, last) = tables.ordinal[chosen.date], days
    allowed &= (first[period, chosen.school] <= day) & (day <= last[period, chosen.school])
    chosen = Candidates(
        chosen.session[allowed], chosen.school[allowed], chosen.association[allowed], chosen.date[allowed]
    )
    arcs = Arcs(
        session=chosen.session,
        association=chosen.association,
        date=chosen.date,
        topic=topic[chosen.school, chosen.association],
        cost=cost[chosen.school, chosen.association],
    )
    return as_before(tables, arcs, chosen, by_topic, pairs)


def resume(tables: Tables, plan: Plan) -> Year:
    """The year that a plan holds, less what the problem no longer allows, line by line in its order."""
    year = Year(tables)
    rows = {
        (tables.schools[s].id, tables.periods[p].id): i
        for i, (s, p) in enumerate(zip(tables.session_school, tables.session_period, strict=True))
    }
    possible = {
        key
        for chosen in tables.candidates
        for key in zip(
            chosen.session.tolist(), chosen.association.tolist(), chosen.date.tolist(), strict=True
        )
    }
    in_use: dict[int, set[int]] = {}
    for line in plan.lines:
        row = _row(tables, rows, line)
        if row is None or row[:3] not in possible or year.association[row[0]] != NOWHERE:
            continue
        i, _, d, _ = row
        if not _fits(year, in_use, row):
            continue
        year.place(*(np.array([value], dtype=np.int64) for value in row))
        if year.sound(int(tables.session_school[i])):
            in_use.setdefault(int(tables.session_period[i]), set()).add(d)
        else:
            year.clear(np.array([i], dtype=np.int64))
    return year


def _row(
    tables: Tables, rows: dict[tuple[object, object], int], line: Line
) -> tuple[int, int, int, int] | None:
    """The session, association, date and topic of a line; None when the problem does not know them."""
    i, a = rows.get((line.school, line.period)), tables.association_row.get(line.association)
    d, t = tables.date_row.get(line.date), tables.topic_row.get(line.topic)
    if line.published or i is None or a is None or d is None or t is None:
        return None
    pinned = int(tables.pin_topic[i])
    return (i, a, d, t) if tables.offers[a, t] and pinned in (NOWHERE, t) else None


def _fits(year: Year, in_use: dict[int, set[int]], row: tuple[int, int, int, int]) -> bool:
    """Whether places, limits and the one date of the period leave room for one more session."""
    tables, (i, a, d, _) = year.tables, row
    period = int(tables.session_period[i])
    together = in_use.get(period, set()) | {d}
    return bool(year.room(a, d) and any(together <= set(dates.tolist()) for dates in tables.choices[period]))
