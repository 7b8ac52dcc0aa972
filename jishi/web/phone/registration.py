"""Registering on the phone. The page keeps what is entered until this has answered, and may ask the same twice."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from jishi.matters.actions.registration import register as register_matter
from jishi.matters.actions.steps import take_step
from jishi.matters.queries.receipt import code_of
from jishi.matters.rules.given import Given
from jishi.web.addresses.doors import at_door
from jishi.web.guards import page
from jishi.web.pages import show
from jishi.web.phone.forms import PhoneForm
from jishi.web.receiving import as_posted, do_once, once_key_of


@page(permission=Permission.REPORT, writes=True)
def register(request: HttpRequest) -> HttpResponse:
    """The form; posted by the page's script it answers in JSON, by a browser without script with a page."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        door = at_door(request.GET.get("door", ""))
        return show(request, "phone/register.html", {"form": PhoneForm(viewer, door=door), "posted_key": None})
    form = PhoneForm(viewer, request.POST, request.FILES)
    try:
        answer = carry_out(request, form, timezone.now())
    except DomainError as error:
        return refused(request, form, error)
    if wants_json(request):
        return JsonResponse(answer)
    messages.success(request, f"已登记，受理编号 {answer['number']}")
    return redirect("day")


def refused(request: HttpRequest, form: PhoneForm, error: DomainError) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(form.refused(error), status=error.status)
    if not form.errors:
        form.blame(error)
    known = {"form": form, "posted_key": request.POST.get("once_key")}
    return show(request, "phone/register.html", known, status=error.status)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def carry_out(request: HttpRequest, form: PhoneForm, now: dt.datetime) -> dict[str, Any]:
    """Register once, however often it arrives.

    What was asked is recognised by its raw bytes, and the form is judged only if it is new: what was taken before
    gets its first answer, even if the same words would be refused today.
    """
    viewer = form.viewer
    check_same_person(request, viewer)
    form.is_valid()  # outside the transaction: decoding photos takes its time
    key = request.headers.get("Idempotency-Key") or once_key_of(request)
    answer, repeated = do_once(request, as_posted(request), lambda: enter(form, viewer, now), key=key)
    return {**answer, "code": code_of(answer["number"]), "repeated": repeated}


def check_same_person(request: HttpRequest, viewer: Viewer) -> None:
    """Nobody sends what another has entered on the same phone."""
    if request.POST.get("person", str(viewer.person_id)) != str(viewer.person_id):
        raise Conflict("这份登记是另一位同事录入的，要由本人登录后发送", field="person")


def enter(form: PhoneForm, viewer: Viewer, now: dt.datetime) -> dict[str, Any]:
    """Register, and settle if that was done on the spot; both or neither."""
    form.check()
    receipt = register_matter(report=form.report(now), by=viewer, now=now)
    if form.cleaned_data["settled"]:
        given = Given(note=form.cleaned_data["settled_note"])
        try:
            take_step(number=receipt.number, step="settle", by=viewer, now=now, given=given)
        except (Forbidden, NotFound) as error:
            raise Invalid("这个位置不在您的网格内，不能当场办结；请去掉“当场已处理”再登记", field="settled") from error
    return {"number": receipt.number}


@page(public=True)
def sending_pass(request: HttpRequest) -> HttpResponse:
    """Who is logged in, and a fresh token against forged forms: asked for before anything kept is sent."""
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    known = {"person": viewer.person_id if viewer is not None else None, "token": get_token(request)}
    response = JsonResponse(known)
    response.headers["Cache-Control"] = "no-store"
    return response
