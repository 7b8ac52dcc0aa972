"""Components as points of the map: what stands where, and whether it is faulty."""

from typing import cast

from django.db.models import Avg, Count, F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.tiles import Box
from jishi.parts.models import LIVE, Component
from jishi.parts.queries.scope import visible
from jishi.parts.rules.inspections import Condition
from jishi.territory.queries import place

_CELLS_A_DEGREE = 500  # some 200 m a cell
_FAULTY = Condition.FAULTY.value

PartPoint = tuple[int, float, float, str, str, str]  # id, longitude, latitude, code, sub-class, condition
Cell = tuple[float, float, int, int]  # the middle of its components, how many they are, how many of them faulty


def are_public() -> bool:
    """Whether this place shows its components to everybody; not unless its template says so."""
    return bool(place().content.get("public_parts", False))


def _drawn(viewer: Viewer | None) -> QuerySet[Component]:
    """What somebody sees of them on the map; None is a resident, who sees what is public."""
    if are_public():
        rows = Component.objects.filter(LIVE)
    else:
        rows = visible(viewer) if viewer is not None else Component.objects.none()
    return rows.filter(longitude__isnull=False)


def parts_in(viewer: Viewer | None, box: Box) -> list[PartPoint]:
    """The components with a point in a box (west, south, east, north; both ends belong to it)."""
    west, south, east, north = box
    found = _drawn(viewer).filter(longitude__range=(west, east), latitude__range=(south, north))
    fields = ("id", "longitude", "latitude", "code", "subclass__name", "condition")
    return cast(list[PartPoint], list(found.values_list(*fields)))


def part_cells(viewer: Viewer | None) -> list[Cell]:
    """All of them counted by small cells of the ground."""
    across = Cast(F("longitude") * _CELLS_A_DEGREE, IntegerField())
    down = Cast(F("latitude") * _CELLS_A_DEGREE, IntegerField())
    counted = _drawn(viewer).values(across=across, down=down).annotate(n=Count("id"))
    counted = counted.annotate(
        faulty=Count("id", filter=Q(condition=_FAULTY)), longitude_=Avg("longitude"), latitude_=Avg("latitude")
    )
    return list(counted.order_by().values_list("longitude_", "latitude_", "n", "faulty"))
