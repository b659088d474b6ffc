"""On the day: the people of a repair as rows, and what a given composition of teams costs.

Pure, worker only (NumPy). Rows of groups and of teams are in the order of the problem and of `slots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eventsapp.planning.engine.networks import Ints
from eventsapp.planning.engine.trails.in_force import Slot
from eventsapp.planning.engine.trails.problem import CHILD, FRENCH, Problem
from eventsapp.planning.engine.trails.teams_tables import features

Profile = tuple[int, int, int, int]
"""What rules see of a group: people, children, adults, and 1 if somebody is in a wheelchair."""

NOBODY = -1
"""The home of a group that came late: no team of the plan in force."""


@dataclass(frozen=True)
class Roster:
    """Groups with their home (the slot they are in by the plan in force) and the slot they are pinned to."""

    problem: Problem
    slots: tuple[Slot, ...]

    @cached_property
    def profiles(self) -> list[Profile]:
        adults = self.problem.rules.supervisors
        return [
            (
                len(group.members),
                sum(person.age == CHILD for person in group.members),
                sum(person.age in adults for person in group.members),
                int(group.wheelchair),
            )
            for group in self.problem.groups
        ]

    @cached_property
    def homes(self) -> list[int]:
        row = {slot.id: number for number, slot in enumerate(self.slots)}
        home = {group: row[team.id] for team in self.problem.base or () for group in team.groups}
        return [home.get(group.id, NOBODY) for group in self.problem.groups]

    @cached_property
    def pinned(self) -> list[int]:
        """For each group the slot it is pinned to, or NOBODY."""
        row = {slot.id: number for number, slot in enumerate(self.slots)}
        pinned = {group: row[pin.team] for pin in self.problem.pins for group in pin.groups}
        return [pinned.get(group.id, NOBODY) for group in self.problem.groups]

    @cached_property
    def features(self) -> Ints:
        """[group, feature]: how many members are of each quartier, then of each age band."""
        return features(self.problem)

    @cached_property
    def weights(self) -> list[int]:
        """What a pair of each feature costs."""
        weights = self.problem.weights
        return [weights.quartier_pair] * len(self.problem.quartiers) + [weights.age_pair] * len(
            self.problem.ages
        )

    @cached_property
    def within(self) -> int:
        """What pairs within groups would cost: they are no fault of a plan."""
        return self._pairs(self.features)

    @cached_property
    def needs(self) -> list[dict[frozenset[str], int]]:
        """For each group, how many speak exactly these languages, French not among them."""
        found: list[dict[frozenset[str], int]] = []
        for group in self.problem.groups:
            counts: dict[frozenset[str], int] = {}
            for person in group.members:
                if FRENCH not in person.languages:
                    counts[person.languages] = counts.get(person.languages, 0) + 1
            found.append(counts)
        return found

    @cached_property
    def speaks(self) -> list[frozenset[str]]:
        """For each group, what its members who speak French can interpret."""
        return [
            frozenset().union(*(one.languages for one in group.members if FRENCH in one.languages))
            for group in self.problem.groups
        ]

    @cached_property
    def tongues(self) -> dict[object, frozenset[str]]:
        return {structure.id: structure.languages for structure in self.problem.structures}

    def moved(self, teams: Sequence[int]) -> int:
        """People who are in another team than the plan in force had them in."""
        return sum(
            profile[0]
            for profile, home, team in zip(self.profiles, self.homes, teams, strict=True)
            if home not in (NOBODY, team)
        )

    def cost(self, teams: Sequence[int], structures: Sequence[object]) -> int:
        """The objective: faults of the mix, and people moved."""
        counts = np.zeros((len(self.slots), self.features.shape[1]), dtype=np.int64)
        np.add.at(counts, np.array(teams, dtype=np.int64), self.features)
        weights = self.problem.weights
        mix = self._pairs(counts) - self.within + weights.lang_isolated * self._alone(teams, structures)
        return mix + weights.moved_person * self.moved(teams)

    def _alone(self, teams: Sequence[int], structures: Sequence[object]) -> int:
        """How many have nobody to speak with in their team."""
        foreign = [group for group, needs in enumerate(self.needs) if needs]
        spoken = {teams[group]: set(self.tongues.get(structures[teams[group]], ())) for group in foreign}
        for group, slot in enumerate(teams):
            if slot in spoken:
                spoken[slot] |= self.speaks[group]
        return sum(
            count
            for group in foreign
            for languages, count in self.needs[group].items()
            if not languages & spoken[teams[group]]
        )

    def _pairs(self, counts: Ints) -> int:
        by_feature = (counts * (counts - 1) // 2).sum(axis=0)
        return sum(int(pairs) * weight for pairs, weight in zip(by_feature, self.weights, strict=True))
