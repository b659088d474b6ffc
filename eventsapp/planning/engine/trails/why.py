"""Why a trail day is as it is: what each group finds in its team and would in another; what each team gets.

Pure, no solver: read from the plan by `checking`'s means, never from what the solver believed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

from eventsapp.planning.engine.terms import Id, Reason
from eventsapp.planning.engine.trails.checking import Book
from eventsapp.planning.engine.trails.mixing import Mix, isolated
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import CHILD, FRENCH, Group, Person, Problem, Team
from eventsapp.planning.engine.trails.walking import Rule, walk_day

Choice = tuple[Literal["group", "team"], Id]
"""What is explained: a group's place, or a team's structure and hours."""


class WhyGroup(StrEnum):
    """Why a group is in its team; parameters in brackets.

    BEST_PLACE and BETTER_ELSEWHERE have, in `quartier_pairs`, `age_pairs` and `isolated`, how many more (or,
    below 0, fewer) of these faults the plan would have with the group in `team`, the best of the others.
    """

    PINNED = "pinned"
    STAYS = "stays"  # on the day: in the team it was in
    MOVED = "moved"  # on the day: before, the team it was in
    LATE = "late"  # on the day: it came late
    WHEELCHAIR = "wheelchair"  # its team walks step-free
    INTERPRETS = "interprets"  # persons: who would have nobody to speak with, were it elsewhere
    UNDERSTOOD = "understood"  # persons: who speak no French, and are understood here
    ALONE = "alone"  # persons: who speak no French, and whom nobody here understands
    BEST_PLACE = "best_place"  # team, more: what being there would cost more (0: as good)
    BETTER_ELSEWHERE = "better_elsewhere"  # team, less: what being there would save
    ONLY_PLACE = "only_place"  # rule: what no other team allows, or what its own would break without it


class WhyTeam(StrEnum):
    """Why a team has its structure and its hours; parameters in brackets."""

    STRUCTURE_SPEAKS = "structure_speaks"  # structure, persons: who would be alone without it
    ACCESSIBLE = "accessible"  # structure, route: somebody is in a wheelchair
    WAITS = "waits"  # ticks in all, before leaving included
    NO_WAIT = "no_wait"
    TIMETABLE_KEPT = "timetable_kept"  # on the day: route and visits as they were
    RETIMED = "retimed"  # on the day
    NEW_TEAM = "new_team"  # on the day
    STRUCTURE_CHANGED = "structure_changed"  # on the day: before


def why(problem: Problem, plan: Plan) -> dict[Choice, tuple[Reason, ...]]:
    """The reasons of every choice of the plan: teams in its order, each followed by its groups."""
    book = Book(problem)
    companies = [Company(book, team) for team in plan.teams]
    reasons: dict[Choice, tuple[Reason, ...]] = {}
    for company in companies:
        reasons["team", company.team.id] = tuple(_team(problem, company))
        others = [other for other in companies if other is not company]
        for group in company.groups:
            reasons["group", group.id] = (
                *_presence(problem, company, group),
                *_languages(company, group),
                _place(problem, company, group, others),
            )
    return reasons


@dataclass(frozen=True, eq=False)
class Company:
    """A team and who is in it."""

    book: Book
    team: Team

    @cached_property
    def groups(self) -> list[Group]:
        return self.book.gathered(self.team)

    @cached_property
    def people(self) -> list[Person]:
        return self.book.people(self.team)

    @cached_property
    def quartiers(self) -> Counter[Id]:
        return Counter(person.quartier for person in self.people)

    @cached_property
    def ages(self) -> Counter[str]:
        return Counter(person.age for person in self.people)

    @cached_property
    def voiced(self) -> bool:
        """Whether somebody here speaks no French."""
        return any(FRENCH not in person.languages for person in self.people)

    @cached_property
    def wheelchairs(self) -> int:
        return sum(group.wheelchair for group in self.groups)

    def alone(self, people: list[Person]) -> int:
        """Who would have nobody to speak with, were these the people of this team."""
        return len(isolated(people, self.book.structures.get(self.team.structure)))

    def breaks(self, people: list[Person], wheelchairs: int) -> Rule | None:
        """The first rule that this team would break with these people and so many groups with wheelchairs."""
        rules = self.book.problem.rules
        adults = sum(person.age in rules.supervisors for person in people)
        children = sum(person.age == CHILD for person in people)
        if not rules.team_min <= len(people) <= rules.team_max:
            return Rule.TEAM_SIZE
        if adults < rules.min_adults:
            return Rule.MIN_ADULTS
        if children > rules.children_per_adult * adults:
            return Rule.CHILD_RATIO
        if bool(wheelchairs) != bool(self.wheelchairs):
            return self._repaced(bool(wheelchairs))
        return None

    def _repaced(self, wheelchair: bool) -> Rule | None:
        """What its timetable, route or structure would break at the other pace."""
        structure = self.book.structures.get(self.team.structure)
        if wheelchair and structure and not structure.wheelchair_ok:
            return Rule.STRUCTURE_NOT_ACCESSIBLE
        if wheelchair and self.team.route not in self.book.problem.accessible_routes:
            return Rule.ROUTE_NOT_ACCESSIBLE
        faults = walk_day(self.book.problem, self.team, wheelchair=wheelchair).faults
        return Rule(faults[0].rule) if faults else None


def _presence(problem: Problem, company: Company, group: Group) -> Iterator[Reason]:
    """What was there before the plan: pins, the plan in force, a wheelchair."""
    if any(pin.team == company.team.id and group.id in pin.groups for pin in problem.pins):
        yield Reason(WhyGroup.PINNED)
    if problem.base is not None:
        before = [team.id for team in problem.base if group.id in team.groups]
        if not before:
            yield Reason(WhyGroup.LATE)
        elif before[0] == company.team.id:
            yield Reason(WhyGroup.STAYS)
        else:
            yield Reason(WhyGroup.MOVED, {"before": before[0]})
    if group.wheelchair:
        yield Reason(WhyGroup.WHEELCHAIR)


def _languages(company: Company, group: Group) -> Iterator[Reason]:
    """Who understands whom."""
    if not company.voiced:
        return
    without = [person for person in company.people if person not in group.members]
    left = isolated(company.people, company.book.structures.get(company.team.structure))
    helped = company.alone(without) - sum(person not in group.members for person in left)
    if helped > 0:
        yield Reason(WhyGroup.INTERPRETS, {"persons": helped})
    foreign = [person for person in group.members if FRENCH not in person.languages]
    alone = sum(person in left for person in foreign)
    if len(foreign) > alone:
        yield Reason(WhyGroup.UNDERSTOOD, {"persons": len(foreign) - alone})
    if alone:
        yield Reason(WhyGroup.ALONE, {"persons": alone})


def _place(problem: Problem, company: Company, group: Group, others: list[Company]) -> Reason:
    """The best other team for this group: what being there would cost, or why there is none."""
    left = [person for person in company.people if person not in group.members]
    rolls = int(group.wheelchair)
    own = company.breaks(left, company.wheelchairs - rolls)
    if own:
        return Reason(WhyGroup.ONLY_PLACE, {"rule": own})
    refused: Counter[Rule] = Counter()
    best: tuple[int, Company, Mix] | None = None
    for other in others:
        rule = other.breaks([*other.people, *group.members], other.wheelchairs + rolls)
        if rule:
            refused[rule] += 1
            continue
        more = _difference(company, group, left, other)
        cost = more.cost(problem.weights) + _moving(problem, company, group, other)
        if best is None or cost < best[0]:
            best = (cost, other, more)
    if best is None:
        rule = refused.most_common(1)[0][0] if refused else Rule.N_TEAMS
        return Reason(WhyGroup.ONLY_PLACE, {"rule": rule})
    cost, other, more = best
    params = {
        "team": other.team.id,
        "quartier_pairs": more.quartier_pairs,
        "age_pairs": more.age_pairs,
        "isolated": more.isolated,
    }
    if cost < 0:
        return Reason(WhyGroup.BETTER_ELSEWHERE, {**params, "less": -cost})
    return Reason(WhyGroup.BEST_PLACE, {**params, "more": cost})


def _difference(company: Company, group: Group, left: list[Person], other: Company) -> Mix:
    """The faults that the plan would have more with the group in the other team."""
    quartiers = ages = alone = 0
    for person in group.members:
        quartiers += other.quartiers[person.quartier] - company.quartiers[person.quartier]
        ages += other.ages[person.age] - company.ages[person.age]
    for quartier in Counter(person.quartier for person in group.members).items():
        quartiers += quartier[1] ** 2
    for age in Counter(person.age for person in group.members).items():
        ages += age[1] ** 2
    if company.voiced or other.voiced:
        alone = company.alone(left) + other.alone([*other.people, *group.members])
        alone -= company.alone(company.people) + other.alone(other.people)
    return Mix(quartiers, ages, alone)


def _moving(problem: Problem, company: Company, group: Group, other: Company) -> int:
    """On the day, what moving people costs more there than here."""
    home = next((team.id for team in problem.base or () if group.id in team.groups), None)
    if home is None:
        return 0
    away = (other.team.id != home) - (company.team.id != home)
    return away * problem.weights.moved_person * len(group.members)


def _team(problem: Problem, company: Company) -> Iterator[Reason]:
    team = company.team
    rescued = len(isolated(company.people, None)) - company.alone(company.people)
    if rescued:
        yield Reason(WhyTeam.STRUCTURE_SPEAKS, {"structure": team.structure, "persons": rescued})
    if company.wheelchairs:
        yield Reason(WhyTeam.ACCESSIBLE, {"structure": team.structure, "route": team.route})
    if all(visit.landmark in problem.landmark_row for visit in team.visits):
        ticks = walk_day(problem, team, wheelchair=company.wheelchairs > 0).waiting
        yield Reason(WhyTeam.WAITS, {"ticks": ticks}) if ticks else Reason(WhyTeam.NO_WAIT)
    if problem.base is not None:
        yield from _on_the_day(problem, team)


def _on_the_day(problem: Problem, team: Team) -> Iterator[Reason]:
    before = next((one for one in problem.base or () if one.id == team.id), None)
    if before is None:
        yield Reason(WhyTeam.NEW_TEAM)
        return
    same = (before.route, before.visits) == (team.route, team.visits)
    yield Reason(WhyTeam.TIMETABLE_KEPT if same else WhyTeam.RETIMED)
    if before.structure != team.structure:
        yield Reason(WhyTeam.STRUCTURE_CHANGED, {"before": before.structure})
