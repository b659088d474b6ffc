"""On the day: the best mix among the repairs that move as few people, by CP-SAT.

Pure, worker only (OR-Tools). Late groups go wherever rules allow; others only as long as no more people are
moved than must be. Where the groups that may go anywhere are few (nobody has to move, say) the best mix is
proved; else a handful of teams at a time is mixed anew, the others standing still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import ask
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.fewest_moves import Frame
from eventsapp.planning.engine.trails.roster import NOBODY, Roster


@dataclass(frozen=True, slots=True)
class Mixed:
    """What CP-SAT found: the slot of each group; `gap`: no such mix costs less by more (−1: not known)."""

    teams: tuple[int, ...]
    gap: int


class MixModel:
    """Some teams mixed anew: `loose` groups choose among `within`, all others stay where `teams` has them.

    The objective is the whole cost of these teams but for what does not change.
    """

    def __init__(
        self, roster: Roster, frame: Frame, teams: Sequence[int], loose: Sequence[int], within: Sequence[int]
    ) -> None:
        self.roster, self.frame, self.teams = roster, frame, teams
        self.loose, self.within = loose, within
        self.model = cp_model.CpModel()
        self.terms: list[Any] = []
        self.choice: dict[tuple[int, int], Any] = {}
        self.fixed: dict[int, list[int]] = {slot: [] for slot in within}
        self._choices()
        self._moves()
        for slot in within:
            here = [group for group in loose if (group, slot) in self.choice]
            self._company(slot, here)
            self._pairs(slot, here)
            self._voices(slot, here)
        self.model.minimize(sum(self.terms))

    def _choices(self) -> None:
        roster = self.roster
        moving = set(self.loose)
        for group, slot in enumerate(self.teams):
            if slot in self.fixed and group not in moving:
                self.fixed[slot].append(group)
        for group in self.loose:
            for slot in self.within:
                if roster.profiles[group][3] and not may_roll(roster, self.frame, slot):
                    continue
                chosen = self.choice[group, slot] = self.model.new_bool_var("")
                self.model.add_hint(chosen, self.teams[group] == slot)
            self.model.add_exactly_one(
                self.choice[group, slot] for slot in self.within if (group, slot) in self.choice
            )

    def _moves(self) -> None:
        """No more people moved, among these groups, than now."""
        roster = self.roster
        now, away = 0, []
        for group in self.loose:
            home, people = roster.homes[group], roster.profiles[group][0]
            if home != NOBODY and people:
                now += people * (self.teams[group] != home)
                stays = self.choice.get((group, home), 0)
                away.append(people * (1 - stays))
        if away:
            self.model.add(sum(away) <= now)
            weight = roster.problem.weights.moved_person
            self.terms.extend(weight * one for one in away if weight)

    def _company(self, slot: int, here: Sequence[int]) -> None:
        roster, rules = self.roster, self.roster.problem.rules

        def people(part: int) -> Any:
            settled = sum(roster.profiles[group][part] for group in self.fixed[slot])
            return settled + sum(roster.profiles[group][part] * self.choice[group, slot] for group in here)

        size, children, adults, wheels = (people(part) for part in range(4))
        self.model.add(size <= rules.team_max)
        self.model.add(size >= rules.team_min)
        self.model.add(adults >= rules.min_adults)
        self.model.add(children <= rules.children_per_adult * adults)
        if not may_walk(roster, self.frame, slot):
            self.model.add(wheels >= 1)

    def _pairs(self, slot: int, here: Sequence[int]) -> None:
        """Pairs of one feature: n(n − 1)/2 by its tangents, which are exact at whole numbers."""
        features, most = self.roster.features, self.roster.problem.rules.team_max
        settled = features[self.fixed[slot]].sum(axis=0) if self.fixed[slot] else features[:0].sum(axis=0)
        for feature, weight in enumerate(self.roster.weights):
            parts = [(int(features[group, feature]), group) for group in here if features[group, feature]]
            if not parts or not weight:
                continue
            number = sum(count * self.choice[group, slot] for count, group in parts)
            before = int(settled[feature])
            self.terms.append(weight * (before * (before - 1) // 2))
            self.terms.append(weight * before * number)
            largest = min(sum(count for count, _ in parts), max(0, most - before))
            if largest < 2:
                continue
            if len(parts) == 1:
                count = parts[0][0]
                self.terms.append(weight * (count * (count - 1) // 2) * self.choice[parts[0][1], slot])
                continue
            pairs = self.model.new_int_var(0, largest * (largest - 1) // 2, "")
            for step in range(1, largest):
                self.model.add(pairs >= step * number - step * (step + 1) // 2)
            self.terms.append(weight * pairs)

    def _voices(self, slot: int, here: Sequence[int]) -> None:
        """Who speaks no French is alone unless the structure or somebody of the team interprets."""
        roster, weight = self.roster, self.roster.problem.weights.lang_isolated
        if not weight:
            return
        structure = self.frame.structures[slot]
        heard = roster.tongues.get(structure, frozenset()).union(
            *(roster.speaks[group] for group in self.fixed[slot])
        )
        for languages in sorted({one for group in here for one in roster.needs[group]}, key=sorted):
            if not languages & heard:
                self._newcomers(slot, here, languages)
        for languages, count in self._settled_needs(slot):
            if not languages & heard:
                alone = self.model.new_bool_var("")
                self.model.add_bool_or([alone, *self._helped(slot, here, languages)])
                self.terms.append(weight * count * alone)

    def _newcomers(self, slot: int, here: Sequence[int], languages: frozenset[str]) -> None:
        """Of the loose groups, those who speak just this are alone where nobody who helps comes along."""
        helped = self._helped(slot, here, languages)
        for group in here:
            count = self.roster.needs[group].get(languages, 0)
            if count and not languages & self.roster.speaks[group]:
                alone = self.model.new_bool_var("")
                self.model.add_bool_or([self.choice[group, slot].negated(), alone, *helped])
                self.terms.append(self.roster.problem.weights.lang_isolated * count * alone)

    def _helped(self, slot: int, here: Sequence[int], languages: frozenset[str]) -> list[Any]:
        return [self.choice[group, slot] for group in here if languages & self.roster.speaks[group]]

    def _settled_needs(self, slot: int) -> list[tuple[frozenset[str], int]]:
        counts: Counter[frozenset[str]] = Counter()
        for group in self.fixed[slot]:
            counts.update(self.roster.needs[group])
        return sorted(counts.items(), key=lambda one: sorted(one[0]))

    def solve(self, search: Search[Any], effort: float, seed: int) -> Mixed:
        """The best of these mixes, or as they are now."""
        answer = ask(self.model, search, effort=effort, seed=seed, linearization_level=2)
        teams = list(self.teams)
        if answer.found:
            for (group, slot), chosen in self.choice.items():
                if answer.solver.value(chosen):
                    teams[group] = slot
        gap = round(answer.solver.objective_value - answer.bound) if answer.found else -1
        return Mixed(tuple(teams), gap)


def may_roll(roster: Roster, frame: Frame, slot: int) -> bool:
    """Whether somebody in a wheelchair may be in this team: its visits stand then, or were made for that."""
    if slot in frame.retimed:
        return slot in frame.rolling
    house = frame.structures[slot]
    welcoming = any(one.id == house and one.wheelchair_ok for one in roster.problem.structures)
    return welcoming and roster.slots[slot].rolls is not None


def may_walk(roster: Roster, frame: Frame, slot: int) -> bool:
    """Whether this team may be without a wheelchair."""
    if slot in frame.retimed:
        return slot not in frame.rolling
    return roster.slots[slot].walks is not None


def loose_groups(roster: Roster, teams: Sequence[int], within: Collection[int]) -> list[int]:
    """The groups of these teams that may change place in a repair that moves no more people than this one.

    Late ones, and those not larger than all that is moved among them.
    """
    here = [
        group
        for group, (pin, slot) in enumerate(zip(roster.pinned, teams, strict=True))
        if pin == NOBODY and slot in within
    ]
    most = sum(
        roster.profiles[group][0] for group in here if roster.homes[group] not in (NOBODY, teams[group])
    )
    return [group for group in here if roster.homes[group] == NOBODY or roster.profiles[group][0] <= most]


def touched(roster: Roster, teams: Iterable[int]) -> list[int]:
    """The teams that somebody joins or leaves."""
    found: set[int] = set()
    for home, slot in zip(roster.homes, teams, strict=True):
        if home != slot:
            found |= {home, slot} - {NOBODY}
    return sorted(found)
