"""The map: north up, the same scale both ways, nothing beyond its frame, light enough to be sent."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from math import hypot

import pytest

from eventsapp.places.drawing import SHORTEST_STREET, WIDTH, Part, draw, project
from eventsapp.places.outlines import is_inside
from eventsapp.seeds import reading


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def street(*points: tuple[float, float]) -> dict[str, object]:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


TOWN = square(2.36, 48.87, 2.41, 48.90)


@pytest.fixture(scope="module")
def nineteenth():
    records = reading.read()
    outline = next(one.outline for one in records.territories if one.slug == "paris-19")
    quartiers = [one for one in records.quartiers if one.territory == "paris-19"]
    parts = [Part(one.name, one.name, one.outline) for one in quartiers]
    return draw(outline, parts, records.water, records.streets)


def test_north_is_up_and_east_to_the_right():
    drawing = draw(TOWN)

    x_west, y_south = project(drawing, 48.875, 2.37)
    x_east, y_north = project(drawing, 48.895, 2.40)

    assert x_west < x_east
    assert y_north < y_south


def test_a_hundred_metres_are_as_long_eastward_as_northward():
    drawing = draw(TOWN)
    (x0, y0), (x1, _), (_, y1) = (
        project(drawing, 48.885, 2.385),
        # 0.0089932° of latitude make a kilometre; of longitude, at 48.885°, 0.0136774° do.
        project(drawing, 48.885, 2.385 + 0.0136774),
        project(drawing, 48.885 + 0.0089932, 2.385),
    )

    assert x1 - x0 == pytest.approx(y0 - y1, rel=0.002)


def test_the_territory_fills_its_frame_but_for_the_margin():
    drawing = draw(TOWN)
    _, _, width, height = map(int, drawing["view_box"].split())

    assert project(drawing, 48.90, 2.36) == (30.0, 30.0)
    assert project(drawing, 48.87, 2.41) == (WIDTH - 30.0, pytest.approx(height - 30.0, abs=1))
    assert width == WIDTH


def test_streets_are_joined_once_and_cut_at_the_frame():
    eastward = street((2.30, 48.885), (2.385, 48.885))
    onward = street((2.385, 48.885), (2.50, 48.885))
    there_and_back = street((2.385, 48.885), (2.30, 48.885))

    (path,) = draw(TOWN, streets=[eastward, onward, there_and_back])["streets"]

    assert spots(path) == [[(0, spots(path)[0][0][1]), (WIDTH, spots(path)[0][0][1])]]


def test_a_stub_of_a_street_is_not_drawn():
    assert draw(TOWN, streets=[street((2.385, 48.885), (2.3851, 48.885))])["streets"] == []


def test_water_elsewhere_is_not_drawn():
    assert draw(TOWN, water=[square(2.20, 48.80, 2.21, 48.81)])["water"] == []


def test_the_nineteenth_is_light_and_stays_in_its_frame(nineteenth):
    _, _, width, height = map(int, nineteenth["view_box"].split())
    paths = [
        nineteenth["outline"],
        *nineteenth["water"],
        *nineteenth["streets"],
        *(path for _, _, path, _, _ in nineteenth["quartiers"]),
    ]
    drawn = [spot for path in paths for line in spots(path) for spot in line]

    assert len(json.dumps(nineteenth)) < 30_000
    assert all(0 <= x <= width and 0 <= y <= height for x, y in drawn)
    assert len(nineteenth["quartiers"]) == 10


def test_each_name_stands_in_its_own_quartier(nineteenth):
    for _, name, path, x, y in nineteenth["quartiers"]:
        (ring,) = spots(path)
        assert is_inside((x, y), [[*ring, ring[0]]]), name


def test_no_street_of_the_nineteenth_is_a_crumb(nineteenth):
    (path,) = nineteenth["streets"]

    lengths = [sum(hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(line)) for line in spots(path)]

    assert min(lengths) >= SHORTEST_STREET


def test_drawing_again_gives_the_same(nineteenth):
    records = reading.read()
    outline = next(one.outline for one in records.territories if one.slug == "paris-19")
    quartiers = [one for one in records.quartiers if one.territory == "paris-19"]
    parts = [Part(one.name, one.name, one.outline) for one in quartiers]

    assert draw(outline, parts, records.water, reversed(records.streets)) == nineteenth


def spots(path: str) -> list[list[tuple[int, int]]]:
    """The points of path data written as `M x y l dx dy …`, line by line."""
    drawn = []
    for line in path.rstrip("z").split("M")[1:]:
        start, _, steps = line.rstrip("z").partition("l")
        x, y = map(int, start.split())
        here = [(x, y)]
        numbers = [int(number) for number in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            here.append((x, y))
        drawn.append(here)
    return drawn
