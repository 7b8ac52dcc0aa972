"""Open matters as points of the map, as far as the viewer may see them. Words somebody wrote are not among it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Avg, Count, F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import NotFound
from jishi.kernel.tiles import Box
from jishi.matters.models import Matter
from jishi.matters.queries.scope import area_filter, visible
from jishi.matters.queries.worklist import figures
from jishi.matters.rules.stages import Stage

_CELLS_A_DEGREE = 500  # some 200 m a cell
_NEAR_FIELDS = ("number", "category_name", "stage", "urgent", "due_at", "paused_since")

# id, longitude, latitude, stage, urgent, due at: what the index of the map holds, so that no row itself is read
MatterPoint = tuple[int, float, float, str, bool, dt.datetime]
Cell = tuple[float, float, int, int]  # the middle of its matters, how many they are, how many urgent or overdue


def _open(viewer: Viewer) -> QuerySet[Matter]:
    return visible(viewer, past=False).filter(closed_at__isnull=True, longitude__isnull=False)


def _inside(box: Box) -> Q:
    west, south, east, north = box
    return Q(longitude__range=(west, east), latitude__range=(south, north))


def matters_in(viewer: Viewer, box: Box) -> list[MatterPoint]:
    """The open matters with a point in a box (west, south, east, north; both ends belong to it)."""
    fields = ("id", "longitude", "latitude", "stage", "urgent", "due_at")
    return list(_open(viewer).filter(_inside(box)).values_list(*fields))


def matter_cells(viewer: Viewer, *, now: dt.datetime) -> list[Cell]:
    """All of them counted by small cells of the ground."""
    across = Cast(F("longitude") * _CELLS_A_DEGREE, IntegerField())
    down = Cast(F("latitude") * _CELLS_A_DEGREE, IntegerField())
    counted = _open(viewer).values(across=across, down=down).annotate(n=Count("stage"))
    counted = counted.annotate(
        pressing=Count("stage", filter=Q(urgent=True) | Q(due_at__lt=now)),
        longitude_=Avg("longitude"),
        latitude_=Avg("latitude"),
    )
    return list(counted.order_by().values_list("longitude_", "latitude_", "n", "pressing"))


def unplaced(viewer: Viewer) -> int:
    """How many open matters have no point: the map cannot show them, the worklist does."""
    return visible(viewer, past=False).filter(closed_at__isnull=True, longitude__isnull=True).count()


def matters_near(
    viewer: Viewer, box: Box | None, door_codes: Sequence[str], *, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many open matters lie in a box or were reported by the plate of one of these doors, and the first of them by
    due time as rows of ``_NEAR_FIELDS``."""
    here = Q(door_code__in=list(door_codes))
    if box is not None:
        here |= _inside(box)
    found = visible(viewer, past=False).filter(here, closed_at__isnull=True)
    rows = found.order_by("due_at", "id").values(*_NEAR_FIELDS)[:limit]
    return found.count(), [{**row, "stage": Stage(row["stage"])} for row in rows]


def matter_on_map(viewer: Viewer, matter_id: int) -> dict[str, Any]:
    """One open matter the viewer may see, as a row of ``_NEAR_FIELDS``; raises NotFound."""
    row = _open(viewer).filter(pk=matter_id).values(*_NEAR_FIELDS).first()
    if row is None:
        raise NotFound("没有这件事项，或者已经办结，或者不在您的权限内。")
    return {**row, "stage": Stage(row["stage"])}


def open_by_unit(viewer: Viewer, depth: int, unit_id: int, *, now: dt.datetime) -> dict[int | None, tuple[int, int]]:
    """Open and overdue matters of a unit by the units one level below it; under None what lies in none of them."""
    rows = visible(viewer, past=False).filter(area_filter(depth, unit_id, past=False), closed_at__isnull=True)
    found: dict[int | None, tuple[int, int]] = {}
    for row in figures(rows, now=now, depth=depth + 1):
        open_, overdue = found.get(row["part"], (0, 0))
        found[row["part"]] = open_ + row["open"], overdue + row["overdue"]
    return found
