"""The address next to a point, and the doors around one."""

from dataclasses import dataclass
from math import cos, hypot, radians

from jishi.addresses.models import Address
from jishi.addresses.queries.reading import rows_of
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.rows import AddressRow

_METRES_A_DEGREE = 111_320
_WIDTHS = (50, 200, 800, 3_200)  # metres looked around, one after the other


@dataclass(frozen=True, slots=True)
class Nearest:
    """An address and how many metres it is away."""

    row: AddressRow
    metres: float


def nearest(longitude: float, latitude: float) -> Nearest | None:
    """The live address whose point is next to this one (WGS84 degrees); None if there is none within 3.2 km."""
    east = _METRES_A_DEGREE * max(cos(radians(latitude)), 0.01)
    for width in _WIDTHS:
        near = _within(longitude, latitude, width / east, width / _METRES_A_DEGREE)
        measured = [(hypot((lon - longitude) * east, (lat - latitude) * _METRES_A_DEGREE), id) for id, lon, lat in near]
        metres, id = min(measured, default=(float("inf"), 0))
        if metres <= width:  # further out, in a corner of the square, another one outside of it may be nearer
            return Nearest(rows_of(Address.objects.filter(pk=id))[0], metres)
    return None


def doors_near(longitude: float, latitude: float, metres: float, limit: int = 6) -> tuple[Nearest, ...]:
    """The live doors and buildings at most so many metres from a point (WGS84 degrees), the nearest first."""
    east = _METRES_A_DEGREE * max(cos(radians(latitude)), 0.01)
    near = _within(longitude, latitude, metres / east, metres / _METRES_A_DEGREE, (Level.DOOR, Level.BUILDING))
    measured = [(hypot((lon - longitude) * east, (lat - latitude) * _METRES_A_DEGREE), id) for id, lon, lat in near]
    chosen = sorted(each for each in measured if each[0] <= metres)[:limit]
    rows = {row.id: row for row in rows_of(Address.objects.filter(pk__in=[id for _, id in chosen]))}
    return tuple(Nearest(rows[id], away) for away, id in chosen)


def _within(
    longitude: float, latitude: float, wide: float, high: float, levels: tuple[Level, ...] = ()
) -> list[tuple[int, float, float]]:
    found = Address.objects.filter(
        valid_to__isnull=True,
        longitude__range=(longitude - wide, longitude + wide),
        latitude__range=(latitude - high, latitude + high),
    )
    if levels:
        found = found.filter(level__in=[level.value for level in levels])
    return [(id, lon, lat) for id, lon, lat in found.values_list("id", "longitude", "latitude") if lon and lat]
