"""On the day: those who must be placed anew, late groups and moved ones, annealed into the teams that stand.

Pure, worker only (Numba, NumPy). The annealing is that of trail teams (`teams`), with everybody else pinned
to their team and every structure to its own: who is moved does not change, only whereto.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eventsapp.planning.engine.search import Budget, Search
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails import frame as settled
from eventsapp.planning.engine.trails.best_mix import may_roll, may_walk
from eventsapp.planning.engine.trails.fewest_moves import Frame
from eventsapp.planning.engine.trails.problem import Team
from eventsapp.planning.engine.trails.roster import NOBODY, Roster
from eventsapp.planning.engine.trails.teams import Composing

QUIET = Budget(seconds=None)
"""One round of annealing is short: whoever waits for it looks at the clock."""


def regrouped(roster: Roster, frame: Frame, live: Sequence[int], seed: int) -> Iterator[tuple[int, ...]]:
    """The slot of each group after each round of annealing; never worse, as long as rules hold.

    The first round compiles the annealing, where no process of this machine has.
    """
    search = Search[object](QUIET)
    composing = Composing(_frame(roster, frame, live), bound=0, start=_teams(roster, frame, live), seed=seed)
    while not composing.closed:
        composing.round(search)
        yield tuple(live[row] for row in composing.best.team)


def _frame(roster: Roster, frame: Frame, live: Sequence[int]) -> settled.Frame:
    row = {slot: number for number, slot in enumerate(live)}
    houses = {one.id: number for number, one in enumerate(roster.problem.structures)}
    return settled.Frame(
        problem=roster.problem,
        names=tuple(roster.slots[slot].id for slot in live),
        may=tuple(
            settled.MAY_ROLL * may_roll(roster, frame, slot)
            | settled.MAY_WALK * may_walk(roster, frame, slot)
            for slot in live
        ),
        home=tuple(
            row[slot] if slot == home or pin != NOBODY else None
            for slot, home, pin in zip(frame.teams, roster.homes, roster.pinned, strict=True)
        ),
        housed=tuple(houses.get(frame.structures[slot] or "") for slot in live),
    )


def _teams(roster: Roster, frame: Frame, live: Sequence[int]) -> list[Team]:
    groups: dict[int, list[Id]] = {slot: [] for slot in live}
    for group, slot in zip(roster.problem.groups, frame.teams, strict=True):
        groups[slot].append(group.id)
    return [
        Team(roster.slots[slot].id, tuple(groups[slot]), frame.structures[slot] or "", "", 0, ())
        for slot in live
    ]
