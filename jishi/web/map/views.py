"""The map page: which layers are on, where it begins, and the same places as a list with their counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.tiles import Box
from jishi.matters.queries.points import open_by_unit, unplaced
from jishi.territory.queries import UnitRow, children, county, grounds, place, unit
from jishi.web.environment import url as address
from jishi.web.guards import page
from jishi.web.map.layers import Layer, layers_of
from jishi.web.map.tiles import DEEPEST
from jishi.web.pages import show

AROUND = 0.03  # degrees shown around the middle of a place whose ground nobody knows


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of the list. ``open`` and ``overdue`` are None for who sees no matters; ``rows`` opens them."""

    unit: UnitRow
    has_parts: bool
    open: int | None
    overdue: int | None
    rows: str


@page(public=True)
def county_map(request: HttpRequest) -> HttpResponse:
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    here = asked_unit(request) or own_unit(viewer)
    allowed = layers_of(viewer)
    asked = request.GET.getlist("layers") or [layer.value for layer in allowed]
    sees_matters = viewer is not None and Layer.MATTERS in allowed
    known = {
        "here_unit": here,
        "above": unit(here.parent_id) if here.parent_id is not None else None,
        "layers": [(layer, layer.value in asked) for layer in allowed],
        "sees_matters": sees_matters,
        "lines": lines_of(viewer if sees_matters else None, here),
        "unplaced": unplaced(viewer) if sees_matters and viewer is not None else 0,
        "box": box_of(here),
        "sketched": any(ground.is_sketch for ground in grounds()),
        "deepest": DEEPEST,
        "tiles_at": reverse("map") + "tiles/",
    }
    return show(request, "map/map.html", known)


def asked_unit(request: HttpRequest) -> UnitRow | None:
    """The unit of today the address names."""
    asked = request.GET.get("unit", "")
    return unit(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def own_unit(viewer: Viewer | None) -> UnitRow:
    """The widest area the viewer works in; the county for everybody else."""
    grants = sorted(viewer.grants, key=lambda grant: grant.depth) if viewer is not None else []
    return next((found for grant in grants if (found := unit(grant.unit_id)) is not None), county())


def lines_of(viewer: Viewer | None, here: UnitRow) -> list[Line]:
    """The units directly below one, or the unit itself if it has none."""
    below = children(here.id)
    counted = open_by_unit(viewer, here.depth, here.id, now=timezone.localtime()) if viewer is not None else None
    if not below:
        open_, overdue = _sums(counted.values()) if counted is not None else (None, None)
        return [Line(here, False, open_, overdue, rows_of(viewer, here, open_))]
    found = []
    for each in below:
        open_, overdue = (None, None) if counted is None else counted.get(each.id, (0, 0))
        found.append(Line(each, bool(children(each.id)), open_, overdue, rows_of(viewer, each, open_)))
    return found


def _sums(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    pairs = list(counts)
    return sum(open_ for open_, _ in pairs), sum(overdue for _, overdue in pairs)


def rows_of(viewer: Viewer | None, here: UnitRow, count: int | None) -> str:
    """Where the open matters of a unit are listed for this person; empty if there are none to list."""
    if viewer is None or not count:
        return ""
    leads = any(grant.covers(here.path) for grant in viewer.having(Permission.INSTRUCT))
    return address("area_matters" if leads else "desk", query={"unit": here.id})


def box_of(here: UnitRow) -> Box:
    """The degrees a unit and everything below it spans."""
    boxes = [ground.box for ground in grounds() if ground.unit.is_within(here)]
    if boxes:
        wests, souths, easts, norths = zip(*boxes, strict=True)
        return min(wests), min(souths), max(easts), max(norths)
    longitude, latitude = here.longitude, here.latitude
    if longitude is None or latitude is None:
        longitude, latitude = place().center
    return longitude - AROUND, latitude - AROUND, longitude + AROUND, latitude + AROUND
