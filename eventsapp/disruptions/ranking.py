"""Where else, or when else, a session could take place: ranked proposals, the first one preselected. Pure.

A session whose place closes keeps its day if a suitable place near by is free at that hour; otherwise it
takes its place again on the same weekday of a week with school; otherwise it is cancelled. What is proposed
first to one session is not proposed first to another at the same hour: the preselection fits together.

Distances are straight lines × DETOUR, metres on foot as people say them; hours are aware instants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from math import cos, hypot, inf, radians

from eventsapp.clock import PARIS, day_of, local

DETOUR = 1.3
"""How much longer a walk in a town is than the straight line."""

FARTHEST = 2500
"""Metres on foot beyond which a place is not « near by »: half an hour for a family."""

MOST_PLACES, MOST_DATES, MOST_HOSTS = 4, 2, 4
WEEKS_AHEAD = 10
METRES_OF_A_DEGREE = 111_195


class OptionKind(StrEnum):
    """What can become of a session."""

    PLACE = "lieu"
    DATE = "date"
    HOST = "structure"
    CANCEL = "annuler"


@dataclass(frozen=True)
class Place:
    """Somewhere that a session may be held."""

    id: int
    family: str
    """« school », or the kind of place: what is alike suits alike."""
    position: tuple[float, float] | None = None
    """Latitude and longitude (WGS 84); None: not known, and then near nothing."""
    step_free: bool | None = None
    held: int | None = None
    """The most places ever counted there; 0: held without counting; None: nothing was ever held there."""

    @property
    def is_school(self) -> bool:
        """Whether elections take it."""
        return self.family == "school"


@dataclass(frozen=True)
class Session:
    """A date that cannot be held where it was announced."""

    id: int
    place: Place
    starts_at: datetime
    ends_at: datetime
    host: int | None = None
    capacity: int | None = None
    topic: int | None = None


@dataclass(frozen=True)
class Offer:
    """Who can come to hold a session, and to speak about what."""

    host: int
    topics: frozenset[int]
    home: Place
    reach: int | None = None
    """Metres in a straight line from its home; None: anywhere."""


@dataclass(frozen=True)
class Option:
    """One proposal. A PLACE keeps the hours, a DATE the place, a HOST both; CANCEL keeps nothing."""

    kind: OptionKind
    place: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    metres: int | None = None
    host: int | None = None
    topic: int | None = None
    """What a HOST speaks about; None: what was announced."""

    @property
    def key(self) -> str:
        """How a form says it: « lieu-12 », « date-20261205T0830 », « structure-4-0 », « annuler »."""
        if self.kind is OptionKind.PLACE:
            return f"{self.kind}-{self.place}"
        if self.kind is OptionKind.DATE and self.starts_at is not None:
            return f"{self.kind}-{self.starts_at:%Y%m%dT%H%M}"
        if self.kind is OptionKind.HOST:
            return f"{self.kind}-{self.host}-{self.topic or 0}"
        return self.kind.value


CANCEL = Option(OptionKind.CANCEL)
Span = tuple[datetime, datetime]


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share an instant; one may begin when the other ends."""
    return one[0] < other[1] and other[0] < one[1]


@dataclass
class Bookings:
    """When places and hosts are taken: what is announced, and what this change itself would announce."""

    places: defaultdict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    hosts: defaultdict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    crews: Mapping[int, int] = field(default_factory=dict)
    """In how many places a host can be at once, where that is not one."""

    def add(self, place: int, host: int | None, span: Span) -> None:
        """Somebody is there then."""
        self.places[place].append(span)
        if host is not None:
            self.hosts[host].append(span)

    def remove(self, place: int, host: int | None, span: Span) -> None:
        """Nobody is there then after all."""
        self.places[place].remove(span)
        if host is not None:
            self.hosts[host].remove(span)

    def is_place_free(self, place: int, span: Span) -> bool:
        """Nothing is held there at that time."""
        return not any(overlap(span, taken) for taken in self.places[place])

    def is_host_free(self, host: int | None, span: Span) -> bool:
        """One of its crews has nothing at that time."""
        if host is None:
            return True
        return sum(overlap(span, taken) for taken in self.hosts[host]) < self.crews.get(host, 1)


