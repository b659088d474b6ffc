"""How well a trail day mixes people, counted from the dataclasses, and what no mix can beat.

Pure and naive, like `checking` whose part it is: no code shared with the solver. A pair is two people of one
team and of different groups; who came together is no fault of the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.problem import FRENCH, Group, Person, Problem, Structure, Weights


@dataclass(frozen=True, slots=True)
class Mix:
    """Pairs of neighbours, pairs of one age band, and speakers whom nobody of their team understands."""

    quartier_pairs: int
    age_pairs: int
    isolated: int

    def cost(self, weights: Weights) -> int:
        return (
            weights.quartier_pair * self.quartier_pairs
            + weights.age_pair * self.age_pairs
            + weights.lang_isolated * self.isolated
        )


def mix_of(groups: Iterable[Group], structure: Structure | None) -> Mix:
    """The faults of one team."""
    gathered = list(groups)
    people = [person for group in gathered for person in group.members]
    within = [_pairs(group.members) for group in gathered]
    quartiers, ages = _pairs(people)
    return Mix(
        quartier_pairs=quartiers - sum(pairs for pairs, _ in within),
        age_pairs=ages - sum(pairs for _, pairs in within),
        isolated=len(isolated(people, structure)),
    )


def isolated(people: Sequence[Person], structure: Structure | None) -> list[Person]:
    """Who speaks no French, and no language of a bilingual team-mate or of the structure."""
    spoken = structure.languages if structure else frozenset()
    bilingual = [person for person in people if FRENCH in person.languages]
    return [
        person
        for person in people
        if FRENCH not in person.languages
        and not person.languages & spoken
        and not any(person.languages & other.languages for other in bilingual)
    ]


@dataclass(frozen=True)
class Least:
    """What no mix of a day can beat, and what chance alone would give (both over all teams)."""

    problem: Problem

    @cached_property
    def mix(self) -> Mix:
        """Each fault bounded by itself: indivisible blocks, poured into the teams as evenly as can be."""
        problem, groups = self.problem, self.problem.groups
        quartiers, ages = self._within
        by_quartier = sum(
            least_pairs([sum(one.quartier == name for one in group.members) for group in groups], self._teams)
            for name in problem.quartiers
        )
        by_age = sum(
            least_pairs([sum(one.age == name for one in group.members) for group in groups], self._teams)
            for name in problem.ages
        )
        return Mix(max(0, by_quartier - quartiers), max(0, by_age - ages), self._always_isolated())

    @cached_property
    def chance(self) -> tuple[float, float]:
        """Pairs of neighbours, and of one age, that teams drawn at random would hold on average."""
        people = len(self.problem.people)
        together = max(0.0, (people / max(1, self._teams) - 1) / max(1, people - 1))
        pairs = _pairs(self.problem.people)
        return (together * (pairs[0] - self._within[0]), together * (pairs[1] - self._within[1]))

    @property
    def _teams(self) -> int:
        return self.problem.rules.n_teams

    @cached_property
    def _within(self) -> tuple[int, int]:
        pairs = [_pairs(group.members) for group in self.problem.groups]
        return (sum(one for one, _ in pairs), sum(other for _, other in pairs))

    def _always_isolated(self) -> int:
        """Those whom no structure and no bilingual of the whole day understands."""
        spoken = frozenset[str]().union(*(structure.languages for structure in self.problem.structures))
        bilingual = [one.languages for one in self.problem.people if FRENCH in one.languages]
        known = spoken.union(*bilingual)
        return sum(
            FRENCH not in person.languages and not person.languages & known for person in self.problem.people
        )


def least_pairs(blocks: Iterable[int], teams: int) -> int:
    """Fewest pairs that indivisible blocks of like people form in so many teams.

    The largest blocks stay alone while they are above the average of what is left; the rest is spread evenly
    (majorisation: pairs are convex in the loads).
    """
    sizes = sorted((size for size in blocks if size > 0), reverse=True)
    left, pairs = sum(sizes), 0
    for size in sizes:
        if teams <= 0 or size * teams <= left:
            break
        pairs += _choose(size)
        left, teams = left - size, teams - 1
    if teams <= 0:
        return pairs
    each, more = divmod(left, teams)
    return pairs + (teams - more) * _choose(each) + more * _choose(each + 1)


def entropy(counts: Iterable[int]) -> float:
    """How varied a company is, in nats: 0 where all come from one quartier."""
    numbers = [count for count in counts if count]
    total = sum(numbers)
    return -sum(count / total * log(count / total) for count in numbers)


def quartiers(people: Iterable[Person]) -> Counter[Id]:
    return Counter(person.quartier for person in people)


def _pairs(people: Sequence[Person]) -> tuple[int, int]:
    return (_alike(one.quartier for one in people), _alike(one.age for one in people))


def _alike(marks: Iterable[Hashable]) -> int:
    return sum(map(_choose, Counter(marks).values()))


def _choose(number: int) -> int:
    return number * (number - 1) // 2
