"""Entering a component that is missing, putting one right, taking one down."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts.rules.roles import Permission
from jishi.flows.component_faults import correct_condition
from jishi.kernel.errors import Conflict, DomainError
from jishi.parts import actions, queries
from jishi.parts.queries import ComponentDetail, ComponentRow
from jishi.parts.rules.inspections import Condition
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.choices import unit_levels
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.parts.keeping_forms import ComponentForm, ConditionForm, NewComponentForm, ReasonForm, known_of
from jishi.web.receiving import as_posted, do_once, done_before

MANAGE = Permission.MANAGE_PLACE
BESIDE = 5.0  # metres: two of the same sub-class so close are most often one


@page(permission=Permission.READ_PARTS, writes=True)
def enter(request: HttpRequest) -> HttpResponse:
    """One that is missing: anywhere for whoever manages the place, in the own area for whoever inspects there."""
    viewer = viewer_of(request)
    if not queries.may_enter(viewer):
        viewer.check(Permission.INSPECT_PARTS)
    form = NewComponentForm(viewer, request.POST or None, initial={"subclass_code": request.GET.get("kind", "")[:4]})
    if request.method != "POST":
        return _enter_page(request, form)
    beside: list[ComponentRow] = []
    if form.is_valid():
        known = form.cleaned_data["another"] or done_before(request, as_posted(request)) is not None
        beside = [] if known else _beside(request, form)
        if not beside:
            try:
                code = _entered(request, form)
            except DomainError as error:
                form.blame(error)
                return _enter_page(request, form, status=error.status)
            messages.success(request, _("已登记，部件代码 %(code)s") % {"code": code})
            return redirect("component", code)
    return _enter_page(request, form, beside, status=422)


def _beside(request: HttpRequest, form: NewComponentForm) -> list[ComponentRow]:
    """Components of the same sub-class in the same spot."""
    if form.point is None:
        return []
    found = queries.near(viewer_of(request), form.point, day=timezone.localdate(), metres=BESIDE, limit=50)
    return [one.row for one in found if one.row.subclass_code == form.cleaned_data["subclass_code"]]


def _entered(request: HttpRequest, form: NewComponentForm) -> str:
    def act() -> dict[str, Any]:
        kind = form.cleaned_data["subclass_code"]
        return {
            "code": actions.register(subclass_code=kind, given=form.given(), by=viewer_of(request), now=timezone.now())
        }

    return str(do_once(request, as_posted(request), act)[0]["code"])


def _enter_page(
    request: HttpRequest, form: NewComponentForm, beside: list[ComponentRow] | None = None, status: int = 200
) -> HttpResponse:
    chosen = form["unit_id"].value()
    known = {
        "form": form,
        "beside": beside or [],
        "levels": unit_levels(_number(chosen)) if form.manages else [],
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "parts/enter.html", known, status=status)


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@page(permission=MANAGE, writes=True)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of it is put right; on the same page it is said to stand otherwise, or taken down."""
    found = _live(request, code)
    form = ComponentForm(request.POST or None, initial=known_of(found))
    if request.method == "POST" and form.is_valid():
        given = form.given(found)

        def act() -> None:
            actions.change(code=found.row.code, given=given, by=viewer_of(request), now=timezone.now())

        return _carried_out(request, found, form, act, _("已更正"))
    return _change_page(request, found, form=form, status=422 if form.errors else 200)


@page(permission=MANAGE, writes=True)
def condition(request: HttpRequest, code: str) -> HttpResponse:
    found = _live(request, code)
    form = ConditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> None:
            correct_condition(
                code=found.row.code,
                condition=Condition(given["condition"]),
                reason=given["reason"],
                by=viewer_of(request),
                now=timezone.now(),
            )

        return _carried_out(request, found, form, act, _("已更正状况"))
    return _change_page(request, found, condition=form, status=422 if form.errors else 200)


@page(permission=MANAGE, writes=True)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    found = _live(request, code)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]

        def act() -> None:
            actions.retire(code=found.row.code, reason=reason, by=viewer_of(request), now=timezone.now())

        return _carried_out(request, found, form, act, _("已注销"))
    return _change_page(request, found, retire=form, status=422 if form.errors else 200)


def _live(request: HttpRequest, code: str) -> ComponentDetail:
    found = queries.component(viewer_of(request), code)
    if found.until is not None:
        raise Conflict("这个部件已经注销")
    return found


def _carried_out(
    request: HttpRequest, found: ComponentDetail, form: PageForm, act: Callable[[], None], said: str
) -> HttpResponse:
    """Act once and go back to the component; a refusal shows the page with this form as it was typed."""

    def done() -> dict[str, Any]:
        act()
        return {}

    try:
        do_once(request, as_posted(request), done)
    except DomainError as error:
        form.blame(error)
        name = {ComponentForm: "form", ConditionForm: "condition", ReasonForm: "retire"}[type(form)]
        return _change_page(request, found, **{name: form}, status=error.status)  # type: ignore[arg-type]
    messages.success(request, said)
    return redirect("component", found.row.code)


def _change_page(
    request: HttpRequest,
    found: ComponentDetail,
    *,
    form: ComponentForm | None = None,
    condition: ConditionForm | None = None,
    retire: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or ComponentForm(initial=known_of(found))
    other = Condition.SOUND if found.row.condition is Condition.FAULTY else Condition.FAULTY
    known = {
        "found": found,
        "row": found.row,
        "form": form,
        "levels": unit_levels(_number(form["unit_id"].value())),
        "condition": condition or ConditionForm(initial={"condition": other.value}),
        "retire": retire or ReasonForm(),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "parts/change.html", known, status=status)
