"""The ground of points: every place belongs to the point nearest to it, inside an area.

Buildings are known as points. Their cells tile the area, so cells put together are a ground for a grid without gap or
overlap, and cells that touch are neighbours.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from jishi.algorithms.districting.problem import Floats

METRES_PER_DEGREE = 111_320.0
DECIMALS = 6  # a tenth of a metre
SNAP_M = 0.01  # corners nearer than that are one
APART_M = 4.0  # points in one place (entrances of a house) are set so far apart
AROUND_M = 30.0  # an area drawn too small is widened by so much around points outside of it
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def cells_of(points: Sequence[tuple[float, float]], area: Any | None = None) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Cells in degrees, the same in metres, and the points (degrees) they are of, moved apart where several were one.

    Parameters
    ----------
    points
        Longitude and latitude in degrees, at least one.
    area
        A shapely area in degrees that the cells are to fill; None takes what lies around the points.
    """
    flat, scale, origin = _flat(np.asarray(points, np.float64))
    apart = _apart(flat)
    around = shapely.union_all(shapely.buffer(shapely.points(apart), AROUND_M, quad_segs=4))
    if area is None:
        whole = shapely.buffer(shapely.convex_hull(around), AROUND_M)
    else:
        whole = shapely.union(shapely.transform(area, lambda xy: (xy - origin) * scale), around)
    drawn = _voronoi(apart, shapely.make_valid(whole))
    back = shapely.set_precision(shapely.transform(drawn, lambda xy: xy / scale + origin), 10.0**-DECIMALS)
    return back, drawn, np.round(apart / scale + origin, DECIMALS)


def _flat(points: Floats) -> tuple[Floats, Floats, Floats]:
    origin = points.mean(axis=0)
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(origin[1])), METRES_PER_DEGREE])
    return (points - origin) * scale, scale, origin


def _apart(flat: Floats) -> Floats:
    """Points of one place spread around it like seeds in a sunflower, so that each has ground of its own."""
    found = flat.copy()
    _, place, counts = np.unique(flat.round(1), axis=0, return_inverse=True, return_counts=True)
    for number in np.flatnonzero(counts > 1):
        together = np.flatnonzero(place.ravel() == number)
        step = np.arange(len(together))
        turn, out = _GOLDEN_ANGLE * step, APART_M * np.sqrt(step + 0.5)
        found[together] += out[:, None] * np.c_[np.cos(turn), np.sin(turn)]
    return found


def _voronoi(flat: Floats, whole: Any) -> np.ndarray:
    points = shapely.points(flat)
    if len(flat) == 1:
        return np.array([whole], object)
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=whole))
    cell, point = shapely.STRtree(parts).query(points, predicate="intersects")[::-1]
    order = np.zeros(len(flat), np.int64)
    order[point] = cell
    snapped = shapely.set_precision(shapely.make_valid(parts[order]), SNAP_M)
    return _areas(shapely.intersection(snapped, shapely.set_precision(whole, SNAP_M), grid_size=SNAP_M))


def _areas(shapes: np.ndarray) -> np.ndarray:
    """Without the lines and points left where a cell only touches the edge of the area."""
    for place in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapes[place])
        shapes[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return shapes
