"""Units and their graph from shapes on a map: polygons that share borders, or points whose cells touch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from jishi.algorithms.districting.problem import Floats, Graph, Ints, Units
from jishi.kernel.errors import Invalid

GAP_M = 1.0  # borders drawn twice rarely meet: so much between them still counts as touching
CORNER_M = 0.5  # a shorter common border is a corner
OVERLAP = 0.5  # a shape that covers this share of another is the same building drawn twice
SAME_COMPOUND, OTHERWISE = 8, 2  # how much two neighbours belong together, where no streets are known
SAME_STREET, ACROSS = 3, 1  # where they are: an alley ties less than a compound, a road between ties least


def units_of(
    shapes: Sequence[Any] | np.ndarray,
    households: Ints,
    people: Ints | None = None,
    compound: Ints | None = None,
    street: Ints | None = None,
) -> tuple[Units, Graph]:
    """Units and graph of polygons or of points, in metres.

    ``compound`` and ``street`` (a street, a block between main roads) number what each unit belongs to, negative where
    it belongs to none: neighbours of one compound weigh most, then those of one street. Raises Invalid for mixed, empty
    or doubled shapes, and for streets that are not one for each unit.
    """
    if street is not None and len(street) != len(shapes):
        raise Invalid(f"街巷有 {len(street)} 个，单元有 {len(shapes)} 个，两者须一一对应")
    shapes = np.asarray(shapes, object)
    blank = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if len(blank):
        raise Invalid(f"第 {blank[0] + 1} 个单元没有图形")
    kinds = set(shapely.get_dimensions(shapes).tolist())
    if kinds == {0}:
        xy = shapely.get_coordinates(shapely.centroid(shapes))
        pairs, border = _beside(xy), None
        units = Units(households, people, compound, xy)
    elif kinds == {2}:
        shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
        pairs, border = _touching(shapes)
        xy = shapely.get_coordinates(shapely.point_on_surface(shapes))
        shared = np.bincount(pairs.ravel(), np.repeat(border, 2), len(shapes))
        outer = np.maximum(shapely.length(shapes) - shared, 0)
        units = Units(households, people, compound, xy, shapely.area(shapes), outer)
    else:
        raise Invalid("单元须全部是面，或全部是点")
    return units, Graph.of_pairs(len(shapes), pairs, _weights(pairs, compound, street), border)


def _weights(pairs: Ints, compound: Ints | None, street: Ints | None) -> Ints:
    weights = np.full(len(pairs), OTHERWISE, np.int64)
    if street is not None:
        weights = np.where(_same(pairs, street), SAME_STREET, ACROSS)
    if compound is not None:
        weights = np.where(_same(pairs, compound), SAME_COMPOUND, weights)
    return weights.astype(np.int64)


def _same(pairs: Ints, number: Ints) -> np.ndarray:
    """Whether both of a pair belong to one thing; what belongs to none is alone."""
    first, second = number[pairs[:, 0]], number[pairs[:, 1]]
    return (first == second) & (first >= 0)


def _touching(shapes: np.ndarray) -> tuple[Ints, Floats]:
    """Pairs of polygons with a common border, and its length: what of one outline lies within the gap of the other."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=GAP_M)
    once = first < second
    pairs = np.c_[first[once], second[once]].astype(np.int64)
    if len(pairs) == 0:
        return pairs, np.zeros(0)
    one, other = shapes[pairs[:, 0]], shapes[pairs[:, 1]]
    covered = shapely.area(shapely.intersection(one, other))
    doubled = np.flatnonzero(covered > OVERLAP * np.minimum(shapely.area(one), shapely.area(other)))
    if len(doubled):
        a, b = pairs[doubled[0]] + 1
        raise Invalid(f"第 {a} 个与第 {b} 个单元的图形重叠，同一栋楼不能算在两个网格里，请先删去重复的一个")
    near = shapely.intersection(shapely.boundary(one), shapely.buffer(other, GAP_M, quad_segs=2))
    border = np.maximum(shapely.length(near) - 2 * GAP_M, 0)  # the gap also reaches around both ends
    kept = border > CORNER_M
    return pairs[kept], border[kept]


def _beside(xy: Floats) -> Ints:
    """Pairs of points whose Voronoi cells touch; points in one place are a chain."""
    from scipy.spatial import Delaunay, QhullError

    places, first, inverse = np.unique(xy.round(2), axis=0, return_index=True, return_inverse=True)
    order = np.lexsort((np.arange(len(xy)), inverse.ravel()))
    chain = np.c_[order[:-1], order[1:]][np.diff(inverse.ravel()[order]) == 0]
    try:
        triangles = Delaunay(places).simplices
        sides = np.concatenate((triangles[:, :2], triangles[:, 1:], triangles[:, [0, 2]]))
    except (QhullError, ValueError):  # fewer than three places, or all on one line
        sides = np.c_[np.arange(len(places) - 1), np.arange(1, len(places))]
    return np.concatenate((chain, first[sides])).astype(np.int64)
