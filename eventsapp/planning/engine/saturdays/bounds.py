"""What no plan of school Saturdays can beat, proved without looking for one.

Pure, worker only (NumPy, OR-Tools for the flows). Every bound is the exact optimum of a relaxation, a
network flow that every plan is a point of: docs/planning.md gives the arguments.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from eventsapp.planning.engine.networks import Ints, Network
from eventsapp.planning.engine.saturdays.plan import Bound
from eventsapp.planning.engine.saturdays.tables import Bools, Tables


def bound(tables: Tables) -> Bound:
    """Bounds on coverage (the whole year and each period), on wishes served and on the objective."""
    every = range(len(tables.periods))
    each = [max(some, default=0) for some in coverage_by_choice(tables)]
    most = min(coverage(tables, list(every)), sum(each))
    already = tables.due_by_period - np.bincount(tables.session_period, minlength=len(every))
    return Bound(
        due=len(tables.problem.due),
        coverage=int(already.sum()) + most,
        coverage_by_period={period.id: each[p] + int(already[p]) for p, period in enumerate(tables.periods)},
        wishes=wishes_served(tables),
        objective=least_objective(tables, most),
    )


def unproved(tables: Tables) -> Bound:
    """What holds before anything is proved: no more than all that is due, and no fault below none."""
    return Bound(
        due=len(tables.problem.due),
        coverage=len(tables.problem.due),
        coverage_by_period={one.id: int(tables.due_by_period[p]) for p, one in enumerate(tables.periods)},
        wishes=int(tables.wished.sum()),
        objective=0,
    )


def coverage_by_choice(tables: Tables) -> list[list[int]]:
    """For each period and each choice of its dates, the most sessions that it can hold."""
    return [[_limited(tables, p, dates) for dates in choices] for p, choices in enumerate(tables.choices)]


def _limited(tables: Tables, period: int, dates: Ints) -> int:
    """The most sessions of a period on these dates, the limit of the city on each of them counted."""
    most = coverage(tables, [period], dates)
    if tables.problem.max_sessions_per_date is None:
        return most
    room = np.maximum(0, tables.city - tables.base_city[dates])
    each = [coverage(tables, [period], np.array([day])) for day in dates] if len(dates) > 1 else [most]
    return min(most, int(np.minimum(room, each).sum()))


def coverage(tables: Tables, periods: list[int], dates: Ints | None = None) -> int:
    """The most sessions that these periods can hold beside the published ones, on these dates if given.

    School → session → place (association, date) → month limit → year limit. The rules on visits in a row
    enter through each school: no more sessions than it could hold were it alone in the city.
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
        some = slice(None) if dates is None else np.isin(chosen.date, dates)
        stands = chosen.association[some] * len(tables.dates) + chosen.date[some]
        net.arcs(session[chosen.session[some]], place[stands], 1)
    a, d = np.divmod(np.arange(len(place)), max(1, len(tables.dates)))
    net.arcs(place, month[a * tables.months + tables.month_of[d]], tables.crews[a] - tables.base_date[a, d])
    a, m = np.divmod(np.arange(len(month)), max(1, tables.months))
    net.arcs(month, person[a], tables.per_month[a] - tables.base_month[a, m])
    net.arcs(person, sink, tables.per_year - tables.base_load)
    return net.largest(0, sink)


def _alone(tables: Tables, school: int, periods: list[int]) -> int:
    """The most sessions that the school could hold in these periods if every association were free for it.

    The longest sequence in which nobody follows themselves. Periods left out and published visits may
    stand between two sessions, so that rule is only counted where neither can. The days between two visits
    are counted always.
    """
    choices: list[set[int]] = []
    days: list[list[int]] = []
    nearest = max(1, tables.problem.min_gap_days)
    published = [day for day, _ in tables.published_visits[school]]
    for i in tables.sessions_of[school]:
        if int(tables.session_period[i]) not in periods:
            continue
        when = [day for day in tables.when[int(i)] if all(abs(day - other) >= nearest for other in published)]
        if when:
            choices.append(set(tables.who[int(i)]))
            days.append(when)
    most = _apart(days, nearest)
    if not tables.problem.no_repeat or published or len(periods) < len(tables.periods):
        return most
    longest: dict[int, int] = {}
    for each in choices:
        now = {a: 1 + max((n for last, n in longest.items() if last != a), default=0) for a in each}
        longest.update({a: max(longest.get(a, 0), n) for a, n in now.items()})
    return min(most, max(longest.values(), default=0))


def _apart(days: list[list[int]], nearest: int) -> int:
    """How many of these visits, one day each and in this order, fit so far apart: the earliest last day
    for each number of them."""
    last = [-nearest]
    for when in days:
        for count in range(len(last) - 1, -1, -1):
            day = next((day for day in when if day - last[count] >= nearest), None)
            if day is not None and count + 1 == len(last):
                last.append(day)
            elif day is not None:
                last[count + 1] = min(last[count + 1], day)
    return len(last) - 1


