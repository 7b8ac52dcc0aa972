"""Components that stand near something: near a home, for the page of those who live there."""

import datetime as dt
from dataclasses import dataclass
from math import cos, hypot, radians

from jishi.accounts.rules.viewer import Viewer
from jishi.parts.queries.reading import ComponentRow, rows_of
from jishi.parts.queries.scope import visible

_METRES_A_DEGREE = 111_320


@dataclass(frozen=True, slots=True)
class Near:
    """A component and how many metres it is away; None where that is not known."""

    row: ComponentRow
    metres: float | None


def near(
    viewer: Viewer, point: tuple[float, float], *, day: dt.date, metres: float = 100, limit: int = 8
) -> tuple[Near, ...]:
    """Components on record since ``day`` or before, at most so many metres from a point (longitude, latitude), the
    nearest first, as far as the viewer may see them."""
    longitude, latitude = point
    east = _METRES_A_DEGREE * max(cos(radians(latitude)), 0.01)
    wide, high = metres / east, metres / _METRES_A_DEGREE
    found = visible(viewer).filter(
        longitude__range=(longitude - wide, longitude + wide),
        latitude__range=(latitude - high, latitude + high),
        valid_from__lte=day,
    )
    measured = []
    for row in rows_of(found):
        assert row.longitude is not None  # what has no point is in no box
        assert row.latitude is not None
        away = hypot((row.longitude - longitude) * east, (row.latitude - latitude) * _METRES_A_DEGREE)
        measured.append(Near(row, away))
    chosen = sorted((each for each in measured if (each.metres or 0) <= metres), key=lambda each: each.metres or 0)
    return tuple(chosen[:limit])


def standing_in(viewer: Viewer, unit_id: int, *, day: dt.date, limit: int = 8) -> tuple[Near, ...]:
    """Components of one unit by code, where no point says what is near."""
    found = visible(viewer).filter(unit_id=unit_id, valid_from__lte=day).order_by("code")
    return tuple(Near(row, None) for row in rows_of(found[:limit]))
