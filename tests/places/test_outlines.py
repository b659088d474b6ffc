"""Shapes: inside and outside, simplified, cut at a frame."""

from __future__ import annotations

import pytest

from eventsapp.places.outlines import (
    ShapeNotUnderstood,
    clipped_ring,
    clipped_segment,
    contains,
    is_inside,
    lines,
    rings,
    room_for_label,
    simplified,
)

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
HOLE = [(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0), (4.0, 4.0)]
FRAME = (0.0, 0.0, 10.0, 10.0)


def test_a_hole_is_outside():
    assert is_inside((2.0, 2.0), [SQUARE, HOLE])
    assert not is_inside((5.0, 5.0), [SQUARE, HOLE])
    assert not is_inside((11.0, 5.0), [SQUARE, HOLE])


def test_geojson_gives_longitude_before_latitude():
    around_paris = {
        "type": "Polygon",
        "coordinates": [[[2.2, 48.8], [2.5, 48.8], [2.5, 48.9], [2.2, 48.9], [2.2, 48.8]]],
    }

    assert contains(around_paris, latitude=48.88, longitude=2.38)
    assert not contains(around_paris, latitude=2.38, longitude=48.88)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "Point", "coordinates": [2.3, 48.8]}, "not Point"),
        ({}, "not None"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "the last of which"),
        ({"type": "Polygon", "coordinates": [[[0, 0], ["1", 0], [1, 1], [0, 0]]]}, "two numbers"),
        ({"type": "Polygon", "coordinates": [3]}, "a list is wanted, not int"),
    ],
)
def test_a_shape_that_cannot_be_drawn_says_why(geometry, reason):
    with pytest.raises(ShapeNotUnderstood, match=reason):
        rings(geometry)


def test_a_line_needs_two_points():
    assert lines({"type": "LineString", "coordinates": [[0, 0], [1, 2]]}) == [[(0.0, 0.0), (1.0, 2.0)]]
    with pytest.raises(ShapeNotUnderstood, match="two points or more"):
        lines({"type": "MultiLineString", "coordinates": [[[0, 0]]]})


def test_points_off_the_line_by_less_than_the_tolerance_are_left_out():
    line = [(0.0, 0.0), (5.0, 0.4), (10.0, 0.0), (10.0, 5.0)]

    assert simplified(line, 0.5) == [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0)]
    assert simplified(line, 0.3) == line


def test_a_ring_that_is_half_out_of_the_frame_is_cut_along_it():
    ring = [(5.0, 2.0), (15.0, 2.0), (15.0, 8.0), (5.0, 8.0), (5.0, 2.0)]

    assert set(clipped_ring(ring, FRAME)) == {(5.0, 2.0), (10.0, 2.0), (10.0, 8.0), (5.0, 8.0)}
    assert clipped_ring([(x + 20, y) for x, y in ring], FRAME) == []


def test_a_segment_that_crosses_the_frame_is_cut_at_both_ends():
    assert clipped_segment((-5.0, 5.0), (15.0, 5.0), FRAME) == ((0.0, 5.0), (10.0, 5.0))
    assert clipped_segment((-5.0, 11.0), (15.0, 11.0), FRAME) is None
    assert clipped_segment((1.0, 1.0), (2.0, 2.0), FRAME) == ((1.0, 1.0), (2.0, 2.0))


def test_a_name_goes_where_there_is_most_room():
    # A flag on a long pole: the middle of its box lies outside.
    flag = [(0, 0), (6, 0), (6, 6), (1, 6), (1, 20), (0, 20), (0, 0)]

    x, y = room_for_label([[(float(x), float(y)) for x, y in flag]])

    assert (x, y) == (pytest.approx(3, abs=0.3), pytest.approx(3, abs=0.3))
