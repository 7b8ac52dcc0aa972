"""A unit keeps its own menu of services: what, for how much, how many."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, NotFound
from jishi.orders.actions import offers as actions
from jishi.orders.queries import offers as queries
from jishi.orders.queries.offers import OfferRow
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.orders.forms import TermsForm
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once

TAKE = Permission.TAKE_ORDERS


@page(permission=TAKE)
def menu(request: HttpRequest) -> HttpResponse:
    return show(request, "orders/menu.html", {"offers": queries.menu(viewer_of(request))})


@page(permission=TAKE, writes=True)
def add(request: HttpRequest) -> HttpResponse:
    """A new service of the person's unit; of several units the first."""
    viewer, now = viewer_of(request), timezone.now()
    form = TermsForm(request.POST or None)

    def act() -> dict[str, Any]:
        own = queries.own_organizations(viewer)[0]
        return {"id": actions.add_offer(organization_id=own, terms=form.terms(), by=viewer, now=now)}

    return _answered(request, form, act, _("已添加"), title=_("添加服务"))


@page(permission=TAKE, writes=True)
def change(request: HttpRequest, offer_id: int) -> HttpResponse:
    viewer, now = viewer_of(request), timezone.now()
    held = _own(viewer, offer_id)
    form = TermsForm(request.POST or None, initial=TermsForm.of(held))

    def act() -> dict[str, Any]:
        actions.change_offer(offer_id=offer_id, terms=form.terms(), by=viewer, now=now)
        return {}

    return _answered(request, form, act, _("已修改"), title=_("修改服务"), held=held)


@page(permission=TAKE, writes=True)
def stop(request: HttpRequest, offer_id: int) -> HttpResponse:
    viewer, now = viewer_of(request), timezone.now()

    def act() -> dict[str, Any]:
        actions.stop_offer(offer_id=offer_id, by=viewer, now=now)
        return {}

    if request.method == "POST":
        do_once(request, as_posted(request), act)
        messages.success(request, _("已停止提供，接下的单请继续办完"))
    return redirect("service_menu")


def _own(viewer: Viewer, offer_id: int) -> OfferRow:
    found = next((row for row in queries.menu(viewer) if row.id == offer_id), None)
    if found is None:
        raise NotFound(_("本单位没有这项服务，或已停止提供"))
    return found


def _answered(
    request: HttpRequest, form: TermsForm, act: Any, done: str, *, title: str, held: OfferRow | None = None
) -> HttpResponse:
    """The form, or what came of it: done once, then back to the menu."""
    if request.method == "POST" and form.is_valid():
        try:
            do_once(request, as_posted(request), act)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, done)
            return redirect("service_menu")
    known = {"form": form, "title": title, "held": held}
    return show(request, "orders/terms.html", known, status=422 if form.errors else 200)
