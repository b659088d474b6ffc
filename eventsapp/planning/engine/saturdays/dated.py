"""Bounds of school Saturdays that remember dates, and forget who has come before.

Pure, worker only (NumPy, OR-Tools). `bounds.least_objective` counts repeats and forgets dates; these do the
reverse, and are better where changes or loads are what a plan pays for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from operator import itemgetter

import numpy as np

from eventsapp.planning.engine.networks import Ints, Network
from eventsapp.planning.engine.saturdays.bounds import certain_cost, coverage_by_choice
from eventsapp.planning.engine.saturdays.tables import Candidates, Tables

FINE = 64
"""Prices are whole numbers of this part of a unit of the objective."""

PATIENCE = 4
"""Steps without a better bound after which they become shorter."""

UNOFFERED = 10**13
"""The price of a topic that an association does not offer."""

MANY_CHOICES = 10_000
"""Ways to choose the dates of all periods above which they are not gone through one by one."""


class PricedYear:
    """A bound that rises step by step: a flow over the year in which what schools hear twice has a price.

    Gaps, changes and loads are exact in it: session → place → month → association → its load. What a flow
    cannot see enters by prices (Lagrange multipliers): coming to a school costs `visit` less one such price
    for each (school, association), and so for topics; a wish pays for its topic. The prices are at most
    the weights, hence every plan costs at least what its flow does. They move towards what the cheapest
    flow does wrong (subgradient steps of Polyak's length, in whole numbers).
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        weights = tables.problem.weights
        self.highest = (
            FINE * weights.association_pair,
            FINE * weights.topic_pair,
            FINE * weights.wish_unmet,
        )
        self.visit = np.zeros_like(tables.base_association)
        self.topic = np.zeros_like(tables.base_topic)
        self.open_wishes = tables.wished & (tables.base_topic == 0)
        self.wish = np.where(self.open_wishes, self.highest[2], 0)
        self.best = 0
        self.stride = 16
        self.stalled = 0
        self.chosen = [_rows(part) for part in zip(*map(_columns, tables.candidates), strict=True)]

    @property
    def settled(self) -> bool:
        """Whether the bound has ceased to rise."""
        return self.stalled > 5 * PATIENCE

    def step(self, target: int) -> int:
        """Solve one flow, move the prices, and give the best bound so far; `target` is a plan's objective."""
        visits, topics, value = self._flow()
        if value > self.best:
            self.best, self.stalled = value, 0
        else:
            self.stalled += 1
            if self.stalled % PATIENCE == 0:
                self.stride = max(1, self.stride * 3 // 4)
        wrongs = (visits - 1, topics - 1, np.where(self.open_wishes, 1 - topics, 0))
        prices = (self.visit, self.topic, self.wish)
        moving = [
            np.where((price <= 0) & (wrong < 0), 0, np.where((price >= most) & (wrong > 0), 0, wrong))
            for price, wrong, most in zip(prices, wrongs, self.highest, strict=True)
        ]
        norm = sum(int((part * part).sum()) for part in moving)
        length = self.stride * FINE * max(1, target - value) // (16 * max(1, norm))
        self.visit, self.topic, self.wish = (
            np.clip(price + max(1, length) * part, 0, most)
            for price, part, most in zip(prices, moving, self.highest, strict=True)
        )
        return self.best

    def _flow(self) -> tuple[Ints, Ints, int]:
        """How often each association comes and each topic is heard anew in the cheapest flow; its bound."""
        tables, weights = self.tables, self.tables.problem.weights
        count = len(tables.session_school)
        visits, topics = np.zeros_like(self.visit), np.zeros_like(self.topic)
        constant = FINE * (certain_cost(tables) + weights.changed * tables.base_changed)
        constant += FINE * weights.changed * int(tables.has_before.sum())
        constant += int(self.wish.sum() - self.visit.sum() - self.topic.sum())
        if count == 0:
            return visits, topics, -(-constant // FINE)
        session, school, association, date = self.chosen
        cost, topic = self._costs()
        net = Network(np.ones(count, dtype=np.int64))
        place, key = np.unique(association * len(tables.dates) + date, return_inverse=True)
        a, d = np.divmod(place, len(tables.dates))
        places, months = net.nodes(len(place)), net.nodes(len(tables.associations) * tables.months)
        person, gap, sink = net.nodes(len(tables.associations)), net.nodes(len(tables.schools)), net.node()
        net.arcs(session, places[key], 1, cost)
        room = tables.crews[a] - tables.base_date[a, d]
        net.arcs(places, months[a * tables.months + tables.month_of[d]], room)
        a, m = np.divmod(np.arange(len(months)), tables.months)
        net.arcs(months, person[a], tables.per_month[a] - tables.base_month[a, m])
        share = FINE * weights.load_square
        left = np.minimum(tables.per_year - tables.base_load, count)
        net.rising_arcs(person, sink, left, share * (2 * tables.base_load + 1), 2 * share)
        net.arcs(np.arange(count), gap[tables.session_school], 1)
        owed = np.bincount(tables.session_school, minlength=len(gap))
        price = np.full(len(gap), FINE * weights.uncovered)
        net.rising_arcs(gap, sink, owed, price, FINE * weights.gap_pair)
        flow = net.cheapest(sink)
        used = np.flatnonzero(flow.flows[: len(session)])
        np.add.at(visits, (school[used], association[used]), 1)
        np.add.at(topics, (school[used], topic[used]), 1)
        return visits, topics, -(-(flow.cost + constant) // FINE)

    def _costs(self) -> tuple[Ints, Ints]:
        """What each way to hold a session costs at these prices, and its cheapest topic."""
        tables, weights = self.tables, self.tables.problem.weights
        session, school, association, date = self.chosen
        by_topic = FINE * weights.topic_pair * tables.base_topic + self.topic - self.wish
        choices = np.where(tables.offers[None, :, :], by_topic[:, None, :], UNOFFERED)
        by_visit = FINE * weights.association_pair * tables.base_association + self.visit
        topic = choices.argmin(axis=2)[school, association]
        cost = choices.min(axis=2)[school, association] + by_visit[school, association]
        was = tables.before[session]
        same = np.flatnonzero((was[:, 0] == association) & (was[:, 1] == date))
        same = same[tables.offers[association[same], was[same, 2]]]
        kept = by_topic[school[same], was[same, 2]] + by_visit[school[same], association[same]]
        kept = kept - FINE * weights.changed
        better = kept < cost[same]
        cost[same[better]], topic[same[better]] = kept[better], was[same[better], 2]
        return cost, topic


def _columns(chosen: Candidates) -> tuple[Ints, Ints, Ints, Ints]:
    return chosen.session, chosen.school, chosen.association, chosen.date


def _rows(parts: tuple[Ints, ...]) -> Ints:
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class OneDate:
    """What one date for each period costs at least, and the dates for which it does; no dates: not known."""

    least: int
    dates: tuple[Ints, ...]


def least_for_one_date(tables: Tables, wishes: int) -> OneDate:
    """A bound on the whole objective where all sessions of a period are on one date, if choices are few.

    Gaps and loads at their least for the best choice of dates, with the `wishes` served at most.
    """
    if not tables.problem.common_date or prod(map(len, tables.choices)) > MANY_CHOICES:
        return OneDate(0, ())
    weights = tables.problem.weights
    best = min(_dates_priced(tables), key=itemgetter(0))
    unmet = weights.wish_unmet * max(0, int(tables.wished.sum()) - wishes)
    constant = unmet + certain_cost(tables) + weights.changed * tables.base_changed
    return OneDate(constant + best[0], best[1])


def _dates_priced(tables: Tables) -> Iterator[tuple[int, tuple[Ints, ...]]]:
    """Each choice of dates, and its least cost of gaps and loads above those of the published sessions."""
    worth = coverage_by_choice(tables)
    rooms = [
        [(most, _room(tables, p, dates), dates) for most, dates in zip(worth[p], choices, strict=True)]
        for p, choices in enumerate(tables.choices)
    ]
    weights, count = tables.problem.weights, len(tables.session_school)
    left = np.maximum(0, tables.per_year - tables.base_load)
    for combination in product(*rooms):
        most = sum(covered for covered, _, _ in combination)
        room = np.minimum(left, sum((some for _, some, _ in combination), np.zeros_like(left)))
        steps = np.arange(int(room.max(initial=0)))
        rising = 2 * (tables.base_load[:, None] + steps[None, :]) + 1
        prices = np.sort(rising[steps[None, :] < room[:, None]])[:most] * weights.load_square
        saved = int(np.minimum(prices - weights.uncovered, 0).sum())
        yield weights.uncovered * count + saved, tuple(dates for _, _, dates in combination)


def _room(tables: Tables, period: int, dates: Ints) -> Ints:
    """How often each association could hold a session of the period on these dates."""
    chosen = tables.candidates[period]
    offered = np.zeros((len(tables.associations), len(tables.dates)), dtype=bool)
    here = np.isin(chosen.date, dates)
    offered[chosen.association[here], chosen.date[here]] = True
    each = np.where(offered, np.maximum(0, tables.crews[:, None] - tables.base_date), 0)
    months = each @ (tables.month_of[:, None] == np.arange(tables.months)[None, :])
    left = np.maximum(0, tables.per_month[:, None] - tables.base_month)
    return np.asarray(np.minimum(months, left).sum(axis=1), dtype=np.int64)
