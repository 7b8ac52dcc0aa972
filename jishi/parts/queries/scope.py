"""Which components a viewer may see. Every read begins here."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from jishi.accounts.rules.roles import OFFICE_ROLES, Permission, Role
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.parts.models import LIVE, Component
from jishi.territory.queries import subtree_ids

# Bodies answer for components wherever these stand; everybody else sees the own area.
BODY_ROLES = OFFICE_ROLES & {Role.HANDLER}


def visible(
    viewer: Viewer, permission: Permission = Permission.READ_PARTS, *, of_any_day: bool = False
) -> QuerySet[Component]:
    """Components in the viewer's areas, and those one of the viewer's organisations answers for: the live ones, or
    also those that were taken down."""
    rows = Component.objects.all() if of_any_day else Component.objects.filter(LIVE)
    if viewer is SYSTEM:
        return rows
    conditions: list[Q] = []
    for grant in viewer.having(permission):
        if grant.role in BODY_ROLES:
            office = grant.organization_id
            conditions.append(Q(authority=office) | Q(owner=office) | Q(keeper=office))
        elif grant.depth == 0:
            return rows
        else:
            conditions.append(Q(unit__in=subtree_ids(grant.unit_id)))
    return rows.filter(reduce(or_, conditions)) if conditions else rows.none()
