"""The dispatcher's desk: the list, the figures above it, one matter beside it, the map."""

import datetime as dt
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from jishi.accounts.rules.roles import AREA_ROLES, Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.matters.queries.desks import requests_to_decide
from jishi.matters.queries.worklist import Counts, Page, counts, worklist
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Channel, Grade, RequestKind
from jishi.organizations.queries import dispatchable
from jishi.territory.queries import UnitRow, children, county, place, tree, unit
from jishi.web.desk.filters import DUES, LANES, Asked, lane_count, read_filters
from jishi.web.desk.rows import FIELDS, rows_of
from jishi.web.guards import page
from jishi.web.matters.choices import category_choices
from jishi.web.matters.panel import panel_context
from jishi.web.matters.places import point_of, shapes
from jishi.web.pages import show

READ = Permission.READ_MATTERS
# The figures above the list are held for so many seconds at least and at most, and in between so many times longer than
# they took: counting never costs more than a small part of what the machine can do, however many matters are open.
FIGURES_HOLD, FIGURES_HOLD_LONGEST, TIMES_LONGER = 5, 60, 200
POINTS = 200


@page(permission=READ)
def desk(request: HttpRequest) -> HttpResponse:
    """The list by due time with its filters; for htmx the next rows alone."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = read_filters(request.GET)
    now = timezone.localtime()
    known = listed(viewer, asked, now, request.GET.get("after", ""))
    if request.is_htmx and "HX-History-Restore-Request" not in request.headers:  # type: ignore[attr-defined]
        return show(request, "desk/more_rows.html", known)
    figures, requests = desk_figures(viewer, asked.filter.unit, now)
    known |= {
        "lanes": lane_tabs(viewer, asked, figures, requests),
        "figures": figures,
        "units": unit_options(viewer, asked),
        "dues": DUES,
        "chosen": request.GET.get("m", "")[:30],
    }
    known |= filter_choices() if asked.narrowed else {}
    return show(request, "desk/desk.html", known)


@page(permission=READ)
def more_filters(request: HttpRequest) -> HttpResponse:
    """The rarer filters: four hundred choices that most pages never need."""
    return show(request, "desk/more_filters.html", filter_choices() | {"asked": read_filters(request.GET)})


def filter_choices() -> dict[str, Any]:
    return {"grades": Grade, "channels": Channel, "offices": dispatchable(), "categories": category_choices()}


def lane_tabs(viewer: Viewer, asked: Asked, figures: Counts, requests: int) -> list[tuple[str, str, bool, int | None]]:
    """The lanes as tabs: label, address, whether it is this one, how many."""
    shown = [lane for lane in LANES if not lane.requests or viewer.may(Permission.APPROVE)]
    return [
        (lane.label, asked.address(lane=lane.key, due=""), lane is asked.lane, lane_count(lane, figures, requests))
        for lane in shown
    ]


def listed(viewer: Viewer, asked: Asked, now: dt.datetime, after: str) -> dict[str, Any]:
    """The rows of the lane asked for: matters, or requests that wait for a decision."""
    if asked.lane.requests:
        kinds = {kind.value: kind.label for kind in RequestKind}
        waiting = [
            dict(row) | {"kind_label": kinds[row["kind"]], "stage": Stage(row["matter__stage"])}
            for row in requests_to_decide(viewer)
        ]
        return {"asked": asked, "waiting": waiting, "rows": [], "after": ""}
    found: Page = worklist(viewer, asked.filter, now=now, after=after, fields=FIELDS)
    return {"asked": asked, "waiting": None, "rows": rows_of(found.rows), "after": found.after}


def desk_figures(viewer: Viewer, within: tuple[int, int] | None, now: dt.datetime) -> tuple[Counts, int]:
    """The figures on the lanes, shared for a while by everybody with the same postings."""
    scope = sorted((grant.role.value, grant.unit_id, grant.organization_id or 0) for grant in viewer.grants)
    key = f"desk:{scope}:{within}".replace(" ", "")
    held: tuple[Counts, int] | None = cache.get(key)
    if held is None:
        began = monotonic()
        held = counts(viewer, now=now, unit=within), len(requests_to_decide(viewer))
        longer = (monotonic() - began) * TIMES_LONGER
        cache.set(key, held, max(FIGURES_HOLD, min(longer, FIGURES_HOLD_LONGEST)))
    return held


def unit_options(viewer: Viewer, asked: Asked) -> list[tuple[str, str]]:
    """Units to choose from (id, indented name): towns and communities of the viewer's areas, and the grids of the
    community that is chosen. The whole county is asked for by naming no unit."""
    by_id = tree().by_id
    areas = [by_id[grant.unit_id] for grant in viewer.grants if grant.role in AREA_ROLES and grant.unit_id in by_id]
    tops = areas if areas and all(area.depth for area in areas) else [county()]
    chosen = unit(asked.filter.unit[1]) if asked.filter.unit is not None else None
    return [
        (str(each.id) if each.depth else "", "\u2003" * (each.depth - top.depth) + each.name)
        for top in tops
        for each in _below(top, chosen)
    ]


def _below(top: UnitRow, chosen: UnitRow | None) -> list[UnitRow]:
    found = [top]
    for child in children(top.id):
        if child.depth <= 2 or (chosen is not None and chosen.path.startswith(top.path)):
            found += _below(child, chosen)
    return found


@page(permission=READ)
def beside(request: HttpRequest, number: str) -> HttpResponse:
    """One matter for the side of the desk; the address afterwards names it, so that a reload shows it again."""
    response = show(request, "matters/panel.html", panel_context(request.viewer, number, timezone.now()))  # type: ignore[attr-defined]
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    query = dict(parse_qsl(shown.query))
    if shown.path == reverse("desk") and query.get("m") != number:
        response.headers["HX-Push-Url"] = f"{shown.path}?{urlencode(query | {'m': number})}"
    return response


@page(permission=READ)
def desk_map(request: HttpRequest) -> HttpResponse:
    """The county's shapes with the listed matters as points; asked for after the list stands."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = read_filters(request.GET)
    rows = worklist(viewer, asked.filter, now=timezone.localtime(), limit=POINTS).rows
    points = [point_of(row, row["longitude"], row["latitude"]) for row in rows if row["longitude"] is not None]
    within = unit(asked.filter.unit[1]) if asked.filter.unit is not None and asked.filter.unit[0] else None
    units = shapes(within)
    data: dict[str, Any] = {"units": units, "points": {"type": "FeatureCollection", "features": points}}
    if not units["features"] and not points:
        data["center"] = list(place().center)
    unplaced = len(rows) - len(points)
    return show(request, "desk/map.html", {"data": data, "shown": len(points), "unplaced": unplaced})
