"""The ground and the names of the units as tiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from jishi.kernel.tiles import EXTENT, Tile, mercator
from jishi.kernel.vector_tiles import Feature, Ring, layer, point, polygon
from jishi.territory.queries import Ground, UnitRow, grounds, tree

# The zoom from which units of a depth are drawn: county, towns, communities, grids, and below.
FROM_ZOOM = (0, 0, 9, 12, 14, 15)
KEYS = ("unit", "name", "depth", "sketch")
_BEYOND = 64  # how far a shape reaches over the edge, so that the edge of the tile is not seen as a border
_FINE = 2  # bends smaller than this, a quarter of a dot on the screen, are left out


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The shapes in the square of the world, in the order of the grounds, and a tree to find them by their box."""

    grounds: tuple[Ground, ...]
    shapes: Any
    found_by: Any


_held: _Drawn | None = None


def _shapes() -> _Drawn:
    global _held
    now = grounds()
    held = _held
    if held is None or held.grounds is not now:
        import numpy as np
        import shapely
        from shapely.geometry import shape

        def square(points: Any) -> Any:
            return np.array([mercator(*each) for each in points]).reshape(-1, 2)

        whole = [shapely.make_valid(shapely.transform(shape(each.geometry), square)) for each in now]
        held = _held = _Drawn(now, whole, shapely.STRtree(whole))
    return held


def draw_units(tile: Tile) -> bytes:
    """Two layers: ``units`` with the shapes, and ``unit_names`` with the point where each name stands."""
    return layer("units", KEYS, _grounds_in(tile)) + layer("unit_names", KEYS[:3], _names_in(tile))


def _seen(unit: UnitRow, tile: Tile) -> bool:
    return tile.z >= FROM_ZOOM[unit.depth]


def _grounds_in(tile: Tile) -> Iterator[Feature]:
    import shapely

    drawn = _shapes()
    size = 1 / (1 << tile.z)
    beyond = size * _BEYOND / EXTENT
    west, north = tile.x * size, tile.y * size
    frame = (west - beyond, north - beyond, west + size + beyond, north + size + beyond)
    into = partial(_corners, west=west, north=north, scale=EXTENT / size)
    for place in sorted(drawn.found_by.query(shapely.box(*frame)), reverse=True):
        ground = drawn.grounds[place]
        if not _seen(ground.unit, tile):
            continue
        piece = shapely.clip_by_rect(drawn.shapes[place], *frame).simplify(size * _FINE / EXTENT)
        polygons = [rings for part in _polygons(piece) if (rings := into(part))]
        if polygons:
            row = ground.unit
            yield row.id, polygon(polygons), (row.id, row.name, row.depth, ground.is_sketch or None)


def _polygons(piece: Any) -> list[Any]:
    parts = getattr(piece, "geoms", [piece])
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _corners(part: Any, *, west: float, north: float, scale: float) -> list[Ring]:
    """The rings of a polygon in tile coordinates; what shrinks to a line is left out."""
    rings: list[Ring] = []
    for ring in (part.exterior, *part.interiors):
        corners: list[tuple[int, int]] = []
        for right, down in ring.coords:
            corner = round((right - west) * scale), round((down - north) * scale)
            if not corners or corner != corners[-1]:
                corners.append(corner)
        if len(set(corners)) >= 3:
            rings.append(corners)
        elif not rings:
            return []
    return rings


def _names_in(tile: Tile) -> Iterator[Feature]:
    for unit in tree():
        if unit.depth and _seen(unit, tile) and unit.longitude is not None and unit.latitude is not None:
            spot = tile.spot(unit.longitude, unit.latitude)
            if spot is not None:
                yield unit.id, point(*spot), (unit.id, unit.name, unit.depth)
