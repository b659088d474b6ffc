"""One attempt at a whole trail day: teams and timetable side by side, for one number of wheelchair teams.

Pure, worker only. The two searches know nothing of each other but that number, so that they run in two
threads, and each gives the same answer whatever the other does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from eventsapp.planning.engine.search import Budget, Ending, Search
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.checking import check, measure_teams
from eventsapp.planning.engine.trails.days import Day, Timetable
from eventsapp.planning.engine.trails.frame import MAY_ROLL, Frame, frame_of, wheelchair_teams
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Problem, Team
from eventsapp.planning.engine.trails.teams import Composition

PROBATION = 12
"""Rounds after which a search that still breaks a rule makes room for another attempt."""

S = TypeVar("S")


class Track(Generic[S]):
    """One of the two searches in a thread of its own.

    `found` is what others may read while it works, `probed` what it had found when its probation ended.
    """

    def __init__(self, work: Any, look: Callable[[], S], sound: Callable[[S], bool]) -> None:
        self._work, self._look, self._sound = work, look, sound
        self.found: S = look()
        self.probed: S | None = None
        self.rounds = 0
        self.ending: Ending | None = None
        self._leaving = threading.Event()
        self._fault: BaseException | None = None
        self._thread: threading.Thread | None = None

    @property
    def sound(self) -> bool:
        return self._sound(self.found)

    def begin(self, budget: Budget, stop: threading.Event, *, probing: bool) -> None:
        """Work until nothing is left to gain or the search is over; if `probing`, only for the probation
        while a rule is broken."""
        search = Search[Any](budget, cancelled=lambda: stop.is_set() or self._left())
        self._thread = threading.Thread(
            target=self._run, args=(search, probing), name="planning", daemon=True
        )
        self._thread.start()

    def look(self) -> None:
        """Take what the work has found before the track begins."""
        self.found = self._look()

    def leave(self) -> None:
        """Stop as soon as the probation has ended."""
        self._leaving.set()

    def _left(self) -> bool:
        """Whether it was told to and its probation has ended: what it does now is for nothing."""
        return self._leaving.is_set() and self.probed is not None

    def _run(self, search: Search[Any], probing: bool) -> None:
        try:
            while self.ending is None:
                if self.rounds >= PROBATION and self.probed is None:
                    self.probed = self.found
                if self.probed is not None and (self._leaving.is_set() or (probing and not self.sound)):
                    break
                self.ending = Ending.PROVED if self._work.closed else search.ending()
                if self.ending is None:
                    better = self._work.round(search)
                    self.rounds += 1
                    search.count(better=better)
                    self.found = self._look()
                    if not self.sound:  # patience is for what is good enough to stop with
                        search.refresh()
        except BaseException as raised:  # handed over to the thread that waits
            self._fault = raised
        if self.probed is None:
            self.probed = self.found

    def working(self, patience: float) -> bool:
        """Wait a moment; whether it still works then. Raises what the work raised."""
        if self._thread is not None:
            self._thread.join(patience)
            if self._thread.is_alive():
                return True
        if self._fault is not None:
            raise self._fault
        return False

    @property
    def failed(self) -> bool:
        """Whether it gave up with a rule broken, or proved that one must be."""
        return not self.sound and self.ending in (None, Ending.PROVED)


def whole(
    frame: Frame,
    composition: Composition,
    timetable: Timetable,
    settled: dict[Id, Day],
    former: dict[Id, Day],
) -> tuple[Team, ...]:
    """The teams with their days: pinned ones (`settled`), then those that they had before, then the rest."""
    pools = {True: list(timetable.stepfree), False: list(timetable.others)}
    days = dict(settled)
    open_teams = [row for row, name in enumerate(frame.names) if name not in settled]
    for again in (True, False):
        for row in open_teams:
            name, pool = frame.names[row], pools[frame.may[row] == MAY_ROLL]
            if name in days or not pool:
                continue
            if not again:
                days[name] = pool.pop(0)
            elif former.get(name) in pool:
                days[name] = former[name]
                pool.remove(former[name])
    return tuple(
        replace(team, route=day.route, depart=day.depart, visits=day.visits)
        for team in gathered(frame, composition)
        for day in (days[team.id],)
    )


def gathered(frame: Frame, composition: Composition) -> tuple[Team, ...]:
    """Who is in which team with which structure; as yet without a day."""
    groups: list[list[Id]] = [[] for _ in frame.names]
    for group, team in zip(frame.problem.groups, composition.team, strict=True):
        groups[team].append(group.id)
    houses = [frame.problem.structures[structure].id for structure in composition.structure]
    return tuple(
        Team(name, tuple(inside), house, "", 0, ())
        for name, inside, house in zip(frame.names, groups, houses, strict=True)
    )


def counts(frame: Frame, settled: Sequence[Id]) -> tuple[int, int]:
    """How many step-free and how many other days the teams without a pinned day need."""
    free = [bits for name, bits in zip(frame.names, frame.may, strict=True) if name not in settled]
    stepfree = sum(bits == MAY_ROLL for bits in free)
    return stepfree, len(free) - stepfree


def stepfree_days(
    problem: Problem, names: tuple[Id, ...], days: Mapping[Id, int], settled: tuple[Id, ...]
) -> tuple[int, int]:
    """How many of the days that are not settled may be step-free ones: the least, the most."""
    wide = wheelchair_teams(problem)
    least, most = (
        counts(frame_of(problem, names, number, days), settled)[0] for number in (wide.least, wide.most)
    )
    return max(0, least - len(settled)), most


def recounted(problem: Problem, plan: Plan) -> Plan:
    """A plan that breaks rules, with their names, its figures as whoever checks it counts them."""
    found = measure_teams(problem, plan.teams)
    waiting = int(found.figures["wait_ticks_total"])
    plan = replace(
        plan, objective=found.objective, waiting=waiting, waiting_bound=min(plan.waiting_bound, waiting)
    )
    return replace(plan, broken=tuple(sorted({str(fault.rule) for fault in check(problem, plan)})))


def rolling_teams(problem: Problem, plan: Plan) -> frozenset[Id]:
    """The teams of a plan that have somebody in a wheelchair."""
    wheelchairs = {group.id for group in problem.groups if group.wheelchair}
    return frozenset(team.id for team in plan.teams if wheelchairs & set(team.groups))
