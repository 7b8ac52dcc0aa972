"""How many households a unit had on a day: today's or any day's, always the same answer (K06)."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.db.models import Count

from jishi.orm.dated import live_on
from jishi.registers.models import HouseholdGrid, Membership
from jishi.territory.queries import areas_on_record


def households_by_grid(day: dt.date) -> dict[int, int]:
    """Unit id of that day -> households in it that day."""
    rows = HouseholdGrid.objects.filter(live_on(day)).values_list("unit_id").annotate(count=Count("id"))
    return dict(rows.order_by("unit_id"))


def households_by_unit(day: dt.date, depth: int) -> Mapping[int | None, int]:
    """The same counted at a depth: 1 towns, 2 communities, 3 grids. None gathers what lies higher."""
    by_grid = households_by_grid(day)
    areas = areas_on_record(by_grid)
    found: Counter[int | None] = Counter()
    for unit_id, count in by_grid.items():
        found[areas[unit_id][depth - 1]] += count
    return found


def people_by_grid(day: dt.date) -> dict[int, int]:
    """Unit id of that day -> members of the households in it that day; everybody is in one household at most."""
    homes = dict(HouseholdGrid.objects.filter(live_on(day)).values_list("household_id", "unit_id"))
    sizes = Membership.objects.filter(live_on(day)).values_list("household_id").annotate(count=Count("id"))
    found: Counter[int] = Counter()
    for household_id, count in sizes.order_by("household_id"):
        if household_id in homes:
            found[homes[household_id]] += count
    return dict(found)
