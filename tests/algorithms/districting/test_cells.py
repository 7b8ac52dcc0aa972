"""The ground of buildings known as points: it fills the area, and each building stands on its own."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.algorithms.districting.cells import cells_of

COORDINATES = st.tuples(st.floats(113.10, 113.11), st.floats(27.86, 27.87)).map(
    lambda p: (round(p[0], 6), round(p[1], 6))
)


@pytest.mark.capability("C02")
@settings(deadline=None, max_examples=60)
@given(st.lists(COORDINATES, min_size=1, max_size=40))
def test_cells_fill_the_ground_without_gap_or_overlap_and_hold_their_point(points):
    degrees, metres, placed = cells_of(points)
    assert len(degrees) == len(metres) == len(placed) == len(points)
    assert set(shapely.get_dimensions(degrees)) == {2}
    assert shapely.is_valid(degrees).all()
    assert all(shapely.contains_xy(cell, *point) for cell, point in zip(degrees, placed, strict=True))
    whole = shapely.area(shapely.union_all(metres))
    assert shapely.area(metres).sum() == pytest.approx(whole, rel=1e-4)


@pytest.mark.capability("C02")
def test_entrances_in_one_place_each_have_ground_of_their_own():
    degrees, metres, placed = cells_of([(113.1, 27.86)] * 12)
    assert len({tuple(point) for point in placed}) == 12
    assert shapely.area(metres).min() > 1
    assert shapely.union_all(degrees).geom_type == "Polygon"


@pytest.mark.capability("C02")
def test_an_area_is_filled_and_widened_where_a_building_stands_outside_of_it():
    area = shapely.box(113.10, 27.86, 113.11, 27.87)
    degrees, _, _ = cells_of([(113.102, 27.865), (113.108, 27.865), (113.1105, 27.865)], area)
    union = shapely.union_all(degrees)
    assert shapely.area(shapely.difference(area, union)) / area.area < 1e-4
    assert shapely.contains_xy(union, 113.1105, 27.865)


def test_an_area_in_two_parts_keeps_both():
    area = shapely.union(shapely.box(113.10, 27.86, 113.101, 27.861), shapely.box(113.103, 27.86, 113.104, 27.861))
    degrees, _, _ = cells_of([(113.1005, 27.8605), (113.1035, 27.8605)], area)
    assert np.allclose(shapely.area(degrees), area.area / 2, rtol=0.01)
