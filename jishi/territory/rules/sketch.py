"""Sketch shapes (示意) for units whose true boundary is not known: areas that tile the county without gaps.

The outline is the county's official one where it is given, else a rounded shape of the county's size around its
centre. It is cut in two again and again, so that each side has its share of the weights, until every unit has its
piece; then every piece is cut for the units below it. The same tree always gives the same shapes, and adding
units below a piece does not move the piece.
"""

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

DECIMALS = 6  # a tenth of a metre
_GRID = 10.0**-DECIMALS
_KM_PER_DEGREE = 111.32
_OUTLINE_POINTS = 72
_WIGGLES = 7  # points of a cut line between its ends
_WIGGLE = 0.05  # how far it strays, as a share of the length of the piece
_ROUNDS = 24  # halvings of the interval in which the cut lies: one part in 16 million


@dataclass(frozen=True, slots=True)
class Node:
    """A unit to draw: ``weight`` is its share of the ground beside its siblings."""

    code: str
    weight: float = 1.0
    children: "tuple[Node, ...]" = ()


def county_outline(center: tuple[float, float], area_km2: float, seed: str) -> Polygon:
    """A rounded shape of ``area_km2`` around ``center`` (degrees), the same for the same ``seed``."""
    chance = _chance(seed)
    waves = [(n, chance.uniform(0.03, 0.10) / n, chance.uniform(0, 2 * math.pi)) for n in (2, 3, 4, 5, 7)]
    points = []
    for step in range(_OUTLINE_POINTS):
        angle = 2 * math.pi * step / _OUTLINE_POINTS
        radius = 1 + sum(depth * 2 * math.sin(n * angle + phase) for n, depth, phase in waves)
        points.append((radius * math.cos(angle), radius * math.sin(angle)))
    raw = Polygon(points)
    scale = math.sqrt(area_km2 / raw.area) / _KM_PER_DEGREE
    stretch = 1 / math.cos(math.radians(center[1]))  # a degree of longitude is shorter than one of latitude
    placed = affinity.scale(raw, scale * stretch, scale, origin=(0, 0))
    return shapely.set_precision(affinity.translate(placed, *center), _GRID)


def outline_of(geojson: Mapping[str, Any]) -> BaseGeometry:
    """The area in a GeoJSON geometry, Feature or FeatureCollection; ValueError if there is none."""
    if geojson.get("type") == "FeatureCollection":
        areas = [outline_of(feature) for feature in geojson.get("features", ())]
    elif geojson.get("type") == "Feature":
        areas = [outline_of(geojson["geometry"])]
    elif geojson.get("type") in ("Polygon", "MultiPolygon"):
        areas = [shape(geojson)]
    else:
        areas = []
    whole = shapely.set_precision(shapely.make_valid(shapely.union_all(areas)), _GRID) if areas else Polygon()
    if whole.is_empty or not isinstance(whole, Polygon | MultiPolygon):
        raise ValueError("the file holds no area")
    return whole


def draw(root: Node, outline: BaseGeometry, known: Mapping[str, BaseGeometry] | None = None) -> dict[str, BaseGeometry]:
    """The shape of every unit by code; siblings touch without gap or overlap and fill their parent.

    Units whose true ground is ``known`` keep it; their siblings share what is left.
    """
    raw: dict[str, BaseGeometry] = {}
    leaves: list[str] = []
    _draw_below(root, outline, known or {}, raw, leaves)
    shapes = _tiled(outline, {code: raw[code] for code in leaves})
    _join_upwards(root, shapes)
    return shapes


def cut(area: BaseGeometry, weights: Mapping[str, float]) -> dict[str, BaseGeometry]:
    """``area`` in one piece a key, each about its share of the weights, tiling ``area`` exactly."""
    raw: dict[str, BaseGeometry] = {}
    _divide(area, sorted(weights.items()), raw)
    return _tiled(area, raw)


def joined(areas: Sequence[BaseGeometry]) -> BaseGeometry:
    """Several areas as one."""
    return shapely.set_precision(shapely.union_all(areas, grid_size=_GRID), _GRID)


def without(area: BaseGeometry, others: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """What is left of an area when others are taken from it; None if that is nothing."""
    if not others:
        return area
    parts = _parts(shapely.difference(area, shapely.union_all(list(others)), grid_size=_GRID))
    return shapely.union_all(parts) if parts else None


def geojson(area: BaseGeometry) -> dict[str, Any]:
    """A GeoJSON geometry with coordinates of six decimals, in plain lists."""
    found = mapping(area)
    return {"type": found["type"], "coordinates": _rounded(found["coordinates"])}


def _rounded(value: Any) -> Any:
    if isinstance(value, float | int):
        return round(float(value), DECIMALS)
    return [_rounded(item) for item in value]


def middle(area: BaseGeometry) -> tuple[float, float]:
    """A point inside the area, for a label."""
    point = area.representative_point()
    return round(point.x, DECIMALS), round(point.y, DECIMALS)


def _chance(seed: str) -> random.Random:
    # Not Python's own hash of the text, which differs from process to process.
    return random.Random(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))  # noqa: S311


