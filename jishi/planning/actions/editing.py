"""A person changes what was computed: moves buildings, names grids, gives reasons for exceptions."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, Invalid
from jishi.planning.actions.ledger import PLAN, held, written
from jishi.planning.models import GridPlan, PlannedBlock, PlannedGrid
from jishi.planning.queries.plans import grids_of, row_of
from jishi.planning.rules.blocks import fresh_names
from jishi.planning.rules.plan import PlanRow, check_name, check_open, check_reason


@transaction.atomic
def move_blocks(
    *, plan_id: int, version: int, blocks: Collection[int], to: int | None, by: Viewer, now: dt.datetime
) -> PlanRow:
    """Put blocks (numbers) into a grid of the plan (its number), or with None into a new one of their own.

    A grid left without blocks is none any more (K06-I1), but is remembered in case a block comes back.
    """
    found, row = held(plan_id, by, PLAN)
    check_open(row, version)
    chosen = PlannedBlock.objects.filter(plan=found, number__in=set(blocks))
    numbers = sorted(chosen.values_list("number", flat=True))
    if not numbers:
        raise Invalid("请先选择要调整的楼栋。", field="blocks")
    target = _new_grid(found) if to is None else PlannedGrid.objects.filter(plan=found, number=to).first()
    if target is None:
        raise Conflict("方案里没有这个网格，可能刚刚并入了别的网格。")
    chosen.update(grid=target, moved_by=by.name[:120], moved_by_id=by.person_id)
    # A reason given for a grid as it was need not hold for what it has become, but nobody's words are thrown away.
    written(plan_id, "move", by, now, blocks=numbers, to=target.number)
    return _changed(found)


@transaction.atomic
def name_grid(*, plan_id: int, version: int, number: int, name: str, by: Viewer, now: dt.datetime) -> PlanRow:
    """Call a grid of the plan differently."""
    found, row = held(plan_id, by, PLAN)
    check_open(row, version)
    grid = _grid(found, number)
    others = PlannedGrid.objects.filter(plan=found).exclude(pk=grid.pk)
    planned = set(others.values_list("unit_id", flat=True)) | {grid.unit_id}
    untouched = {one.name for one in grids_of(row.community.id) if one.id not in planned and one.id in _idle(found)}
    said = check_name(name, {*others.values_list("name", flat=True), *untouched})
    if said == grid.name:
        return row
    former, grid.name = grid.name, said
    grid.save(update_fields=["name"])
    written(plan_id, "name", by, now, grid=number, former=former, name=said)
    return _changed(found)


@transaction.atomic
def give_reason(*, plan_id: int, version: int, number: int, reason: str, by: Viewer, now: dt.datetime) -> PlanRow:
    """Say why a grid should be allowed as it is; an empty reason takes back what was said."""
    found, row = held(plan_id, by, PLAN)
    check_open(row, version)
    grid, said = _grid(found, number), check_reason(reason)
    grid.reason, grid.reason_by = said, by.name[:120] if said else ""
    grid.reason_by_id = by.person_id if said else None
    grid.save(update_fields=["reason", "reason_by", "reason_by_id"])
    written(plan_id, "reason", by, now, grid=number, given=bool(said))
    return _changed(found)


def _grid(found: GridPlan, number: int) -> PlannedGrid:
    grid = PlannedGrid.objects.filter(plan=found, number=number).first()
    if grid is None:
        raise Conflict("方案里没有这个网格，可能刚刚并入了别的网格。")
    return grid


def _idle(found: GridPlan) -> set[int]:
    """Present grids nobody of the plan lives in: they stay as they are, names included."""
    held = PlannedBlock.objects.filter(plan=found, present__isnull=False).values_list("present_id", flat=True)
    return set(found.present) - set(held)


def _new_grid(found: GridPlan) -> PlannedGrid:
    own = list(PlannedGrid.objects.filter(plan=found).values_list("number", "name"))
    taken = {name for _, name in own} | {one.name for one in grids_of(found.community_id)}
    number = max((number for number, _ in own), default=-1) + 1
    return PlannedGrid.objects.create(plan=found, number=number, name=fresh_names(taken, 1)[0])


def _changed(found: GridPlan) -> PlanRow:
    found.version += 1
    found.save(update_fields=["version"])
    return row_of(found)
