"""How much was registered where: counted by the units as they stood then, so that no later change moves a number."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from jishi.matters.models import Matter
from jishi.territory.queries import units_on_record


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


def registered_by_unit(*, since: dt.datetime, until: dt.datetime, depth: int) -> tuple[UnitFigures, ...]:
    """What was registered from ``since`` up to, not including, ``until``, for each unit at ``depth`` (0 = county).

    Units are those the matters were registered in, under their names of that time, by code; a unit that was renamed
    in between stands there twice. What lies further up comes last. Every matter of the time is in exactly one row.
    """
    rows = Matter.objects.filter(registered_at__gte=since, registered_at__lt=until).order_by().values("unit_id")
    counted = rows.annotate(
        count=Count("id"),
        closed=Count("id", filter=Q(closed_at__isnull=False)),
        on_time=Count("id", filter=Q(closed_at__lte=F("due_at"))),
    )
    numbers: dict[int, Counter[str]] = {row.pop("unit_id"): Counter(row) for row in map(dict[str, Any], counted)}
    total: dict[int | None, Counter[str]] = {}
    for place in units_on_record(numbers).values():
        above = place.line[depth] if depth <= place.depth else None
        total.setdefault(above, Counter()).update(numbers[place.id])
    units = units_on_record(unit_id for unit_id in total if unit_id is not None)
    ordered = sorted(units.values(), key=lambda unit: (unit.code, unit.id))
    found = [UnitFigures(unit.id, unit.name, **total[unit.id]) for unit in ordered]
    if None in total:
        found.append(UnitFigures(None, "", **total[None]))
    return tuple(found)
