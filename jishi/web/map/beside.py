"""What stands beside the map when a unit or a building is chosen; without script, pages of their own.

Posts and matters are shown. Who lives in a building stands in the register and nowhere else; a neighbour who holds a
post is named to those who read the register there.
"""

from math import cos, radians
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.accounts.queries import Contact, contacts
from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import Viewer
from jishi.addresses import queries as addresses
from jishi.addresses.queries.points import codes_at, point_of
from jishi.addresses.queries.posts import holders, may_see_holders
from jishi.kernel.errors import Forbidden, NotFound
from jishi.kernel.tiles import Box
from jishi.matters.queries.points import matter_on_map, matters_near
from jishi.matters.queries.worklist import counts
from jishi.organizations.queries import community_office_for, dispatchable
from jishi.territory.queries import UnitRow, ancestors, children, grounds, level_name, unit
from jishi.web.guards import page
from jishi.web.map.layers import Layer, layers_of
from jishi.web.map.views import rows_of
from jishi.web.pages import show

NEAR = 60  # metres: what is reported at a building lies so close to its point
LISTED, MOST = 8, 200  # matters beside the map, and on a page of their own
METRES_A_DEGREE = 111_320
POSTS = (Role.GRID_WORKER, Role.COMMUNITY)
COMMUNITY = 2  # the depth from which a place has posts of its own


@page(public=True)
def unit_beside(request: HttpRequest, unit_id: int) -> HttpResponse:
    """A unit: what it is, who works there, how much is open, which bodies sit in it."""
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    here = unit(unit_id)
    if here is None:
        raise NotFound("没有这个单元，或者已经撤销。")
    known: dict[str, Any] = {
        "unit": here,
        "level": level_name(here),
        "line": ancestors(here)[:-1],
        "sketch": next((ground.is_sketch for ground in grounds() if ground.unit.id == here.id), None),
        "bodies": [body for body in dispatchable() if body.unit_id == here.id],
        "parts": len(children(here.id)),
        "parts_level": next((level_name(each) for each in children(here.id)), ""),
        **posts_at(viewer, here),
    }
    if viewer is not None and Layer.MATTERS in layers_of(viewer):
        within = (here.depth, here.id) if here.depth else None
        known["counts"] = counts(viewer, now=timezone.localtime(), unit=within)
        known["rows_at"] = rows_of(viewer, here, known["counts"].open)
    return beside(request, "map/unit.html", known, here.name)


@page()
def building_beside(request: HttpRequest, address_id: int) -> HttpResponse:
    """A building or a door: its code, its posts, and the open matters around it as far as the person may see them."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if Layer.BUILDINGS not in layers_of(viewer):
        raise Forbidden("您的岗位看不到楼栋门牌。")
    row = addresses.address(address_id)
    here = unit(row.unit_id)
    known: dict[str, Any] = {
        "address": row,
        "official_name": addresses.official_name(row),
        "unit": here,
        "neighbours": holders(viewer, row.unit_id, row.line, timezone.localdate()),
        "named": may_see_holders(viewer, row.unit_id),
        **(posts_at(viewer, here) if here is not None else NOBODY),
    }
    if Layer.MATTERS in layers_of(viewer):
        point = point_of(row)
        box = box_around(*point, NEAR) if point is not None else None
        whole = "all" in request.GET
        total, rows = matters_near(viewer, box, codes_at(row), limit=MOST if whole else LISTED)
        known |= {"total": total, "rows": rows, "near": NEAR if box is not None else None}
    return beside(request, "map/building.html", known | {"now": timezone.now()}, row.full_name)


def beside(request: HttpRequest, template: str, known: dict[str, Any], title: str) -> HttpResponse:
    """For the map what stands beside it, for everybody else the same as a page."""
    if request.is_htmx:  # type: ignore[attr-defined]
        return show(request, template, known)
    return show(request, "map/alone.html", known | {"beside": template, "title": title})


@page(permission=Permission.READ_MATTERS)
def matter_beside(request: HttpRequest, matter_id: int) -> HttpResponse:
    """An open matter: its class, its stage and its due time; everything else stands on its own page."""
    row = matter_on_map(request.viewer, matter_id)  # type: ignore[attr-defined]
    known = {"row": row, "now": timezone.now(), "unit": None}
    return beside(request, "map/matter.html", known, row["number"])


NOBODY: dict[str, Any] = {"contacts": None, "with_phones": False, "office": None}


def posts_at(viewer: Viewer | None, here: UnitRow) -> dict[str, Any]:
    """Who answers for a place. Names are for people at work, telephones for those who work with this area."""
    known = dict(NOBODY)
    if here.depth < COMMUNITY:
        return known
    known["office"] = community_office_for(here)
    if viewer is not None and viewer.grants:
        known["contacts"] = nearest(contacts(here.path, POSTS, timezone.localdate()))
        known["with_phones"] = may_see_phones(viewer, here.path)
    return known


def nearest(found: tuple[Contact, ...]) -> list[tuple[Role, list[Contact]]]:
    """Each post with those who hold it; a post nobody holds is there too, for it should be filled."""
    return [(role, [each for each in found if each.role is role]) for role in POSTS]


def may_see_phones(viewer: Viewer, path: str) -> bool:
    """Those whose area of work contains the place."""
    return any(grant.covers(path) for grant in viewer.having(Permission.READ_MATTERS))


def box_around(longitude: float, latitude: float, metres: float) -> Box:
    """A square around a point, so many metres to each side."""
    north = metres / METRES_A_DEGREE
    east = north / cos(radians(latitude))
    return longitude - east, latitude - north, longitude + east, latitude + north
