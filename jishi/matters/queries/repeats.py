"""How often the same was said of the same place before."""

import datetime as dt

from jishi.matters.models import Matter
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.queries import UnitRow, area_ids

NEAR = 2  # a place is a community or what lies in it: a whole township is no place where something happens again


def repeats(
    *, category_code: str, unit: UnitRow, handbook: Handbook, now: dt.datetime, but: int | None = None
) -> tuple[dt.timedelta, ...]:
    """How long ago each earlier report of this class in this unit was made, the latest first.

    No further back and no more than the rules of the grades ask about. What an import brought in on one day says
    nothing of how often something happens. ``but`` is the matter itself.
    """
    if not category_code or unit.depth < NEAR:
        return ()
    rules = [rule for rule in handbook.grades.values() if rule.repeated]
    if not rules:
        return ()
    since = now - dt.timedelta(days=max(rule.repeated_days for rule in rules))
    line = enumerate(area_ids(unit), start=1)
    areas = {f"area_{depth}": unit_id for depth, unit_id in line if NEAR <= depth <= unit.depth}
    rows = Matter.objects.filter(registered_at__gte=since, registered_at__lte=now, category_code=category_code, **areas)
    rows = rows.exclude(channel=Channel.IMPORT.value).order_by("-registered_at")
    if but is not None:
        rows = rows.exclude(pk=but)
    most = max(rule.repeated for rule in rules)
    return tuple(now - at for at in rows.values_list("registered_at", flat=True)[:most])
