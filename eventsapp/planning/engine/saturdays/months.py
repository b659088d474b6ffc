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
from eventsapp.planning.engine.saturdays.tables import Bools, Candidates
from eventsapp.planning.engine.saturdays.year import NOWHERE, Year

SCALE = 4096
"""One unit of the objective in flow costs: room below it for random choices between equals."""

NOISE = 4
"""Random parts of an arc's cost are below this; 600 sessions of two such parts stay below SCALE."""

FORBIDDEN = SCALE * 10**7
"""A cost that marks an arc to leave out."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Ways to hold sessions, as parallel arrays; `session` numbers rows of the block, from 0."""

    session: Ints
    association: Ints
    date: Ints
    topic: Ints
    cost: Ints


@dataclass(frozen=True, slots=True)
class Allotment:
    """Which period of a block may use which association and topic at each school."""

    association: Ints
    topic: Ints


def resolve(year: Year, periods: Sequence[int], rng: np.random.Generator) -> bool:
    """Plan these periods anew; True when the year is better for it, otherwise at least as good as before."""
    tables = year.tables
    block = np.flatnonzero(np.isin(tables.session_period, periods))
    if len(block) == 0:
        return False
    before = year.total()
    was = (year.association[block].copy(), year.date[block].copy(), year.topic[block].copy())
    allotment = _allot(year, periods, block, rng) if len(periods) > 1 else None
    year.clear(block)
    arcs = [_arcs(year, position, periods, block, was, allotment, rng) for position in range(len(periods))]
    year.place(*cheapest(year, block, join(arcs), _needed(year, block, was[0])))
    after = year.total()
    touched = {int(s) for s in tables.session_school[block]}
    if after > before or not all(year.sound(school) for school in touched):
        year.clear(block)
        held = was[0] != NOWHERE
        year.place(block[held], was[0][held], was[1][held], was[2][held])
        return False
    return after < before


