"""A trail day to plan: frozen dataclasses, nothing else. Pure, no solver: every process may import it.

Times are ticks of `Rules.tick_minutes` minutes from the opening of the day; walks are ticks between two
landmarks, or from and to the start. Weights and objectives are whole numbers, lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from eventsapp.planning.engine.terms import Id, IncoherentProblem, expect_known, unique

FRENCH = "fr"
"""Who speaks it is never isolated, and interprets for who shares their other language."""

CHILD = "child"
"""The age band that adults must look after: 0 to 10 years."""

Walks = tuple[tuple[int | None, ...], ...]
"""`walks[i][j]`: ticks from landmark i to landmark j, the last index being the start; None: no way."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part. `age` is a band of the problem; `languages` are codes ("fr", "ar")."""

    id: Id
    quartier: Id
    age: str
    languages: frozenset[str]
    wheelchair: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """People who stay together: a household, or friends who signed up as one."""

    id: Id
    members: tuple[Person, ...]

    @property
    def wheelchair(self) -> bool:
        return any(person.wheelchair for person in self.members)


@dataclass(frozen=True, slots=True)
class Landmark:
    """A stage held by a local structure; `capacity` teams at once."""

    id: Id
    step_free: bool
    capacity: int


@dataclass(frozen=True, slots=True)
class Route:
    """The stages of a team's day, in any order."""

    id: Id
    stages: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """A local structure that walks with up to `max_teams` teams."""

    id: Id
    languages: frozenset[str]
    max_teams: int
    wheelchair_ok: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What always holds. `supervisors` are the age bands that count as adults; times are ticks."""

    n_teams: int
    team_min: int
    team_max: int
    children_per_adult: int
    min_adults: int
    supervisors: frozenset[str]
    stage_ticks: int
    horizon: int
    max_depart: int
    max_wait: int
    max_leg: int
    max_leg_stepfree: int
    tick_minutes: int = 5


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit of each fault costs; `moved_person` counts in a repair only.

    `wait_tick` is kept as it was given: waiting decides between plans that mix equally well, whatever it is.
    """

    quartier_pair: int = 3
    age_pair: int = 1
    lang_isolated: int = 20
    moved_person: int = 0
    wait_tick: int = 1


@dataclass(frozen=True, slots=True)
class Visit:
    """A team is at a landmark from tick `start`, for `Rules.stage_ticks`."""

    landmark: Id
    start: int


@dataclass(frozen=True, slots=True)
class Team:
    """Who walks together, with which structure, along which route, when. `visits` are in order."""

    id: Id
    groups: tuple[Id, ...]
    structure: Id
    route: Id
    depart: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """What a person has settled about one team: groups in it, its structure, its timetable (each optional).

    A pinned timetable is the route, departure and visits of `day`; the groups and structure of `day` are not
    looked at.
    """

    team: Id
    groups: tuple[Id, ...] = ()
    structure: Id | None = None
    day: Team | None = None


@dataclass(frozen=True)
class Problem:
    """One trail day. Raises IncoherentProblem when its parts do not fit together.

    `base` is the plan in force: with it the problem is a repair on the day, and `no_shows` have already left
    their groups. Teams are named by `base`, by `pins`, or T001, T002, …
    """

    quartiers: tuple[Id, ...]
    ages: tuple[str, ...]
    groups: tuple[Group, ...]
    rules: Rules
    landmarks: tuple[Landmark, ...]
    walk: Walks
    walk_stepfree: Walks
    routes: tuple[Route, ...]
    structures: tuple[Structure, ...]
    weights: Weights = Weights()
    base: tuple[Team, ...] | None = None
    no_shows: tuple[Id, ...] = ()
    pins: tuple[Pin, ...] = ()

    @property
    def start_index(self) -> int:
        """The row of the start, where everybody leaves and comes back, in the walks."""
        return len(self.landmarks)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        return tuple(person for group in self.groups for person in group.members)

    @cached_property
    def landmark_row(self) -> dict[Id, int]:
        return {landmark.id: row for row, landmark in enumerate(self.landmarks)}

    @cached_property
    def accessible_routes(self) -> frozenset[Id]:
        """Routes of which every stage is step-free."""
        free = {landmark.id for landmark in self.landmarks if landmark.step_free}
        return frozenset(route.id for route in self.routes if set(route.stages) <= free)

    def __post_init__(self) -> None:
        landmarks = unique("landmark", [one.id for one in self.landmarks])
        groups = unique("group", [one.id for one in self.groups])
        structures = unique("structure", [one.id for one in self.structures])
        routes = unique("route", [one.id for one in self.routes])
        unique("person", [person.id for person in self.people])
        expect_known("quartier", (person.quartier for person in self.people), set(self.quartiers))
        expect_known("age band", (person.age for person in self.people), set(self.ages))
        for route in self.routes:
            expect_known("landmark", unique(f"stage of route {route.id}", route.stages), landmarks)
        for pin in self.pins:
            expect_known("group", pin.groups, groups)
            expect_known("structure", {pin.structure} - {None}, structures)
            expect_known("route", {pin.day.route} if pin.day else (), routes)
        unique("team of the plan in force", [team.id for team in self.base or ()])
        unique("group of the plan in force", [group for team in self.base or () for group in team.groups])
        unique("pinned group", [group for pin in self.pins for group in pin.groups])
        unique("pinned team", [pin.team for pin in self.pins])
        for walks in (self.walk, self.walk_stepfree):
            if {len(walks), *map(len, walks)} != {len(self.landmarks) + 1}:
                raise IncoherentProblem("walks do not join every landmark and the start")
