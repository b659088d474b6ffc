"""Whether all teams can have a day at once, asked exactly. Pure, worker only (OR-Tools).

Each team is a tour of one route in which every stage is an interval at its landmark. CP-SAT answers for small
days in tenths of a second, found or impossible, where choosing days one by one and rounding mixtures fail.
How many of the teams walk step-free ways may be left open: one proof for all numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import Answer, ask
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.board import Board
from eventsapp.planning.engine.trails.patterns import Pace, Stops

LARGEST = 24_000
"""Ways between two stages, of all teams, up to which the question is asked."""


@dataclass(frozen=True)
class Found:
    """Days for all teams, if found; or that there are none (`impossible`, proved); else it is not known."""

    days: Sequence[Stops] | None = None
    impossible: bool = False

    @property
    def stepfree(self) -> int:
        """How many of the days are step-free ones."""
        return sum(day.pace for day in self.days or ())


def ways(board: Board) -> int:
    """How many ways between two stages there are for all teams: how large the question is."""
    stages = [stage for pace in board.paces for stage in pace.counts.tolist()]
    return sum(board.needed) * sum(count * (count - 1) for count in stages)


def askable(board: Board) -> bool:
    """Whether the day is small enough to ask, and has a stage on every route."""
    shortest = min((stage for pace in board.paces for stage in pace.counts.tolist()), default=0)
    return shortest > 0 and sum(board.needed) > 0 and ways(board) <= LARGEST


def days_for_all(
    board: Board, limits: tuple[int, int], search: Search[Any], effort: float, seed: int
) -> Found:
    """Ask for a day for every team of the board, of which `limits` (least, most) are step-free ones."""
    model = cp_model.CpModel()
    tours = [Tour(model, board.paces, len(board.room)) for _ in range(sum(board.needed))]
    for landmark in range(len(board.room)):
        _keep_room(model, board, landmark, [tour.stays[landmark] for tour in tours])
    for tour, following in pairwise(tours):
        model.add_implication(following.stepfree, tour.stepfree)
    model.add_linear_constraint(sum(tour.stepfree for tour in tours), *limits)
    # probing takes longer than the whole search after it: twice as fast without, and more found (measured)
    answer = ask(model, search, effort=effort, seed=seed, cp_model_probing_level=0)
    if not answer.found:
        return Found(impossible=answer.closed)
    return Found([tour.read(answer, board.paces) for tour in tours])


def _keep_room(model: cp_model.CpModel, board: Board, landmark: int, stays: list[Any]) -> None:
    """No more teams at a landmark than there is room for; what is taken there is a stay that stands."""
    room = board.room[landmark]
    most = int(room.max())
    taken = np.flatnonzero(room < most).tolist()
    fixed = [model.new_fixed_size_interval_var(tick, 1, "") for tick in taken]
    demands = [1] * len(stays) + [most - int(room[tick]) for tick in taken]
    model.add_cumulative([*stays, *fixed], demands, most)


class Tour:
    """One team's way in the model: `stays` at every landmark, each there or not; `stepfree`."""

    def __init__(self, model: cp_model.CpModel, paces: tuple[Pace, Pace], landmarks: int) -> None:
        stay, over = int(paces[0].clock[0]), int(paces[0].clock[1])
        latest = max(0, over - stay)
        self.model = model
        self.starts = [model.new_int_var(0, latest, "") for _ in range(landmarks)]
        self.there = [model.new_bool_var("") for _ in range(landmarks)]
        self.stays = [
            model.new_optional_fixed_size_interval_var(starts, stay, there, "")
            for starts, there in zip(self.starts, self.there, strict=True)
        ]
        self.stepfree = model.new_bool_var("")
        self.routes: list[tuple[Any, int, int]] = []
        self._choose_route(paces, landmarks)
        self._walk(paces, landmarks)

    def _choose_route(self, paces: tuple[Pace, Pace], landmarks: int) -> None:
        on: list[list[Any]] = [[] for _ in range(landmarks)]
        for pace in paces:
            for row, count in enumerate(pace.counts.tolist()):
                chosen = self.model.new_bool_var("")
                self.routes.append((chosen, pace.number, int(pace.routes[row])))
                self.model.add_implication(chosen, self.stepfree if pace.number else ~self.stepfree)
                for place in pace.stages[row, :count].tolist():
                    on[place].append(chosen)
        self.model.add_exactly_one(chosen for chosen, _, _ in self.routes)
        for there, choices in zip(self.there, on, strict=True):
            self.model.add(sum(choices) == there)

    def _walk(self, paces: tuple[Pace, Pace], landmarks: int) -> None:
        """From the start along all stages and back, in some order: a circuit through node 0."""
        joined = {
            (here, there)
            for pace in paces
            for row, count in enumerate(pace.counts.tolist())
            for here in pace.stages[row, :count].tolist()
            for there in pace.stages[row, :count].tolist()
            if here != there
        }
        arcs: list[tuple[int, int, Any]] = []
        for here in range(landmarks):
            arcs.append((here + 1, here + 1, ~self.there[here]))
            first, last = self.model.new_bool_var(""), self.model.new_bool_var("")
            arcs += [(0, here + 1, first), (here + 1, 0, last)]
            self._keep_ends(paces, here, first, last)
        for here, there in sorted(joined):
            goes = self.model.new_bool_var("")
            arcs.append((here + 1, there + 1, goes))
            self._keep_way(paces, here, there, goes)
        self.model.add_circuit(arcs)

    def _keep_ends(self, paces: tuple[Pace, Pace], place: int, first: Any, last: Any) -> None:
        """A first stage is begun in time after the start, and after a last one there is time to come home."""
        for pace in paces:
            stay, over, max_depart, max_wait = pace.clock.tolist()
            out, home = int(pace.walk[-1, place]), int(pace.walk[place, -1])
            mine = self.stepfree if pace.number else ~self.stepfree
            if out < 0:
                self.model.add_bool_or([~first, ~mine])
            else:
                begins = self.starts[place] - out
                self.model.add_linear_constraint(begins, 0, max_depart + max_wait).only_enforce_if(
                    first, mine
                )
            if home < 0:
                self.model.add_bool_or([~last, ~mine])
            else:
                self.model.add(self.starts[place] + stay + home <= over).only_enforce_if(last, mine)

    def _keep_way(self, paces: tuple[Pace, Pace], here: int, there: int, goes: Any) -> None:
        for pace in paces:
            stay, _, _, max_wait = pace.clock.tolist()
            way = int(pace.legs[here, there])
            mine = self.stepfree if pace.number else ~self.stepfree
            if way < 0:
                self.model.add_bool_or([~goes, ~mine])
            else:
                waits = self.starts[there] - self.starts[here] - (stay + way)
                self.model.add_linear_constraint(waits, 0, max_wait).only_enforce_if(goes, mine)

    def read(self, answer: Answer, paces: tuple[Pace, Pace]) -> Stops:
        """The team's day in an answer."""
        value = answer.solver.value
        pace, route = next((pace, route) for chosen, pace, route in self.routes if value(chosen))
        stops = sorted(
            (value(starts), place)
            for place, (starts, there) in enumerate(zip(self.starts, self.there, strict=True))
            if value(there)
        )
        return Stops(
            pace, route, tuple(place for _, place in stops), tuple(int(begins) for begins, _ in stops)
        )
