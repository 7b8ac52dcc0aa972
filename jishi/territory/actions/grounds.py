"""The ground of units: true boundaries as they are given, and sketches for the others.

The drawing library is loaded only here and only while drawing: it would cost every web worker 20 MB.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from jishi.kernel.errors import Invalid
from jishi.territory.actions.ledger import day_of, fresh_tree, written
from jishi.territory.models import Boundary, Unit
from jishi.territory.queries import Tree, UnitRow, place, unit
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.loading import Counts

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from jishi.territory.rules.sketch import Node

_SAME_PLACE = 1e-5  # degrees, a metre: the corners of a sketch are rounded when it is stored


@transaction.atomic
def set_boundary(*, unit_id: int, geometry: Mapping[str, Any], by: Actor, now: dt.datetime) -> bool:
    """Give a unit its true boundary from today on; False if it has just this one already.

    ``geometry`` is GeoJSON (a Polygon, MultiPolygon, Feature or FeatureCollection) in WGS84 degrees. Raises Invalid
    if it holds no area or the unit has ended.
    """
    from jishi.territory.rules import sketch

    found = unit(unit_id)
    if found is None:
        raise Invalid("这个单元已经终止，不能再设定范围。")
    area = area_of(geometry, "文件里没有可用的面（GeoJSON Polygon或MultiPolygon）。")
    held = Boundary.objects.filter(unit_id=unit_id, valid_to__isnull=True, is_sketch=True).first()
    if not store(found, sketch.geojson(area), False, day_of(now)):
        return False
    if _is_labelled_by(found, held.geometry if held is not None else None):
        longitude, latitude = sketch.middle(area)
        Unit.objects.filter(pk=unit_id).update(longitude=longitude, latitude=latitude)
    written(
        stream=f"unit:{unit_id}",
        action="unit_boundary",
        subject=f"{found.code} {found.name}",
        facts={"source": "given"},
        by=by,
        now=now,
    )
    return True


def area_of(geometry: Mapping[str, Any], says: str) -> "BaseGeometry":
    """The area in GeoJSON; raises Invalid with these words if there is none."""
    from jishi.territory.rules import sketch

    try:
        return sketch.outline_of(geometry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(says, field="boundary") from error


def store(unit: UnitRow, geometry: Mapping[str, Any], is_sketch: bool, day: dt.date) -> bool:
    """Ends the boundary there was and begins this one; False if it is the same."""
    held = Boundary.objects.filter(unit_id=unit.id, valid_to__isnull=True).first()
    if held is not None and held.geometry == geometry and held.is_sketch == is_sketch:
        return False
    if held is not None:
        Boundary.objects.filter(pk=held.pk).update(valid_to=max(day, held.valid_from))
    begins = day if held is not None else unit.valid_from
    Boundary.objects.create(unit_id=unit.id, geometry=geometry, is_sketch=is_sketch, valid_from=begins)
    return True


@transaction.atomic
def draw_sketches(
    *,
    by: Actor,
    now: dt.datetime,
    outline: Mapping[str, Any] | None = None,
    weights: Mapping[str, float] | None = None,
) -> Counts:
    """Draw a sketch of every unit whose true boundary is not known; drawing twice changes nothing.

    ``outline`` is a GeoJSON of the county and becomes its true boundary. ``weights`` gives the share of ground of
    communities and grids by code (1 each without it). The place needs ``center`` and ``area_km2``.
    """
    from jishi.territory.rules import sketch

    tree, current = fresh_tree(), place()
    county = tree.county
    if county is None:
        raise Invalid("请先装载治理单元，再画示意图。")
    if outline is not None:
        set_boundary(unit_id=county.id, geometry=outline, by=by, now=now)
    rows = Boundary.objects.filter(valid_to__isnull=True, is_sketch=False, unit__valid_to__isnull=True)
    known = {
        tree.by_id[unit_id].code: sketch.outline_of(geometry)
        for unit_id, geometry in rows.values_list("unit_id", "geometry")
    }
    whole = known.get(county.code)
    if whole is None:
        whole = sketch.county_outline(current.center, float(current.content["area_km2"]), current.county_code)
    shapes = sketch.draw(_node(county, tree, weights or {}), whole, known)
    drawn = [(tree.by_code[code], sketch.geojson(area)) for code, area in shapes.items() if code not in known]
    stored = _store_sketches(drawn, day_of(now))
    labels = []
    for found, before in stored:
        if _is_labelled_by(found, before):
            longitude, latitude = sketch.middle(shapes[found.code])
            labels.append(Unit(pk=found.id, longitude=longitude, latitude=latitude))
    Unit.objects.bulk_update(labels, ["longitude", "latitude"], batch_size=200)
    counts = Counts(new=len(stored), unchanged=len(drawn) - len(stored))
    if counts.anything_happened:
        written(
            stream="place",
            action="sketches_draw",
            subject=current.name,
            facts={"drawn": counts.new},
            by=by,
            now=now,
        )
    return counts


def _is_labelled_by(unit: UnitRow, before: Mapping[str, Any] | None) -> bool:
    """Whether the point of a unit is only the middle of the sketch it had, and moves with it; a given one stays."""
    from jishi.territory.rules import sketch

    if unit.longitude is None or unit.latitude is None:
        return True
    if before is None:
        return False
    longitude, latitude = sketch.middle(sketch.outline_of(before))
    return max(abs(longitude - unit.longitude), abs(latitude - unit.latitude)) < _SAME_PLACE


def _store_sketches(
    drawn: Sequence[tuple[UnitRow, Mapping[str, Any]]], day: dt.date
) -> list[tuple[UnitRow, Mapping[str, Any] | None]]:
    """Stores the sketches that differ from what is held, all at once; gives their units and what was held."""
    rows = Boundary.objects.filter(valid_to__isnull=True, unit_id__in=[unit.id for unit, _ in drawn])
    held = {row.unit_id: row for row in rows}
    differing = [
        (unit, geometry) for unit, geometry in drawn if unit.id not in held or held[unit.id].geometry != geometry
    ]
    ended = [held[unit.id] for unit, _ in differing if unit.id in held]
    for row in ended:
        row.valid_to = max(day, row.valid_from)
    Boundary.objects.bulk_update(ended, ["valid_to"], batch_size=200)
    Boundary.objects.bulk_create(
        [
            Boundary(unit_id=unit.id, geometry=geometry, valid_from=day if unit.id in held else unit.valid_from)
            for unit, geometry in differing
        ],
        batch_size=100,
    )
    return [(unit, held[unit.id].geometry if unit.id in held else None) for unit, _ in differing]


def _node(unit: UnitRow, tree: Tree, weights: Mapping[str, float]) -> "Node":
    """Towns weigh as much as their communities: so a community is about as big in one town as in another."""
    from jishi.territory.rules.sketch import Node

    below = tuple(_node(child, tree, weights) for child in tree.children(unit.id))
    weight = weights.get(unit.code, 1.0)
    if unit.depth < 2 and below:
        weight = sum(child.weight for child in below)
    return Node(unit.code, weight, below)
