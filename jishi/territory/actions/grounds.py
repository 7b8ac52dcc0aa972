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
from jishi.territory.rules.succession import Cause, Plan

if TYPE_CHECKING:
    from jishi.territory.rules.sketch import Node


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
    try:
        area = sketch.outline_of(geometry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("文件里没有可用的面（GeoJSON Polygon或MultiPolygon）。", field="boundary") from error
    if not _store(found, sketch.geojson(area), False, day_of(now)):
        return False
    written(
        stream=f"unit:{unit_id}",
        action="unit_boundary",
        subject=f"{found.code} {found.name}",
        facts={"source": "given"},
        by=by,
        now=now,
    )
    return True


def _store(unit: UnitRow, geometry: Mapping[str, Any], is_sketch: bool, day: dt.date) -> bool:
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
    for found in (row for row in stored if row.longitude is None):
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


def _store_sketches(drawn: Sequence[tuple[UnitRow, Mapping[str, Any]]], day: dt.date) -> list[UnitRow]:
    """Stores the sketches that differ from what is held, all at once; gives the units they are of."""
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
    return [unit for unit, _ in differing]


def _node(unit: UnitRow, tree: Tree, weights: Mapping[str, float]) -> "Node":
    """Towns weigh as much as their communities: so a community is about as big in one town as in another."""
    from jishi.territory.rules.sketch import Node

    below = tuple(_node(child, tree, weights) for child in tree.children(unit.id))
    weight = weights.get(unit.code, 1.0)
    if unit.depth < 2 and below:
        weight = sum(child.weight for child in below)
    return Node(unit.code, weight, below)


def begin_grounds(plan: Plan, ids: Sequence[int], tree: Tree, day: dt.date) -> None:
    """The ground of the units a plan begins: kept, cut into parts or joined; the ended units' grounds end."""
    rows = Boundary.objects.filter(unit_id__in=plan.ended, valid_to__isnull=True)
    held = {row.unit_id: row for row in rows}
    if not held:
        return
    Boundary.objects.filter(pk__in=[row.pk for row in held.values()]).update(valid_to=day)
    begun = [
        Boundary(unit_id=id, geometry=held[former].geometry, is_sketch=held[former].is_sketch, valid_from=day)
        for new, id in zip(plan.begun, ids, strict=True)
        if new.keeps_ground and (former := new.origins[0].former) in held
    ]
    fresh = [(new, id) for new, id in zip(plan.begun, ids, strict=True) if not new.keeps_ground]
    formers = [origin.former for new, _ in fresh for origin in new.origins]
    if fresh and all(former in held for former in formers):
        begun += _new_grounds(plan, ids, held, day)
    Boundary.objects.bulk_create(begun)
    if plan.cause is Cause.MOVE:
        _follow_parents(plan, tree, day)


def _new_grounds(plan: Plan, ids: Sequence[int], held: Mapping[int, Boundary], day: dt.date) -> list[Boundary]:
    """A split cuts the ground by weight, or along the units below where they were shared out; a merge joins."""
    from jishi.territory.rules import sketch

    fresh = [(index, new) for index, new in enumerate(plan.begun) if not new.keeps_ground]
    former_grounds = [held[origin.former] for origin in fresh[0][1].origins]
    areas = {}
    if plan.cause is Cause.MERGE:
        areas[fresh[0][0]] = sketch.joined([sketch.outline_of(row.geometry) for row in former_grounds])
    else:
        below = {
            index: [
                sketch.outline_of(held[child.origins[0].former].geometry)
                for child in plan.begun
                if child.parent_index == index and child.origins[0].former in held
            ]
            for index, _ in fresh
        }
        if all(below.values()):
            areas = {index: sketch.joined(parts) for index, parts in below.items()}
        else:
            weights = {f"{index:04d}": new.weight for index, new in fresh}
            cut = sketch.cut(sketch.outline_of(former_grounds[0].geometry), weights)
            areas = {int(key): area for key, area in cut.items()}
    is_true = plan.cause is Cause.MERGE and not any(row.is_sketch for row in former_grounds)
    found = []
    for index, area in areas.items():
        longitude, latitude = sketch.middle(area)
        Unit.objects.filter(pk=ids[index]).update(longitude=longitude, latitude=latitude)
        found.append(Boundary(unit_id=ids[index], geometry=sketch.geojson(area), is_sketch=not is_true, valid_from=day))
    return found


def _follow_parents(plan: Plan, tree: Tree, day: dt.date) -> None:
    """After a move the old and the new parents' sketches are drawn around what lies in them now."""
    from jishi.territory.rules import sketch

    new = plan.begun[0]
    if new.parent is None:
        return
    lines = (tree.by_id[new.origins[0].former].line[:-1], tree.by_id[new.parent].line)
    touched = {id for line in lines for id in line} - set(lines[0]) & set(lines[1])
    for parent in sorted((tree.by_id[id] for id in touched), key=lambda unit: -unit.depth):
        own = Boundary.objects.filter(unit_id=parent.id, valid_to__isnull=True, is_sketch=True)
        below = Boundary.objects.filter(unit__parent_id=parent.id, unit__valid_to__isnull=True)
        grounds = list(below.filter(valid_to__isnull=True).values_list("geometry", flat=True))
        if own.exists() and grounds:
            area = sketch.joined([sketch.outline_of(geometry) for geometry in grounds])
            _store(parent, sketch.geojson(area), True, day)