@dataclass(frozen=True)
class Town:
    """What a proposal must respect."""

    places: Sequence[Place]
    bookings: Bookings
    closed: Mapping[int, Sequence[Span]]
    """Closures by place, the new one among them."""
    has_class: Callable[[date], bool]
    """Whether schools are open that day: neither holidays nor public holiday."""
    is_polling: Callable[[date], bool]
    """Whether elections take schools that day."""
    away: dict[int, frozenset[date]] = field(default_factory=dict)
    """Days on which a host cannot come."""

    def is_open(self, place: Place, span: Span) -> bool:
        """Neither closed nor a polling station at that time."""
        if any(overlap(span, closure) for closure in self.closed.get(place.id, ())):
            return False
        return not (place.is_school and self.is_polling(day_of(span[0])))

    def is_free(self, place: Place, span: Span) -> bool:
        """Open, and nothing is held there."""
        return self.is_open(place, span) and self.bookings.is_place_free(place.id, span)


class Obstacle(StrEnum):
    """Why a place and hour are not as one would wish: said on previews, decided by a person."""

    CLOSED = "ferme"
    POLLING = "bureau_de_vote"
    TAKEN = "pris"
    HOST_BUSY = "structure_prise"
    HOST_AWAY = "structure_absente"
    NO_CLASS = "sans_classe"


