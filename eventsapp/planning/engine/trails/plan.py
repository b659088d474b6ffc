"""What an answer to a trail day is made of: frozen dataclasses, nothing else. Pure, no solver.

The mix comes first: `objective` weighs pairs of neighbours, pairs of one age, speakers left alone (and people
moved, in a repair). Waiting comes second, and only where two plans mix equally well.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.trails.problem import Team


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete answer: every group in one team, every team with its structure and its timetable.

    `objective` and `bound` are weighed faults of the mix; `bound` is proved: no plan does better. `waiting`
    and `waiting_bound` are ticks spent waiting by all teams together, at the start and before stages; the
    bound holds for the number of wheelchair teams of this plan. `broken` names the rules (as `checking` does)
    that the plan could not keep: empty but when no sound plan was found and none was proved impossible.
    """

    teams: tuple[Team, ...]
    objective: int
    bound: int
    waiting: int
    waiting_bound: int
    ending: Ending
    rounds: int
    seed: int
    broken: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """What makes one plan better than another: lower is better."""
        return (len(self.broken), self.objective, self.waiting)
