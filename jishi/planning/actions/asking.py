"""A plan is asked for, and withdrawn."""

import datetime as dt

from django.db import IntegrityError, transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.planning.actions.ledger import PLAN, check_area, held, written
from jishi.planning.models import GridPlan, PlannedBlock, PlannedGrid
from jishi.planning.queries.plans import GRID_DEPTH, grids_of, open_plans, row_of
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.vocabulary import Mode, State
from jishi.territory.queries import unit


@transaction.atomic
def ask(*, community_id: int, mode: Mode, standard: Standard, by: Viewer, now: dt.datetime) -> PlanRow:
    """Ask for a plan; the worker draws it. Raises Conflict while another one of the community is undecided."""
    community = unit(community_id)
    if community is None:
        raise NotFound("没有这个社区，或已调整，请重新选择。")
    if community.depth != GRID_DEPTH - 1:
        raise Invalid(f"“{community.name}”不是社区（村），网格按社区（村）划分。", field="community")
    check_area(by, PLAN, community)
    present = grids_of(community.id)
    if not present and mode is not Mode.DRAW:
        raise Invalid("这个社区还没有网格，请选“重新划分”。", field="mode")
    if open_plans([community.id]):
        raise Conflict(f"{community.name}已有一份方案没有定，请先批准或撤回。")
    try:
        with transaction.atomic():
            found = GridPlan.objects.create(
                community_id=community.id,
                mode=mode.value,
                households=standard.households,
                people=standard.people,
                tolerance=standard.tolerance,
                present=[one.id for one in present],
                asked_at=now,
                asked_by_id=by.person_id,
                asked_by=by.name,
            )
    except IntegrityError as error:
        raise Conflict(f"{community.name}刚刚有人提出了一份方案。") from error
    written(found.pk, "ask", by, now, first=True, community=community.code, mode=mode.value, standard=str(standard))
    return row_of(found)


@transaction.atomic
def withdraw(*, plan_id: int, by: Viewer, now: dt.datetime) -> PlanRow:
    """Give a plan up: nothing changes on the ground. What it said of blocks is not kept; that it was, is."""
    found, row = held(plan_id, by, PLAN)
    if not row.state.is_open:
        raise Conflict(f"这份方案{row.state.label}，不用撤回。")
    found.state = State.WITHDRAWN.value
    found.decided_at, found.decided_by_id, found.decided_by = now, by.person_id, by.name
    found.claimed_by = found.claimed_until = None
    found.neighbours = []
    found.version += 1
    found.save()
    PlannedBlock.objects.filter(plan=found).delete()
    PlannedGrid.objects.filter(plan=found).delete()
    written(plan_id, "withdraw", by, now)
    return row_of(found)