def _draw_below(
    node: Node,
    area: BaseGeometry,
    known: Mapping[str, BaseGeometry],
    raw: dict[str, BaseGeometry],
    leaves: list[str],
) -> None:
    raw[node.code] = area
    if not node.children:
        leaves.append(node.code)
        return
    fixed = {child.code: known[child.code] for child in node.children if child.code in known}
    raw.update(fixed)
    left = sorted((child.code, child.weight) for child in node.children if child.code not in fixed)
    if left:
        _divide(area.difference(shapely.union_all(list(fixed.values()))) if fixed else area, left, raw)
    for child in node.children:
        _draw_below(child, raw[child.code], known, raw, leaves)


def _divide(area: BaseGeometry, items: Sequence[tuple[str, float]], raw: dict[str, BaseGeometry]) -> None:
    """Cuts ``area`` among the items, the first of them to the north or west, as grids are numbered."""
    if len(items) == 1:
        raw[items[0][0]] = area
        return
    total = sum(weight for _, weight in items)
    best = min(range(1, len(items)), key=lambda n: abs(sum(w for _, w in items[:n]) - total / 2))
    share = sum(weight for _, weight in items[:best]) / total
    first, second = _halves(area, share, "|".join(code for code, _ in items))
    _divide(first, items[:best], raw)
    _divide(second, items[best:], raw)


def _halves(area: BaseGeometry, share: float, seed: str) -> tuple[BaseGeometry, BaseGeometry]:
    """Two pieces of ``area``, the first about ``share`` of it, along a wavy line across its longer side."""
    west, south, east, north = area.bounds
    shrink = math.cos(math.radians((south + north) / 2))
    upright = (east - west) * shrink >= north - south  # cut from north to south: the first piece is the west
    length = (east - west) if upright else (north - south)
    across = (south, north) if upright else (west, east)
    chance = _chance(seed)
    offsets = [0.0] + [chance.uniform(-_WIGGLE, _WIGGLE) * length for _ in range(_WIGGLES)] + [0.0]
    margin = length + (across[1] - across[0])

    def side(at: float) -> Polygon:
        steps = len(offsets) - 1
        low, high = across
        line = [(at + offset, low + (high - low) * step / steps) for step, offset in enumerate(offsets)]
        line = [(line[0][0], low - margin), *line, (line[-1][0], high + margin)]
        far = (west if upright else -north) - margin
        ring = [*line, (far, high + margin), (far, low - margin)]
        return Polygon(ring if upright else [(y, -x) for x, y in ring])

    low, high = (west, east) if upright else (-north, -south)
    wanted = area.area * share
    for _ in range(_ROUNDS):
        at = (low + high) / 2
        if area.intersection(side(at)).area < wanted:
            low = at
        else:
            high = at
    knife = side((low + high) / 2)
    return _whole(area.intersection(knife), area.difference(knife))


def _parts(area: BaseGeometry) -> list[Polygon]:
    if isinstance(area, Polygon):
        return [] if area.is_empty else [area]
    return [part for part in getattr(area, "geoms", ()) if isinstance(part, Polygon)]


def _whole(first: BaseGeometry, second: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """A cut through a bent area leaves crumbs: each goes to the other side if it lies against it."""
    pieces = [sorted(_parts(side), key=lambda part: -part.area) for side in (first, second)]
    kept: list[list[Polygon]] = [pieces[0][:1], pieces[1][:1]]
    for side in (0, 1):
        for crumb in pieces[side][1:]:
            touches = any(crumb.boundary.intersection(part.boundary).length > 0 for part in kept[1 - side])
            kept[1 - side if touches else side].append(crumb)
    joined_sides = [shapely.union_all(side) for side in kept]
    return joined_sides[0], joined_sides[1]


def _tiled(outline: BaseGeometry, raw: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """The pieces with six decimals and still without gaps.

    Rounding each piece alone would open slits, because a corner of one piece lies on an edge of its neighbour. So
    all edges are rounded together as one network, and the faces of the network are given back to the pieces.
    """
    lines = [LineString(ring.coords) for area in (outline, *raw.values()) for ring in _rings(area)]
    network = shapely.union_all([shapely.set_precision(line, _GRID) for line in lines], grid_size=_GRID)
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(network).tolist())))
    codes = list(raw)
    finder = shapely.STRtree([raw[code] for code in codes])
    owned: dict[str, list[BaseGeometry]] = {code: [] for code in codes}
    for face in faces:
        owner = _owner(face, finder, [raw[code] for code in codes])
        if owner is not None:
            owned[codes[owner]].append(face)
    return {code: shapely.union_all(faces) for code, faces in owned.items()}


def _rings(area: BaseGeometry) -> list[Any]:
    return [ring for part in _parts(area) for ring in (part.exterior, *part.interiors)]


def _owner(face: BaseGeometry, finder: shapely.STRtree, areas: Sequence[BaseGeometry]) -> int | None:
    """Whose face it is: the piece that covers most of it; None for a hole in the outline."""
    near = finder.query(face, predicate="intersects")
    shares = [(areas[index].intersection(face).area, -int(index)) for index in near]
    best = max(shares, default=(0.0, 0))
    return -best[1] if best[0] > face.area / 2 else None


def _join_upwards(node: Node, shapes: dict[str, BaseGeometry]) -> BaseGeometry:
    if node.children:
        shapes[node.code] = shapely.union_all([_join_upwards(child, shapes) for child in node.children])
    return shapes[node.code]
