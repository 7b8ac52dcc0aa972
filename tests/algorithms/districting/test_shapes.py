"""Who lies beside whom, from shapes on a map."""

import numpy as np
import pytest
import shapely

from jishi.algorithms.districting.shapes import units_of
from jishi.kernel.errors import Invalid


def pairs_of(graph) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in zip(graph.sources, graph.neighbours, strict=True) if a < b]


def plots(gap: float):
    return [shapely.box(x, y, x + 50 - gap, y + 50 - gap) for y in (0, 50) for x in (0, 50)]


@pytest.mark.parametrize("gap", [0.0, 0.4, 0.9])
def test_plots_with_a_common_side_are_neighbours_and_those_that_meet_at_a_corner_are_not(gap: float):
    units, graph = units_of(plots(gap), np.ones(4, int))
    assert pairs_of(graph) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert graph.border == pytest.approx([50] * 8, abs=3)
    assert units.outer == pytest.approx([100] * 4, abs=8)


def test_plots_across_a_street_are_no_neighbours():
    assert pairs_of(units_of([shapely.box(0, 0, 50, 50), shapely.box(60, 0, 90, 50)], np.ones(2, int))[1]) == []


def test_doors_of_one_compound_belong_together_more():
    doors = [shapely.Point(0, 0), shapely.Point(10, 0), shapely.Point(20, 0), shapely.Point(20, 0)]
    _, graph = units_of(doors, np.ones(4, int), compound=np.array([0, 0, -1, -1]))
    assert pairs_of(graph) == [(0, 1), (1, 2), (2, 3)]
    assert graph.weight[graph.sources < graph.neighbours].tolist() == [8, 2, 2]


@pytest.mark.capability("K06-B4")
def test_neighbours_of_one_street_belong_together_less_than_those_of_a_compound_and_more_than_across_a_road():
    doors = [shapely.Point(10 * number, 0) for number in range(6)]
    compound, street = np.array([0, 0, -1, -1, -1, -1]), np.array([0, 0, 0, 1, 1, -1])
    _, graph = units_of(doors, np.ones(6, int), compound=compound, street=street)
    assert graph.weight[graph.sources < graph.neighbours].tolist() == [8, 3, 1, 3, 1]
    _, graph = units_of(doors, np.ones(6, int), street=street)
    assert graph.weight[graph.sources < graph.neighbours].tolist() == [3, 3, 1, 3, 1]


def test_units_without_a_street_do_not_lie_in_one_street():
    doors = [shapely.Point(10 * number, 0) for number in range(3)]
    _, graph = units_of(doors, np.ones(3, int), street=np.full(3, -1))
    assert graph.weight.tolist() == [1] * 4
    with pytest.raises(Invalid, match="街巷有 2 个，单元有 3 个"):
        units_of(doors, np.ones(3, int), street=np.zeros(2, int))


@pytest.mark.capability("K06-B4")
def test_a_building_counted_twice_is_named():
    with pytest.raises(Invalid, match="第 2 个与第 5 个单元的图形重叠"):
        units_of([*plots(0), shapely.box(52, 1, 98, 48)], np.ones(5, int))


def test_shapes_of_two_kinds_and_missing_ones_are_refused():
    with pytest.raises(Invalid, match="全部是面，或全部是点"):
        units_of([*plots(0), shapely.Point(0, 0)], np.ones(5, int))
    with pytest.raises(Invalid, match="第 2 个单元没有图形"):
        units_of([shapely.Point(0, 0), None], np.ones(2, int))
