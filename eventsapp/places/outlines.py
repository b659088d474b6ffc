"""Shapes of places: what is inside, where a name goes, fewer points, less beyond a frame.

Pure. A ring or a line is a list of points (x, y) in any flat unit; GeoJSON gives (longitude, latitude).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import hypot
from typing import Any, TypeAlias

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = list[Point]
Geometry: TypeAlias = Mapping[str, Any]
Frame: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom; left < right and top < bottom."""

LABEL_GRID = 40
"""How many places are tried along each side when a name looks for room."""


class ShapeNotUnderstood(ValueError):
    """A GeoJSON geometry that is not one of those wanted, or whose coordinates are no numbers."""


def rings(geometry: Geometry) -> list[Line]:
    """Every ring of a Polygon or MultiPolygon, closed (its last point is its first).

    Raises ShapeNotUnderstood.
    """
    kind, found = geometry.get("type"), geometry.get("coordinates")
    polygons = {"Polygon": [found], "MultiPolygon": found}.get(str(kind))
    if not polygons:
        raise ShapeNotUnderstood(f"a Polygon or MultiPolygon is wanted, not {kind}")
    closed = [_line(ring) for polygon in polygons for ring in _list(polygon)]
    if not closed or any(len(ring) < 4 or ring[0] != ring[-1] for ring in closed):
        raise ShapeNotUnderstood("a ring has four points or more, the last of which is the first")
    return closed


def lines(geometry: Geometry) -> list[Line]:
    """Every line of a LineString or MultiLineString. Raises ShapeNotUnderstood."""
    kind, found = geometry.get("type"), geometry.get("coordinates")
    several = {"LineString": [found], "MultiLineString": found}.get(str(kind))
    if not several:
        raise ShapeNotUnderstood(f"a LineString or MultiLineString is wanted, not {kind}")
    read = [_line(line) for line in several]
    if any(len(line) < 2 for line in read):
        raise ShapeNotUnderstood("a line has two points or more")
    return read


def contains(geometry: Geometry, *, latitude: float, longitude: float) -> bool:
    """Whether a point lies inside a Polygon or MultiPolygon in degrees. Raises ShapeNotUnderstood."""
    return is_inside((longitude, latitude), rings(geometry))


def is_inside(point: Point, shape: Sequence[Line]) -> bool:
    """Whether a point lies inside closed rings (even-odd rule: a ring within a ring is a hole)."""
    x, y = point
    inside = False
    for ring in shape:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
    return inside


def room_for_label(shape: Sequence[Line]) -> Point:
    """The point of a grid that is inside and farthest from every edge: where a name has most room."""
    xs, ys = [x for x, _ in shape[0]], [y for _, y in shape[0]]
    left, top, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    tried = [
        (left + width * (column + 0.5) / LABEL_GRID, top + height * (row + 0.5) / LABEL_GRID)
        for row in range(LABEL_GRID)
        for column in range(LABEL_GRID)
    ]
    inside = [point for point in tried if is_inside(point, shape)]
    edges = [edge for ring in shape for edge in pairwise(ring)]
    return max(
        inside,
        key=lambda point: min(_distance(point, start, end) for start, end in edges),
        default=(left + width / 2, top + height / 2),
    )


def simplified(line: Line, tolerance: float) -> Line:
    """The line with the points that stand off it by no more than `tolerance` left out (Douglas-Peucker).

    Both ends stay; a closed ring stays closed, and may come back with too few points to be drawn.
    """
    if len(line) < 3:
        return line
    kept, waiting = {0, len(line) - 1}, [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        farthest, distance = first, 0.0
        for index in range(first + 1, last):
            away = _distance(line[index], line[first], line[last])
            if away > distance:
                farthest, distance = index, away
        if distance > tolerance:
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [line[index] for index in sorted(kept)]


def clipped_ring(ring: Line, frame: Frame) -> Line:
    """What a frame shows of a closed ring (Sutherland-Hodgman); closed, or empty when nothing."""
    left, top, right, bottom = frame
    for axis, bound, keeps_above in ((0, left, True), (0, right, False), (1, top, True), (1, bottom, False)):
        kept: Line = []
        for before, point in pairwise(ring):
            was_in = (before[axis] >= bound) == keeps_above or before[axis] == bound
            is_in = (point[axis] >= bound) == keeps_above or point[axis] == bound
            if was_in != is_in:
                kept.append(_crossing(before, point, axis, bound))
            if is_in:
                kept.append(point)
        ring = [*kept, kept[0]] if kept else []
    return ring


def clipped_segment(start: Point, end: Point, frame: Frame) -> tuple[Point, Point] | None:
    """What a frame shows of a straight segment (Liang-Barsky), or None."""
    left, top, right, bottom = frame
    (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
    enters, leaves = 0.0, 1.0
    for slope, room in ((-dx, x - left), (dx, right - x), (-dy, y - top), (dy, bottom - y)):
        if slope == 0:
            if room < 0:
                return None
        elif slope < 0:
            enters = max(enters, room / slope)
        else:
            leaves = min(leaves, room / slope)
    if enters >= leaves:
        return None
    return (x + enters * dx, y + enters * dy), (x + leaves * dx, y + leaves * dy)


def _crossing(before: Point, point: Point, axis: int, bound: float) -> Point:
    share = (bound - before[axis]) / (point[axis] - before[axis])
    other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
    return (bound, other) if axis == 0 else (other, bound)


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a segment."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    if length == 0:
        return hypot(point[0] - start[0], point[1] - start[1])
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = max(0.0, min(1.0, along))
    return hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)


def _line(points: object) -> Line:
    read: Line = []
    for point in _list(points):
        match point:
            case [int() | float() as x, int() | float() as y, *_]:
                read.append((float(x), float(y)))
            case _:
                raise ShapeNotUnderstood(f"a point is two numbers, not {point!r}")
    return read


def _list(found: object) -> list[Any]:
    if not isinstance(found, list):
        raise ShapeNotUnderstood(f"a list is wanted, not {type(found).__name__}")
    return found
