"""Writing addresses from their pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts.rules.roles import Permission
from jishi.addresses import actions, queries
from jishi.addresses.queries import AddressRow
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import AliasKind
from jishi.addresses.rules.posts import BuildingPost
from jishi.flows.address_ending import cancel_address
from jishi.kernel.errors import DomainError
from jishi.web.addresses.forms import AddForm, CancelForm, ChangeForm, NameForm, PostForm
from jishi.web.addresses.views import MANAGE, address_page, asked_number, asked_unit
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once

Given = dict[str, Any]


@page(permission=MANAGE, writes=True)
def add(request: HttpRequest) -> HttpResponse:
    """One more address below another (``below``), or at the top of a unit (``unit``)."""
    below = asked_number(request, "below")
    above = queries.address(below) if below is not None else None
    form = AddForm(request.POST or None, above=above)
    if request.method == "POST" and form.is_valid():
        try:
            created = _added(request, above, form.cleaned_data)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("已登记"))
            return redirect("address", created)
    known = {"form": form, "above": above, "unit": None if above is not None else asked_unit(request)}
    return show(request, "addresses/add.html", known, status=422 if form.errors else 200)


def _added(request: HttpRequest, above: AddressRow | None, given: Given) -> int:
    def act() -> Given:
        row = actions.create(
            level=Level(given["level"]),
            name=given["name"],
            parent_id=above.id if above is not None else None,
            unit_id=None if above is not None else asked_unit(request).id,
            longitude=given["longitude"],
            latitude=given["latitude"],
            by=viewer_of(request),
            now=timezone.now(),
        )
        return {"id": row.id}

    said = [above.id if above is not None else asked_unit(request).id, as_posted(request)]
    return int(do_once(request, said, act)[0]["id"])


def _carry_out(
    request: HttpRequest, address_id: int, name: str, form: PageForm, act: Callable[[Given], object], done: str
) -> HttpResponse:
    """Validate, act and go back to the address; a refusal shows it with this form as it was typed."""
    if request.method != "POST":
        return redirect("address", address_id)
    if form.is_valid():
        try:
            do_once(request, as_posted(request), lambda: {"done": bool(act(form.cleaned_data))})
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, done)
            return redirect("address", address_id)
    return address_page(request, address_id, status=422, **{name: form})


@page(permission=MANAGE, writes=True)
def change(request: HttpRequest, address_id: int) -> HttpResponse:
    form = ChangeForm(request.POST or None, prefix="change")

    def act(given: Given) -> object:
        return actions.change(
            address_id=address_id,
            name=given["name"],
            keep_former=given["keep_former"],
            point=form.point(),
            by=viewer_of(request),
            now=timezone.now(),
        )

    return _carry_out(request, address_id, "change", form, act, _("已变更，门码不变"))


@page(permission=MANAGE, writes=True)
def add_name(request: HttpRequest, address_id: int) -> HttpResponse:
    form = NameForm(request.POST or None, prefix="name")

    def act(given: Given) -> object:
        kind = AliasKind(given["kind"])
        return actions.add_alias(
            address_id=address_id, name=given["name"], kind=kind, by=viewer_of(request), now=timezone.now()
        )

    return _carry_out(request, address_id, "name", form, act, _("别名已登记"))


@page(permission=MANAGE, writes=True)
def end_name(request: HttpRequest, address_id: int, alias_id: int) -> HttpResponse:
    if request.method == "POST":

        def act() -> Given:
            actions.end_alias(alias_id=alias_id, by=viewer_of(request), now=timezone.now())
            return {}

        do_once(request, [], act)
        messages.success(request, _("别名已停用"))
    return redirect("address", address_id)


@page(permission=Permission.KEEP_REGISTER, writes=True)
def take_post(request: HttpRequest, address_id: int) -> HttpResponse:
    form = PostForm(request.POST or None, prefix="post")

    def act(given: Given) -> object:
        return actions.take_post(
            address_id=address_id,
            post=BuildingPost(given["post"]),
            name=given["name"],
            phone=given["phone"],
            agreed=given["agreed"],
            by=viewer_of(request),
            now=timezone.now(),
        )

    return _carry_out(request, address_id, "post", form, act, _("岗位已登记"))


@page(permission=Permission.KEEP_REGISTER, writes=True)
def leave_post(request: HttpRequest, address_id: int, holder_id: int) -> HttpResponse:
    if request.method == "POST":

        def act() -> Given:
            actions.leave_post(holder_id=holder_id, by=viewer_of(request), now=timezone.now())
            return {}

        do_once(request, [], act)
        messages.success(request, _("已卸任，电话已删除"))
    return redirect("address", address_id)


@page(permission=MANAGE, writes=True)
def cancel(request: HttpRequest, address_id: int) -> HttpResponse:
    form = CancelForm(request.POST or None, prefix="cancel")

    def act(given: Given) -> object:
        cancel_address(address_id=address_id, reason=given["reason"], by=viewer_of(request), now=timezone.now())
        return True

    return _carry_out(request, address_id, "cancel", form, act, _("地址已注销，门码不再使用"))
