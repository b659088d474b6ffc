"""On the day: the repair that retimes the fewest teams and moves the fewest people, by CP-SAT, proved.

Pure, worker only (OR-Tools). Rules see groups by their profile only, so the model counts, for each team and
profile, how many groups leave and how many come in: teams × profiles whole numbers instead of groups × teams
choices, and no symmetry. Which groups they are is for the mix to say (`best_mix`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import ask
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.in_force import Slot
from eventsapp.planning.engine.trails.roster import NOBODY, Profile, Roster

EFFORT = 4.0
"""Deterministic time for one question; most are answered in a hundredth of it."""


@dataclass(frozen=True, slots=True)
class Freedom:
    """How much of the plan in force may give way: structures, timetables, the rules on who walks together.

    `at_least`: so many teams are retimed, or more: fewer were found not to be enough. `draw`: which of them
    is a matter of chance, and every draw another one.
    """

    structures: bool = False
    timetables: bool = False
    rules: bool = False
    at_least: int = 0
    draw: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """Who may be where: each slot with its structure, its kind of timetable, and one way to fill it.

    `retimed` slots need a new timetable. `teams` gives each group a slot; `dropped` slots are empty and go.
    `proved`: no repair retimes fewer teams, nor moves fewer people.
    """

    teams: tuple[int, ...]
    structures: tuple[Id | None, ...]
    retimed: frozenset[int]
    rolling: frozenset[int]
    dropped: frozenset[int]
    proved: bool
    broken: bool


class Counts:
    """The model: one instance for one question."""

    def __init__(self, roster: Roster, freedom: Freedom) -> None:
        self.roster, self.freedom = roster, freedom
        self.problem, self.slots = roster.problem, roster.slots
        self.model = cp_model.CpModel()
        self.slack: list[Any] = []
        self.keep = [self._kept(slot) for slot in self.slots]
        self.retimed = [self._retimed(slot) for slot in self.slots]
        self.rolls = [self.model.new_bool_var("") for _ in self.slots]
        self.housing: dict[tuple[int, Id], Any] = {}
        self.out: dict[tuple[int, Profile], Any] = {}
        self.into: dict[tuple[int, Profile], Any] = {}
        self._people()
        self._access()
        self._structures()
        self._landmarks()
        self.model.add(sum(self.keep) == self.problem.rules.n_teams)
        self.model.minimize(self._objective())

    def _kept(self, slot: Slot) -> Any:
        if slot.pinned or len(self.slots) <= self.problem.rules.n_teams:
            return 1
        return self.model.new_bool_var("")

    def _retimed(self, slot: Slot) -> Any:
        if slot.settled:
            return 0
        if not slot.known:
            return 1
        return self.model.new_bool_var("") if self.freedom.timetables else 0

    def _people(self) -> None:
        """Sizes, adults and children of each team, from who leaves and who comes in."""
        roster = self.roster
        staying: list[Counter[Profile]] = [Counter() for _ in self.slots]
        settled: list[Counter[Profile]] = [Counter() for _ in self.slots]
        late: Counter[Profile] = Counter()
        for profile, home, pin in zip(roster.profiles, roster.homes, roster.pinned, strict=True):
            if pin != NOBODY:
                settled[pin][profile] += 1
            elif home == NOBODY:
                late[profile] += 1
            else:
                staying[home][profile] += 1
        total = late + sum(staying, Counter())
        for slot in range(len(self.slots)):
            for profile, count in staying[slot].items():
                self.out[slot, profile] = self.model.new_int_var(0, count, "")
            for profile, count in total.items():
                self.into[slot, profile] = self.model.new_int_var(0, count, "")
        for profile in total:
            leaving = sum(
                self.out[slot, profile] for slot in range(len(self.slots)) if staying[slot][profile]
            )
            coming = sum(self.into[slot, profile] for slot in range(len(self.slots)))
            self.model.add(coming == late[profile] + leaving)
        for slot in range(len(self.slots)):
            self._company(slot, settled[slot] + staying[slot], total)

    def _company(self, slot: int, present: Counter[Profile], total: Counter[Profile]) -> None:
        def people(part: int) -> Any:
            here = sum(profile[part] * count for profile, count in present.items())
            come = sum(profile[part] * self.into[slot, profile] for profile in total if profile[part])
            gone = sum(
                profile[part] * self.out[slot, profile]
                for profile in present
                if profile[part] and (slot, profile) in self.out
            )
            return here + come - gone

        rules, keep, model = self.problem.rules, self.keep[slot], self.model
        size, children, adults, wheels = (people(part) for part in range(4))
        model.add(size <= rules.team_max * keep + self._slack())
        model.add(size >= rules.team_min * keep - self._slack())
        model.add(adults >= rules.min_adults * keep - self._slack())
        model.add(children <= rules.children_per_adult * adults + self._slack())
        model.add(wheels <= len(self.roster.profiles) * self.rolls[slot])
        model.add(wheels >= self.rolls[slot])

    def _slack(self) -> Any:
        """By how much a rule is broken; nothing, where rules hold."""
        if not self.freedom.rules:
            return 0
        self.slack.append(self.model.new_int_var(0, 10**6, ""))
        return self.slack[-1]

    def _access(self) -> None:
        """A timetable that stands must be walked as the team walks now: with a wheelchair, or without."""
        for slot, rolls, keep, retimed in zip(self.slots, self.rolls, self.keep, self.retimed, strict=True):
            if slot.rolls is None:
                self.model.add(rolls <= retimed + self._slack())
            if slot.walks is None:
                self.model.add(keep - rolls <= retimed + self._slack())
            if self.freedom.timetables or not slot.known:
                self.model.add(retimed <= keep)

    def _structures(self) -> None:
        """Structures stay with their team; where they may not, or are new, each has so many teams."""
        held: defaultdict[Id, list[Any]] = defaultdict(list)
        for row, (slot, keep) in enumerate(zip(self.slots, self.keep, strict=True)):
            free = not slot.housed and (self.freedom.structures or slot.structure is None)
            if not free:
                held[slot.structure or ""].append(keep)
                if not slot.welcoming:
                    self.model.add(self.rolls[row] <= self._slack())
                continue
            for one in self.problem.structures:
                chosen = self.housing[row, one.id] = self.model.new_bool_var("")
                held[one.id].append(chosen)
                if not one.wheelchair_ok:
                    self.model.add(self.rolls[row] + chosen <= 1 + self._slack())
            self.model.add(sum(self.housing[row, one.id] for one in self.problem.structures) == keep)
        for one in self.problem.structures:
            if held[one.id]:
                self.model.add(sum(held[one.id]) <= one.max_teams + self._slack())

    def _landmarks(self) -> None:
        """Where a landmark holds fewer teams than it did, some timetables cannot stand together."""
        present: defaultdict[tuple[Id, int], list[int]] = defaultdict(list)
        for row, slot in enumerate(self.slots):
            day = slot.walks or slot.rolls
            for visit in day.visits if day else ():
                for tick in range(visit.start, visit.start + self.problem.rules.stage_ticks):
                    present[visit.landmark, tick].append(row)
        room = {landmark.id: landmark.capacity for landmark in self.problem.landmarks}
        for (landmark, _), rows in present.items():
            if len(rows) > room[landmark]:
                there = sum(self.keep[row] - self.retimed[row] for row in rows)
                self.model.add(there <= room[landmark] + self._slack())

    def _objective(self) -> Any:
        """First the rules, then timetables, structures, people: each weighs more than all the next."""
        moved = sum(profile[0] * count for (_, profile), count in self.out.items())
        retimed = [
            one for slot, one in zip(self.slots, self.retimed, strict=True) if slot.known and not slot.settled
        ]
        others = sum(
            chosen
            for (row, one), chosen in self.housing.items()
            if self.slots[row].structure not in (None, one)
        )
        if self.freedom.at_least:
            self.model.add(sum(retimed) >= min(self.freedom.at_least, len(retimed)))
        people, teams = len(self.problem.people) + 1, len(self.slots) + 1
        # Where the number is the same, chance decides; nine draws for each team stay below one team more.
        luck = np.random.default_rng(self.freedom.draw).integers(10, size=teams) * (self.freedom.draw > 0)
        drawn = sum(int(number) * one for number, one in zip(luck, retimed, strict=False))
        late = 10 * teams * sum(retimed) + drawn
        return moved + people * (others + teams * (late + 10 * teams**2 * sum(self.slack)))


def fewest_moves(roster: Roster, freedom: Freedom, search: Search[Any]) -> Frame | None:
    """The best frame there is within this freedom; None where there is none, or none was found in time."""
    if search.interrupted() is not None:
        return None
    counts = Counts(roster, freedom)
    answer = ask(counts.model, search, effort=EFFORT, seed=search.budget.seed, linearization_level=2)
    if not answer.found:
        return None

    def rows(choices: Iterable[Any]) -> frozenset[int]:
        return frozenset(row for row, chosen in enumerate(choices) if answer.solver.value(chosen))

    structures = [slot.structure for slot in roster.slots]
    for (row, one), chosen in counts.housing.items():
        if answer.solver.value(chosen):
            structures[row] = one
    return Frame(
        teams=_dealt(counts, answer.solver),
        structures=tuple(structures),
        retimed=rows(counts.retimed),
        rolling=rows(counts.rolls),
        dropped=rows(1 - one for one in counts.keep),
        proved=answer.closed,
        broken=any(answer.solver.value(one) for one in counts.slack),
    )


def _dealt(counts: Counts, solver: cp_model.CpSolver) -> tuple[int, ...]:
    """Groups, as the numbers have them: those of one profile are alike here, the last ones leave first."""
    roster = counts.roster
    teams = [home if pin == NOBODY else pin for home, pin in zip(roster.homes, roster.pinned, strict=True)]
    leaving = {key: solver.value(one) for key, one in counts.out.items()}
    homeless: defaultdict[Profile, list[int]] = defaultdict(list)
    for group in reversed(range(len(teams))):
        profile = roster.profiles[group]
        key = (teams[group], profile)
        if teams[group] == NOBODY:
            homeless[profile].append(group)
        elif roster.pinned[group] == NOBODY and leaving[key]:
            leaving[key] -= 1
            homeless[profile].append(group)
    for (slot, profile), coming in counts.into.items():
        for _ in range(solver.value(coming)):
            teams[homeless[profile].pop()] = slot
    return tuple(teams)


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
