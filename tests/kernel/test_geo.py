from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.geo import gcj02_to_wgs84, metres_between, point_in_polygon, wgs84_to_gcj02

SQUARE = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]
HOLE = [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0], [1.0, 1.0]]
FAR = [[10.0, 0.0], [14.0, 0.0], [12.0, 4.0], [10.0, 0.0]]


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot((a[0] - b[0]) * cos(radians(a[1])), a[1] - b[1]) * 111_320


@given(lon=st.floats(74, 135), lat=st.floats(18, 53))
def test_there_and_back_is_less_than_a_metre(lon, lat):
    there = wgs84_to_gcj02(lon, lat)
    assert metres(gcj02_to_wgs84(*there), (lon, lat)) < 0.01
    assert metres(there, (lon, lat)) < 1500


@given(st.floats(74, 135), st.floats(18, 53), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
def test_a_few_kilometres_are_measured_as_on_flat_paper(lon, lat, east, north):
    far = metres_between(lon, lat, lon + east, lat + north)
    assert far == pytest.approx(metres((lon, lat), (lon + east, lat + north)), rel=0.01, abs=1)
    assert far == pytest.approx(metres_between(lon + east, lat + north, lon, lat), abs=0.01)


def test_a_known_place_is_shifted_as_the_map_services_do():
    """Tian'anmen, with the result the widely used conversion libraries publish for their own tests."""
    shifted = wgs84_to_gcj02(116.404, 39.915)
    assert metres(shifted, (116.41024449916938, 39.91640428150164)) < 0.01


def test_places_outside_china_are_not_shifted():
    assert wgs84_to_gcj02(2.35, 48.86) == gcj02_to_wgs84(2.35, 48.86) == (2.35, 48.86)


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (0.5, 0.5, True),
        (2, 2, False),
        (3.5, 2, True),
        (5, 2, False),
        (-1, 2, False),
        (2, 5, False),
        (2, -1, False),
    ],
)
def test_a_hole_is_outside(lon, lat, inside):
    assert point_in_polygon(lon, lat, {"type": "Polygon", "coordinates": [SQUARE, HOLE]}) is inside


def test_any_part_of_many_will_do():
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [FAR]]}
    assert point_in_polygon(12, 1, parts)
    assert point_in_polygon(0.5, 0.5, parts)
    assert not point_in_polygon(2, 2, parts)
    assert not point_in_polygon(8, 1, parts)
    assert not point_in_polygon(8, 1, {"type": "Polygon", "coordinates": []})


def test_a_line_has_no_inside():
    with pytest.raises(ValueError, match="LineString"):
        point_in_polygon(0, 0, {"type": "LineString", "coordinates": SQUARE})


@given(x=st.integers(0, 40), y=st.integers(0, 40))
def test_neighbours_that_share_a_border_never_both_or_neither_hold_a_point(x, y):
    """Any point, also on a shared border or corner, lies in exactly one of four squares or outside all."""
    squares = [
        {"type": "Polygon", "coordinates": [[[a, b], [a + 2, b], [a + 2, b + 2], [a, b + 2], [a, b]]]}
        for a in (0, 2)
        for b in (0, 2)
    ]
    holding = sum(point_in_polygon(x / 10, y / 10, square) for square in squares)
    assert holding == (x < 40 and y < 40)
