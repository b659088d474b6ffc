"""The map of a territory, drawn once as SVG paths from its outlines: no tile server, no request outside.

Pure: GeoJSON geometries in degrees (WGS 84) in, a JSON dict out, which `Territory.drawing` keeps:

* `view_box`: « 0 0 1000 860 », the `viewBox` of the SVG, north up;
* `outline`: path data of the territory;
* `quartiers`: lists of slug, name, path data, x and y of the name;
* `water`, `streets`: lists of path data, surfaces and lines, cut at the frame;
* `projection`: `west`, `north` (degrees) and `x`, `y` (units a degree), for `project`.

The projection is equirectangular at the latitude of the middle: across an arrondissement it is right to
a few metres in ten kilometres. A unit is some four metres; coordinates are whole units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any, TypeAlias

from eventsapp.places.outlines import (
    Frame,
    Geometry,
    Line,
    Point,
    clipped_ring,
    clipped_segment,
    lines,
    rings,
    room_for_label,
    simplified,
)

WIDTH = 1000
"""Units from the left edge to the right."""

MARGIN = 0.03
"""Of the width, around the territory: its edge is not cut, and what leads to it is seen."""

TOLERANCE = 0.7
"""Units: what stands less than that off a straight line is not drawn."""

SHORTEST_STREET = 12.0
"""Units: shorter stretches are ramps and slip roads, which only blur a map of this size."""

Spot: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """A quartier to draw: its slug, its name, its GeoJSON geometry."""

    slug: str
    name: str
    geometry: Geometry


def draw(
    outline: Geometry,
    parts: Iterable[Part] = (),
    water: Iterable[Geometry] = (),
    streets: Iterable[Geometry] = (),
) -> dict[str, Any]:
    """The drawing of a territory. Raises ShapeNotUnderstood for a geometry that cannot be drawn."""
    projection, height = _fitted(rings(outline))
    frame = (0.0, 0.0, float(WIDTH), float(height))

    def surface(geometry: Geometry) -> str:
        return _surface([_projected(ring, projection) for ring in rings(geometry)], frame)

    stretches = [_projected(line, projection) for street in streets for line in lines(street)]
    return {
        "view_box": f"0 0 {WIDTH} {height}",
        "outline": surface(outline),
        "quartiers": [
            [part.slug, part.name, surface(part.geometry), *_label(part.geometry, projection)]
            for part in parts
        ],
        "water": [path for path in ["".join(surface(geometry) for geometry in water)] if path],
        "streets": [path for path in [_network(stretches, frame)] if path],
        "projection": projection,
    }


def project(drawing: Mapping[str, Any], latitude: float, longitude: float) -> tuple[float, float]:
    """Where a point of the world stands on a drawing, in its units, to a tenth."""
    x, y = _spot((longitude, latitude), drawing["projection"])
    return round(x, 1), round(y, 1)


def _fitted(shape: Sequence[Line]) -> tuple[dict[str, float], int]:
    """The projection that fits the shape into WIDTH with its margin, and the height it takes."""
    longitudes = [x for ring in shape for x, _ in ring]
    latitudes = [y for ring in shape for _, y in ring]
    west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    narrowing = cos(radians((south + north) / 2))
    degree = WIDTH * (1 - 2 * MARGIN) / ((east - west) * narrowing)
    margin = WIDTH * MARGIN
    projection = {
        "west": round(west - margin / (degree * narrowing), 7),
        "north": round(north + margin / degree, 7),
        "x": round(degree * narrowing, 2),
        "y": round(degree, 2),
    }
    return projection, round((north - south) * degree + 2 * margin)


def _spot(point: Point, projection: Mapping[str, float]) -> Point:
    longitude, latitude = point
    return (
        (longitude - projection["west"]) * projection["x"],
        (projection["north"] - latitude) * projection["y"],
    )


def _projected(line: Line, projection: Mapping[str, float]) -> Line:
    return [_spot(point, projection) for point in line]


def _label(geometry: Geometry, projection: Mapping[str, float]) -> Spot:
    x, y = room_for_label([_projected(ring, projection) for ring in rings(geometry)])
    return round(x), round(y)


def _surface(shape: Iterable[Line], frame: Frame) -> str:
    """Path data of closed rings; those that a frame or the scale leaves nothing of are not drawn."""
    path = ""
    for ring in shape:
        spots = _whole(simplified(clipped_ring(ring, frame), TOLERANCE))[:-1]
        if len(spots) >= 3:
            path += _written(spots) + "z"
    return path


def _network(stretches: Iterable[Line], frame: Frame) -> str:
    """Path data of streets: each stretch once, joined end to end where they meet, in one path."""
    edges: set[tuple[Spot, Spot]] = set()
    for line in stretches:
        for start, end in pairwise(line):
            seen = clipped_segment(start, end, frame)
            if seen:
                first, last = sorted(_whole(list(seen), twice=True))
                if first != last:
                    edges.add((first, last))
    path = ""
    for walk in _walks(edges):
        spots = _whole(simplified([(float(x), float(y)) for x, y in walk], TOLERANCE))
        if _length(spots) >= SHORTEST_STREET:
            path += _written(spots)
    return path


def _walks(edges: set[tuple[Spot, Spot]]) -> Iterable[list[Spot]]:
    """Walks along every edge once, going straight on where streets cross; always in the same order."""
    meeting: dict[Spot, set[Spot]] = {}
    for start, end in edges:
        meeting.setdefault(start, set()).add(end)
        meeting.setdefault(end, set()).add(start)
    # Ends and odd crossings first: a walk that starts there leaves nothing behind to be drawn apart.
    for start in sorted(meeting, key=lambda spot: (len(meeting[spot]) % 2 == 0, spot)):
        while meeting[start]:
            walk = [start]
            while meeting[walk[-1]]:
                following = min(meeting[walk[-1]], key=lambda spot: (_turn(walk, spot), spot))
                meeting[walk[-1]].discard(following)
                meeting[following].discard(walk[-1])
                walk.append(following)
            yield walk


def _turn(walk: Sequence[Spot], following: Spot) -> float:
    """How much one turns by going on to `following`: 0 straight on, 2 back."""
    if len(walk) < 2:
        return 0.0
    (x0, y0), (x1, y1), (x2, y2) = walk[-2], walk[-1], following
    ahead, on = (x1 - x0, y1 - y0), (x2 - x1, y2 - y1)
    return 1 - (ahead[0] * on[0] + ahead[1] * on[1]) / (hypot(*ahead) * hypot(*on))


def _length(spots: Sequence[Spot]) -> float:
    return sum(hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(spots))


def _whole(line: Line, *, twice: bool = False) -> list[Spot]:
    """Points in whole units; the same one in a row once, unless `twice`."""
    spots = [(round(x), round(y)) for x, y in line]
    return [spot for index, spot in enumerate(spots) if twice or index == 0 or spot != spots[index - 1]]


def _written(spots: Sequence[Spot]) -> str:
    """Path data: one absolute move, then steps from point to point, which take half the room."""
    steps = "".join(f"{x2 - x1:+d}{y2 - y1:+d}" for (x1, y1), (x2, y2) in pairwise(spots))
    return f"M{spots[0][0]} {spots[0][1]}l{steps}".replace("l+", "l").replace("+", " ")
