"""Choosing a place: selects level by level, the shapes of the county, a point on a map."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import NotFound
from jishi.matters.queries.detail import detail
from jishi.matters.rules.stages import Stage
from jishi.territory.queries import UnitRow, county, locate, map_features, place, unit, unit_at
from jishi.web.guards import page
from jishi.web.matters.choices import unit_levels
from jishi.web.pages import show
from jishi.web.tones import STAGE_TONES

FINE = 2  # communities: fine enough to find a street, small enough to send


def asked_unit(request: HttpRequest) -> UnitRow | None:
    """The unit named by the last ``unit_id`` that is filled in."""
    given = next((value for value in reversed(request.GET.getlist("unit_id")) if value), "")
    return unit(int(given)) if given.isascii() and given.isdigit() and len(given) < 19 else None


@page(public=True)
def unit_choices(request: HttpRequest) -> HttpResponse:
    """The selects of the unit picker for what is chosen so far, or for a point (longitude, latitude)."""
    found = asked_unit(request)
    try:
        point = float(request.GET.get("longitude", "")), float(request.GET.get("latitude", ""))
        found = locate(*point) or found
    except ValueError:
        pass
    levels = unit_levels(found.id if found is not None else None)
    return show(request, "matters/unit_selects.html", {"levels": levels})


def shapes(within: UnitRow | None = None) -> dict[str, Any]:
    """Towns and communities as one FeatureCollection, or the parts of one unit."""
    top = within or county()
    depths = {min(top.depth + 1, 3), min(top.depth + 2, FINE)} if within is None else {top.depth, top.depth + 1}
    features = [each for depth in sorted(depths) for each in map_features(depth=depth, within=within)["features"]]
    return {"type": "FeatureCollection", "features": features}


@page(public=True)
def map_shapes(request: HttpRequest) -> HttpResponse:
    """The ground to pick a point on: the county, or the unit asked for."""
    data = {"units": shapes(asked_unit(request)), "center": None}
    response = JsonResponse({key: value for key, value in data.items() if value is not None})
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@page(permission=Permission.READ_MATTERS)
def matter_map(request: HttpRequest, number: str) -> HttpResponse:
    """The small map of one matter: its community's shape and the point."""
    found = detail(request.viewer, number)  # type: ignore[attr-defined]
    row = found.matter
    around = unit_at(found.facts.path)
    while around.depth > FINE and around.parent_id is not None:
        above = unit(around.parent_id)
        if above is None:
            raise NotFound("没有找到所在单元")
        around = above
    points = []
    if row["longitude"] is not None:
        points.append(point_of(row, row["longitude"], row["latitude"]))
    data: dict[str, Any] = {
        "units": shapes(around if around.depth else None),
        "points": {"type": "FeatureCollection", "features": points},
    }
    if points:
        data |= {"center": [row["longitude"], row["latitude"]], "zoom": 14.5}
    elif not data["units"]["features"]:
        data["center"] = list(place().center)
    return show(request, "matters/small_map.html", {"data": data, "number": row["number"], "now": timezone.now()})


def point_of(row: Any, longitude: float, latitude: float) -> dict[str, Any]:
    """A matter as a point of the map."""
    return {
        "type": "Feature",
        "properties": {"id": row["id"], "title": row["title"], "tone": STAGE_TONES[Stage(row["stage"])]},
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
    }
