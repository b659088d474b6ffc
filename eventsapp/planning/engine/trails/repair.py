"""On the day: the plan in force mended for those who did not come and those who came late.

Pure, worker only (OR-Tools, NumPy). In this order: rules hold; no timetable changes, or as few as can be; no
structure changes; as few people as can be change team (`fewest_moves`, proved); and among such repairs the
best mix (`best_mix`). See docs/planning.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eventsapp.planning.engine.search import Budget, Ending, Phase, Search
from eventsapp.planning.engine.terms import Id, Impossible
from eventsapp.planning.engine.trails.best_mix import MixModel, loose_groups, touched
from eventsapp.planning.engine.trails.checking import check
from eventsapp.planning.engine.trails.days import day_of, forced_day
from eventsapp.planning.engine.trails.fewest_moves import Frame, Freedom, fewest_moves
from eventsapp.planning.engine.trails.impossible import causes
from eventsapp.planning.engine.trails.in_force import Slot, slots
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Problem, Team
from eventsapp.planning.engine.trails.roster import NOBODY, Roster
from eventsapp.planning.engine.trails.timetable import retime

WHOLE = 4000
"""Choices (groups × teams) up to which all teams are mixed at once, and the best mix is as a rule proved."""

WHOLE_EFFORT, PART_EFFORT = 1.0, 0.3
"""Deterministic time for all teams at once, and for a handful of them."""

HANDFUL = 5
"""Teams mixed anew at a time, where all of them are too many."""

IDLE = 40
"""Handfuls in a row without a better mix, after which the search is over."""

TIMETABLE_ROUNDS = 200
"""How long new timetables are looked for before more teams are retimed."""


def solve(problem: Problem, search: Search[Plan], start: Plan | None = None) -> Plan | Impossible:
    """The repair of `problem.base`; `start` is one to go on from, where it retimes and moves as few."""
    reasons = causes(problem)
    if reasons:
        return Impossible(reasons)
    repair = Repair(problem, search)
    repair.frame()
    if start is not None:
        repair.take_up(start)
    ending = repair.mix()
    plan = repair.plan(ending)
    search.tell(Phase.DONE, plan.objective, plan.bound, lambda: plan)
    return plan


@dataclass
class Repair:
    """The repair as far as it is: who is in which slot, and the new timetables."""

    problem: Problem
    search: Search[Plan]

    def __post_init__(self) -> None:
        self.roster = Roster(self.problem, slots(self.problem))
        self.days: Mapping[Id, Team] = {}
        self.search.tell(Phase.STARTING, None, 0, None)
        self.now = hasty(self.roster)
        self.cost = self.roster.cost(self.now.teams, self.now.structures)
        self.bound = 0

    def frame(self) -> None:
        """Settle what stands and what gives way, with the timetables of the teams that cannot keep theirs."""
        if self._settle(Freedom()) or self._settle(Freedom(structures=True)):
            return
        for rules in (False, True):
            at_least = 0
            while at_least <= len(self.roster.slots) and self.search.interrupted() is None:
                before = self.now
                if self._settle(Freedom(True, True, rules, at_least)):
                    return
                if self.now is before:
                    break
                at_least = max(2 * at_least, len(self.now.retimed) + 1)

    def _settle(self, freedom: Freedom) -> bool:
        """Take the best frame within this freedom; whether there is one, and its timetables with it."""
        found = fewest_moves(self.roster, freedom, self.search)
        if found is None:
            return False
        days = self._timetables(found)
        self.days = days or {}
        self._take(found)
        return days is not None

    def _timetables(self, frame: Frame) -> Mapping[Id, Team] | None:
        """Days for the teams that need one; None where none was found that fits between the others."""
        if not frame.retimed:
            return {}
        slots, gone = self.roster.slots, frame.retimed | frame.dropped
        kept = [slot.walks or slot.rolls for row, slot in enumerate(slots) if row not in gone]
        budget = Budget(self.search.seconds_left, TIMETABLE_ROUNDS, TIMETABLE_ROUNDS, self.search.budget.seed)
        beside = Search[Any](budget, cancelled=lambda: self.search.interrupted() is not None)
        self.search.tell(Phase.TIMETABLE, self.cost, self.bound, self.snapshot)
        return retime(
            self.problem,
            [day for day in kept if day],
            {slots[row].id: row in frame.rolling for row in frame.retimed},
            beside,
        )

    def _take(self, frame: Frame) -> None:
        self.now, self.cost = frame, self.roster.cost(frame.teams, frame.structures)
        self.search.tell(Phase.TEAMS, self.cost, self.bound, self.snapshot)

    def take_up(self, start: Plan) -> None:
        """Go on from a plan that is at least as good in all that comes before the mix, and mixes better."""
        roster, row = self.roster, {slot.id: number for number, slot in enumerate(self.roster.slots)}
        if check(self.problem, start) or not {team.id for team in start.teams} <= row.keys():
            return
        place = {group: row[team.id] for team in start.teams for group in team.groups}
        teams = tuple(place[group.id] for group in self.problem.groups)
        by_row = {row[team.id]: team for team in start.teams}
        frame = Frame(
            teams=teams,
            structures=tuple(by_row[slot].structure if slot in by_row else None for slot in row.values()),
            retimed=frozenset(
                slot for slot, team in by_row.items() if not _same_visits(team, roster.slots[slot])
            ),
            rolling=frozenset(
                slot for slot, profile in zip(teams, roster.profiles, strict=True) if profile[3]
            ),
            dropped=frozenset(row.values()) - by_row.keys(),
            proved=self.now.proved,
            broken=False,
        )
        if self._rank(frame) < self._rank(self.now):
            self.days = {team.id: team for team in start.teams}
            self._take(frame)

    def _rank(self, frame: Frame) -> tuple[int, ...]:
        slots = self.roster.slots
        return (
            int(frame.broken),
            sum(slots[row].known for row in frame.retimed),
            sum(slot.structure not in (None, one) for slot, one in zip(slots, frame.structures, strict=True)),
            self.roster.moved(frame.teams),
            self.roster.cost(frame.teams, frame.structures),
        )

    def mix(self) -> Ending:
        """The best mix with as few moved: of all teams at once where they are few, then of some at a time."""
        live = [row for row in range(len(self.roster.slots)) if row not in self.now.dropped]
        loose = loose_groups(self.roster, self.now.teams, live)
        as_it_was = not self.now.retimed and not self.now.dropped and self.now.proved
        if len(loose) * len(live) <= WHOLE:
            gap = self._mix(live, WHOLE_EFFORT, 0) if loose else 0
            if gap >= 0 and as_it_was:
                self.bound = self.cost - gap
            if gap == 0:
                return Ending.PROVED if as_it_was else Ending.ROUNDS_DONE
        return self._mix_some(live)

    def _mix_some(self, live: Sequence[int]) -> Ending:
        """A handful of teams at a time, one of them touched by the repair."""
        rng = np.random.default_rng(self.search.budget.seed)
        idle = 0
        while idle < IDLE:
            ending = self.search.ending()
            if ending is not None:
                return ending
            centre = touched(self.roster, self.now.teams) or list(live)
            first = int(rng.choice(centre))
            others = [int(row) for row in rng.permutation(live) if row != first]
            before = self.cost
            self._mix(sorted([first, *others[: HANDFUL - 1]]), PART_EFFORT, self.search.rounds)
            idle = 0 if self.cost < before else idle + 1
        return Ending.ROUNDS_DONE

    def _mix(self, within: Sequence[int], effort: float, turn: int) -> int:
        """Mix these teams anew; how much better they could still be, −1 where that is not known."""
        loose = loose_groups(self.roster, self.now.teams, within)
        model = MixModel(self.roster, self.now, self.now.teams, loose, within)
        found = model.solve(self.search, effort, self.search.budget.seed + turn)
        cost = self.roster.cost(found.teams, self.now.structures)
        better = cost < self.cost
        if cost <= self.cost:
            self.now, self.cost = replace(self.now, teams=found.teams), cost
        self.search.count(better=better)
        self.search.tell(Phase.TEAMS, self.cost, self.bound, self.snapshot)
        return found.gap

    def snapshot(self) -> Plan:
        return self.plan(Ending.ROUNDS_DONE)

    def plan(self, ending: Ending) -> Plan:
        """What stands now, as a plan."""
        slots, roster = self.roster.slots, self.roster
        rolling = {slot for slot, profile in zip(self.now.teams, roster.profiles, strict=True) if profile[3]}
        teams, waiting = [], 0
        for row, slot in enumerate(slots):
            if row in self.now.dropped:
                continue
            day = self._day(row, slot, rolls=row in rolling)
            waiting += day_of(self.problem, day, stepfree=row in rolling).waiting
            groups = [
                group.id for group, at in zip(self.problem.groups, self.now.teams, strict=True) if at == row
            ]
            structure = self.now.structures[row]
            teams.append(
                replace(
                    day, id=slot.id, groups=tuple(groups), structure="" if structure is None else structure
                )
            )
        budget = self.search.budget
        plan = Plan(tuple(teams), self.cost, self.bound, waiting, 0, ending, self.search.rounds, budget.seed)
        if not self.now.broken:
            return plan
        return replace(plan, broken=tuple(str(one.rule) for one in check(self.problem, plan)))

    def _day(self, row: int, slot: Slot, *, rolls: bool) -> Team:
        """The timetable of a team: its own, the new one, or any, where no sound one was found."""
        kept = (slot.rolls if rolls else slot.walks) or slot.walks or slot.rolls
        found = self.days.get(slot.id) if row in self.now.retimed else kept
        if found is not None:
            return found
        forced = kept or forced_day(self.problem, stepfree=rolls)
        if forced is None:
            return Team(slot.id, (), "", "", 0, ())
        return Team(slot.id, (), "", forced.route, forced.depart, forced.visits)


def _same_visits(team: Team, slot: Slot) -> bool:
    day = slot.walks or slot.rolls
    return day is not None and (day.route, day.visits) == (team.route, team.visits)


def hasty(roster: Roster) -> Frame:
    """What to hold before anything is computed: everybody as they were, the late where there is room."""
    problem = roster.problem
    sizes = [0] * len(roster.slots)
    surplus = max(0, len(sizes) - problem.rules.n_teams)
    unpinned = [row for row, slot in enumerate(roster.slots) if not slot.pinned]
    dropped = frozenset(unpinned[len(unpinned) - surplus :]) if surplus else frozenset[int]()
    teams = [home if pin == NOBODY else pin for home, pin in zip(roster.homes, roster.pinned, strict=True)]
    for team, profile in zip(teams, roster.profiles, strict=True):
        sizes[team] += profile[0] * (team != NOBODY)
    for group, team in enumerate(teams):
        if team == NOBODY or team in dropped:
            teams[group] = min(
                (row for row in range(len(sizes)) if row not in dropped), key=sizes.__getitem__
            )
            sizes[teams[group]] += roster.profiles[group][0]
    spare = [one.id for one in problem.structures for _ in range(one.max_teams)]
    for slot in roster.slots:
        if slot.structure in spare:
            spare.remove(slot.structure)
    structures = [slot.structure or (spare.pop() if spare else None) for slot in roster.slots]
    return Frame(
        teams=tuple(teams),
        structures=tuple(structures),
        retimed=frozenset(row for row, slot in enumerate(roster.slots) if not (slot.walks or slot.rolls)),
        rolling=frozenset(),
        dropped=dropped,
        proved=False,
        broken=True,
    )
