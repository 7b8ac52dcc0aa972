"""Plans as those see them who ask for divisions, and who approve them, in their own area."""

from collections.abc import Iterable
from typing import Any

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.kernel.errors import NotFound
from jishi.planning.models import OPEN, GridPlan, PlannedBlock, PlannedGrid
from jishi.planning.rules.figures import Beside
from jishi.planning.rules.plan import BlockRow, GridRow, PlanRow, Proposal
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.vocabulary import Mode, State
from jishi.territory.queries import UnitRow, children, unit_on_record, units_on_record

PLAN, APPROVE = Permission.PLAN_GRIDS, Permission.APPROVE_GRIDS
GRID_DEPTH = 3


def may_see(viewer: Viewer, community: UnitRow) -> bool:
    """Whether the viewer plans or approves the grids of this community."""
    if viewer is SYSTEM:
        return True
    grants = [*viewer.having(PLAN), *viewer.having(APPROVE)]
    return any(grant.covers(community.path) for grant in grants)


def grids_of(community_id: int) -> tuple[UnitRow, ...]:
    """The present grids of a community."""
    return tuple(below for below in children(community_id) if below.depth == GRID_DEPTH)


def plan(viewer: Viewer, plan_id: int) -> PlanRow:
    """One plan; raises NotFound outside the viewer's area."""
    found = GridPlan.objects.filter(pk=plan_id).first()
    row = row_of(found) if found is not None else None
    if row is None or not may_see(viewer, row.community):
        raise NotFound("没有找到这份方案，或不在您的辖区内。")
    return row


def open_plans(communities: Iterable[int]) -> dict[int, PlanRow]:
    """By id of community: the plan nobody has decided about yet."""
    rows = GridPlan.objects.filter(community_id__in=set(communities), state__in=OPEN)
    return {row.community_id: row_of(row) for row in rows.defer("neighbours")}


def latest(viewer: Viewer, community: UnitRow, limit: int = 20) -> list[PlanRow]:
    """The plans of a community, the latest first; of its earlier rows too, whatever it was called then."""
    if not may_see(viewer, community):
        return []
    rows = GridPlan.objects.filter(community__code=community.code).order_by("-id").defer("neighbours")
    return [row_of(row) for row in rows[:limit]]


def proposal(viewer: Viewer, plan_id: int) -> Proposal:
    """The whole of a plan, for its page and for whoever changes it."""
    row = plan(viewer, plan_id)
    return proposal_of(row)


def proposal_of(row: PlanRow) -> Proposal:
    # Blocks first: a grid that somebody makes at this moment is there when the grids are read.
    blocks = blocks_of(row.id)
    fields = ("number", "name", "unit_id", "cause", "reason", "reason_by", "reason_by_id", "became_id")
    rows = PlannedGrid.objects.filter(plan_id=row.id).order_by("number").values_list(*fields)
    grids, used = [GridRow(*each) for each in rows], {one.grid for one in blocks}
    pairs = GridPlan.objects.filter(pk=row.id).values_list("neighbours", flat=True)[0]
    units = units_on_record({*row.present, *(one.present_id for one in blocks if one.present_id is not None)})
    return Proposal(
        row,
        tuple(grid for grid in grids if grid.number in used),
        tuple(blocks),
        tuple(Beside(*pair) for pair in pairs),
        {unit.id: unit.name for unit in units.values()},
        tuple(grid for grid in grids if grid.number not in used),
    )


def blocks_of(plan_id: int) -> list[BlockRow]:
    """The buildings of a plan by number; whose they are is not known here."""
    fields = (
        "number", "address_id", "name", "compound", "households", "people", "load", "present_id", "grid__number",
        "drawn", "moved_by", "moved_by_id", "longitude", "latitude", "area", "outer",
    )  # fmt: skip
    rows = PlannedBlock.objects.filter(plan_id=plan_id).order_by("number").values_list(*fields)
    return [BlockRow(*each) for each in rows]


def cells(plan_id: int) -> list[tuple[int, Any]]:
    """The ground of every block by number, GeoJSON geometries; whose grounds they are is not known here."""
    return list(PlannedBlock.objects.filter(plan_id=plan_id).order_by("number").values_list("number", "cell"))


def row_of(found: GridPlan) -> PlanRow:
    community = unit_on_record(found.community_id)
    assert community is not None, "units are never deleted"
    return PlanRow(
        found.pk,
        community,
        Mode(found.mode),
        Standard(found.households, found.people, found.tolerance),
        State(found.state),
        tuple(found.present),
        found.note,
        found.version,
        found.asked_at,
        found.asked_by_id,
        found.asked_by,
        found.decided_at,
        found.decided_by,
    )
