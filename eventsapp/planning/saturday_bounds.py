"""What no plan of school Saturdays can beat, proved without looking for one.

Pure, worker only (NumPy, OR-Tools for the flows). Every bound is the exact optimum of a relaxation, a
network flow that every plan is a point of: docs/planning.md gives the arguments.
"""

from __future__ import annotations

import numpy as np

from eventsapp.planning.plan import Bound
from eventsapp.planning.saturday_tables import Bools, Tables
from eventsapp.planning.solver import Ints, Network


def bound(tables: Tables) -> Bound:
    """Bounds on coverage (the whole year and each period), on wishes served and on the objective."""
    every = list(range(len(tables.periods)))
    most = coverage(tables, every)
    already = tables.due_by_period - np.bincount(tables.session_period, minlength=len(every))
    return Bound(
        due=len(tables.problem.due),
        coverage=int(already.sum()) + most,
        coverage_by_period={
            period.id: coverage(tables, [p]) + int(already[p]) for p, period in enumerate(tables.periods)
        },
        wishes=wishes_served(tables),
        objective=least_objective(tables, most),
    )


def coverage(tables: Tables, periods: list[int]) -> int:
    """The most sessions that these periods can hold beside the published ones.

    School → session → place (association, date) → month limit → year limit. The rule on visits in a row
    enters through each school: no more sessions than it could hold were it alone in the city.
    """
    sessions = np.flatnonzero(np.isin(tables.session_period, periods))
    schools, associations = len(tables.schools), len(tables.associations)
    net = Network(np.array([len(sessions)], dtype=np.int64))
    school, session = net.nodes(schools), net.nodes(len(tables.session_school))
    place, month = net.nodes(associations * len(tables.dates)), net.nodes(associations * tables.months)
    person, sink = net.nodes(associations), net.node()
    alone = np.array([_alone(tables, s, periods) for s in range(schools)], dtype=np.int64)
    net.arcs(np.zeros(schools, dtype=np.int64), school, alone)
    net.arcs(school[tables.session_school[sessions]], session[sessions], 1)
    for p in periods:
        chosen = tables.candidates[p]
        net.arcs(session[chosen.session], place[chosen.association * len(tables.dates) + chosen.date], 1)
    a, d = np.divmod(np.arange(len(place)), max(1, len(tables.dates)))
    net.arcs(place, month[a * tables.months + tables.month_of[d]], tables.crews[a] - tables.base_date[a, d])
    a, m = np.divmod(np.arange(len(month)), max(1, tables.months))
    net.arcs(month, person[a], tables.per_month[a] - tables.base_month[a, m])
    net.arcs(person, sink, tables.per_year - tables.base_load)
    return net.largest(0, sink)


def _alone(tables: Tables, school: int, periods: list[int]) -> int:
    """The most sessions that the school could hold in these periods if every association were free for it.

    The longest sequence in which nobody follows themselves. Periods left out and published visits may
    stand between two sessions, so the rule is only counted where neither can.
    """
    mine = [i for i in tables.sessions_of[school] if int(tables.session_period[i]) in periods]
    if not tables.problem.no_repeat or tables.published_visits[school] or len(periods) < len(tables.periods):
        return len(mine)
    longest: dict[int, int] = {}
    for i in mine:
        chosen = tables.candidates[int(tables.session_period[i])]
        who = {int(a) for a in chosen.association[chosen.session == i]}
        now = {a: 1 + max((n for last, n in longest.items() if last != a), default=0) for a in who}
        longest.update({a: max(longest.get(a, 0), n) for a, n in now.items()})
    return max(longest.values(), default=0)


def wishes_served(tables: Tables) -> int:
    """The most wishes that can be served: school → wish → association, as sessions and limits allow."""
    heard = tables.wished & (tables.base_topic > 0)
    wish_school, wish_topic = np.nonzero(tables.wished & ~heard)
    wish, a = np.nonzero(_possible(tables)[wish_school] & tables.offers[:, wish_topic].T)
    net = Network(np.array([len(wish_school)], dtype=np.int64))
    school, asked = net.nodes(len(tables.schools)), net.nodes(len(wish_school))
    person, sink = net.nodes(len(tables.associations)), net.node()
    net.arcs(np.zeros(len(school), dtype=np.int64), school, _owed(tables))
    net.arcs(school[wish_school], asked, 1)
    net.arcs(asked[wish], person[a], 1)
    net.arcs(person, sink, _year_room(tables))
    return int(heard.sum()) + net.largest(0, sink)


