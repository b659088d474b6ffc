"""A trail day: who walks together, with which structure, along which route, when.

Pure, worker only (OR-Tools, NumPy, Numba). `solve` tries one number of wheelchair teams after the other,
until both teams and timetable keep every rule, and lets both get better side by side while the budget lasts.
See docs/planning.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress, Search
from eventsapp.planning.engine.terms import Impossible, Reason
from eventsapp.planning.engine.trails import repair
from eventsapp.planning.engine.trails.attempt import (
    PROBATION,
    Track,
    counts,
    gathered,
    recounted,
    rolling_teams,
    stepfree_days,
    whole,
)
from eventsapp.planning.engine.trails.days import Timetable, day_of
from eventsapp.planning.engine.trails.frame import MAY_ROLL, frame_of, team_names, wheelchair_teams
from eventsapp.planning.engine.trails.impossible import causes
from eventsapp.planning.engine.trails.numbers import best_first, some, worth_a_look
from eventsapp.planning.engine.trails.packing import Packing
from eventsapp.planning.engine.trails.pinned import allowed, pin_causes
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Problem
from eventsapp.planning.engine.trails.shortage import Shortage
from eventsapp.planning.engine.trails.teams import Composing, Composition
from eventsapp.planning.engine.trails.teams_bound import bound
from eventsapp.planning.engine.trails.timetable import Timetabling

LOOK = 0.05
"""Seconds between two looks at the two searches."""

GRACE = 0.4
"""Seconds that an interrupted search is waited for before what it has found so far is taken."""

FREE_ROUNDS = 24
"""Rounds in which teams are put together without a given number of wheelchair teams."""


def solve(
    problem: Problem,
    budget: Budget | None = None,
    on_progress: Callable[[Progress[Plan]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    start: Plan | None = None,
) -> Plan | Impossible:
    """The best plan found within the budget, `start` or better; or why there is none.

    A search that is cancelled or out of time gives back what it holds, and says so in `Plan.ending`.
    """
    search = Search[Plan](budget or Budget(), on_progress, cancelled, tell_every=0.3)
    search.tell(Phase.BOUNDING, None, 0, None)
    reasons = causes(problem) + pin_causes(problem)
    if reasons:
        return Impossible(reasons)
    if problem.base:
        return repair.solve(problem, search, start=start)
    return Planning(problem, search, start).run()


class Planning:
    """One run: attempts one after the other, and what they have found."""

    def __init__(self, problem: Problem, search: Search[Plan], start: Plan | None) -> None:
        self.problem, self.search = problem, search
        self.bound = bound(problem)
        search.tell(Phase.STARTING, None, self.bound, None)
        self.names = team_names(problem, tuple(team.id for team in start.teams) if start else ())
        self.days = {pin.team: allowed(problem, pin) for pin in problem.pins}
        self.packing = Packing(problem, self.names, search.budget.seed)
        self.start = start
        self.stop = threading.Event()
        self.spent = 0
        self.found: list[Plan] = []
        self.timetables: dict[int, Timetable] = {}
        self.begun: dict[int, Attempt] = {}

    def run(self) -> Plan | Impossible:
        """The best plan of all attempts."""
        plan = self._attempts()
        if isinstance(plan, Impossible):
            return plan
        if plan.broken:
            plan = recounted(self.problem, plan)
        plan = replace(plan, bound=self.bound)
        self.search.tell(Phase.DONE, plan.objective, plan.bound, lambda: plan)
        return plan

    def tell(self, phase: Phase, plan: Plan) -> None:
        """Report the best plan so far: this one, or one of an attempt before."""
        best = self._best(plan)
        self.search.tell(phase, best.objective, best.bound, lambda: best)

    def _best(self, *plans: Plan) -> Plan:
        return min([*self.found, *plans], key=lambda plan: plan.rank)

    def _attempts(self) -> Plan | Impossible:
        every, lacking = self._numbers(), dict[str, Reason]()
        numbers, open_plans = self._ordered(some(every)), list[tuple[int, Plan]]()
        queue = [(number, self.start) for number in numbers]
        queued, freed = set(every), False
        while queue:
            number, start = queue.pop(0)
            queued.discard(number)
            attempt = self.begun.pop(number, None) or Attempt(self, number, start)
            several = len(numbers) > 1
            failed = attempt.run(probing=(several or (number > 0 and not freed), several))
            plan = attempt.plan(probed=failed)
            self.found.append(plan)
            self.spent += PROBATION
            refused = attempt.impossible()
            if refused is not None:
                return refused
            if not failed or self.search.interrupted() is not None:
                return self._best()
            if not attempt.shortages and not attempt.teamless:
                open_plans.append((number, plan))
            lacking |= {shortage.reason.key: shortage.reason for shortage in attempt.shortages}
            other = self._elsewhere(attempt)
            if other is not None and other in queued:
                queue = [(other, self.start), *(pair for pair in queue if pair[0] != other)]
            if not freed and not attempt.teams.sound:
                queue[:0] = self._freed(plan)
                freed = True
        if not open_plans:
            each = sorted(numbers) == sorted(every) and not self.problem.pins and lacking
            return Impossible(tuple(lacking.values())) if each else self._best()
        number, start = min(open_plans, key=lambda pair: pair[1].rank)
        while True:
            attempt = Attempt(self, number, start)
            failed = attempt.run(probing=(False, False))
            self.found.append(attempt.plan())
            other = self._elsewhere(attempt) if failed else None
            if other is None or self.search.interrupted() is not None:
                return attempt.impossible() or self._best()
            number, start, self.spent = other, self.start, self.spent + attempt.times.rounds

    def _elsewhere(self, attempt: Attempt) -> int | None:
        """Another number of wheelchair teams, not known before, for which this attempt found a timetable."""
        found = attempt.elsewhere
        if found is None or found[0] in self.timetables:
            return None
        self.timetables[found[0]] = found[1]
        return found[0]

    def _freed(self, plan: Plan) -> list[tuple[int, Plan]]:
        """Teams with as many wheelchair teams as it turns out, when no sound ones were found with a given
        number: that number and these teams, to go on from."""
        if self.packing.teams:
            free = replace(plan, teams=self.packing.teams)
            return [(len(rolling_teams(self.problem, free)), free)]
        frame = frame_of(self.problem, self.names, None, self.days)
        composing = Composing(frame, bound=self.bound, seed=self.search.budget.seed)
        for _ in range(FREE_ROUNDS):
            if composing.best.broken == 0 or self.search.interrupted() is not None:
                break
            composing.round(self.search)
            self.tell(Phase.TEAMS, plan)
        if composing.best.broken:
            return []
        free = replace(plan, teams=gathered(frame, composing.best))
        return [(len(rolling_teams(self.problem, free)), free)]

    def _ordered(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """The numbers, the one that seems to mix best first. The wished one is `begun` by that."""
        if self.start is not None or not worth_a_look(self.problem, numbers):
            return numbers
        first = Attempt(self, numbers[0], None)
        self.found.append(first.plan())
        self.tell(Phase.TEAMS, first.plan())
        self.begun[numbers[0]] = first
        if first.asked_at_once():
            return numbers
        self.search.wait_for(first.composing.compile)
        seed = self.search.budget.seed
        frames = {number: frame_of(self.problem, self.names, number, self.days) for number in numbers[1:]}
        looks = {number: Composing(frame, bound=self.bound, seed=seed) for number, frame in frames.items()}
        ordered = best_first(numbers, looks | {numbers[0]: first.composing}, self.search)
        first.teams.look()
        self.found.append(first.plan())
        return ordered

    def _numbers(self) -> tuple[int, ...]:
        """Numbers of wheelchair teams to try: that of the given plan, the wished one, fewer, more."""
        wide = wheelchair_teams(self.problem)
        numbers = wide.order()
        if self.start is not None:
            given = len(rolling_teams(self.problem, self.start))
            if given in numbers:
                numbers = (given, *(number for number in numbers if number != given))
        return numbers


class Attempt:
    """Teams and timetable for one number of wheelchair teams."""

    def __init__(self, planning: Planning, number: int, start: Plan | None) -> None:
        self.planning, self.number, self.start = planning, number, start
        problem, seed = planning.problem, planning.search.budget.seed
        rolling = rolling_teams(problem, start) if start else frozenset()
        self.frame = frame_of(problem, planning.names, number, planning.days, rolling)
        teams = start.teams if start else None
        self.rolls = {
            name: may == MAY_ROLL for name, may in zip(self.frame.names, self.frame.may, strict=True)
        }
        self.settled = {
            pin.team: day_of(problem, pin.day, stepfree=self.rolls[pin.team])
            for pin in problem.pins
            if pin.day is not None
        }
        self.former = {
            team.id: day_of(problem, team, stepfree=self.rolls[team.id])
            for team in teams or ()
            if team.id in self.rolls and team.id not in self.settled
        }
        composing = self.composing = Composing(
            self.frame, bound=planning.bound, start=teams, seed=seed, packing=planning.packing
        )
        stepfree, others = counts(self.frame, tuple(self.settled))
        timetabling = self._timetabling = Timetabling(
            problem,
            stepfree=stepfree,
            others=others,
            fixed=tuple(self.settled.values()),
            start=planning.timetables.get(number) or self._former_timetable(),
            limits=stepfree_days(problem, planning.names, planning.days, tuple(self.settled)),
            seed=seed,
        )
        self._stepfree = stepfree
        self.teams = Track[Composition](composing, lambda: composing.best, lambda found: found.broken == 0)
        self.times = Track[Timetable](
            timetabling, lambda: timetabling.best, lambda found: found.overload == 0
        )

    def _former_timetable(self) -> Timetable | None:
        days = self.former.values()
        stepfree, others = (tuple(day for day in days if day.stepfree is pace) for pace in (True, False))
        return Timetable(stepfree, others, 0, 0, 0) if days else None

    def run(self, *, probing: tuple[bool, bool]) -> bool:
        """Work on both; whether they failed, so that another number should be tried. `probing`: whether
        teams, and the timetable, give up after a probation in which they break a rule."""
        search, stop = self.planning.search, self.planning.stop
        tracks: tuple[Track[Composition] | Track[Timetable], ...] = (self.teams, self.times)
        budget = search.budget
        rounds = max(0, budget.rounds - self.planning.spent)
        self.planning.tell(Phase.TEAMS, self.plan())
        if self.asked_at_once():
            return True
        # There is one compiler. Beside a search for a timetable it would take three times as long.
        search.wait_for(self.composing.compile)
        for track, probed in zip(tracks, probing, strict=True):
            own = replace(budget, seconds=search.seconds_left, rounds=rounds)
            track.begin(own, stop, probing=probed)
        working = list(tracks)
        while working:
            phase = Phase.TEAMS if self.teams in working else Phase.TIMETABLE
            search.rounds = self.planning.spent + max(self.teams.rounds, self.times.rounds)
            self.planning.tell(phase, self.plan())
            if search.interrupted() is not None:
                stop.set()
                for track in working:
                    track.working(GRACE / 2)
                return False
            working = [track for track in working if track.working(LOOK / 2)]
            if self.planning.packing.refused and self.teams not in working:
                stop.set()
                return True
            if any(track.failed for track in tracks if track not in working):
                for track in working:
                    track.leave()
        return self.teams.failed or self.times.failed

    def asked_at_once(self) -> bool:
        """Ask for the teams of a small day before anything is compiled; whether there are none at all."""
        packing = self.planning.packing
        if packing.small and self.start is None:
            self.composing.ask(self.planning.search)
        return packing.refused

    def impossible(self) -> Impossible | None:
        """The proofs that no number of wheelchair teams has sound teams, or a timetable, if there are any."""
        if self.planning.packing.reason is not None:
            return Impossible((self.planning.packing.reason,))
        proved = tuple(shortage.reason for shortage in self.shortages if shortage.for_all)
        return Impossible(proved) if proved else None

    @property
    def teamless(self) -> bool:
        """Whether it is proved that there are no sound teams with these wheelchair teams."""
        return self.composing.teamless

    @property
    def shortages(self) -> tuple[Shortage, ...]:
        """Proofs that no timetable leads so many wheelchair teams."""
        return self._timetabling.shortages

    @property
    def elsewhere(self) -> tuple[int, Timetable] | None:
        """Another number of wheelchair teams, and a timetable found for it instead of one for this."""
        found = self._timetabling.elsewhere
        return None if found is None else (self.number + len(found.stepfree) - self._stepfree, found)

    def plan(self, *, probed: bool = False) -> Plan:
        """What is found so far; `probed`: by the end of the probation."""
        planning, search = self.planning, self.planning.search
        teams, times = self.teams.found, self.times.found
        planning.bound = max(planning.bound, teams.bound)
        if probed:
            teams, times = self.teams.probed or teams, self.times.probed or times
        waiting = sum(day.waiting for day in self.settled.values())
        broken = ("teams",) * teams.broken + ("timetable",) * times.overload
        return Plan(
            teams=whole(self.frame, teams, times, self.settled, self.former),
            objective=teams.objective,
            bound=planning.bound,
            waiting=times.waiting + waiting,
            waiting_bound=times.bound + waiting,
            ending=self._ending(teams, times),
            rounds=max(self.teams.rounds, self.times.rounds),
            seed=search.budget.seed,
            broken=broken,
        )

    def _ending(self, teams: Composition, times: Timetable) -> Ending:
        reached = teams.objective <= self.planning.bound and teams.broken == 0
        if reached and times.proved:
            return Ending.PROVED
        stopped = self.planning.search.interrupted()
        if stopped is None and Ending.TIME_UP in (self.teams.ending, self.times.ending):
            stopped = Ending.TIME_UP
        return stopped or Ending.ROUNDS_DONE