def obstacles(place: Place, host: int | None, span: Span, town: Town) -> list[Obstacle]:
    """What stands against a session there and then, the gravest first."""
    day = day_of(span[0])
    found = {
        Obstacle.CLOSED: any(overlap(span, closure) for closure in town.closed.get(place.id, ())),
        Obstacle.POLLING: place.is_school and town.is_polling(day),
        Obstacle.TAKEN: not town.bookings.is_place_free(place.id, span),
        Obstacle.HOST_BUSY: not town.bookings.is_host_free(host, span),
        Obstacle.HOST_AWAY: host is not None and day in town.away.get(host, frozenset()),
        Obstacle.NO_CLASS: place.is_school and not town.has_class(day),
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def metres_between(one: Place, other: Place) -> int | None:
    """On foot, as a straight line × DETOUR, to ten metres; None where a position is not known."""
    if one.position is None or other.position is None:
        return None
    north = (one.position[0] - other.position[0]) * METRES_OF_A_DEGREE
    east = (one.position[1] - other.position[1]) * METRES_OF_A_DEGREE * cos(radians(one.position[0]))
    return int(round(hypot(north, east) * DETOUR, -1))


def suits(place: Place, session: Session) -> bool:
    """Alike, or has held as many people; without a step where the former place has none."""
    if session.place.step_free and not place.step_free:
        return False
    if place.family == session.place.family:
        return True
    return place.held is not None and (session.capacity or 0) <= place.held


def places_for(session: Session, town: Town) -> list[Option]:
    """The free places near by, those of the same kind first, then the nearest; MOST_PLACES at most."""
    span = (session.starts_at, session.ends_at)
    found: list[tuple[bool, int, int, Option]] = []
    for place in town.places:
        metres = metres_between(session.place, place)
        if place.id == session.place.id or metres is None or metres > FARTHEST:
            continue
        if suits(place, session) and town.is_free(place, span):
            option = Option(OptionKind.PLACE, place.id, *span, metres=metres)
            found.append((place.family != session.place.family, metres, place.id, option))
    return [option for *_, option in sorted(found, key=lambda one: one[:3])][:MOST_PLACES]


def dates_for(session: Session, town: Town) -> list[Option]:
    """The next days of the same weekday with school, at the same hour, when place and host are free."""
    return list(islice(_free_dates(session, town), MOST_DATES))


def _free_dates(session: Session, town: Town) -> Iterator[Option]:
    begins = session.starts_at.astimezone(PARIS)
    for weeks in range(1, WEEKS_AHEAD + 1):
        other = begins.date() + timedelta(weeks=weeks)
        starts_at = local(other, begins.hour, begins.minute)
        span = (starts_at, starts_at + (session.ends_at - session.starts_at))
        is_away = session.host is not None and other in town.away.get(session.host, frozenset())
        if not town.has_class(other) or is_away:
            continue
        if town.is_free(session.place, span) and town.bookings.is_host_free(session.host, span):
            yield Option(OptionKind.DATE, session.place.id, *span)


@dataclass(frozen=True)
class Proposal:
    """What can become of one session, in order of merit; CANCEL is always last."""

    session: Session
    options: tuple[Option, ...]
    best: Option
    """What is ticked: it fits together with what is ticked for the others."""

    def option(self, key: str) -> Option | None:
        """The proposal that a form names."""
        return next((one for one in self.options if one.key == key), None)


def propose(sessions: Iterable[Session], town: Town) -> list[Proposal]:
    """Proposals for each session, in the order they take place; the best of each is booked for the next.

    `town.bookings` must no longer hold the sessions themselves.
    """
    proposals = []
    for session in sorted(sessions, key=lambda one: (one.starts_at, one.id)):
        options = (*places_for(session, town), *dates_for(session, town), CANCEL)
        best = options[0]
        if best.place is not None and best.starts_at is not None and best.ends_at is not None:
            town.bookings.add(best.place, session.host, (best.starts_at, best.ends_at))
        proposals.append(Proposal(session, options, best))
    return proposals


def hosts_for(session: Session, offers: Sequence[Offer], town: Town) -> list[Option]:
    """Who else could hold it then and there: the same topic first, then the nearest; MOST_HOSTS at most.

    They have a crew that is free at that hour, are not away that day and come that far. Who cannot speak
    of what was announced is proposed with a topic of their own.
    """
    span, day = (session.starts_at, session.ends_at), day_of(session.starts_at)
    found: list[tuple[bool, float, int, Option]] = []
    for offer in offers:
        if offer.host == session.host or day in town.away.get(offer.host, frozenset()):
            continue
        metres = metres_between(offer.home, session.place)
        if offer.reach is not None and metres is not None and metres > offer.reach * DETOUR:
            continue
        if not town.bookings.is_host_free(offer.host, span):
            continue
        same = session.topic is None or session.topic in offer.topics
        if not same and not offer.topics:
            continue
        topic = None if same else min(offer.topics)
        option = Option(OptionKind.HOST, session.place.id, *span, metres=metres, host=offer.host, topic=topic)
        found.append((not same, inf if metres is None else metres, offer.host, option))
    return [option for *_, option in sorted(found, key=lambda one: one[:3])][:MOST_HOSTS]


def propose_hosts(sessions: Iterable[Session], offers: Sequence[Offer], town: Town) -> list[Proposal]:
    """Who could hold each session instead, or when its own host could; the best is booked for the next."""
    proposals = []
    for session in sorted(sessions, key=lambda one: (one.starts_at, one.id)):
        span = (session.starts_at, session.ends_at)
        options = (*hosts_for(session, offers, town), *dates_for(session, town), CANCEL)
        best = options[0]
        if best.kind is OptionKind.HOST and best.host is not None:
            town.bookings.hosts[best.host].append(span)
        elif best.starts_at is not None and best.ends_at is not None:
            town.bookings.add(session.place.id, session.host, (best.starts_at, best.ends_at))
        proposals.append(Proposal(session, options, best))
    return proposals


def clash(chosen: Sequence[tuple[Session, Option]]) -> Session | None:
    """The first session that was given a place and hour which another was given before it; or None.

    Sessions that shared a place at one hour had rooms of their own there; nobody promised two elsewhere.
    """
    taken: defaultdict[int, list[Span]] = defaultdict(list)
    for session, option in chosen:
        if option.place is None or option.starts_at is None or option.ends_at is None:
            continue
        span = (option.starts_at, option.ends_at)
        if option.kind is OptionKind.HOST:
            continue  # it stays where it is
        if any(overlap(span, other) for other in taken[option.place]):
            return session
        taken[option.place].append(span)
    return None
