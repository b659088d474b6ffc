"""Events on the map of a territory: pins that do not cover each other, and what stands under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Any

from eventsapp.agenda.models import Event
from eventsapp.places.drawing import project
from eventsapp.places.models import Venue

TOO_CLOSE = 74.0
"""Units of the drawing (1000 across): closer pins would hide each other on a telephone, where one is
72 units wide with its edge so that a finger finds it; they become one."""

STREETS_AROUND = (640, 360)
"""Width and height, in units, of what is shown around one place: some 2.5 by 1.4 km."""


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
    return {
        "drawing": {**drawing, "view_box": f"{left:.0f} {top:.0f} {wide} {high}"},
        "pin": {"number": "", "x": spot[0], "y": spot[1], "label": venue.name, "url": None},
    }


def spot_of(drawing: Mapping[str, Any] | None, venue: Venue) -> tuple[float, float] | None:
    """Where a venue stands on a drawing, or None."""
    if not drawing or venue.latitude is None or venue.longitude is None:
        return None
    return project(drawing, venue.latitude, venue.longitude)


def _covers(pin: Pin, spot: tuple[float, float]) -> bool:
    return pin.x is not None and pin.y is not None and hypot(pin.x - spot[0], pin.y - spot[1]) < TOO_CLOSE
