"""Checks a trail day against its problem, from the rules alone, and reads its objective anew.

Pure, and deliberately naive: it shares no code with the solver, reads the dataclasses only, and recounts
everything. A plan is checked before anybody is shown it, and again before it is accepted; broken ones are
read as well, as far as they make sense.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from eventsapp.planning.engine.terms import Id, Reading, Violation
from eventsapp.planning.engine.trails.mixing import Least, Mix, entropy, mix_of, quartiers
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import (
    CHILD,
    Group,
    Landmark,
    Person,
    Problem,
    Route,
    Structure,
    Team,
)
from eventsapp.planning.engine.trails.walking import Day, Rule, walk_day


@dataclass(frozen=True)
class Book:
    """The problem, by name."""

    problem: Problem

    @cached_property
    def groups(self) -> dict[Id, Group]:
        return {group.id: group for group in self.problem.groups}

    @cached_property
    def structures(self) -> dict[Id, Structure]:
        return {structure.id: structure for structure in self.problem.structures}

    @cached_property
    def routes(self) -> dict[Id, Route]:
        return {route.id: route for route in self.problem.routes}

    @cached_property
    def landmarks(self) -> dict[Id, Landmark]:
        return {landmark.id: landmark for landmark in self.problem.landmarks}

    def gathered(self, team: Team) -> list[Group]:
        """The groups of a team that exist."""
        return [self.groups[group] for group in team.groups if group in self.groups]

    def people(self, team: Team) -> list[Person]:
        return [person for group in self.gathered(team) for person in group.members]

    def mix(self, team: Team) -> Mix:
        return mix_of(self.gathered(team), self.structures.get(team.structure))


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Everything that is wrong with the plan; an empty list means that every rule holds.

    Where groups are missing, unknown or in two teams, only that is said: no other figure means anything.
    """
    book = Book(problem)
    placed = list(_placed(problem, plan.teams))
    if placed:
        return placed
    return [
        *_teams(problem, plan.teams),
        *(fault for team in plan.teams for fault in _company(book, team)),
        *(fault for team in plan.teams for fault in _day(book, team)),
        *_loads(book, plan.teams),
        *_pins(problem, plan.teams),
        *_figures(problem, plan),
    ]


def measure(problem: Problem, plan: Plan) -> Reading:
    """The objective of a plan, its bound and its figures, from the dataclasses."""
    return measure_teams(problem, plan.teams)


def measure_teams(problem: Problem, teams: Sequence[Team]) -> Reading:
    """What `measure` says of a plan made of these teams."""
    book, least, weights = Book(problem), Least(problem), problem.weights
    faults = [book.mix(team) for team in teams]
    mix = Mix(
        quartier_pairs=sum(one.quartier_pairs for one in faults),
        age_pairs=sum(one.age_pairs for one in faults),
        isolated=sum(one.isolated for one in faults),
    )
    cost, bound = mix.cost(weights), least.mix.cost(weights)
    by_chance = weights.quartier_pair * least.chance[0] + weights.age_pair * least.chance[1]
    score = 100 * (by_chance - cost) / (by_chance - bound) if by_chance > bound else 100.0
    figures: dict[str, int | float] = {
        "quartier_pairs": mix.quartier_pairs,
        "age_pairs": mix.age_pairs,
        "lang_isolated": mix.isolated,
        "quartier_pairs_lb": least.mix.quartier_pairs,
        "age_pairs_lb": least.mix.age_pairs,
        "lang_isolated_lb": least.mix.isolated,
        "quartier_pairs_random": round(least.chance[0], 1),
        "age_pairs_random": round(least.chance[1], 1),
        "mix_score": round(score, 2),
        **_variety(book, teams),
        **_hours(book, teams),
    }
    if problem.base is not None:
        figures["moved_persons"] = moved = moved_persons(problem, teams)
        figures["retimed_teams"] = len(retimed_teams(problem, teams))
        cost += weights.moved_person * moved
    return Reading(cost, bound, figures)


