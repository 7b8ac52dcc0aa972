"""Splitting, merging, moving, renaming and redrawing units. Every change takes effect on the day it is made: the past
stays as it was, and a change planned for later is made when its day has come."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from jishi.kernel.errors import Invalid
from jishi.territory.actions.grounds import area_of, store
from jishi.territory.actions.ledger import day_of, fresh_tree, tree_to_change, written
from jishi.territory.actions.new_grounds import begin_grounds
from jishi.territory.models import Boundary, Succession, Unit
from jishi.territory.queries import Tree, UnitRow, place
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.redrawing import Redrawn, plan_redraw, standing
from jishi.territory.rules.succession import (
    Begun,
    Part,
    Plan,
    plan_merge,
    plan_move,
    plan_rename,
    plan_split,
)


@dataclass(frozen=True, slots=True)
class Follow:
    """What belonged to ``former_id`` (a unit at ``depth``) and is unfinished belongs to ``successor_id`` now."""

    former_id: int
    depth: int
    successor_id: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did. ``follows`` is in the order in which others must follow: the deepest units first, so that
    what lies in a grid moves with its grid before the rest of the community moves. ``parts`` are, after a redrawing,
    the units that the parts of the new division are, in their order; some may have been there before."""

    cause: str
    day: dt.date
    begun: tuple[UnitRow, ...]
    follows: tuple[Follow, ...]
    parts: tuple[UnitRow, ...] = ()


@transaction.atomic
def split_unit(*, unit_id: int, parts: Sequence[Part], primary: int = 0, by: Actor, now: dt.datetime) -> Changed:
    """A unit becomes two or more; its children go where ``parts`` say, what is unfinished to part ``primary``.

    Raises Invalid for parts that make no sense, Conflict if the unit has ended or a code is taken.
    """
    tree = tree_to_change()
    return _carry_out(plan_split(tree, unit_id, parts, primary=primary), tree, by, now)


@transaction.atomic
def merge_units(*, unit_ids: Sequence[int], into: Part, by: Actor, now: dt.datetime) -> Changed:
    """Units under one parent become one; everything below them lies below it."""
    tree = tree_to_change()
    return _carry_out(plan_merge(tree, unit_ids, into), tree, by, now)


@transaction.atomic
def move_unit(*, unit_id: int, parent_id: int, code: str = "", by: Actor, now: dt.datetime) -> Changed:
    """A unit with everything below it comes under another parent. Towns and communities need their new ``code``."""
    tree = tree_to_change()
    return _carry_out(plan_move(tree, place().ladder, unit_id, parent_id, code=code), tree, by, now)


@transaction.atomic
def rename_unit(*, unit_id: int, name: str, kind: str = "", by: Actor, now: dt.datetime) -> Changed:
    """A unit is called differently from today on, or becomes another kind at the same level (村改居)."""
    tree = tree_to_change()
    plan = plan_rename(tree, unit_id, name, kind=kind)
    if kind:
        unit = tree.by_id[unit_id]
        above = tree.by_id[unit.parent_id].kind if unit.parent_id is not None else ""
        place().ladder.check_kind(unit.depth, kind, above)
    return _carry_out(plan, tree, by, now)


@transaction.atomic
def redraw_units(*, community_id: int, parts: Sequence[Redrawn], by: Actor, now: dt.datetime) -> Changed:
    """The grids of a community are drawn anew; see ``rules.redrawing``.

    Raises Invalid for a division that makes no sense or a ground that is no area, Conflict if the community or a grid
    has ended.
    """
    tree = tree_to_change()
    community = tree.by_id.get(community_id)
    kind = place().ladder.kind_below(community.depth, community.kind) if community is not None else ""
    plan = plan_redraw(tree, community_id, parts, kind=kind)
    stay = standing(tree, parts)
    changed = _carry_out(plan, tree, by, now)
    for index, unit_id in stay.items():
        _draw_anew(tree.by_id[unit_id], parts[index], day_of(now))
    tops = iter([unit for unit in changed.begun if unit.parent_id == community_id])
    after = tuple(tree.by_id[stay[index]] if index in stay else next(tops) for index in range(len(parts)))
    return replace(changed, parts=after)


