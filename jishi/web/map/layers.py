"""The layers of the map, who sees which of them, and what each draws into a tile."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from django.core.cache import cache
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.queries.points import building_cells, buildings_in
from jishi.kernel.tiles import Tile
from jishi.matters.queries.points import matter_cells, matters_in
from jishi.matters.rules.stages import Stage
from jishi.parts.queries.points import are_public, part_cells, parts_in
from jishi.parts.rules.inspections import Condition
from jishi.web.map.points import Cells, cells_of, cluster_layer, point_layer
from jishi.web.map.stations import draw_stations
from jishi.web.map.units import draw_units
from jishi.web.tones import STAGE_TONES


class Layer(StrEnum):
    UNITS = "units"
    GRIDS = "grids"
    STATIONS = "stations"
    BUILDINGS = "buildings"
    PARTS = "parts"
    MATTERS = "matters"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def public(self) -> bool:
        """Whether it is the same for everybody, logged in or not."""
        return self in (Layer.UNITS, Layer.GRIDS, Layer.STATIONS)


LABELS = {
    Layer.UNITS: "镇街、社区（村）",
    Layer.GRIDS: "网格（小组）",
    Layer.STATIONS: "单位驻地",
    Layer.BUILDINGS: "楼栋门牌",
    Layer.PARTS: "部件",
    Layer.MATTERS: "在办事项",
}


# From these zooms on each point is drawn by itself; further out they are counted by cells of the ground.
FIRST_POINTS = {Layer.BUILDINGS: 15, Layer.PARTS: 16, Layer.MATTERS: 15}
HOLD = {Layer.BUILDINGS: 60, Layer.PARTS: 60, Layer.MATTERS: 10}  # seconds; counts of cells need not be newer than that


def layers_of(viewer: Viewer | None) -> tuple[Layer, ...]:
    """The layers a person may see: doors are for people at work, matters for those whose postings let them read any."""
    seen = [Layer.UNITS, Layer.GRIDS, Layer.STATIONS]
    if viewer is not None and viewer.grants:
        seen.append(Layer.BUILDINGS)
    if are_public() or (viewer is not None and viewer.may(Permission.READ_PARTS)):
        seen.append(Layer.PARTS)
    if viewer is not None and viewer.may(Permission.READ_MATTERS):
        seen.append(Layer.MATTERS)
    return tuple(seen)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a layer of points is asked for: ``rows`` in a tile, or ``cells`` of the whole county under a ``key``."""

    rows: Callable[[], bytes]
    cells: Callable[[], Cells]
    key: str


def draw(layer: Layer, viewer: Viewer | None, tile: Tile) -> bytes:
    """The tile of one layer as this person sees it; whether they may see the layer is asked before."""
    if layer in (Layer.UNITS, Layer.GRIDS):
        return draw_units(tile, grids=layer is Layer.GRIDS)
    if layer is Layer.STATIONS:
        return draw_stations(tile)
    asked = _asked(layer, viewer, tile)
    if tile.z >= FIRST_POINTS[layer]:
        return asked.rows()
    return cluster_layer(layer.value, _held(asked, HOLD[layer]).inside(tile))


def _asked(layer: Layer, viewer: Viewer | None, tile: Tile) -> Drawing:
    if layer is Layer.BUILDINGS:
        return _buildings(tile)
    if layer is Layer.PARTS:
        return _parts(viewer, tile)
    assert viewer is not None
    return _matters(viewer, tile)


def _held(asked: Drawing, seconds: int) -> Cells:
    """The counts of the last moments, or fresh ones."""
    known: Cells | None = cache.get(asked.key)
    if known is None:
        known = asked.cells()
        cache.set(asked.key, known, seconds)
    return known


def _buildings(tile: Tile) -> Drawing:
    def rows() -> bytes:
        return point_layer("buildings", ("level", "name"), tile, buildings_in(tile.box))

    return Drawing(rows, lambda: cells_of((*cell, 0) for cell in building_cells()), "map:buildings")


def _parts(viewer: Viewer | None, tile: Tile) -> Drawing:
    def rows() -> bytes:
        found = (
            (id, longitude, latitude, code, kind, condition == Condition.FAULTY)
            for id, longitude, latitude, code, kind, condition in parts_in(viewer, tile.box)
        )
        return point_layer("parts", ("code", "kind", "pressing"), tile, found)

    scope = "all" if are_public() or viewer is None else scope_key(viewer, Permission.READ_PARTS)
    return Drawing(rows, lambda: cells_of(part_cells(viewer)), f"map:parts:{scope}")


def _matters(viewer: Viewer, tile: Tile) -> Drawing:
    now = timezone.now()

    def rows() -> bytes:
        found = (
            (id, longitude, latitude, STAGE_TONES[Stage(stage)], urgent or due_at < now)
            for id, longitude, latitude, stage, urgent, due_at in matters_in(viewer, tile.box)
        )
        return point_layer("matters", ("tone", "pressing"), tile, found)

    return Drawing(
        rows,
        lambda: cells_of(matter_cells(viewer, now=now)),
        f"map:matters:{scope_key(viewer, Permission.READ_MATTERS)}",
    )


def scope_key(viewer: Viewer, permission: Permission) -> str:
    """What decides which rows a person sees: those who share it share the counts."""
    grants = sorted({(g.role.value, g.unit_id, g.organization_id or 0) for g in viewer.having(permission)})
    return blake2b(repr(grants).encode(), digest_size=16).hexdigest()
