"""How often the same was said of the same place before."""

import datetime as dt

from django.db import connection

from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.queries import UnitRow, area_ids

# Asked by every registration, so written out: Django would spend longer on composing it than the database on answering.
EARLIER = """
SELECT registered_at FROM matters_matter
WHERE category_code = %s AND registered_at >= %s AND registered_at <= %s AND channel <> %s AND id <> %s AND {places}
ORDER BY registered_at DESC LIMIT %s
"""
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
    areas = [(depth, unit_id) for depth, unit_id in enumerate(area_ids(unit), 1) if NEAR <= depth <= unit.depth]
    days = [connection.ops.adapt_datetimefield_value(moment) for moment in (since, now)]
    known = [category_code, *days, Channel.IMPORT.value, but or 0, *(unit_id for _, unit_id in areas)]
    most = max(rule.repeated for rule in rules)
    with connection.cursor() as cursor:
        cursor.execute(EARLIER.format(places=" AND ".join(f"area_{depth} = %s" for depth, _ in areas)), [*known, most])
        return tuple(now - _moment(at) for (at,) in cursor.fetchall())


def _moment(read: dt.datetime) -> dt.datetime:
    """A moment as the driver gives it: SQLite keeps it without the zone, in UTC."""
    return read if read.tzinfo is not None else read.replace(tzinfo=dt.UTC)
