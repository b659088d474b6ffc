"""What the files of `seeds/data` hold, as frozen dataclasses; `reading` fills them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from eventsapp.agenda.models import ActivityKind, Audience, RegistrationMode
from eventsapp.agenda.rules import Ordinal, Weekday, WhenClosed
from eventsapp.places.models import VenueKind
from eventsapp.places.outlines import Geometry
from eventsapp.programme.models import ProjectStatus, Theme


@dataclass(frozen=True)
class TerritoryRecord:
    """An arrondissement, its outline and where it is with its project."""

    slug: str
    number: int
    name: str
    insee_code: str
    postal_code: str
    status: ProjectStatus
    outline: Geometry


@dataclass(frozen=True)
class QuartierRecord:
    """A quartier by the name residents give it."""

    territory: str
    name: str
    outline: Geometry


@dataclass(frozen=True)
class PlaceRecord:
    """A school or a landmark."""

    territory: str
    kind: VenueKind
    name: str
    short_name: str
    address: str
    postal_code: str
    quartier: str | None
    latitude: float | None
    longitude: float | None
    source: str


@dataclass(frozen=True)
class ActionRecord:
    """An action of a signed project."""

    territory: str
    theme: Theme
    name: str
    public_name: str
    need: str
    description: str
    is_sensitive: bool


@dataclass(frozen=True)
class SessionRecord:
    """What one date of an activity is called and about."""

    title: str
    summary: str


@dataclass(frozen=True)
class ActivityRecord:
    """A series that is not planned with the schools: breakfasts, workshops, the trail."""

    key: str
    territory: str
    action: str
    kind: ActivityKind
    title: str
    summary: str
    starts: time
    minutes: int
    audience: Audience
    is_restricted: bool
    registration: RegistrationMode
    capacity: int | None
    weekday: Weekday
    ordinals: tuple[Ordinal, ...]
    when_closed: WhenClosed | None
    """None: one date, chosen by the seeds."""
    places: tuple[str, ...]
    sessions: tuple[SessionRecord, ...]


@dataclass(frozen=True)
class Records:
    """Everything that is planted."""

    territories: tuple[TerritoryRecord, ...]
    quartiers: tuple[QuartierRecord, ...]
    places: tuple[PlaceRecord, ...]
    actions: tuple[ActionRecord, ...]
    activities: tuple[ActivityRecord, ...]
    topics: tuple[str, ...]
    associations: tuple[str, ...]
    first_names: tuple[str, ...]
    water: tuple[Geometry, ...]
    streets: tuple[Geometry, ...]
