"""Buildings and doors as points of the map. They are facts of the place; who lives there is not known here."""

from typing import cast

from django.db.models import Avg, Count, F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from jishi.addresses.models import Address
from jishi.addresses.rules.levels import Level
from jishi.kernel.tiles import Box

_DRAWN = [Level.DOOR.value, Level.BUILDING.value]
_CELLS_A_DEGREE = 500  # some 200 m a cell

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
