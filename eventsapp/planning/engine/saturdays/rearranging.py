"""The least disturbing way to hold some sessions of a plan anew while the others stand still, by CP-SAT.

Pure, worker only (OR-Tools). Two questions to one model: the fewest sessions lost, then the least
disturbance, then the fewest dates moved; and, that being so, the least objective.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventsapp.planning.engine import cpsat
from eventsapp.planning.engine.saturdays.board import Board, Outcome, Way
from eventsapp.planning.engine.saturdays.pricing import price
from eventsapp.planning.engine.saturdays.rearrangement import Rearrangement, Term
from eventsapp.planning.engine.saturdays.repair import MOST
from eventsapp.planning.engine.search import Search

MOST_CUTS = 60
"""How often a model is asked again after a cut; each answer cuts all it breaks."""

NARROW = 80
"""The most sessions of which the second question is asked together."""

LIKE_A_FLOW = {"linearization_level": 2, "cp_model_probing_level": 0, "symmetry_level": 0}
"""Parameters of CP-SAT for many sessions: places are a flow, and a linear relaxation knows."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer; `first` and `second`: whether CP-SAT closed the first and the second question."""

    outcome: Outcome
    first: bool
    second: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What is known of the answer: (lost, disturbance) at least and at most, and one that is no worse."""

    floor: tuple[int, int]
    ceiling: tuple[int, int]
    hint: Outcome


def rearrange(
    board: Board,
    free: Sequence[int],
    known: Sequence[Outcome],
    search: Search[Any],
    *,
    effort: float,
    limits: Limits | None = None,
) -> Found | None:
    """The best outcome that is really different from those known, where only the `free` sessions change.

    Of many sessions, dates moved and the objective are asked only of those that lost their host and those
    that changed for the fewest sessions lost and the least disturbance. None where there is none, or none
    was found within the effort.
    """
    wide = len(free) > NARROW
    closed: bool | None = True
    model = Rearrangement(board, free, known)
    if limits is not None:
        _limit(model, limits)
    if wide:
        closed = ask(model, _upheaval(model), search, effort)
        if closed is None:
            return None
        score, ways = model.score()[:2], {i: model.way(i) for i in free}
        changed = [i for i in free if board.sessions[i].orphan or ways[i] != board.sessions[i].ways[0]]
        model = Rearrangement(board, changed, known)
        _settle(model, score)
        _hint(model, ways)
    first = ask(model, _burden(model), search, effort)
    if first is None:
        return None
    _settle(model, model.score())
    second = ask(model, price(model), search, effort)
    return Found(model.outcome(), bool(closed and first), bool(second and not wide))


def _upheaval(model: Rearrangement) -> list[Term]:
    """Sessions lost and disturbance, in their order, as one sum."""
    lost, weighed, _ = model.faults()
    dear = 1 + MOST * len(model.free)
    return [*((dear, var) for _, var in lost), *weighed]


def _burden(model: Rearrangement) -> list[Term]:
    """The first question: sessions lost, disturbance and dates moved, in their order, as one sum."""
    step = len(model.free) + 1
    return [*((step * weight, var) for weight, var in _upheaval(model)), *model.faults()[2]]


def _limit(model: Rearrangement, limits: Limits) -> None:
    """Only what lies between the floor and the ceiling, starting from the hint."""
    dear = 1 + MOST * len(model.free)
    total = sum(weight * var for weight, var in _upheaval(model))
    low, high = (dear * one + other for one, other in (limits.floor, limits.ceiling))
    model.cp.add_linear_constraint(total, low, high)
    _hint(model, {i: model.board.way(i, limits.hint) for i in model.free})


def _settle(model: Rearrangement, score: Sequence[int]) -> None:
    """From now on only what scores so: sessions lost, disturbance and perhaps dates moved."""
    for terms, value in zip(model.faults(), score, strict=False):
        model.cp.add(sum(weight * var for weight, var in terms) == value)


def _hint(model: Rearrangement, ways: Mapping[int, Way | None]) -> None:
    for i in model.free:
        model.cp.add_hint(model.lost[i], ways[i] is None)
    for (i, who, day), held in model.holds.items():
        model.cp.add_hint(held, (who, day) == ways[i])


def ask(model: Rearrangement, terms: Sequence[Term], search: Search[Any], effort: float) -> bool | None:
    """Whether the best answer is proved; None where none was found: the one before then stands."""
    model.cp.minimize(sum(weight * var for weight, var in terms))
    parameters = LIKE_A_FLOW if len(model.free) > NARROW else {}
    before = model.solver
    for _ in range(MOST_CUTS):
        answer = cpsat.ask(model.cp, search, effort=effort, seed=search.budget.seed, **parameters)
        if not answer.found:
            break
        model.solver = answer.solver
        if not model.cut():
            return answer.closed
    model.solver = before
    return None
