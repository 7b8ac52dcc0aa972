"""What a plate on a door opens: for a resident the report form with the place filled in, for staff the door itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jishi.accounts.rules.roles import Permission
from jishi.addresses import queries as addresses
from jishi.kernel.errors import DomainError
from jishi.territory.queries import unit
from jishi.web.guards import page
from jishi.web.pages import show

COMMUNITY = 2  # the depth of the select on the form


@page(public=True)
def door(request: HttpRequest, code: str) -> HttpResponse:
    """``/d/7KRM2A9X/``, as it stands in the QR code of a plate."""
    try:
        found = addresses.by_code(code)
    except DomainError as error:
        return show(request, "residents/door_gone.html", {"said": error.message}, status=error.status)
    if not found.is_live:
        said = f"“{found.full_name}”已经注销。"
        return show(request, "residents/door_gone.html", {"said": said}, status=410)
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer is not None and viewer.may(Permission.READ_MATTERS):
        return redirect("address", found.id)
    return redirect(f"{reverse('report')}?door={found.code}")


def at_door(code: str) -> dict[str, Any]:
    """The first values of the report form at a door; nothing for a code that is none."""
    if not code:
        return {}
    try:
        found = addresses.by_code(code)
    except DomainError:
        return {}
    here = unit(found.unit_id)
    if here is None or not found.is_live:
        return {}
    return {
        "door": found.code,
        "unit": here.line[COMMUNITY] if here.depth >= COMMUNITY else None,
        "place": found.full_name[:120],
        "longitude": found.longitude,
        "latitude": found.latitude,
    }
