"""What a plate on a door opens: for a resident the report form with the place filled in, for staff the door itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jishi.accounts.rules.roles import Permission
from jishi.addresses import queries as addresses
from jishi.kernel.errors import DomainError
from jishi.web.guards import page
from jishi.web.pages import show


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