def least_objective(tables: Tables, most: int) -> int:
    """A bound on the whole objective: the cheapest flow that forgets on which dates sessions fall.

    Session → (held, `most` at the most, or a gap) → school → topic there → association there →
    association. Pairs, wishes and loads are convex costs of its arcs, so a plan costs what its flow does.
    """
    weights, sessions = tables.problem.weights, len(tables.session_school)
    schools, associations, topics = len(tables.schools), len(tables.associations), len(tables.topics)
    net = Network(np.array([sessions], dtype=np.int64))
    held, missing = net.nodes(1), net.nodes(max(1, schools))
    school, topic = net.nodes(schools), net.nodes(schools * topics)
    visit, person = net.nodes(schools * associations), net.nodes(associations)
    sink = net.node()
    net.arcs(np.zeros(1, dtype=np.int64), held, most)
    net.arcs(np.zeros(schools, dtype=np.int64), missing[:schools], sessions)
    price = np.full(schools, weights.uncovered, dtype=np.int64)
    net.rising_arcs(missing[:schools], sink, _owed(tables), price, weights.gap_pair)
    net.arcs(np.broadcast_to(held, schools), school, _owed(tables))
    base, wished = tables.base_topic.ravel(), (tables.wished & (tables.base_topic == 0)).ravel()
    source = np.repeat(school, topics)
    net.arcs(source, topic, 1, weights.topic_pair * base - weights.wish_unmet * wished)
    net.rising_arcs(
        source,
        topic,
        np.repeat(_owed(tables), topics) - 1,
        weights.topic_pair * (base + 1),
        weights.topic_pair,
    )
    s, a, t = np.nonzero(_possible(tables)[:, :, None] & tables.offers[None, :, :])
    net.arcs(topic[s * topics + t], visit[s * associations + a], sessions)
    s, a = np.nonzero(_possible(tables))
    pairs = weights.association_pair * tables.base_association[s, a]
    net.rising_arcs(visit[s * associations + a], person[a], _owed(tables)[s], pairs, weights.association_pair)
    load = weights.load_square * (2 * tables.base_load + 1)
    net.rising_arcs(person, sink, _year_room(tables), load, 2 * weights.load_square)
    wishes = weights.wish_unmet * int((tables.wished & (tables.base_topic == 0)).sum())
    return net.cheapest(sink).cost + wishes + _published_cost(tables)


def _owed(tables: Tables) -> Ints:
    """Sessions that each school is still owed."""
    return np.bincount(tables.session_school, minlength=len(tables.schools)).astype(np.int64)


def _possible(tables: Tables) -> Bools:
    """Which associations could come to which school on some date."""
    possible = np.zeros((len(tables.schools), len(tables.associations)), dtype=bool)
    for chosen in tables.candidates:
        possible[chosen.school, chosen.association] = True
    return possible


def _year_room(tables: Tables) -> Ints:
    """What each association has left this year: its yearly limit, and what its months and dates can hold."""
    offered = np.zeros((len(tables.associations), len(tables.dates)), dtype=bool)
    for chosen in tables.candidates:
        offered[chosen.association, chosen.date] = True
    places = np.where(offered, np.maximum(0, tables.crews[:, None] - tables.base_date), 0)
    months = places @ (tables.month_of[:, None] == np.arange(tables.months)[None, :])
    month_room = np.maximum(0, tables.per_month[:, None] - tables.base_month)
    held = np.minimum(months, month_room).sum(axis=1)
    return np.asarray(np.minimum(held, np.maximum(0, tables.per_year - tables.base_load)), dtype=np.int64)


def _published_cost(tables: Tables) -> int:
    """Pairs and loads of the published sessions: no plan is without them."""
    weights = tables.problem.weights
    pairs = [int((used * (used - 1) // 2).sum()) for used in (tables.base_association, tables.base_topic)]
    loads = int((tables.base_load * tables.base_load).sum())
    return weights.association_pair * pairs[0] + weights.topic_pair * pairs[1] + weights.load_square * loads
