"""Reading the place, its units and their ground. Everybody may know the units; what lies in them is scoped elsewhere.

The tree of today, its ground and the template are kept in the process and asked for anew within three seconds after
another process has changed them.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from jishi.kernel.errors import NotFound
from jishi.kernel.geo import point_in_polygon
from jishi.orm.dated import live_on
from jishi.orm.kept import begun_and_ended, highest, shelf
from jishi.territory.models import Boundary, PlaceVersion, Succession, Unit
from jishi.territory.rules.heirs import Heirs
from jishi.territory.rules.levels import Ladder, ladder_of
from jishi.territory.rules.tree import Tree, UnitRow

FIELDS = tuple(UnitRow.__dataclass_fields__)


@dataclass(frozen=True, eq=False)
class PlaceInForce:
    """The place template in force. ``content`` is the whole template; each room reads its own section.

    ``center`` is longitude and latitude in WGS84 degrees. Two are equal only if they are the same object.
    """

    version: int
    key: str
    name: str
    county_code: str
    number_prefix: str
    center: tuple[float, float]
    ladder: Ladder
    content: Mapping[str, Any]
    digest: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of one live unit, with the box around it: west, south, east, north."""

    unit: UnitRow
    geometry: Mapping[str, Any]
    is_sketch: bool
    box: tuple[float, float, float, float]

    def holds(self, longitude: float, latitude: float) -> bool:
        west, south, east, north = self.box
        return (
            west <= longitude <= east
            and south <= latitude <= north
            and point_in_polygon(longitude, latitude, self.geometry)
        )


def ground(unit: UnitRow, geometry: Mapping[str, Any], is_sketch: bool) -> Ground:
    """A ground with the box around it."""
    return Ground(unit, geometry, is_sketch, _box(geometry))


def _box(geometry: Mapping[str, Any]) -> tuple[float, float, float, float]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    points = [point for rings in polygons for point in rings[0]]
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _read_place() -> PlaceInForce | None:
    found = PlaceVersion.objects.order_by("-id").first()
    if found is None:
        return None
    content = found.content
    longitude, latitude = content["center"]
    return PlaceInForce(
        found.pk,
        found.key,
        found.name,
        found.county_code,
        content["number_prefix"],
        (longitude, latitude),
        ladder_of(content),
        content,
        found.digest,
        found.at,
    )


def read_tree() -> Tree:
    """All units of today as this transaction sees them, read from the database: for who is about to change them."""
    return Tree.of(UnitRow(*row) for row in Unit.objects.filter(valid_to__isnull=True).values_list(*FIELDS))


def _read_standing() -> tuple[Tree, Heirs]:
    links = Succession.objects.filter(is_primary=True).values_list("former_id", "successor_id")
    return read_tree(), Heirs(dict(links))


def _read_grounds() -> tuple[Ground, ...]:
    """Deepest first, so that the first ground that holds a point is the answer."""
    tree = read_tree()
    rows = Boundary.objects.filter(valid_to__isnull=True, unit__valid_to__isnull=True)
    grounds = [
        ground(tree.by_id[unit_id], geometry, is_sketch)
        for unit_id, geometry, is_sketch in rows.values_list("unit_id", "geometry", "is_sketch")
        if unit_id in tree.by_id
    ]
    return tuple(sorted(grounds, key=lambda ground: (-ground.unit.depth, ground.unit.code)))


_UNITS, _BOUNDARIES = begun_and_ended("territory_unit"), begun_and_ended("territory_boundary")
# Labels are placed together with the ground, hence both.
_LAID_OUT = f"SELECT ({_UNITS}) || '/' || ({_BOUNDARIES})"
_place = shelf.keep(highest("territory_placeversion"), _read_place)
_standing = shelf.keep(_LAID_OUT, _read_standing)
_grounds = shelf.keep(_LAID_OUT, _read_grounds)


def forget_cache() -> None:
    """Everything is read anew at the next question: after a write, after a rollback, between tests."""
    for kept in (_place, _standing, _grounds):
        kept.forget()


def place() -> PlaceInForce:
    """The place template in force; raises NotFound before one is loaded."""
    found = _place.get()
    if found is None:
        raise NotFound("还没有装载地方模板，请管理员先装载。")
    return found


