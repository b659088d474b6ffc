"""A small day's teams proved best by CP-SAT, or a bound above that of `teams_bound`. Pure, worker only.

The model forgets languages, structures and wheelchairs: what no such teams can beat, no plan can. Teams are
alike in it, so that the nth group of the largest is in one of the first n teams.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import ceil
from typing import Any, TypeAlias

from ortools.sat.python import cp_model

from eventsapp.planning.engine import cpsat
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.problem import Problem
from eventsapp.planning.engine.trails.teams_bound import least_alone, within
from eventsapp.planning.engine.trails.teams_kernel import ADULTS, CHILDREN, SIZE
from eventsapp.planning.engine.trails.teams_tables import features, heads

SMALL = 400
"""Choices (groups × teams) up to which a proof is within reach."""

EFFORT = 2.0
"""Deterministic time of a proof: a few seconds."""

Places: TypeAlias = Mapping[tuple[int, int], cp_model.IntVar]
"""Whether a group is in a team."""


def small(problem: Problem) -> bool:
    return 0 < len(problem.groups) * problem.rules.n_teams <= SMALL


def proved(problem: Problem, objective: int, search: Search[Any], seed: int) -> int:
    """An objective that no plan can beat: at best `objective`, that of a plan which is known."""
    model = cp_model.CpModel()
    forced = problem.weights.lang_isolated * least_alone(problem) - within(problem)
    places = _places(model, problem)
    pairs = _pairs(model, problem, places)
    model.add(pairs <= objective - forced - 1)
    model.minimize(pairs)
    answer = cpsat.ask(model, search, effort=EFFORT, seed=seed, linearization_level=1)
    if answer.closed and not answer.found:
        return objective
    if not answer.closed and search.interrupted() is not None:
        return 0
    return min(objective, ceil(answer.bound - 1e-6) + forced)


def _places(model: cp_model.CpModel, problem: Problem) -> Places:
    rules, rows = problem.rules, heads(problem).tolist()
    largest = sorted(range(len(rows)), key=lambda group: -rows[group][SIZE])
    places = {
        (group, team): model.new_bool_var("")
        for number, group in enumerate(largest)
        for team in range(min(rules.n_teams, number + 1))
    }
    for group in largest:
        model.add_exactly_one(places[group, team] for team in range(rules.n_teams) if (group, team) in places)
    for team in range(rules.n_teams):
        inside = [(rows[group], place) for (group, other), place in places.items() if other == team]
        size, children, adults = (
            sum(row[column] * place for row, place in inside) for column in (SIZE, CHILDREN, ADULTS)
        )
        model.add_linear_constraint(size, rules.team_min, rules.team_max)
        model.add(adults >= rules.min_adults)
        model.add(children <= rules.children_per_adult * adults)
    return places


def _pairs(model: cp_model.CpModel, problem: Problem, places: Places) -> cp_model.LinearExpr:
    """The weighed pairs, those within groups included: a convex cost of each count, by its tangents."""
    dense, weights = features(problem), problem.weights
    each = [weights.quartier_pair] * len(problem.quartiers) + [weights.age_pair] * len(problem.ages)
    costs, prices = [], []
    for team, (feature, weight) in product(range(problem.rules.n_teams), enumerate(each)):
        inside = [(int(dense[group, feature]), place) for (group, t), place in places.items() if t == team]
        inside = [(count, place) for count, place in inside if count]
        most = min(sum(count for count, _ in inside), problem.rules.team_max)
        if most < 2 or not weight:
            continue
        number = sum(count * place for count, place in inside)
        cost = model.new_int_var(0, most * (most - 1) // 2, "")
        for step in range(1, most):
            model.add(cost >= step * number - step * (step + 1) // 2)
        costs.append(cost)
        prices.append(weight)
    return cp_model.LinearExpr.weighted_sum(costs, prices)
