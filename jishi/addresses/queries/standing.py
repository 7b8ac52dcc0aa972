"""All addresses of some units, as plain rows: for work on a whole community."""

from collections.abc import Collection

from jishi.addresses.models import Address

# id, level, full name, ids from the road down to itself, longitude, latitude
StandingRow = tuple[int, str, str, tuple[int, ...], float | None, float | None]
_FIELDS = ("id", "level", "full_name", "path", "longitude", "latitude")


def standing_in(unit_ids: Collection[int]) -> list[StandingRow]:
    """Every live address in the units (ids), and what those addresses lie in: a road may run through several."""
    live = Address.objects.filter(valid_to__isnull=True)
    found = {row[0]: _row(row) for row in live.filter(unit_id__in=unit_ids).values_list(*_FIELDS)}
    above = {up for row in found.values() for up in row[3]} - set(found)
    found |= {row[0]: _row(row) for row in live.filter(pk__in=above).values_list(*_FIELDS)}
    return list(found.values())


def _row(row: tuple[int, str, str, str, float | None, float | None]) -> StandingRow:
    id, level, full_name, path, longitude, latitude = row
    return id, level, full_name, tuple(int(up) for up in path.strip("/").split("/") if up), longitude, latitude
