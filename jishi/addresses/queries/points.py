"""Buildings and doors as points of the map. They are facts of the place; who lives there is not known here."""

from typing import cast

from django.db.models import Avg, Count, F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from jishi.addresses.models import Address
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.rows import AddressRow
from jishi.kernel.tiles import Box

_DRAWN = [Level.DOOR.value, Level.BUILDING.value]
_CELLS_A_DEGREE = 500  # some 200 m a cell
_PLACED = ("id", "longitude", "latitude")
_MOST_CODES = 500  # doors of one building: a courtyard of more is looked at building by building

BuildingPoint = tuple[int, float, float, str, str]  # id, longitude, latitude, level, name of this level alone
Cell = tuple[float, float, int]  # the middle of its points (longitude, latitude) and how many they are


def _drawn() -> QuerySet[Address]:
    # What an index of the points of live addresses serves.
    return Address.objects.filter(Q(valid_to__isnull=True, longitude__isnull=False), level__in=_DRAWN)


def buildings_in(box: Box) -> list[BuildingPoint]:
    """The live doors and buildings with a point in a box (west, south, east, north; both ends belong to it)."""
    west, south, east, north = box
    found = _drawn().filter(longitude__range=(west, east), latitude__range=(south, north))
    return cast(list[BuildingPoint], list(found.values_list("id", "longitude", "latitude", "level", "name")))


def building_cells() -> list[Cell]:
    """All of them counted by small cells of the ground."""
    across = Cast(F("longitude") * _CELLS_A_DEGREE, IntegerField())
    down = Cast(F("latitude") * _CELLS_A_DEGREE, IntegerField())
    counted = _drawn().values(across=across, down=down).annotate(n=Count("id"))
    counted = counted.annotate(longitude_=Avg("longitude"), latitude_=Avg("latitude")).order_by()
    return list(counted.values_list("longitude_", "latitude_", "n"))


def point_of(row: AddressRow) -> tuple[float, float] | None:
    """Where an address lies: its own point, or that of the nearest address above it that has one."""
    if row.point is not None or row.parent_id is None:
        return row.point
    above = Address.objects.filter(pk__in=row.line[:-1], longitude__isnull=False, latitude__isnull=False)
    found = {id: (longitude, latitude) for id, longitude, latitude in above.values_list(*_PLACED)}
    return next((found[id] for id in reversed(row.line[:-1]) if id in found), None)


def codes_at(row: AddressRow) -> list[str]:
    """The codes of an address and of what lies below it, so far down as a building goes."""
    codes, ahead = [row.code] if row.code else [], [row.id]
    while ahead and len(codes) < _MOST_CODES:
        below = list(Address.objects.filter(parent_id__in=ahead).values_list("id", "code")[:_MOST_CODES])
        codes += [code for _, code in below if code]
        ahead = [id for id, _ in below]
    return codes[:_MOST_CODES]
