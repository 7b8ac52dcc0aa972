"""The ground of the units a change begins: kept, given with the change, cut out of what there was, or joined.

The drawing library is loaded only while drawing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jishi.territory.actions.grounds import area_of, store
from jishi.territory.models import Boundary, Unit
from jishi.territory.queries import Tree
from jishi.territory.rules.succession import Begun, Cause, Plan

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    Areas = dict[int, BaseGeometry]  # by the index of the unit among those a plan begins

_ROOM = 0.05  # of what others take: ground on which nobody lives has its place on the map too


def begin_grounds(plan: Plan, ids: Sequence[int], tree: Tree, day: dt.date) -> None:
    """Ends the grounds of the units a plan ends and begins those of its new units, which have ``ids``."""
    above = {new.parent for new in plan.begun if not new.origins and new.parent is not None}
    rows = Boundary.objects.filter(unit_id__in={*plan.ended, *above}, valid_to__isnull=True)
    held = {row.unit_id: row for row in rows}
    Boundary.objects.filter(unit_id__in=plan.ended, valid_to__isnull=True).update(valid_to=day)
    begun = [
        Boundary(unit_id=id, geometry=held[former].geometry, is_sketch=held[former].is_sketch, valid_from=day)
        for new, id in zip(plan.begun, ids, strict=True)
        if new.keeps_ground and (former := new.origins[0].former) in held
    ]
    Boundary.objects.bulk_create([*begun, *_new_grounds(plan, ids, held, tree, day)])
    if plan.cause is Cause.MOVE:
        _follow_parents(plan, tree, day)


def _new_grounds(
    plan: Plan, ids: Sequence[int], held: Mapping[int, Boundary], tree: Tree, day: dt.date
) -> list[Boundary]:
    """The grounds that are not simply kept; nothing for a unit whose formers have none. Only what was true and went
    over whole is still true."""
    fresh = {index: new for index, new in enumerate(plan.begun) if not new.keeps_ground}
    if not any(new.geometry is not None or _formers(new) <= set(held) for new in fresh.values()):
        return []
    from jishi.territory.rules import sketch

    areas = {
        index: area_of(new.geometry, f"“{new.name}”的范围不是可用的面。")
        for index, new in fresh.items()
        if new.geometry is not None
    }
    given = set(areas)
    areas |= _drawn(plan, fresh, areas, held, tree)
    true = {
        index
        for index, new in fresh.items()
        if index not in given and not any(held[former].is_sketch for former in _formers(new) & set(held))
        if not any(_formers(new) & _formers(other) for at, other in fresh.items() if at != index)
    }
    found = []
    for index, area in areas.items():
        longitude, latitude = sketch.middle(area)
        Unit.objects.filter(pk=ids[index]).update(longitude=longitude, latitude=latitude)
        sketchy = index not in true
        found.append(Boundary(unit_id=ids[index], geometry=sketch.geojson(area), is_sketch=sketchy, valid_from=day))
    return found


def _formers(new: Begun) -> set[int]:
    """The units a new one takes its ground from; a grid where there was none takes it from its community."""
    if new.origins or new.parent is None:
        return {origin.former for origin in new.origins}
    return {new.parent}


def _drawn(plan: Plan, fresh: Mapping[int, Begun], given: "Areas", held: Mapping[int, Boundary], tree: Tree) -> "Areas":
    """Ground for the units that were not given any: of each former what is left of it, shared out by weight, or along
    the units below where these were shared out."""
    from jishi.territory.rules import sketch

    open_ones = {index: new for index, new in fresh.items() if index not in given and _formers(new) <= set(held)}
    pieces: dict[int, list[BaseGeometry]] = defaultdict(list)
    for former in sorted({id for new in open_ones.values() for id in _formers(new)}):
        shares = {index: _weight(new, former) for index, new in open_ones.items() if former in _formers(new)}
        left = sketch.without(sketch.outline_of(held[former].geometry), list(given.values()))
        if left is None:
            continue
        below = {} if given else _grounds_below(plan, shares, former, held, tree)
        if len(shares) > 1 and all(below.get(index) for index in shares):
            shared = {index: sketch.joined(below[index]) for index in shares}
        else:
            least = _ROOM * sum(shares.values()) or 1.0
            weights = {f"{index:04d}": max(weight, least) for index, weight in shares.items()}
            shared = {int(key): area for key, area in sketch.cut(left, weights).items()}
        for index, area in shared.items():
            pieces[index].append(area)
    return {index: found[0] if len(found) == 1 else sketch.joined(found) for index, found in pieces.items()}


def _weight(new: Begun, former: int) -> float:
    return next((origin.weight for origin in new.origins if origin.former == former), 1.0)


def _grounds_below(
    plan: Plan, shares: Mapping[int, float], former: int, held: Mapping[int, Boundary], tree: Tree
) -> "dict[int, list[BaseGeometry]]":
    """The grounds of the units below ``former`` by the new unit they came under."""
    from jishi.territory.rules import sketch

    found: dict[int, list[BaseGeometry]] = defaultdict(list)
    for new in plan.begun:
        if new.parent_index is None or new.parent_index not in shares:
            continue
        below = new.origins[0].former
        if below in held and tree.by_id[below].parent_id == former:
            found[new.parent_index].append(sketch.outline_of(held[below].geometry))
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
            store(parent, sketch.geojson(area), True, day)
