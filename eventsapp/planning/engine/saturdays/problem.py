"""What a planning problem is made of: frozen dataclasses, nothing else (its answer: `plan`).

Pure: no database, no web, and no solver either, so that every process may import this module. The words
are those of the house (school, association, topic); identifiers are whatever the caller gives (a row's
number, a code) and come back unchanged. Dates are civil dates of Paris, without an hour; distances are
metres; weights and objectives are whole numbers, lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import cos, hypot, radians
from typing import TypeAlias

from eventsapp.planning.engine.terms import Id, IncoherentProblem, Reason, expect_known, unique

HIGHEST_WEIGHT = 10**9
"""Sums of weights stay whole numbers of 64 bits in flows."""

Day: TypeAlias = date
"""The type, in classes where `date` is a field."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

PLANE_LATITUDE = 48.86
"""Latitude at which the local plane touches: Paris. Distances inside the city are right within 0.1 %."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point of a plane, in metres."""

    x: float
    y: float

    @classmethod
    def from_degrees(cls, latitude: float, longitude: float) -> Position:
        """The point of a WGS 84 latitude and longitude, on a plane that fits Paris (equirectangular)."""
        metres = radians(1) * EARTH_RADIUS_M
        return cls(longitude * metres * cos(radians(PLANE_LATITUDE)), latitude * metres)

    def distance(self, other: Position) -> float:
        """Straight-line distance in metres."""
        return hypot(self.x - other.x, self.y - other.y)


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a term or a part of one: each school is owed one session in it.

    `dates` are its open Saturdays, perhaps none.
    """

    id: Id
    dates: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class School:
    """A school, the periods in which it is owed a session, and the topics its parents asked for."""

    id: Id
    name: str
    position: Position
    periods: tuple[Id, ...]
    unavailable: frozenset[date] = frozenset()
    wishes: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Association:
    """Who may come. `None` means no limit: everywhere, every date, as often as asked.

    Months are calendar months, whatever the periods are; a year is the whole problem. `reach` is the longest
    straight line in metres from its position; `crews` is the number of places it can be at on one date.
    """

    id: Id
    name: str
    topics: tuple[Id, ...]
    position: Position | None = None
    reach: float | None = None
    available: frozenset[date] | None = None
    max_per_month: int | None = None
    max_per_year: int | None = None
    crews: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One session. Published ones come from the caller and stay as they are.

    A published line whose `period` is None was held outside this plan (last June, say): it takes its place
    on its date, its month and in the order of visits, and counts for nothing else. Published lines of one
    school on one date follow one another in the order given.
    """

    school: Id
    period: Id | None
    date: date
    association: Id
    topic: Id
    published: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """What somebody has settled of one session: it is held, and on, by and about what is given."""

    school: Id
    period: Id
    date: date | None = None
    association: Id | None = None
    topic: Id | None = None

    def allows(self, day: Day, association: Id, topic: Id) -> bool:
        return (
            self.date in (None, day)
            and self.association in (None, association)
            and self.topic in (None, topic)
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit of each fault costs. The order is the promise: coverage, wishes, variety, fair load.

    `changed` is the price of a session of the plan before that is not held as it was.
    """

    uncovered: int = 1000
    gap_pair: int = 15
    wish_unmet: int = 60
    association_pair: int = 30
    topic_pair: int = 10
    load_square: int = 1
    changed: int = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One school year to plan. Raises IncoherentProblem when its parts do not fit together.

    Periods follow one another without overlap. `no_repeat` forbids one association twice in a row in one
    school; `min_gap_days` is the least number of days between two sessions of a school; `common_date` wants
    all sessions of a period on one date; `max_sessions_per_date` counts the whole city (None: no limit).
    `previous` is the plan before, each session of which is best left as it was; it may name what no longer
    exists. With `published_judged`, published sessions that break a rule among themselves make the problem
    impossible (`impossible.causes`); without, they are taken as they are.
    """

    periods: tuple[Period, ...]
    schools: tuple[School, ...]
    associations: tuple[Association, ...]
    published: tuple[Line, ...] = ()
    weights: Weights = Weights()
    no_repeat: bool = True
    min_gap_days: int = 0
    previous: tuple[Line, ...] = ()
    common_date: bool = False
    max_sessions_per_date: int | None = None
    pins: tuple[Pin, ...] = ()
    published_judged: bool = False

    @property
    def dates(self) -> tuple[date, ...]:
        """Every open Saturday, in order."""
        return tuple(sorted(day for period in self.periods for day in period.dates))

    @property
    def due(self) -> tuple[tuple[Id, Id], ...]:
        """Every (school, period) owed a session, school by school."""
        return tuple((school.id, period) for school in self.schools for period in school.periods)

    def __post_init__(self) -> None:
        schools = unique("school", [school.id for school in self.schools])
        associations = unique("association", [association.id for association in self.associations])
        periods = unique("period", [period.id for period in self.periods])
        _check_calendar(self.periods)
        for school in self.schools:
            expect_known("period", unique(f"period of school {school.id}", school.periods), periods)
            unique(f"wish of school {school.id}", school.wishes)
        for association in self.associations:
            _check_association(association)
        for line in self.published:
            expect_known("school", {line.school}, schools)
            expect_known("association", {line.association}, associations)
            if line.period is not None and not self.published_judged:
                expect_known("period", {line.period}, periods)
        if not self.published_judged:
            unique(
                "published session of",
                [(line.school, line.period) for line in self.published if line.period is not None],
            )
        unique("pin of", [(pin.school, pin.period) for pin in self.pins])
        due = set(self.due)
        for pin in self.pins:
            if (pin.school, pin.period) not in due:
                raise IncoherentProblem(f"pin of {pin.school} in {pin.period}, where no session is due")
            expect_known("association of a pin", {pin.association} - {None}, associations)
        if min(self.min_gap_days, self.max_sessions_per_date or 0, *self._prices) < 0:
            raise IncoherentProblem("a weight, a limit or a number of days is below zero")
        if max(self._prices) > HIGHEST_WEIGHT:
            raise IncoherentProblem(f"a weight is above {HIGHEST_WEIGHT}")

    @property
    def _prices(self) -> tuple[int, ...]:
        prices = self.weights
        return (
            prices.uncovered,
            prices.gap_pair,
            prices.wish_unmet,
            prices.association_pair,
            prices.topic_pair,
            prices.load_square,
            prices.changed,
        )


def _check_calendar(periods: tuple[Period, ...]) -> None:
    dated = sorted(
        (min(period.dates), max(period.dates), str(period.id)) for period in periods if period.dates
    )
    for (_, end, first), (start, _, second) in pairwise(dated):
        if start <= end:
            raise IncoherentProblem(f"periods {first} and {second} overlap")
    for period in periods:
        unique(f"date of period {period.id}", period.dates)


def _check_association(association: Association) -> None:
    if association.reach is not None and association.position is None:
        raise IncoherentProblem(f"association {association.id} has a reach and no position")
    if association.crews < 0 or (association.max_per_month or 0) < 0 or (association.max_per_year or 0) < 0:
        raise IncoherentProblem(f"association {association.id} has a limit below what a limit can be")
    unique(f"topic of association {association.id}", association.topics)
