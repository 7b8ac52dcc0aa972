"""The worker's share: a plan is claimed, and what was computed is written down."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from jishi.accounts.rules.viewer import SYSTEM
from jishi.kernel.errors import Conflict
from jishi.planning.actions.ledger import written
from jishi.planning.models import GridPlan, PlannedBlock, PlannedGrid
from jishi.planning.queries.plans import row_of
from jishi.planning.rules.blocks import Block, Point
from jishi.planning.rules.figures import Beside
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.vocabulary import State


@dataclass(frozen=True, slots=True)
class DrawnGrid:
    """``unit_id`` is the present grid it goes on as; ``cause`` says why it is off the standard, if it is; ``reason``
    and ``reason_by`` are those of the exception it has already, where it is just that grid."""

    number: int
    name: str
    unit_id: int | None
    cause: str
    reason: str = ""
    reason_by: str = ""


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """A block in the grid with this number; ``cell`` is its ground (GeoJSON), ``area`` in m², ``outer`` in m."""

    block: Block
    grid: int
    point: Point
    cell: Mapping[str, Any]
    area: float
    outer: float


@transaction.atomic
def claim(*, worker: str, now: dt.datetime, lease: dt.timedelta) -> PlanRow | None:
    """A plan to draw that no living worker holds; None if there is none."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    waiting = GridPlan.objects.filter(free, state=State.ASKED.value)
    found = waiting.select_for_update(skip_locked=True).order_by("id").first()
    if found is None:
        return None
    found.claimed_by, found.claimed_until = worker, now + lease
    found.save(update_fields=["claimed_by", "claimed_until"])
    return row_of(found)


@transaction.atomic
def propose(
    *,
    plan: PlanRow,
    grids: Sequence[DrawnGrid],
    blocks: Sequence[DrawnBlock],
    besides: Sequence[Beside],
    now: dt.datetime,
) -> None:
    """Write the proposal down. Raises Conflict if the plan was withdrawn meanwhile."""
    found = _asked(plan)
    rows = {one.number: PlannedGrid(plan=found, **_fields(one)) for one in grids}
    PlannedGrid.objects.bulk_create(rows.values())
    PlannedBlock.objects.bulk_create(
        (
            PlannedBlock(
                plan=found,
                number=number,
                address_id=one.block.address_id,
                name=one.block.label,
                compound=one.block.compound,
                households=one.block.households,
                people=one.block.people,
                load=one.block.load,
                present_id=one.block.present,
                grid=rows[one.grid],
                drawn=one.grid,
                longitude=one.point[0],
                latitude=one.point[1],
                cell=one.cell,
                area=one.area,
                outer=one.outer,
            )
            for number, one in enumerate(blocks)
        ),
        batch_size=200,
    )
    found.neighbours = [[one.one, one.other, one.weight, round(one.border, 1)] for one in besides]
    _over(found, State.READY, "")
    households = sum(one.block.households for one in blocks)
    written(plan.id, "propose", SYSTEM, now, grids=len(grids), blocks=len(blocks), households=households)


@transaction.atomic
def fail(*, plan: PlanRow, note: str, now: dt.datetime) -> None:
    """It could not be drawn; the note says why, in the words of whoever asked."""
    _over(_asked(plan), State.FAILED, note[:300])
    written(plan.id, "fail", SYSTEM, now)


def _asked(plan: PlanRow) -> GridPlan:
    found = GridPlan.objects.select_for_update().filter(pk=plan.id, state=State.ASKED.value).first()
    if found is None:
        raise Conflict("方案已撤回，或已由另一个后台程序算出。")
    return found


def _over(found: GridPlan, state: State, note: str) -> None:
    found.state, found.note = state.value, note
    found.claimed_by = found.claimed_until = None
    found.version += 1
    found.save()


def _fields(grid: DrawnGrid) -> dict[str, Any]:
    return {
        "number": grid.number,
        "name": grid.name,
        "unit_id": grid.unit_id,
        "cause": grid.cause[:300],
        "reason": grid.reason,
        "reason_by": grid.reason_by,
    }