def wishes_served(tables: Tables) -> int:
    """The most wishes that can be served: school → wish → association, as sessions and limits allow."""
    heard = tables.wished & (tables.base_topic > 0)
    wish_school, wish_topic = np.nonzero(tables.wished & ~heard)
    wish, a = np.nonzero(_possible(tables)[wish_school] & tables.offers[:, wish_topic].T)
    net = Network(np.array([len(wish_school)], dtype=np.int64))
    school, asked = net.nodes(len(tables.schools)), net.nodes(len(wish_school))
    person, sink = net.nodes(len(tables.associations)), net.node()
    net.arcs(
        np.zeros(len(school), dtype=np.int64),
        school,
        np.bincount(tables.session_school, minlength=len(school)),
    )
    net.arcs(school[wish_school], asked, 1)
    net.arcs(asked[wish], person[a], 1)
    net.arcs(person, sink, _year_room(tables))
    return int(heard.sum()) + net.largest(0, sink)


def least_objective(tables: Tables, most: int) -> int:
    """A bound on the whole objective: the cheapest flow that forgets on which dates sessions fall.

    School → topic there → association there → association → the sessions held (`most` of them) or else
    school → its gaps. Pairs, wishes, loads and gaps are convex costs of its arcs: a plan costs what its
    flow does, and the cheapest flow costs no more than any plan.
    """
    weights, schools, topics = tables.problem.weights, len(tables.schools), len(tables.topics)
    associations = len(tables.associations)
    owed = np.bincount(tables.session_school, minlength=schools)
    alone = np.array(
        [_alone(tables, s, list(range(len(tables.periods)))) for s in range(schools)], dtype=np.int64
    )
    lost = owed - alone
    net = Network(alone)
    school, topic, visit = np.arange(schools), net.nodes(schools * topics), net.nodes(schools * associations)
    person, held, sink = net.nodes(associations), net.node(), net.node()
    price = weights.uncovered + weights.gap_pair * lost
    net.rising_arcs(school, sink, alone, price, weights.gap_pair)
    source, heard = np.repeat(school, topics), tables.base_topic.ravel()
    wished = (tables.wished & (tables.base_topic == 0)).ravel()
    step = weights.topic_pair
    net.arcs(source, topic, 1, step * heard - weights.wish_unmet * wished)
    net.rising_arcs(source, topic, np.repeat(alone, topics) - 1, step * (heard + 1), step)
    possible = _possible(tables)
    s, a, t = np.nonzero(possible[:, :, None] & tables.offers[None, :, :])
    net.arcs(topic[s * topics + t], visit[s * associations + a], net.total)
    s, a, t, times = _before(tables)
    net.arcs(topic[s * topics + t], visit[s * associations + a], times, -weights.changed)
    s, a = np.nonzero(possible)
    step = weights.association_pair
    net.rising_arcs(
        visit[s * associations + a], person[a], alone[s], step * tables.base_association[s, a], step
    )
    step = weights.load_square
    net.rising_arcs(person, held, _year_room(tables), step * (2 * tables.base_load + 1), 2 * step)
    net.arcs(np.array([held]), sink, most)
    least = net.cheapest(sink).cost + weights.wish_unmet * int(wished.sum()) + certain_cost(tables, lost)
    return least + weights.changed * (tables.base_changed + int(tables.has_before.sum()))


def _before(tables: Tables) -> tuple[Ints, Ints, Ints, Ints]:
    """How many sessions of the plan before may stand, by (school, association, topic)."""
    kept: Counter[tuple[int, int, int]] = Counter()
    for chosen in tables.candidates:
        was = tables.before[chosen.session]
        same = (was[:, 0] == chosen.association) & (was[:, 1] == chosen.date)
        for s, a, t in zip(chosen.school[same], chosen.association[same], was[same, 2], strict=True):
            if tables.offers[a, t]:
                kept[int(s), int(a), int(t)] += 1
    rows = np.array([*kept.keys()], dtype=np.int64).reshape(-1, 3)
    return rows[:, 0], rows[:, 1], rows[:, 2], np.array([*kept.values()], dtype=np.int64)


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


def certain_cost(tables: Tables, lost: Ints | None = None) -> int:
    """What no plan is without: pairs and loads of the published sessions, and gaps that nobody can fill."""
    weights = tables.problem.weights
    lost = np.zeros(len(tables.schools), dtype=np.int64) if lost is None else lost
    pairs = [
        int((count * (count - 1) // 2).sum()) for count in (tables.base_association, tables.base_topic, lost)
    ]
    cost = weights.association_pair * pairs[0] + weights.topic_pair * pairs[1] + weights.gap_pair * pairs[2]
    loads = int((tables.base_load * tables.base_load).sum())
    return cost + weights.load_square * loads + weights.uncovered * int(lost.sum())
