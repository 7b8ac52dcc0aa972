"""People and what they are posted to: take on, change, post, end, and the button for leavers."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts import actions, queries
from jishi.accounts.rules.roles import Permission, Role
from jishi.kernel.errors import DomainError, Invalid
from jishi.organizations.queries import organization
from jishi.territory.queries import ancestors, full_name, unit
from jishi.web.admin.forms import ChangeForm, PasswordForm, PersonForm, PostingForm, TokenForm
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import do_once

MANAGE = Permission.MANAGE_PEOPLE


@page(permission=MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:60]
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    found = queries.people(viewer_of(request), search, number)
    return show(request, "admin/people.html", {"found": found, "search": search, "where": where})


def where(posting: queries.PostingRow) -> str:
    """The office, or the unit after the one it lies in: every community has a 第一网格."""
    here = unit(posting.unit_id)
    if posting.organization_name or here is None:
        return posting.organization_name or posting.unit_name
    return " ".join(above.name for above in ancestors(here)[-2:] if above.depth) or here.name


@page(permission=MANAGE, writes=True)
def add(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = _added(request, form.cleaned_data)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("已添加，请为其安排岗位"))
            return redirect("person", created)
    return show(request, "admin/person_add.html", {"form": form}, status=422 if form.errors else 200)


def _added(request: HttpRequest, given: dict[str, Any]) -> int:
    def act() -> dict[str, Any]:
        return {"id": actions.add_person(**given, by=viewer_of(request), now=timezone.now())}

    said = {name: value for name, value in given.items() if name != "password"}
    return int(do_once(request, said, act)[0]["id"])


@page(permission=MANAGE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _person_page(request, person_id)


def _person_page(
    request: HttpRequest,
    person_id: int,
    *,
    status: int = 200,
    key: str = "",
    forms: Mapping[str, PageForm] | None = None,
) -> HttpResponse:
    """One person with all forms; a refused form comes back with its errors. ``key`` is shown this once."""
    viewer = viewer_of(request)
    found = queries.person(viewer, person_id)
    postings = [
        (posting, full_name(here) if (here := unit(posting.unit_id)) is not None else posting.unit_name)
        for posting in queries.postings_of(viewer, person_id)
    ]
    known: dict[str, Any] = {
        "person": found,
        "postings": postings,
        "tokens": queries.tokens_of(viewer, person_id),
        "today": timezone.localdate(),
        "key": key,
        "change": ChangeForm(initial={"name": found.name, "phone": found.phone, "email": found.email}, prefix="change"),
        "password": PasswordForm(prefix="password"),
        "posting": PostingForm(prefix="posting"),
        "token": TokenForm(prefix="token"),
    }
    return show(request, "admin/person.html", known | dict(forms or {}), status=status)


def _carry_out(
    request: HttpRequest, person_id: int, name: str, form: PageForm, act: Callable[[dict[str, Any]], object], done: str
) -> HttpResponse:
    """Validate, act and go back to the person; a refusal shows the person with this form as it was typed."""
    if request.method != "POST":
        return redirect("person", person_id)
    if form.is_valid():
        try:
            _act_once(request, form.cleaned_data, act)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, done)
            return redirect("person", person_id)
    return _person_page(request, person_id, status=422, forms={name: form})


def _act_once(request: HttpRequest, given: dict[str, Any], act: Callable[[dict[str, Any]], object]) -> None:
    def carried() -> dict[str, Any]:
        act(given)
        return {}

    said = {name: str(value) for name, value in given.items() if name != "password"}
    do_once(request, said, carried)


@page(permission=MANAGE, writes=True)
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    form = ChangeForm(request.POST or None, prefix="change")

    def act(given: dict[str, Any]) -> None:
        actions.change_person(person_id=person_id, **given, by=viewer_of(request), now=timezone.now())

    return _carry_out(request, person_id, "change", form, act, _("已保存"))


@page(permission=MANAGE, writes=True)
def password(request: HttpRequest, person_id: int) -> HttpResponse:
    form = PasswordForm(request.POST or None, prefix="password")

    def act(given: dict[str, Any]) -> None:
        actions.set_password(person_id=person_id, password=given["password"], by=viewer_of(request), now=timezone.now())

    return _carry_out(request, person_id, "password", form, act, _("密码已重置，原有登录已全部退出"))


@page(permission=MANAGE, writes=True)
def post(request: HttpRequest, person_id: int) -> HttpResponse:
    form = PostingForm(request.POST or None, prefix="posting")

    def act(given: dict[str, Any]) -> None:
        office = given["organization_id"]
        body = organization(office) if office else None
        if office and body is None:
            raise Invalid("没有这个单位，或该单位已撤销", field="organization_id")
        actions.open_posting(
            person_id=person_id,
            role=Role(given["role"]),
            unit_id=given["unit_id"] or (body.unit_id if body is not None else 0),
            organization_id=office,
            valid_from=given["valid_from"],
            by=viewer_of(request),
            now=timezone.now(),
        )

    return _carry_out(request, person_id, "posting", form, act, _("岗位已生效"))


@page(permission=MANAGE, writes=True)
def end(request: HttpRequest, person_id: int, posting_id: int) -> HttpResponse:
    def act(_given: dict[str, Any]) -> None:
        actions.end_posting(posting_id=posting_id, by=viewer_of(request), now=timezone.now())

    return _plain(request, person_id, act, _("岗位已终止"))


@page(permission=MANAGE, writes=True)
def dismiss(request: HttpRequest, person_id: int) -> HttpResponse:
    """离岗: logged out everywhere, postings ended, keys revoked, at once."""

    def act(_given: dict[str, Any]) -> None:
        actions.dismiss(person_id=person_id, by=viewer_of(request), now=timezone.now())

    return _plain(request, person_id, act, _("已办理离岗，登录、岗位和密钥均已停用"))


@page(permission=MANAGE, writes=True)
def revoke(request: HttpRequest, person_id: int, token_id: int) -> HttpResponse:
    def act(_given: dict[str, Any]) -> None:
        actions.revoke_token(token_id=token_id, by=viewer_of(request), now=timezone.now())

    return _plain(request, person_id, act, _("密钥已吊销"))


def _plain(request: HttpRequest, person_id: int, act: Callable[[dict[str, Any]], object], done: str) -> HttpResponse:
    """An act without a form: a refusal becomes a page in the words of the error."""
    if request.method == "POST":
        _act_once(request, {}, act)
        messages.success(request, done)
    return redirect("person", person_id)


@page(permission=MANAGE, writes=True)
def token(request: HttpRequest, person_id: int) -> HttpResponse:
    """A key for a program, shown once on the page that answers."""
    form = TokenForm(request.POST or None, prefix="token")
    if request.method != "POST":
        return redirect("person", person_id)
    if not form.is_valid():
        return _person_page(request, person_id, status=422, forms={"token": form})
    return _person_page(request, person_id, key=_issued(request, person_id, form.cleaned_data))


def _issued(request: HttpRequest, person_id: int, given: dict[str, Any]) -> str:
    """The new key. Only its hash is kept, so a form that arrives again cannot show it a second time."""
    ends = given["expires_at"]
    keys: list[str] = []

    def act() -> dict[str, Any]:
        key = actions.issue_token(
            person_id=person_id,
            name=given["name"],
            by=viewer_of(request),
            now=timezone.now(),
            expires_at=None if ends is None else timezone.make_aware(dt.datetime.combine(ends, dt.time.max)),
        )
        keys.append(key)
        return {}

    do_once(request, [given["name"], str(ends)], act)
    return keys[0] if keys else ""
