"""On the day: the plan in force mended for those who did not come and those who came late.

Pure, worker only (OR-Tools, NumPy). In this order: rules hold; no timetable changes, or as few as can be; no
structure changes; as few people as can be change team (`fewest_moves`, proved); and among such repairs the
best mix (`best_mix`). See docs/planning.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eventsapp.planning.engine.search import Budget, Ending, Phase, Search
from eventsapp.planning.engine.terms import Id, Impossible, Reason
from eventsapp.planning.engine.trails.best_mix import MixModel, loose_groups, touched
from eventsapp.planning.engine.trails.checking import check
from eventsapp.planning.engine.trails.days import day_of, forced_day
from eventsapp.planning.engine.trails.fewest_moves import Frame, Freedom, fewest_moves, hasty
from eventsapp.planning.engine.trails.impossible import causes
from eventsapp.planning.engine.trails.in_force import Slot, slots
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Problem, Team
from eventsapp.planning.engine.trails.refusing import no_days, no_teams
from eventsapp.planning.engine.trails.regrouping import regrouped
from eventsapp.planning.engine.trails.roster import Roster
from eventsapp.planning.engine.trails.teams_bound import bound
from eventsapp.planning.engine.trails.timetable import retime

FEW, SOME = 1000, 2500
"""Choices (groups × teams): up to the first number all teams are mixed at once before anything else is tried,
up to the second one later, to prove what was found."""

SHORT_EFFORT, LONG_EFFORT, PART_EFFORT = 0.2, 1.0, 0.1
"""Deterministic time (about seconds) for all teams at once, first and later, and for a handful of them."""

HANDFUL, ARMFUL = 6, 9
"""Teams mixed anew at a time: first, and once that gains nothing more."""

IDLE = 6
"""Handfuls in a row without a better mix, and one more for each team touched, before that."""

SWEEP, MANY = 12, 10**9
"""Handfuls before anything is annealed (which may have to be compiled first), and without a limit."""

REGROUPINGS = 3
"""Rounds of annealing at a time."""

TIMETABLE_ROUNDS, TIMETABLE_PATIENCE, TIMETABLE_SHARE = 60, 12, 0.2
"""How long new timetables are looked for before others give way; the last is a share of what time is left."""

DRAWS = 3
"""How often so many teams to retime are drawn, before one more is."""


def solve(problem: Problem, search: Search[Plan], start: Plan | None = None) -> Plan | Impossible:
    """The repair of `problem.base`; `start` is one to go on from, where it retimes and moves as few."""
    reasons = causes(problem)
    if reasons:
        return Impossible(reasons)
    repair = Repair(problem, search)
    repair.frame()
    if repair.refused:
        return Impossible(repair.refused)
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
        self.refused: tuple[Reason, ...] = ()
        self.days: Mapping[Id, Team] = {}
        self.bound = bound(self.problem)
        self.search.tell(Phase.STARTING, None, self.bound, None)
        self.now = hasty(self.roster)
        self.cost = self.roster.cost(self.now.teams, self.now.structures)

    def frame(self) -> None:
        """Settle what stands and what gives way, with the timetables of the teams that cannot keep theirs."""
        if self._settle(Freedom()) or self._settle(Freedom(structures=True)):
            return
        self.refused = no_days(self.problem, self.search)
        if self.refused or self._give_way(rules=False):
            return
        self.refused = no_teams(self.problem, self.search)
        if not self.refused:
            self._give_way(rules=True)

    def _give_way(self, *, rules: bool) -> bool:
        """Let timetables give way, and `rules` too; whether it is settled so: found, or refused."""
        fewest: Frame | None = None
        for freedom in self._more_and_more(rules):
            before = self.now
            if self._settle(freedom):
                return True
            if self.now is before or self.search.interrupted() is not None:
                break
            if fewest is None:
                fewest = self.now
                self.refused = no_days(self.problem, self.search, exactly=True)
            if self.refused:
                return True
        if fewest is not None:  # no hours fit, whoever walks together
            self._take(fewest)
        return fewest is not None

    def _more_and_more(self, rules: bool) -> Iterator[Freedom]:
        """Timetables give way: those that must, then others drawn beside them, ever more."""
        yield Freedom(True, True, rules)
        teams = len(self.roster.slots)
        fewest, count = len(self.now.retimed), len(self.now.retimed) + 1
        while count < 2 * teams:
            for draw in range(DRAWS if count < teams else 1):
                yield Freedom(True, True, rules, min(count, teams), draw + 1)
            count += max(1, (count - fewest) // 2)

    def _settle(self, freedom: Freedom) -> bool:
        """Take the best frame within this freedom; whether there is one, and its timetables with it."""
        found = fewest_moves(self.roster, freedom, self.search)
        if found is None:
            return False
        days = self._timetables(found)
        self.days = days or {}
        self._take(found if days is not None else replace(found, broken=True))
        return days is not None

    def _timetables(self, frame: Frame) -> Mapping[Id, Team] | None:
        """Days for the teams that need one; None where none was found that fits between the others."""
        if not frame.retimed:
            return {}
        slots, gone = self.roster.slots, frame.retimed | frame.dropped
        kept = [slot.walks or slot.rolls for row, slot in enumerate(slots) if row not in gone]
        left = self.search.seconds_left
        seconds = None if left is None else TIMETABLE_SHARE * left
        budget = Budget(seconds, TIMETABLE_ROUNDS, TIMETABLE_PATIENCE, self.search.budget.seed)
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
        """The best mix with as few moved: of all teams at once where they are few, else of some at a time."""
        live = [row for row in range(len(self.roster.slots)) if row not in self.now.dropped]
        choices = len(loose_groups(self.roster, self.now.teams, live)) * len(live)
        if choices <= FEW and self._mix_whole(live, SHORT_EFFORT):
            return self._proved()
        handful = min(HANDFUL, max(2, len(live) // 2))
        ending = self._mix_some(live, handful, SWEEP)
        if ending is None:
            self._regroup(live)
        if ending is None and self.roster.moved(self.now.teams):
            ending = self._mix_some(live, handful)
            self._regroup(live)
        if ending is None and choices <= SOME and self._mix_whole(live, LONG_EFFORT):
            return self._proved()
        ending = ending or self._mix_some(live, ARMFUL)
        return ending or self.search.interrupted() or Ending.ROUNDS_DONE

    def _regroup(self, live: Sequence[int]) -> None:
        """Anneal those who are late or moved into the teams that stand."""
        if self.now.broken or None in self.now.structures:
            return
        rounds = regrouped(self.roster, self.now, live, self.search.budget.seed)
        for _ in range(REGROUPINGS):
            if self.search.ending() is not None:
                return
            teams = self.search.wait_for(lambda: next(rounds, None))
            if teams is None:
                return
            self._better(teams)

    def _stands(self) -> bool:
        """Whether only people are moved, so that the best mix is that of all repairs that move as few."""
        kept = tuple(slot.structure for slot in self.roster.slots) == self.now.structures
        return kept and self.now.proved and not self.now.retimed and not self.now.dropped

    def _proved(self) -> Ending:
        if self._stands():
            return Ending.PROVED
        return self.search.interrupted() or Ending.ROUNDS_DONE

    def _mix_whole(self, live: Sequence[int], effort: float) -> bool:
        """Mix all teams anew; whether the best mix is found for sure."""
        gap = self._mix(live, effort)
        if gap >= 0 and self._stands():
            self.bound = max(self.bound, self.cost - gap)
        return gap == 0

    def _mix_some(self, live: Sequence[int], together: int, most: int = MANY) -> Ending | None:
        """So many teams at a time, one of them touched by the repair; None: no more is gained."""
        rng = np.random.default_rng((self.search.budget.seed, together))
        centres = touched(self.roster, self.now.teams)
        idle, turn = 0, 0
        while centres and together < len(live) and turn < most and idle < IDLE + len(centres):
            ending = self.search.ending()
            if ending is not None:
                return ending
            if turn % len(centres) == 0:
                centres = [int(row) for row in rng.permutation(touched(self.roster, self.now.teams))]
            first = centres[turn % len(centres)]
            others = [int(row) for row in rng.permutation(live) if row != first]
            before = self.cost
            self._mix(sorted([first, *others[: together - 1]]), PART_EFFORT)
            idle, turn = 0 if self.cost < before else idle + 1, turn + 1
        return None

    def _mix(self, within: Sequence[int], effort: float) -> int:
        """Mix these teams anew; how much better they could still be, −1 where that is not known."""
        loose = loose_groups(self.roster, self.now.teams, within)
        if not loose:
            return 0
        if self.search.interrupted() is not None:
            return -1
        model = MixModel(self.roster, self.now, self.now.teams, loose, within)
        found = model.solve(self.search, effort, self.search.budget.seed + self.search.rounds)
        self._better(found.teams)
        return found.gap

    def _better(self, teams: tuple[int, ...]) -> None:
        """One round is done: take these teams unless they are worse."""
        cost = self.roster.cost(teams, self.now.structures)
        better = cost < self.cost
        if cost <= self.cost:
            self.now, self.cost = replace(self.now, teams=teams), cost
        self.search.count(better=better)
        self.search.tell(Phase.TEAMS, self.cost, self.bound, self.snapshot)

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
        forced = slot.given or forced_day(self.problem, stepfree=rolls)
        if forced is None:
            return Team(slot.id, (), "", "", 0, ())
        return Team(slot.id, (), "", forced.route, forced.depart, forced.visits)


def _same_visits(team: Team, slot: Slot) -> bool:
    day = slot.walks or slot.rolls
    return day is not None and (day.route, day.visits) == (team.route, team.visits)
