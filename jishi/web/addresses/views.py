"""The address book: browse it from the county down, search it, open one address, print its plates."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.addresses import queries
from jishi.addresses.queries.posts import holders, may_keep_posts, may_see_holders
from jishi.addresses.rules.plates import plates_pdf
from jishi.addresses.rules.posts import POSTED
from jishi.kernel.errors import Invalid, NotFound
from jishi.matters.queries.at_door import matters_at
from jishi.matters.rules.stages import Stage
from jishi.territory import queries as territory
from jishi.web.addresses.choosing import shown
from jishi.web.addresses.forms import CancelForm, ChangeForm, NameForm, PostForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show

MANAGE = Permission.MANAGE_PLACE
MOST_PLATES = 300  # on a page somebody waits for; more of them are a matter for the command line
MOST_SHOWN = 500


def asked_number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def asked_unit(request: HttpRequest) -> territory.UnitRow:
    """The unit in the address of the page, or the county."""
    number = asked_number(request, "unit")
    found = territory.unit(number) if number is not None else territory.county()
    if found is None:
        raise NotFound("没有这个单元，或已经撤销。")
    return found


@page()
def browse(request: HttpRequest) -> HttpResponse:
    """A unit with what it is divided into and the roads in it, or what a search finds."""
    here = asked_unit(request)
    typed = request.GET.get("q", "").strip()[:80]
    found = queries.search(typed, within=here if here.depth else None, limit=50) if typed else None
    tops = queries.tops(here.id)[: MOST_SHOWN + 1] if not typed and here.depth > 1 else []
    known = {
        "at": here,
        "line": territory.ancestors(here),
        "units": territory.children(here.id),
        "tops": tops[:MOST_SHOWN],
        "more": len(tops) > MOST_SHOWN,
        "typed": typed,
        "found": shown(found.rows) if found is not None else [],
        "complete": found is None or found.complete,
    }
    return show(request, "addresses/browse.html", known)


@page()
def address(request: HttpRequest, address_id: int) -> HttpResponse:
    return address_page(request, address_id)


def address_page(request: HttpRequest, address_id: int, *, status: int = 200, **forms: Any) -> HttpResponse:
    """One address with its forms; a refused form comes back with its errors."""
    row = queries.address(address_id)
    viewer = viewer_of(request)
    unit = territory.unit_on_record(row.unit_id)
    longitude, latitude = row.point or (None, None)
    known = {
        "row": row,
        "units": territory.ancestors(unit)[:3] if unit is not None else (),
        "unit_name": territory.full_name(unit) if unit is not None else "",
        "above": queries.line_of(row)[:-1],
        "official": queries.official_name(row),
        "children": queries.children(row.id)[:MOST_SHOWN],
        "names": queries.aliases([row.id]).get(row.id, []),
        "past": queries.history(row.id),
        "matters": matters_at(viewer, row.code) if row.code and viewer.may(Permission.READ_MATTERS) else [],
        "stages": Stage,
        "manages": viewer.may(MANAGE) and row.is_live,
        "neighbours": holders(viewer, row.unit_id, row.line, localdate()),
        "named": may_see_holders(viewer, row.unit_id),
        "keeps_posts": row.is_live and row.level in POSTED and may_keep_posts(viewer, row.unit_id),
        "post": PostForm(prefix="post"),
        "change": ChangeForm(
            initial={"name": row.name, "keep_former": True, "longitude": longitude, "latitude": latitude},
            prefix="change",
        ),
        "name": NameForm(prefix="name"),
        "cancel": CancelForm(prefix="cancel"),
    }
    return show(request, "addresses/address.html", known | forms, status=status)


@page(permission=MANAGE)
def plates(request: HttpRequest) -> HttpResponse:
    """The plates of a unit, or of an address and what is below it, as a PDF to print."""
    below = asked_number(request, "below")
    found = queries.plates_below(below) if below is not None else queries.plates_in(asked_unit(request).id)
    if not found:
        raise NotFound("这里还没有门牌和楼栋。")
    if len(found) > MOST_PLATES:
        raise Invalid(
            f"这里有{len(found)}块门牌，一次最多打印{MOST_PLATES}块。"
            "请选下级单元或一条路，或用命令 jishi addresses plates。"
        )
    site = request.build_absolute_uri("/").rstrip("/")
    content = plates_pdf(found, site=site, county=territory.county().name)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="plates.pdf"'
    return response