def _draw_anew(unit: UnitRow, part: Redrawn, day: dt.date) -> None:
    """The ground of a grid that goes on as it is; a true boundary is not drawn over."""
    if part.geometry is None:
        return
    from jishi.territory.rules import sketch

    if not Boundary.objects.filter(unit_id=unit.id, valid_to__isnull=True, is_sketch=False).exists():
        store(unit, sketch.geojson(area_of(part.geometry, f"“{part.name}”的范围不是可用的面。")), True, day)


def _carry_out(plan: Plan, tree: Tree, by: Actor, now: dt.datetime) -> Changed:
    day = day_of(now)
    _end(plan, tree, day)
    ids = _begin(plan.begun, tree, day)
    _link(plan, ids, day)
    begin_grounds(plan, ids, tree, day)
    _record(plan, ids, tree, by, now)
    after = fresh_tree()
    follows = [
        Follow(origin.former, begun.depth, id)
        for begun, id in zip(plan.begun, ids, strict=True)
        for origin in begun.origins
        if origin.is_primary
    ]
    follows.sort(key=lambda follow: -follow.depth)
    return Changed(plan.cause.label, day, tuple(after.by_id[id] for id in ids), tuple(follows))


def _end(plan: Plan, tree: Tree, day: dt.date) -> None:
    if any(tree.by_id[id].valid_from > day for id in plan.ended):
        raise Invalid("单元在这一天还没有设立，不能变更。")
    Unit.objects.filter(pk__in=plan.ended).update(valid_to=day)


def _begin(begun: Sequence[Begun], tree: Tree, day: dt.date) -> list[int]:
    """Writes the new units, parents first; gives their ids in the order of ``begun``."""
    rows = [Unit(code=new.code, name=new.name, kind=new.kind, depth=new.depth, valid_from=day) for new in begun]
    for row, new in zip(rows, begun, strict=True):
        if new.keeps_ground:
            former = tree.by_id[new.origins[0].former]
            row.longitude, row.latitude = former.longitude, former.latitude
    for level in sorted({new.depth for new in begun}):
        at_level = [(row, new) for row, new in zip(rows, begun, strict=True) if new.depth == level]
        for row, new in at_level:
            row.parent_id = new.parent if new.parent_index is None else rows[new.parent_index].pk
        Unit.objects.bulk_create([row for row, _ in at_level])
        for row, new in at_level:
            row.path = f"{_path_above(new, rows, tree)}{row.pk}/"
        Unit.objects.bulk_update([row for row, _ in at_level], ["path"], batch_size=200)
    return [row.pk for row in rows]


def _path_above(new: Begun, rows: Sequence[Unit], tree: Tree) -> str:
    if new.parent_index is not None:
        return rows[new.parent_index].path
    return tree.by_id[new.parent].path if new.parent is not None else "/"


def _link(plan: Plan, ids: Sequence[int], day: dt.date) -> None:
    Succession.objects.bulk_create(
        Succession(
            former_id=origin.former,
            successor_id=id,
            kind=origin.cause.value,
            day=day,
            is_primary=origin.is_primary,
        )
        for begun, id in zip(plan.begun, ids, strict=True)
        for origin in begun.origins
    )


def _record(plan: Plan, ids: Sequence[int], tree: Tree, by: Actor, now: dt.datetime) -> None:
    """One line for each unit the change is about, in its own chain; what is only carried along is in the links."""
    for begun, id in zip(plan.begun, ids, strict=True):
        if begun.parent_index is None:
            former = [tree.by_id[origin.former] for origin in begun.origins]
            written(
                stream=f"unit:{id}",
                action=f"unit_{plan.cause.value}",
                subject=f"{begun.code} {begun.name}",
                facts={
                    "from": [{"id": unit.id, "code": unit.code, "name": unit.name} for unit in former],
                    "ended": len(plan.ended),
                    "begun": len(plan.begun),
                },
                by=by,
                now=now,
                first=True,
            )
