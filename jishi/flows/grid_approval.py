"""An approved plan takes effect: its grids are made, and homes, addresses, components and open matters go to them.

One transaction: either the community has its new grids with everything in them, or nothing has happened.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.flows import unit_changes
from jishi.flows.unit_changes import UnitsChanged
from jishi.planning import actions as planning
from jishi.planning import queries as plans
from jishi.planning.rules.plan import Proposal
from jishi.territory.rules.redrawing import Redrawn


@dataclass(frozen=True, slots=True)
class Approved:
    """``changed`` is None where the grids stay as they are and only exceptions were approved."""

    plan_id: int
    exceptions: int
    changed: UnitsChanged | None


def approve_plan(*, plan_id: int, version: int, by: Viewer, now: dt.datetime) -> Approved:
    """Let a plan take effect today. Raises what ``planning.approve`` and ``unit_changes.redraw`` raise."""
    try:
        with transaction.atomic():
            return _approve(plan_id, version, by, now)
    finally:
        unit_changes.forget_places()  # after a rollback too


def _approve(plan_id: int, version: int, by: Viewer, now: dt.datetime) -> Approved:
    whole = planning.approve(plan_id=plan_id, version=version, by=by, now=now)
    community = whole.plan.community
    allowed = sum(bool(one.reason) for one in whole.grids)
    if all(whole.stays(grid.number) for grid in whole.grids):
        kept = {grid.number: grid.unit_id for grid in whole.grids if grid.unit_id is not None}
        planning.settle(whole=whole, became=kept, by=by, now=now)
        return Approved(plan_id, allowed, None)
    index = {grid.number: place for place, grid in enumerate(whole.grids)}
    changed = unit_changes.redraw(
        community_id=community.id,
        parts=_parts(whole),
        addresses={one.address_id: index[one.grid] for one in whole.blocks if one.address_id is not None},
        rest={one.present_id or community.id: index[one.grid] for one in whole.blocks if one.address_id is None},
        by=by,
        now=now,
    )
    became = {grid.number: unit.id for grid, unit in zip(whole.grids, changed.parts, strict=True)}
    planning.settle(whole=whole, became=became, by=by, now=now)
    return Approved(plan_id, allowed, changed)


def _parts(whole: Proposal) -> list[Redrawn]:
    """The grids of a plan as the units they are to become."""
    takes, shapes = whole.takes(), _grounds(whole)
    return [
        Redrawn(grid.name, takes[grid.number] or _around(whole, grid.number), grid.unit_id, shapes[grid.number])
        for grid in whole.grids
    ]


def _around(whole: Proposal, number: int) -> dict[int, float]:
    """A grid of households that were in none takes its ground from the grid it lies beside."""
    inside = {place for place, one in enumerate(whole.blocks) if one.grid == number}
    for pair in whole.besides:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            present = whole.blocks[other].present_id
            if one in inside and other not in inside and present is not None:
                return {present: 0}
    return {whole.plan.present[0]: 0} if whole.plan.present else {}


def _grounds(whole: Proposal) -> dict[int, Mapping[str, Any]]:
    """By number of grid: the ground of its blocks put together (GeoJSON)."""
    import shapely
    from shapely.geometry import mapping, shape

    cells = dict(plans.cells(whole.plan.id))
    found: dict[int, list[Any]] = {}
    for one in whole.blocks:
        found.setdefault(one.grid, []).append(shape(cells[one.number]))
    return {number: mapping(shapely.union_all(parts)) for number, parts in found.items()}
