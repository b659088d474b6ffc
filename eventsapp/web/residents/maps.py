"""Events on the map of a territory: pins that do not cover each other, and what stands under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot
from textwrap import wrap
from typing import Any

from eventsapp.agenda.models import Event
from eventsapp.places.drawing import project
from eventsapp.places.models import Venue

TOO_CLOSE = 74.0
"""Units of the drawing (1000 across): closer pins would hide each other on a telephone, where one is
72 units wide with its edge so that a finger finds it; they become one."""

STREETS_AROUND = (640, 360)
"""Width and height, in units, of what is shown around one place: some 2.5 by 1.4 km."""


LONGEST_LINE = 22
"""Letters of a place's name on one line beside its pin."""

NEAR_EDGE = 160
"""Units: nearer the side of the map, a name stands on the other side of its pin, not in the middle."""

LETTER, LINE_HEIGHT = 9.0, 20.0
"""Units that a letter and a line of a name take on the map of streets around a place."""


@dataclass(frozen=True)
class Box:
    """What a name covers on a map, in units."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Box) -> bool:
        """Whether all of the other is inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: Box) -> bool:
        """Whether they cover something both."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass
class Stop:
    """A venue and its next events."""

    venue: Venue
    events: list[Event] = field(default_factory=list)


@dataclass
class Pin:
    """A numbered spot and the venues there; x and y are None for venues nobody knows the point of."""

    number: int
    x: float | None
    y: float | None
    stops: list[Stop] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The names of its venues."""
        return ", ".join(stop.venue.name for stop in self.stops)

    @property
    def url(self) -> str:
        """Where the list says more."""
        return f"#lieu-{self.number}"


def pins_of(drawing: Mapping[str, Any] | None, events: Sequence[Event]) -> list[Pin]:
    """The venues of events as pins, numbered in the order of the events.

    Schools of one group share one point in the source, others stand wall to wall: they share a pin.
    """
    stops: dict[int, Stop] = {}
    for event in events:
        stops.setdefault(event.venue_id, Stop(event.venue)).events.append(event)
    pins: list[Pin] = []
    for stop in stops.values():
        spot = spot_of(drawing, stop.venue)
        pin = next((pin for pin in pins if spot and _covers(pin, spot)), None)
        if pin is None:
            pin = Pin(len(pins) + 1, *(spot or (None, None)))
            pins.append(pin)
        pin.stops.append(stop)
    return pins


def around(drawing: Mapping[str, Any] | None, venue: Venue) -> dict[str, Any] | None:
    """The streets around one venue with its pin, or None where the map or the point is missing."""
    spot = spot_of(drawing, venue)
    if drawing is None or spot is None:
        return None
    _, _, width, height = (float(number) for number in drawing["view_box"].split())
    wide, high = STREETS_AROUND
    left = min(max(spot[0] - wide / 2, 0), width - wide)
    top = min(max(spot[1] - high / 2, 0), height - high)
    if not (left <= spot[0] <= left + wide and top <= spot[1] <= top + high):
        return None
    lines = wrap(venue.name, LONGEST_LINE) or [""]
    low = spot[1] > top + high / 2
    name_top = spot[1] - 30 - LINE_HEIGHT * len(lines) if low else spot[1] + 15
    frame = Box(left, top, left + wide, top + high)
    length = max(map(len, lines)) * LETTER
    side = "start" if spot[0] - left < NEAR_EDGE else "end" if left + wide - spot[0] < NEAR_EDGE else "middle"
    begins = spot[0] - length * {"start": 0, "middle": 0.5, "end": 1}[side]
    name = Box(begins, name_top, begins + length, name_top + 15 + LINE_HEIGHT * len(lines))
    quartiers = [
        [
            slug,
            title if frame.holds(box := _label_box(title, x, y)) and not name.meets(box) else "",
            path,
            x,
            y,
        ]
        for slug, title, path, x, y in drawing["quartiers"]
    ]
    return {
        "drawing": {
            **drawing,
            "view_box": f"{left:.0f} {top:.0f} {wide} {high}",
            "quartiers": quartiers,
        },
        "pin": {
            "number": "",
            "x": spot[0],
            "y": spot[1],
            "label": venue.name,
            "url": None,
            "lines": lines,
            "above": low,
            "side": side,
        },
    }


def spot_of(drawing: Mapping[str, Any] | None, venue: Venue) -> tuple[float, float] | None:
    """Where a venue stands on a drawing, or None."""
    if not drawing or venue.latitude is None or venue.longitude is None:
        return None
    return project(drawing, venue.latitude, venue.longitude)


def _label_box(name: str, x: float, y: float) -> Box:
    half = len(name) * LETTER / 2
    return Box(x - half, y - LINE_HEIGHT, x + half, y + LINE_HEIGHT / 2)


def _covers(pin: Pin, spot: tuple[float, float]) -> bool:
    return pin.x is not None and pin.y is not None and hypot(pin.x - spot[0], pin.y - spot[1]) < TOO_CLOSE