def _variety(book: Book, teams: Sequence[Team]) -> dict[str, int | float]:
    """Sizes, and how varied teams are beside the whole day (entropy of quartiers: 1 is as varied)."""
    everybody = book.problem.people
    companies = [book.people(team) for team in teams]
    whole = entropy(quartiers(everybody).values())
    shares = sum(
        len(people) / len(everybody) * entropy(quartiers(people).values()) for people in companies if people
    )
    return {
        "team_size_min": min(map(len, companies), default=0),
        "team_size_max": max(map(len, companies), default=0),
        "entropy_ratio": round(shares / whole, 4) if whole > 1e-8 else 1.0,
    }


def _hours(book: Book, teams: Sequence[Team]) -> dict[str, int | float]:
    """Waiting (departure, and before each stage) and the last return, of the teams whose stages are right."""
    days = [_walked(book, team) for team in teams if _stages_are_right(book, team)]
    waits = [day.waiting for day in days]
    return {
        "wait_ticks_total": sum(waits),
        "wait_ticks_mean": round(sum(waits) / max(1, len(waits)), 2),
        "wait_max": max(waits, default=0),
        "makespan": max((day.end for day in days), default=0),
        "makespan_lb": _least_makespan(book.problem),
    }


def _least_makespan(problem: Problem) -> int:
    """No last return is earlier: before it, landmarks have not enough stage slots for all teams."""
    rules, start = problem.rules, problem.start_index
    used = {stage for route in problem.routes for stage in route.stages}
    open_to = [
        (landmark.capacity, problem.walk[start][row] or 0)
        for row, landmark in enumerate(problem.landmarks)
        if landmark.id in used and landmark.capacity
    ]
    needed = rules.n_teams * min((len(route.stages) for route in problem.routes), default=0)
    end = rules.stage_ticks
    while open_to and needed > sum(
        capacity * max(0, (end - 2 * walk) // rules.stage_ticks) for capacity, walk in open_to
    ):
        end += 1
    return end


def moved_persons(problem: Problem, teams: Iterable[Team]) -> int:
    """People of the plan in force who are in another team than they were."""
    book = Book(problem)
    before = {group: team.id for team in problem.base or () for group in team.groups}
    return sum(
        len(book.groups[group].members)
        for team in teams
        for group in team.groups
        if group in book.groups and before.get(group, team.id) != team.id
    )


def retimed_teams(problem: Problem, teams: Iterable[Team]) -> list[Id]:
    """Teams of the plan in force of which the route or a visit is another."""
    before = {team.id: (team.route, team.visits) for team in problem.base or ()}
    return [team.id for team in teams if before.get(team.id, (team.route, team.visits)) != _times(team)]


def _times(team: Team) -> tuple[object, ...]:
    return (team.route, team.visits)


def _placed(problem: Problem, teams: Iterable[Team]) -> Iterator[Violation]:
    """Each group in exactly one team."""
    times = Counter(group for team in teams for group in team.groups)
    known = [group.id for group in problem.groups]
    for group in known:
        if times[group] != 1:
            yield Violation(Rule.GROUP_PLACED, {"group": group, "times": times[group]})
    for unknown in times.keys() - set(known):
        yield Violation(Rule.UNKNOWN_GROUP, {"group": unknown})


def _teams(problem: Problem, teams: Sequence[Team]) -> Iterator[Violation]:
    needed = problem.rules.n_teams
    if len(teams) != needed:
        yield Violation(Rule.N_TEAMS, {"teams": len(teams), "needed": needed})
    for name, times in Counter(team.id for team in teams).items():
        if times > 1:
            yield Violation(Rule.TEAM_NAMED_TWICE, {"team": name})


def _company(book: Book, team: Team) -> Iterator[Violation]:
    """Who walks together, with which structure, along which route."""
    rules, people = book.problem.rules, book.people(team)
    adults = sum(person.age in rules.supervisors for person in people)
    children = sum(person.age == CHILD for person in people)
    if not rules.team_min <= len(people) <= rules.team_max:
        yield Violation(Rule.TEAM_SIZE, {"team": team.id, "people": len(people)})
    if adults < rules.min_adults:
        yield Violation(Rule.MIN_ADULTS, {"team": team.id, "adults": adults})
    if children > rules.children_per_adult * adults:
        yield Violation(Rule.CHILD_RATIO, {"team": team.id, "children": children, "adults": adults})
    structure = book.structures.get(team.structure)
    wheelchair = any(person.wheelchair for person in people)
    if structure is None:
        yield Violation(Rule.NO_STRUCTURE, {"team": team.id, "structure": team.structure})
    elif wheelchair and not structure.wheelchair_ok:
        yield Violation(Rule.STRUCTURE_NOT_ACCESSIBLE, {"team": team.id, "structure": structure.id})
    if team.route not in book.routes:
        yield Violation(Rule.NO_ROUTE, {"team": team.id, "route": team.route})
    elif wheelchair and team.route not in book.problem.accessible_routes:
        yield Violation(Rule.ROUTE_NOT_ACCESSIBLE, {"team": team.id, "route": team.route})


def _stages_are_right(book: Book, team: Team) -> bool:
    route = book.routes.get(team.route)
    visited = Counter(visit.landmark for visit in team.visits)
    return route is not None and visited == Counter(route.stages)


def _walked(book: Book, team: Team) -> Day:
    wheelchair = any(person.wheelchair for person in book.people(team))
    return walk_day(book.problem, team, wheelchair=wheelchair)


def _day(book: Book, team: Team) -> Iterator[Violation]:
    """Every stage of the route once, and a timetable that can be walked."""
    if _stages_are_right(book, team):
        yield from _walked(book, team).faults
    elif team.route in book.routes:
        yield Violation(Rule.STAGES_MISMATCH, {"team": team.id, "route": team.route})


def _loads(book: Book, teams: Sequence[Team]) -> Iterator[Violation]:
    """Landmarks hold so many teams at any tick, structures walk with so many in all."""
    present: defaultdict[Id, Counter[int]] = defaultdict(Counter)
    for team in teams:
        if _stages_are_right(book, team):
            for visit in team.visits:
                present[visit.landmark].update(
                    range(visit.start, visit.start + book.problem.rules.stage_ticks)
                )
    for landmark, ticks in present.items():
        most = max(ticks.values())
        if most > book.landmarks[landmark].capacity:
            yield Violation(Rule.STAGE_OVERLOAD, {"landmark": landmark, "teams": most})
    for structure, count in Counter(team.structure for team in teams).items():
        if structure in book.structures and count > book.structures[structure].max_teams:
            yield Violation(Rule.STRUCTURE_OVERLOAD, {"structure": structure, "teams": count})


def _pins(problem: Problem, teams: Sequence[Team]) -> Iterator[Violation]:
    """What a person has settled is as they left it."""
    named = {team.id: team for team in teams}
    for pin in problem.pins:
        team = named.get(pin.team)
        if team is None:
            yield Violation(Rule.PIN_BROKEN, {"team": pin.team})
            continue
        for group in pin.groups:
            if group not in team.groups:
                yield Violation(Rule.PIN_BROKEN, {"team": pin.team, "group": group})
        if pin.structure is not None and pin.structure != team.structure:
            yield Violation(Rule.PIN_BROKEN, {"team": pin.team, "structure": pin.structure})
        if pin.day and (pin.day.depart, _times(pin.day)) != (team.depart, _times(team)):
            yield Violation(Rule.PIN_BROKEN, {"team": pin.team, "route": pin.day.route})


def _figures(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """The plan's own figures: what its teams say, and no better than what is possible."""
    found = measure(problem, plan)
    waiting = found.figures["wait_ticks_total"]
    if (plan.objective, plan.waiting) != (found.objective, waiting):
        where = {"stated": (plan.objective, plan.waiting), "found": (found.objective, waiting)}
        yield Violation(Rule.WRONG_OBJECTIVE, where)
    if found.objective < plan.bound:
        yield Violation(Rule.ABOVE_BOUND, {"bound": plan.bound})
    if waiting < plan.waiting_bound:
        yield Violation(Rule.ABOVE_BOUND, {"bound": plan.waiting_bound})
