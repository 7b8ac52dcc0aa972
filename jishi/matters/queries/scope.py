"""Which matters a viewer may see. Every read of matters begins here."""

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from jishi.accounts.rules.roles import AREA_ROLES, Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.matters.models import Instruction, Matter, Part
from jishi.territory.queries import formers


def area_filter(depth: int, unit_id: int, *, past: bool) -> Q:
    """Matters lying in one unit of today's tree; the county itself needs no filter.

    Open matters follow their ground, closed ones stay where they were closed: with ``past`` those that were closed
    in the units this one has taken over from are there too.
    """
    if depth == 0:
        return Q()
    earlier = formers(unit_id) if past else ()
    return Q(**{f"area_{depth}__in": [unit_id, *earlier]}) if earlier else Q(**{f"area_{depth}": unit_id})


def visible(viewer: Viewer, *, past: bool = True, permission: Permission = Permission.READ_MATTERS) -> QuerySet[Matter]:
    """Matters in the viewer's areas, and those that were sent to the viewer's organisations.

    With another ``permission`` only the postings that grant that one count.

    Lists of open matters ask without the ``past``: then one range of an index serves them.
    """
    scope = visible_filter(viewer, past=past, permission=permission)
    return Matter.objects.none() if scope is None else Matter.objects.filter(scope)


def visible_filter(viewer: Viewer, *, past: bool, permission: Permission = Permission.READ_MATTERS) -> Q | None:
    """The condition behind ``visible``: an empty one for the whole county, None for somebody who may see nothing."""
    areas: list[Q] = []
    for grant in viewer.having(permission):
        if grant.role in AREA_ROLES:
            if grant.depth == 0:
                return Q()
            areas.append(area_filter(grant.depth, grant.unit_id, past=past))
    organizations = [grant.organization_id for grant in viewer.having(permission) if grant.organization_id is not None]
    if organizations:
        areas.append(sent_to(organizations))
    return reduce(or_, areas) if areas else None


def sent_to(organization_ids: list[int]) -> Q:
    """Matters in which one of the organisations has a live part, or on which a leader wants an answer from it."""
    parts = Part.objects.filter(matter=OuterRef("pk"), organization__in=organization_ids, ended_at__isnull=True)
    asked = Instruction.objects.filter(matter=OuterRef("pk"), organization__in=organization_ids)
    return Q(Exists(parts)) | Q(Exists(asked))
