"""What every write of this room does around itself: who may, the plan held, an audit line."""

import datetime as dt
from typing import Any

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Forbidden, NotFound
from jishi.planning.models import GridPlan
from jishi.planning.queries.plans import may_see, row_of
from jishi.planning.rules.plan import PlanRow
from jishi.territory.queries import UnitRow
from jishi.territory.rules.actors import Actor

PLAN, APPROVE = Permission.PLAN_GRIDS, Permission.APPROVE_GRIDS


def check_area(by: Viewer, permission: Permission, community: UnitRow) -> None:
    """Raise unless one of the viewer's postings gives the permission for this community."""
    if by is SYSTEM:
        return
    by.check(permission)
    if not any(grant.covers(community.path) for grant in by.having(permission)):
        raise Forbidden(f"“{community.name}”不在您的辖区内。")


def held(plan_id: int, by: Viewer, permission: Permission) -> tuple[GridPlan, PlanRow]:
    """The plan, locked until the transaction ends; raises NotFound where the viewer may not know of it."""
    found = GridPlan.objects.select_for_update().filter(pk=plan_id).first()
    row = row_of(found) if found is not None else None
    if found is None or row is None or not may_see(by, row.community):
        raise NotFound("没有找到这份方案，或不在您的辖区内。")
    check_area(by, permission, row.community)
    return found, row


def written(plan_id: int, action: str, by: Actor, now: dt.datetime, /, *, first: bool = False, **facts: Any) -> None:
    record(
        stream=f"grid_plan:{plan_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=f"planning.{action}",
        subject=f"网格划分方案 {plan_id}",
        facts=facts,
        at=now,
        first=first,
    )
