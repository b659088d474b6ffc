"""A school year of Saturday mornings: which association goes to which school, when, about what.

Pure, worker only (OR-Tools, NumPy). `plan` starts from one cheapest flow over the whole year, then solves
one to three months again and again, each time exactly, while the budget lasts. See docs/planning.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.saturdays.bounds import bound, least_objective
from eventsapp.planning.engine.saturdays.cover import cover_more
from eventsapp.planning.engine.saturdays.months import FORBIDDEN, SCALE, Arcs, cheapest, join, resolve
from eventsapp.planning.engine.saturdays.plan import Bound, Plan
from eventsapp.planning.engine.saturdays.problem import Problem
from eventsapp.planning.engine.saturdays.reasons import explained
from eventsapp.planning.engine.saturdays.tables import Tables
from eventsapp.planning.engine.saturdays.year import Year
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search

BLOCK_SIZES = (1, 2, 2, 3)
"""How many months a round solves together, drawn at random."""


def solve(
    problem: Problem,
    budget: Budget | None = None,
    on_progress: Callable[[Progress[Plan]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan found within the budget; every rule of the problem holds in it.

    Never empty-handed: a search that is cancelled or out of time gives back what it holds, and says so in
    `Plan.ending`. Same problem, seed and rounds done, same plan.
    """
    search = Search[Plan](budget or Budget(), on_progress, cancelled)
    search.tell(Phase.BOUNDING, None, 0, None)
    tables = Tables(problem)
    proved = bound(tables)
    search.tell(Phase.STARTING, None, proved.objective, None)
    rng = np.random.default_rng(search.budget.seed)
    year = begin(tables, rng)
    ending = improve(year, proved, search, rng)
    if ending is Ending.ROUNDS_DONE and year.held < free_coverage(tables, proved):
        before = year.copy()
        proved = cover(year, proved, search)
        ending = improve(year, proved, search, rng, ceiling=before.total())
        year = min(year, before, key=Year.total)
    found = explained(year, proved, ending, search.rounds, search.budget.seed)
    search.tell(Phase.DONE, year.total(), proved.objective, lambda: found)
    return found


def free_coverage(tables: Tables, proved: Bound) -> int:
    """The proved coverage without the published sessions."""
    return proved.coverage - proved.due + len(tables.session_school)


def cover(year: Year, proved: Bound, search: Search[Plan]) -> Bound:
    """Where flows left sessions uncovered that they cannot rule out: cover them, or prove a lower bound."""
    tables = year.tables
    search.tell(Phase.COVERING, year.total(), proved.objective, lambda: _snapshot(year, proved, search))
    most = cover_more(year, search.budget.seed, search.seconds_left)
    most = min(most, free_coverage(tables, proved))
    search.refresh()
    return replace(
        proved,
        coverage=most + proved.due - len(tables.session_school),
        objective=max(proved.objective, least_objective(tables, most)),
    )


def improve(
    year: Year, proved: Bound, search: Search[Plan], rng: np.random.Generator, ceiling: float = inf
) -> Ending:
    """Solve months anew until the bound is reached or the budget is spent; changes `year`.

    Nothing is told of a plan whose objective is above `ceiling`: a better one is known.
    """
    periods = np.unique(year.tables.session_period)
    sweep = list(periods)
    total = year.total()
    while total > proved.objective:
        ending = search.ending()
        if ending is not None:
            return ending
        if sweep:
            block = [int(sweep.pop())]
        else:
            size = min(len(periods), int(rng.choice(BLOCK_SIZES)))
            block = sorted(int(p) for p in rng.choice(periods, size=size, replace=False))
        better = resolve(year, block, rng)
        total = year.total() if better else total
        search.count(better=better)
        if total <= ceiling:
            search.tell(Phase.IMPROVING, total, proved.objective, lambda: _snapshot(year, proved, search))
    return Ending.PROVED


def _snapshot(year: Year, proved: Bound, search: Search[Plan]) -> Plan:
    return explained(year, proved, Ending.ROUNDS_DONE, search.rounds, search.budget.seed)


def begin(tables: Tables, rng: np.random.Generator) -> Year:
    """A sound year that is nearly full: one flow over all months, less what clashes.

    A flow cannot see that an association was there the month before. Each (school, association) and
    (school, topic) is drawn a month of its own, and costs what a pair would in any other.
    """
    year = Year(tables)
    every = np.arange(len(tables.session_school))
    if len(every) == 0:
        return year
    months = len(tables.periods)
    visit_month = rng.integers(months, size=year.visits.shape)
    topic_month = rng.integers(months, size=year.topics.shape)
    arcs = [_first_arcs(year, period, visit_month, topic_month) for period in range(months)]
    year.place(*cheapest(year, every, join(arcs), np.zeros(len(every), dtype=np.int64)))
    for school in range(len(tables.schools)):
        year.clear(np.array(year.clashes(school), dtype=np.int64))
    return year


def _first_arcs(year: Year, period: int, visit_month: Ints, topic_month: Ints) -> Arcs:
    tables, weights = year.tables, year.tables.problem.weights
    wished = weights.wish_unmet * (tables.wished & (year.topics == 0))
    by_topic = np.where(topic_month == period, -wished, weights.topic_pair)
    choices = np.where(tables.offers[None, :, :], by_topic[:, None, :], FORBIDDEN)
    cost = choices.min(axis=2) + weights.association_pair * (visit_month != period)
    chosen = tables.candidates[period]
    return Arcs(
        session=chosen.session,
        association=chosen.association,
        date=chosen.date,
        topic=choices.argmin(axis=2)[chosen.school, chosen.association],
        cost=SCALE * cost[chosen.school, chosen.association],
    )
