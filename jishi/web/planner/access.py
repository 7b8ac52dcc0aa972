"""Who may open the pages of grid planning, and do what there; the rooms check once more."""

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Forbidden, NotFound
from jishi.planning.queries import may_see
from jishi.planning.rules.plan import PlanRow, Proposal
from jishi.territory.queries import UnitRow, unit

PLAN, APPROVE = Permission.PLAN_GRIDS, Permission.APPROVE_GRIDS
READ_REGISTER = Permission.READ_REGISTER
COMMUNITY_DEPTH = 2


def check_planner(viewer: Viewer) -> None:
    """Raise Forbidden for whoever neither plans nor approves."""
    if not (viewer.may(PLAN) or viewer.may(APPROVE)):
        raise Forbidden("您的岗位没有这项权限")


def has(viewer: Viewer, permission: Permission, community: UnitRow) -> bool:
    """Whether one of the viewer's postings gives the permission for this community."""
    return any(grant.covers(community.path) for grant in viewer.having(permission))


def may_edit(viewer: Viewer, plan: PlanRow) -> bool:
    return has(viewer, PLAN, plan.community)


def is_approver(viewer: Viewer, plan: PlanRow) -> bool:
    """Whether the viewer approves plans of this community, those with an own hand in them excepted."""
    return has(viewer, APPROVE, plan.community)


def may_approve(viewer: Viewer, whole: Proposal) -> bool:
    """Whether the viewer may approve this very plan: never who asked for it, changed it or gave reasons."""
    return is_approver(viewer, whole.plan) and not has_a_hand(viewer.person_id, whole)


def has_a_hand(person_id: int, whole: Proposal) -> bool:
    return person_id in whole.hands


def reads_register(viewer: Viewer, plan: PlanRow) -> bool:
    """Whether the viewer reads by name who lives in this community."""
    return has(viewer, READ_REGISTER, plan.community)


def community_for(viewer: Viewer, community_id: int) -> UnitRow:
    """A community of today; raises NotFound outside the viewer's area."""
    found = unit(community_id)
    if found is None or found.depth != COMMUNITY_DEPTH or not may_see(viewer, found):
        raise NotFound("没有这个社区，或不在您的辖区内。")
    return found
