"""Re-solving some months of a school year exactly, the rest of the year standing still.

Pure, worker only (NumPy, OR-Tools). Each session sends one unit through a place (association, date), its
month cap and its year cap to the sink, or leaves it ungiven by the dear arc of a gap. For one month the
faults of a plan are a sum over arcs (a school has one session in it), and convex in the load of an
association (unit arcs of growing cost): the cheapest flow is the best month, proved.

Several months together would let one school take the same association, or topic, twice: each (school,
association) and (school, topic) is therefore allotted to one of them at random, what the plan holds now
keeping its month. The plan in hand stays among the possible ones, so that a round never makes it worse.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eventsapp.planning.engine.networks import Ints, Network
from eventsapp.planning.engine.saturdays.shares import (
    Allotment,
    Places,
    allot,
    going_back,
    share_places,
    windows,
)
from eventsapp.planning.engine.saturdays.tables import NOWHERE, Bools, Candidates, Tables
from eventsapp.planning.engine.saturdays.year import Year


@dataclass(frozen=True, slots=True)
class Arcs:
    """Ways to hold sessions, as parallel arrays; `session` numbers rows of the block, from 0."""

    session: Ints
    association: Ints
    date: Ints
    topic: Ints
    cost: Ints


@dataclass(frozen=True, slots=True)
class Block:
    """Sessions to plan anew: of some periods, each on some of its dates; the others stand still."""

    periods: tuple[int, ...]
    sessions: Ints
    dates: tuple[Ints, ...]
    strict: bool = True  # what another period was allotted is forbidden; otherwise it costs a pair


def resolve(year: Year, periods: Sequence[int], rng: np.random.Generator) -> bool:
    """Plan these periods anew; True when the year is better for it, otherwise at least as good as before.

    Where all sessions of a period are on one date, one period is tried on each of them; several periods,
    on a date drawn for each, which is the one in use half of the time.
    """
    choices = year.tables.choices
    block = np.flatnonzero(np.isin(year.tables.session_period, periods))
    if len(periods) == 1:
        tried = [attempt(year, Block(tuple(periods), block, (dates,)), rng) for dates in choices[periods[0]]]
        return any(tried)
    drawn = tuple(
        choices[p][int(rng.integers(len(choices[p])))] if rng.integers(2) else in_use(year, p)
        for p in periods
    )
    return attempt(year, Block(tuple(periods), block, drawn), rng)


def resolve_apart(year: Year, first: int, step: int, rng: np.random.Generator) -> bool:
    """Plan every second, third … period anew, together: which of them the limits of a year serve.

    Between periods that are apart no day is drawn, and what was allotted to another costs a pair only, so
    that a school keeps all its ways to hold a session. The flow may misjudge a pair; `attempt` does not.
    """
    periods = tuple(range(first, len(year.tables.periods), step))
    block = np.flatnonzero(np.isin(year.tables.session_period, periods))
    dates = tuple(in_use(year, p) for p in periods)
    return attempt(year, Block(periods, block, dates, strict=False), rng)


def resolve_date(year: Year, date: int, rng: np.random.Generator) -> bool:
    """Plan one date anew, with the sessions that are held nowhere: exact under the limit of the city."""
    tables = year.tables
    periods = [p for p, dates in enumerate(tables.choices) if any(date in some for some in dates)]
    mine = np.isin(tables.session_period, periods)
    here = mine & np.isin(year.date, (date, NOWHERE))
    if tables.problem.common_date and (mine & ~here).any():
        return False  # the period uses another date
    only = np.array([date], dtype=np.int64)
    return attempt(year, Block(tuple(periods), np.flatnonzero(here), (only,) * len(periods)), rng)


def in_use(year: Year, period: int) -> Ints:
    """The dates that a period uses now; any of its choices when it holds nothing."""
    held = year.date[(year.tables.session_period == period) & (year.date != NOWHERE)]
    choices = year.tables.choices[period]
    used = [dates for dates in choices if len(held) and np.isin(held, dates).all()]
    return used[0] if used else choices[0]


def attempt(year: Year, block: Block, rng: np.random.Generator) -> bool:
    """Hold the block in the cheapest way, unless what was there was better; True when the year is better."""
    tables, sessions = year.tables, block.sessions
    if len(sessions) == 0:
        return False
    before = year.rank()
    was = (year.association[sessions].copy(), year.date[sessions].copy(), year.topic[sessions].copy())
    back = going_back(year, block.periods, rng)
    allotment = allot(year, block.periods, sessions, back, rng) if len(block.periods) > 1 else None
    days = windows(year, block.periods, back, rng)
    year.clear(sessions)
    arcs = join(
        [_arcs(year, position, block, was, allotment, days, rng) for position in range(len(block.periods))]
    )
    places = share_places(year, arcs.association, arcs.date, was, rng)
    year.place(*cheapest(year, sessions, arcs, _needed(year, sessions, was[0]), places))
    after = year.rank()
    if after > before or np.isin(tables.session_school[sessions], year.unsound()).any():
        year.clear(sessions)
        held = was[0] != NOWHERE
        year.place(sessions[held], was[0][held], was[1][held], was[2][held])
        return False
    return after < before


def cheapest(
    year: Year, block: Ints, arcs: Arcs, needed: Ints, some: Places
) -> tuple[Ints, Ints, Ints, Ints]:
    """The cheapest way to hold the block: (session, association, date, topic) of each session held.

    Capacities and growing costs are what the rest of the year leaves; the block itself is clear.
    `needed` is added to the cost of not holding each session.
    """
    tables, weights, scale = year.tables, year.tables.problem.weights, year.tables.scale
    net = Network(np.ones(len(block), dtype=np.int64))
    association, date = np.divmod(some.key, max(1, len(tables.dates)))
    months, month_of = np.unique(association * tables.months + tables.month_of[date], return_inverse=True)
    month_association, month = np.divmod(months, max(1, tables.months))
    people, person_of = np.unique(month_association, return_inverse=True)
    schools, school_of = np.unique(tables.session_school[block], return_inverse=True)
    place, in_month, person, gap = (net.nodes(len(rows)) for rows in (some.key, months, people, schools))
    city, sink = net.node(), net.node()
    net.arcs(arcs.session, place[some.of_arc], 1, arcs.cost)
    net.arcs(place, in_month[month_of], some.room, 0)
    month_room = tables.per_month[month_association] - year.in_month[month_association, month]
    net.arcs(in_month, person[person_of], month_room, 0)
    share = scale * weights.load_square
    left = tables.per_year[people] - year.load[people]
    net.rising_arcs(person, city, left, share * (2 * year.load[people] + 1), 2 * share)
    days = np.unique(date)
    room = int((tables.city - year.in_city)[days[0]]) if len(days) == 1 else len(block)
    net.arcs(np.array([city]), sink, room)
    net.arcs(np.arange(len(block)), gap[school_of], 1, needed)
    owed = np.bincount(school_of, minlength=len(schools))
    missing = weights.uncovered + weights.gap_pair * (year.gaps_by_school()[schools] - owed)
    net.rising_arcs(gap, sink, owed, scale * missing, scale * weights.gap_pair)
    used = np.flatnonzero(net.cheapest(sink).flows[: len(arcs.session)])
    return block[arcs.session[used]], arcs.association[used], arcs.date[used], arcs.topic[used]


def _arcs(
    year: Year,
    position: int,
    block: Block,
    was: tuple[Ints, Ints, Ints],
    allotment: Allotment | None,
    days: tuple[Ints, Ints],
    rng: np.random.Generator,
) -> Arcs:
    """The ways to hold the sessions of one period of the block, at what each adds to the objective."""
    tables, period, sessions = year.tables, block.periods[position], block.sessions
    forbidden = barred(year, period, sessions)
    here = np.flatnonzero((tables.session_period[sessions] == period) & (was[0] != NOWHERE))
    schools = tables.session_school[sessions][here]
    cost, topic, by_topic = _prices(year, position, period, allotment, block.strict, rng)
    if len(block.periods) > 1:
        _let_stand(year, schools, (was[0][here], was[1][here], was[2][here]), cost, topic, forbidden)
    chosen = tables.candidates[period]
    allowed = ~forbidden[chosen.school, chosen.association, chosen.date]
    allowed &= cost[chosen.school, chosen.association] < tables.forbidden // 2
    day, (first, last) = tables.ordinal[chosen.date], days
    allowed &= (first[position, chosen.school] <= day) & (day <= last[position, chosen.school])
    if len(tables.choices[period]) > 1 or len(block.dates[position]) < len(tables.choices[period][0]):
        allowed &= np.isin(chosen.date, block.dates[position])
    if len(sessions) < len(tables.session_school):
        allowed &= np.isin(chosen.session, sessions)
    chosen = Candidates(
        chosen.session[allowed], chosen.school[allowed], chosen.association[allowed], chosen.date[allowed]
    )
    arcs = Arcs(
        session=np.searchsorted(sessions, chosen.session),
        association=chosen.association,
        date=chosen.date,
        topic=topic[chosen.school, chosen.association],
        cost=cost[chosen.school, chosen.association] + rng.integers(tables.noise, size=len(chosen.school)),
    )
    pairs = tables.scale * tables.problem.weights.association_pair * year.visits
    return as_before(tables, arcs, chosen, by_topic, pairs)


def as_before(tables: Tables, arcs: Arcs, chosen: Candidates, by_topic: Ints, pairs: Ints) -> Arcs:
    """The same arcs, those of the plan before on its topic where that is cheaper than another one.

    `by_topic` [school, topic] and `pairs` [school, association] make up the cost of an arc.
    """
    was = tables.before[chosen.session]
    rows = np.flatnonzero((was[:, 0] == chosen.association) & (was[:, 1] == chosen.date))
    rows = rows[tables.offers[chosen.association[rows], was[rows, 2]]]
    if len(rows) == 0:
        return arcs
    price = by_topic[chosen.school[rows], was[rows, 2]] + pairs[chosen.school[rows], chosen.association[rows]]
    price = price - tables.scale * tables.problem.weights.changed
    better = price < arcs.cost[rows]
    arcs.cost[rows[better]] = price[better]
    arcs.topic[rows[better]] = was[rows[better], 2]
    return arcs


def _prices(
    year: Year,
    position: int,
    period: int,
    allotment: Allotment | None,
    strict: bool,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Ints]:
    """What one more session costs for each (school, association), and the topic that makes it cheapest.

    The last of the three is what each topic costs at each school.
    """
    tables, weights = year.tables, year.tables.problem.weights
    by_topic = tables.scale * topic_costs(year) + rng.integers(tables.noise, size=year.topics.shape)
    if allotment is not None and strict:
        by_topic[allotment.topic != position] = tables.forbidden
    elif allotment is not None:
        again = weights.topic_pair * (1 + year.topics)
        by_topic = np.where(allotment.topic != position, tables.scale * again, by_topic)
    keep_pins(tables, period, by_topic)
    choices = np.where(tables.offers[None, :, :], by_topic[:, None, :], tables.forbidden)
    topic = choices.argmin(axis=2)
    cost = choices.min(axis=2) + tables.scale * weights.association_pair * year.visits
    if allotment is not None:
        other = tables.forbidden if strict else tables.scale * weights.association_pair
        cost[allotment.association != position] += other
    return cost, topic, by_topic


def keep_pins(tables: Tables, period: int, by_topic: Ints) -> None:
    """Leave a pinned session of the period only the topic that was settled (changes `by_topic`)."""
    pinned = np.flatnonzero((tables.pin_topic != NOWHERE) & (tables.session_period == period))
    schools, topics = tables.session_school[pinned], tables.pin_topic[pinned]
    kept = by_topic[schools, topics]
    by_topic[schools] = tables.forbidden
    by_topic[schools, topics] = kept


def topic_costs(year: Year) -> Ints:
    """What one more session on each topic adds at each school: its pairs, less the wish that it serves."""
    weights = year.tables.problem.weights
    served = year.tables.wished & (year.topics == 0)
    return np.asarray(weights.topic_pair * year.topics - weights.wish_unmet * served, dtype=np.int64)


def _let_stand(
    year: Year,
    schools: Ints,
    lines: tuple[Ints, Ints, Ints],
    cost: Ints,
    topic: Ints,
    barred: Bools,
) -> None:
    """Keep what the plan holds among the possible choices, whatever was allotted (changes its last three)."""
    associations, dates, topics = lines
    barred[schools, associations, dates] = False
    tables = year.tables
    lost = cost[schools, associations] >= tables.forbidden // 2
    s, a, t = schools[lost], associations[lost], topics[lost]
    pairs = tables.problem.weights.association_pair * year.visits[s, a]
    cost[s, a] = tables.scale * (topic_costs(year)[s, t] + pairs)
    topic[s, a] = t


def barred(year: Year, period: int, block: Ints) -> Bools:
    """What the visits outside the block forbid: [school, association, date]."""
    tables, problem = year.tables, year.tables.problem
    closed = np.zeros((len(tables.schools), len(tables.associations), len(tables.dates)), dtype=bool)
    if not problem.no_repeat and not problem.min_gap_days and not problem.published:
        return closed
    if not problem.no_repeat:
        return _too_near(year, period, block, closed)
    days = [(d, int(tables.ordinal[d])) for d in tables.period_dates[period]]
    nearest, away = max(1, problem.min_gap_days), frozenset(block.tolist())
    for s in range(len(tables.schools)):
        agenda = year.agenda(s, away)
        for d, day in days:
            after = bisect_left(agenda, (day,))
            for other, a, _ in agenda[max(0, after - 1) : after + 1]:
                if abs(other - day) < nearest:
                    closed[s, :, d] = True
                else:
                    closed[s, a, d] = True
    return closed


def _too_near(year: Year, period: int, block: Ints, closed: Bools) -> Bools:
    """`barred` where only the days between two visits count (changes `closed`)."""
    tables, nearest = year.tables, max(1, year.tables.problem.min_gap_days)
    others = year.association != NOWHERE
    others[block] = False
    school = np.concatenate([tables.session_school[others], tables.published[:, 0]])
    visited = np.concatenate([tables.ordinal[year.date[others]], tables.published[:, 1]])
    for d in tables.period_dates[period]:
        closed[school[np.abs(visited - tables.ordinal[d]) < nearest], :, d] = True
    return closed


def _needed(year: Year, block: Ints, was: Ints) -> Ints:
    """A prohibitive cost for giving up a pin, or what keeps two visits of one association apart; else 0."""
    tables = year.tables
    parted = np.isin(tables.session_school[block], year.unsound())
    apart = np.where(parted & (was != NOWHERE), tables.forbidden, 0)
    return np.asarray(apart + np.where(tables.pinned[block], tables.pin_price, 0), dtype=np.int64)


def join(arcs: Sequence[Arcs]) -> Arcs:
    return Arcs(
        *(
            np.concatenate([getattr(part, name) for part in arcs])
            for name in ("session", "association", "date", "topic", "cost")
        )
    )