@dataclass(frozen=True, slots=True)
class PlaceEdition:
    """One loaded version of the place template."""

    id: int
    name: str
    at: dt.datetime
    by: str
    digest: str


def place_versions(limit: int = 20) -> tuple[PlaceEdition, ...]:
    """The versions loaded so far, the latest first."""
    rows = PlaceVersion.objects.order_by("-id").values_list("id", "name", "at", "by", "digest")
    return tuple(PlaceEdition(*row) for row in rows[:limit])


def tree() -> Tree:
    """All units of today."""
    return _standing.get()[0]


def tree_as_of(day: dt.date) -> Tree:
    """All units as they were on ``day``; read from the database each time."""
    return Tree.of(UnitRow(*row) for row in Unit.objects.filter(live_on(day)).values_list(*FIELDS))


def county() -> UnitRow:
    """The county itself; raises NotFound before a place is loaded."""
    found = tree().county
    if found is None:
        raise NotFound("还没有装载治理单元，请管理员先装载。")
    return found


def unit(unit_id: int) -> UnitRow | None:
    """A unit of today, or None if there is none with this id or it has ended."""
    return tree().by_id.get(unit_id)


def unit_on_record(unit_id: int) -> UnitRow | None:
    """A unit of any day."""
    found = unit(unit_id)
    if found is None:
        row = Unit.objects.filter(pk=unit_id).values_list(*FIELDS).first()
        found = UnitRow(*row) if row is not None else None
    return found


def units_on_record(unit_ids: Iterable[int]) -> dict[int, UnitRow]:
    """Units of any day by id; ids of none are left out."""
    rows = Unit.objects.filter(pk__in=set(unit_ids)).values_list(*FIELDS)
    return {row[0]: UnitRow(*row) for row in rows}


def unit_at(path: str) -> UnitRow:
    """The live unit at the end of a path; for an ended one its primary successor, else the nearest live unit above."""
    for unit_id in (int(part) for part in reversed(path.strip("/").split("/")) if part):
        found = unit(unit_id) or primary_successor(unit_id)
        if found is not None:
            return found
    return county()


def by_code(code: str) -> UnitRow | None:
    """The unit of today with this code."""
    return tree().by_code.get(code)


def by_code_on_record(code: str) -> UnitRow | None:
    """The unit that has this code today, or else the last one that had it."""
    row = Unit.objects.filter(code=code).order_by("-id").values_list(*FIELDS).first()
    return by_code(code) or (UnitRow(*row) if row is not None else None)


def ended_codes(codes: Iterable[str]) -> frozenset[str]:
    """Those of ``codes`` that some unit had and none has today."""
    absent = set(codes) - set(tree().by_code)
    return frozenset(Unit.objects.filter(code__in=absent).values_list("code", flat=True)) if absent else frozenset()


def units(depth: int | None = None) -> tuple[UnitRow, ...]:
    """Units of today, all or those at one depth, upper levels first and then by code."""
    return tuple(tree()) if depth is None else tree().at(depth)


def children(unit_id: int) -> tuple[UnitRow, ...]:
    return tree().children(unit_id)


def subtree_ids(unit_id: int) -> tuple[int, ...]:
    """The unit and everything below it today; empty for an ended unit."""
    return tuple(u.id for u in tree().subtree(unit_id)) if unit_id in tree().by_id else ()


def ancestors(unit: UnitRow) -> tuple[UnitRow, ...]:
    """From the county down to the unit itself, as they were in the period of that row."""
    held = tree()
    missing = [id for id in unit.line if id not in held.by_id]
    ended = {}
    if missing:
        rows = Unit.objects.filter(pk__in=missing).values_list(*FIELDS)
        ended = {row[0]: UnitRow(*row) for row in rows}
    return tuple(held.by_id.get(id) or ended[id] for id in unit.line)


def full_name(unit: UnitRow) -> str:
    """The unit with what it lies in, without the county: 田心街道 东门社区 第三网格."""
    return " ".join(u.name for u in ancestors(unit) if u.depth) or unit.name


def level_name(unit: UnitRow) -> str:
    """What a unit of this kind is called here: 网格, 小组（小区）."""
    level = place().ladder.level_of(unit.depth, unit.kind)
    return level.name if level is not None else place().ladder.name_at(unit.depth)