def cheapest(year: Year, block: Ints, arcs: Arcs, needed: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The cheapest way to hold the block: (session, association, date, topic) of each session held.

    Capacities and growing costs are what the rest of the year leaves; the block itself is clear.
    `needed` is added to the cost of not holding each session.
    """
    tables, weights = year.tables, year.tables.problem.weights
    net = Network(np.ones(len(block), dtype=np.int64))
    places, place_of = np.unique(arcs.association * len(tables.dates) + arcs.date, return_inverse=True)
    association, date = np.divmod(places, len(tables.dates))
    months, month_of = np.unique(association * tables.months + tables.month_of[date], return_inverse=True)
    month_association, month = np.divmod(months, tables.months)
    people, person_of = np.unique(month_association, return_inverse=True)
    schools, school_of = np.unique(tables.session_school[block], return_inverse=True)
    place, in_month, person, gap = (net.nodes(len(rows)) for rows in (places, months, people, schools))
    sink = net.node()
    net.arcs(arcs.session, place[place_of], 1, arcs.cost)
    net.arcs(place, in_month[month_of], tables.crews[association] - year.on_date[association, date], 0)
    month_room = tables.per_month[month_association] - year.in_month[month_association, month]
    net.arcs(in_month, person[person_of], month_room, 0)
    share = SCALE * weights.load_square
    left = tables.per_year[people] - year.load[people]
    net.rising_arcs(person, sink, left, share * (2 * year.load[people] + 1), 2 * share)
    net.arcs(np.arange(len(block)), gap[school_of], 1, needed)
    owed = np.bincount(school_of, minlength=len(schools))
    missing = weights.uncovered + weights.gap_pair * (year.gaps_by_school()[schools] - owed)
    net.rising_arcs(gap, sink, owed, SCALE * missing, SCALE * weights.gap_pair)
    used = np.flatnonzero(net.cheapest(sink).flows[: len(arcs.session)])
    return block[arcs.session[used]], arcs.association[used], arcs.date[used], arcs.topic[used]


def _allot(year: Year, periods: Sequence[int], block: Ints, rng: np.random.Generator) -> Allotment:
    tables = year.tables
    association = rng.integers(len(periods), size=year.visits.shape)
    topic = rng.integers(len(periods), size=year.topics.shape)
    position = np.searchsorted(periods, tables.session_period[block])
    held = year.association[block] != NOWHERE
    schools = tables.session_school[block][held]
    association[schools, year.association[block][held]] = position[held]
    topic[schools, year.topic[block][held]] = position[held]
    return Allotment(association, topic)


def _arcs(
    year: Year,
    position: int,
    periods: Sequence[int],
    block: Ints,
    was: tuple[Ints, Ints, Ints],
    allotment: Allotment | None,
    rng: np.random.Generator,
) -> Arcs:
    """The ways to hold the sessions of one period of the block, at what each adds to the objective."""
    tables, period = year.tables, periods[position]
    cost, topic = _prices(year, position, allotment, rng)
    forbidden = barred(year, period, frozenset(periods))
    here = np.flatnonzero((tables.session_period[block] == period) & (was[0] != NOWHERE))
    schools = tables.session_school[block][here]
    if len(periods) > 1:
        _let_stand(year, schools, (was[0][here], was[1][here], was[2][here]), cost, topic, forbidden)
    chosen = tables.candidates[period]
    allowed = ~forbidden[chosen.school, chosen.association, chosen.date]
    allowed &= cost[chosen.school, chosen.association] < FORBIDDEN // 2
    chosen = Candidates(
        chosen.session[allowed], chosen.school[allowed], chosen.association[allowed], chosen.date[allowed]
    )
    return Arcs(
        session=np.searchsorted(block, chosen.session),
        association=chosen.association,
        date=chosen.date,
        topic=topic[chosen.school, chosen.association],
        cost=cost[chosen.school, chosen.association] + rng.integers(NOISE, size=len(chosen.school)),
    )


def _prices(
    year: Year, position: int, allotment: Allotment | None, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """What one more session costs for each (school, association), and the topic that makes it cheapest."""
    tables, weights = year.tables, year.tables.problem.weights
    by_topic = SCALE * topic_costs(year) + rng.integers(NOISE, size=year.topics.shape)
    if allotment is not None:
        by_topic[allotment.topic != position] = FORBIDDEN
    choices = np.where(tables.offers[None, :, :], by_topic[:, None, :], FORBIDDEN)
    topic = choices.argmin(axis=2)
    cost = choices.min(axis=2) + SCALE * weights.association_pair * year.visits
    if allotment is not None:
        cost[allotment.association != position] = FORBIDDEN
    return cost, topic


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
    lost = cost[schools, associations] >= FORBIDDEN // 2
    s, a, t = schools[lost], associations[lost], topics[lost]
    pairs = year.tables.problem.weights.association_pair * year.visits[s, a]
    cost[s, a] = SCALE * (topic_costs(year)[s, t] + pairs)
    topic[s, a] = t


def barred(year: Year, period: int, block: frozenset[int]) -> Bools:
    """What the visits outside the block forbid: [school, association, date]."""
    tables, problem = year.tables, year.tables.problem
    closed = np.zeros((len(tables.schools), len(tables.associations), len(tables.dates)), dtype=bool)
    if not problem.no_repeat and not problem.min_gap_days and not problem.published:
        return closed
    days = [(d, int(tables.ordinal[d])) for d in tables.period_dates[period]]
    for s in range(len(tables.schools)):
        agenda = year.agenda(s, block)
        for d, day in days:
            after = bisect_left(agenda, (day,))
            for other, a, _ in agenda[max(0, after - 1) : after + 1]:
                if abs(other - day) < max(1, problem.min_gap_days):
                    closed[s, :, d] = True
                elif problem.no_repeat:
                    closed[s, a, d] = True
    return closed


def _needed(year: Year, block: Ints, was: Ints) -> Ints:
    """A prohibitive cost for clearing what keeps two visits of one association apart, 0 elsewhere."""
    schools = year.tables.session_school[block]
    parted = [school for school in set(schools.tolist()) if not year.sound(school)]
    return np.where(np.isin(schools, parted) & (was != NOWHERE), FORBIDDEN, 0)


def join(arcs: Sequence[Arcs]) -> Arcs:
    return Arcs(
        *(
            np.concatenate([getattr(part, name) for part in arcs])
            for name in ("session", "association", "date", "topic", "cost")
        )
    )
