"""The ground, the borders and the names of the units as tiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from jishi.kernel.tiles import EXTENT, Tile
from jishi.kernel.vector_tiles import Feature, Ring, layer, lines, point, polygon
from jishi.territory.queries import UnitRow, tree
from jishi.web.map.shapes import drawn_now

# The zoom from which units of a depth are drawn: county, towns, communities, grids, and below.
FROM_ZOOM = (0, 0, 9, 12, 14, 15)
FIRST_GRIDS = 3  # the depth from which units are a layer of their own
KEYS = ("unit", "name", "depth", "sketch")
EDGE_KEYS = ("depth", "sketch")
_BEYOND = 64  # how far a shape reaches over the edge, so that the edge of the tile is not seen as a border
_FINE = 2  # bends smaller than this, a quarter of a dot on the screen, are left out


@dataclass(frozen=True, slots=True)
class _Frame:
    """A tile and a little more as part of the square of the world."""

    tile: Tile

    @property
    def size(self) -> float:
        return 1 / (1 << self.tile.z)

    @property
    def box(self) -> tuple[float, float, float, float]:
        beyond = self.size * _BEYOND / EXTENT
        west, north = self.tile.x * self.size, self.tile.y * self.size
        return west - beyond, north - beyond, west + self.size + beyond, north + self.size + beyond

    def cut(self, shape: Any) -> Any:
        """What of a shape lies inside, as fine as it can be seen."""
        import shapely

        return shapely.clip_by_rect(shape, *self.box).simplify(self.size * _FINE / EXTENT)

    def corners(self, coordinates: Any) -> list[tuple[int, int]]:
        """Tile coordinates, without repeating one."""
        west, north, scale = self.tile.x * self.size, self.tile.y * self.size, EXTENT / self.size
        found: list[tuple[int, int]] = []
        for right, down in coordinates:
            corner = round((right - west) * scale), round((down - north) * scale)
            if not found or corner != found[-1]:
                found.append(corner)
        return found


def draw_units(tile: Tile, *, grids: bool) -> bytes:
    """The units down to the communities, or the grids and what is below them, each in three layers.

    ``units`` are the shapes, ``unit_edges`` the borders, each once, ``unit_names`` the points where the names stand;
    those of the grids are called ``grids``, ``grid_edges`` and ``grid_names``.
    """
    depths = range(FIRST_GRIDS, len(FROM_ZOOM)) if grids else range(FIRST_GRIDS)
    seen = frozenset(depth for depth in depths if tile.z >= FROM_ZOOM[depth])
    if not seen:
        return b""
    frame = _Frame(tile)
    name = "grid" if grids else "unit"
    shapes = layer(f"{name}s", KEYS, _grounds_in(frame, seen))
    edges = layer(f"{name}_edges", EDGE_KEYS, _edges_in(frame, seen))
    return shapes + edges + layer(f"{name}_names", KEYS[:3], _names_in(tile, seen))


def _grounds_in(frame: _Frame, seen: frozenset[int]) -> Iterator[Feature]:
    drawn = drawn_now()
    into = partial(_rings, frame)
    for place in sorted(drawn.shapes.touching(frame.box), reverse=True):
        ground = drawn.grounds[place]
        if ground.unit.depth not in seen:
            continue
        parts = _parts(frame.cut(drawn.shapes.all[place]), "Polygon")
        polygons = [rings for part in parts if (rings := into(part))]
        if polygons:
            row = ground.unit
            yield row.id, polygon(polygons), (row.id, row.name, row.depth, ground.is_sketch or None)


def _edges_in(frame: _Frame, seen: frozenset[int]) -> Iterator[Feature]:
    """Every border once, as that of the highest units it divides; a true one before a sketched one."""
    drawn = drawn_now()
    found: dict[tuple[int, bool], list[Ring]] = {}
    for place in drawn.edges.touching(frame.box):
        kind = drawn.edge_kinds[place]
        if kind[0] in seen:
            parts = _parts(frame.cut(drawn.edges.all[place]), "LineString")
            corners = (frame.corners(part.coords) for part in parts)
            found.setdefault(kind, []).extend(each for each in corners if len(each) > 1)
    for (depth, is_sketch), parts in sorted(found.items()):
        if parts:
            yield 0, lines(parts), (depth, is_sketch or None)


def _parts(piece: Any, kind: str) -> list[Any]:
    return [part for part in getattr(piece, "geoms", [piece]) if part.geom_type == kind and not part.is_empty]


def _rings(frame: _Frame, part: Any) -> list[Ring]:
    """The rings of a polygon in tile coordinates; what shrinks to a line is left out."""
    rings: list[Ring] = []
    for ring in (part.exterior, *part.interiors):
        corners = frame.corners(ring.coords)
        if len(set(corners)) >= 3:
            rings.append(corners)
        elif not rings:
            return []
    return rings


def _names_in(tile: Tile, seen: frozenset[int]) -> Iterator[Feature]:
    for unit in tree():
        if unit.depth and unit.depth in seen and _has_point(unit):
            spot = tile.spot(unit.longitude, unit.latitude)  # type: ignore[arg-type]
            if spot is not None:
                yield unit.id, point(*spot), (unit.id, unit.name, unit.depth)


def _has_point(unit: UnitRow) -> bool:
    return unit.longitude is not None and unit.latitude is not None