def area_ids(unit: UnitRow) -> tuple[int | None, ...]:
    """Five ids: the unit's ancestors and itself at depth 1 to 5, None where it does not reach so deep."""
    return unit.area_ids


def areas_on_record(unit_ids: Iterable[int]) -> dict[int, tuple[int | None, ...]]:
    """For unit rows of any day their ancestors at depth 1 to 5, as they were in the period of each row.

    Rows never change, so figures counted by these come out the same whenever they are counted (C03).
    """
    return {unit_id: unit.area_ids for unit_id, unit in units_on_record(unit_ids).items()}


def locate(longitude: float, latitude: float) -> UnitRow | None:
    """The deepest unit of today whose ground holds the point (WGS84 degrees), or None outside the county."""
    for ground in _grounds.get():
        if ground.holds(longitude, latitude):
            return ground.unit
    return None


def grounds() -> tuple[Ground, ...]:
    """The ground of every unit of today, the deepest first; the very same tuple until something has changed."""
    return _grounds.get()


def ground_of(unit_id: int, day: dt.date | None = None) -> Mapping[str, Any] | None:
    """The GeoJSON geometry of a unit row, now or on ``day``; None if unknown."""
    rows = Boundary.objects.filter(unit_id=unit_id)
    rows = rows.filter(valid_to__isnull=True) if day is None else rows.filter(live_on(day))
    return rows.values_list("geometry", flat=True).first()


def map_features(*, depth: int, within: UnitRow | None = None) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the units at a depth, all or those within one.

    Properties: id, code, name, depth, kind, sketch (whether the shape is only a sketch).
    """
    features = [
        {
            "type": "Feature",
            "id": ground.unit.id,
            "geometry": ground.geometry,
            "properties": {
                "id": ground.unit.id,
                "code": ground.unit.code,
                "name": ground.unit.name,
                "depth": depth,
                "kind": ground.unit.kind,
                "sketch": ground.is_sketch,
            },
        }
        for ground in _grounds.get()
        if ground.unit.depth == depth and (within is None or ground.unit.is_within(within))
    ]
    return {"type": "FeatureCollection", "features": features}


def successors(unit_id: int) -> tuple[UnitRow, ...]:
    """The live units that took over the ground of a unit, through any number of changes; itself if it is live."""
    live = tree().by_id
    found: dict[int, UnitRow] = {}
    seen: set[int] = set()
    ahead = {unit_id}
    while ahead:
        found |= {id: live[id] for id in ahead if id in live}
        seen |= ahead
        links = Succession.objects.filter(former_id__in=ahead - set(live))
        ahead = set(links.values_list("successor_id", flat=True)) - seen
    return tuple(sorted(found.values(), key=lambda unit: unit.code))


def primary_successor(unit_id: int) -> UnitRow | None:
    """The live unit that takes over what was unfinished in a unit; itself if it is live, None if nobody does."""
    held, heirs = _standing.get()
    return held.by_id.get(heirs.last(unit_id))


def formers(unit_id: int) -> tuple[int, ...]:
    """Ids of the ended units whose unfinished work this one has taken over, through any number of changes."""
    return _standing.get()[1].formers.get(unit_id, ())


@dataclass(frozen=True, slots=True)
class Step:
    """One change in the life of a unit, for its history page."""

    day: dt.date
    cause: str
    former: UnitRow
    successor: UnitRow


def history(unit_id: int) -> tuple[Step, ...]:
    """Every split, merge, move and renaming before and after this row, the earliest first."""
    ids = {unit_id}
    found: dict[int, Succession] = {}
    while True:
        links = Succession.objects.filter(Q(former_id__in=ids) | Q(successor_id__in=ids)).order_by("id")
        more = {link.pk: link for link in links if link.pk not in found}
        if not more:
            break
        found |= more
        ids |= {id for link in more.values() for id in (link.former_id, link.successor_id)}
    rows = {row[0]: UnitRow(*row) for row in Unit.objects.filter(pk__in=ids).values_list(*FIELDS)}
    return tuple(
        Step(link.day, Succession.Kind(link.kind).label, rows[link.former_id], rows[link.successor_id])
        for _, link in sorted(found.items())
    )
