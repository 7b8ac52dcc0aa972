"""How much was registered where: counted by the units as they stood then, so that no later change moves a number."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from jishi.accounts.rules.roles import AREA_ROLES, Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Forbidden
from jishi.matters.models import Matter
from jishi.territory.queries import formers, units_on_record


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """Matters registered in one unit of that time, and how many of them are closed, and closed by their due time.

    ``unit_id`` is None for those registered further up than the depth asked for.
    """

    unit_id: int | None
    name: str
    count: int
    closed: int
    on_time: int


def seen_by_unit(
    viewer: Viewer, *, since: dt.datetime, until: dt.datetime, depth: int, as_of: dt.datetime
) -> tuple[UnitFigures, ...]:
    """``registered_by_unit`` for the areas the viewer answers for, with the units these have come from.

    Raises Forbidden for somebody who reads matters for an organisation and not for an area.
    """
    grants = [grant for grant in viewer.having(Permission.READ_MATTERS) if grant.role in AREA_ROLES]
    if not grants:
        raise Forbidden("您的岗位不分管辖区，没有辖区统计")
    own = {grant.unit_id for grant in grants}
    within = None if any(grant.depth == 0 for grant in grants) else own.union(*map(formers, own))
    return registered_by_unit(since=since, until=until, depth=depth, as_of=as_of, within=within)


def registered_by_unit(
    *,
    since: dt.datetime,
    until: dt.datetime,
    depth: int,
    as_of: dt.datetime | None = None,
    within: Collection[int] | None = None,
) -> tuple[UnitFigures, ...]:
    """What was registered from ``since`` up to, not including, ``until``, for each unit at ``depth`` (0 = county).

    Units are those the matters were registered in, under their names of that time, by code; a unit that was renamed
    in between stands there twice. What lies further up comes last. Every matter of the time is in exactly one row.
    Only closings before ``as_of`` count. ``within`` names units (of any day): nothing outside of them is counted.
    """
    rows = Matter.objects.filter(registered_at__gte=since, registered_at__lt=until).order_by().values("unit_id")
    closed = Q(closed_at__isnull=False) if as_of is None else Q(closed_at__lt=as_of)
    counted = rows.annotate(
        count=Count("id"),
        closed=Count("id", filter=closed),
        on_time=Count("id", filter=closed & Q(closed_at__lte=F("due_at"))),
    )
    numbers: dict[int, Counter[str]] = {row.pop("unit_id"): Counter(row) for row in map(dict[str, Any], counted)}
    total: dict[int | None, Counter[str]] = {}
    for place in units_on_record(numbers).values():
        if within is not None and not set(place.line).intersection(within):
            continue
        above = place.line[depth] if depth <= place.depth else None
        total.setdefault(above, Counter()).update(numbers[place.id])
    units = units_on_record(unit_id for unit_id in total if unit_id is not None)
    ordered = sorted(units.values(), key=lambda unit: (unit.code, unit.id))
    found = [UnitFigures(unit.id, unit.name, **total[unit.id]) for unit in ordered]
    if None in total:
        found.append(UnitFigures(None, "", **total[None]))
    return tuple(found)
