"""Residents' pages: report without an account, follow with the number, rate and ask to reopen with the code."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.kernel.canonical import digest
from jishi.kernel.errors import DomainError, Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.limits.actions import check_may_look, count_miss
from jishi.matters.actions.photos import read_photos
from jishi.matters.actions.registration import register
from jishi.matters.actions.steps import take_step
from jishi.matters.queries.receipt import Progress, code_of
from jishi.matters.queries.receipt import receipt as progress_of
from jishi.matters.rules.given import Given
from jishi.orders.rules.numbers import is_order_number
from jishi.territory.queries import county, map_features, place
from jishi.web.addresses.doors import at_door
from jishi.web.guards import page
from jishi.web.pages import show
from jishi.web.receiving import do_once
from jishi.web.residents.codes import code_kept, keep_code
from jishi.web.residents.forms import RatingForm, ReopeningForm, ReportForm
from jishi.web.residents.throttle import check_may_report


@page(public=True, writes=True)
def report(request: HttpRequest) -> HttpResponse:
    """The one page on which anybody reports; afterwards the receipt."""
    form = ReportForm(request.POST or None, initial=at_door(request.GET.get("door", "")))
    if request.method != "POST":
        return show(request, "residents/report.html", {"form": form})
    if not form.is_valid():
        return show(request, "residents/report.html", {"form": form}, status=422)
    try:
        answer = _registered(request, form)
    except DomainError as error:
        form.blame(error)
        return show(request, "residents/report.html", {"form": form}, status=error.status)
    response = redirect("receipt", answer["number"])
    keep_code(response, answer["number"], code_of(answer["number"]))
    return response


def _registered(request: HttpRequest, form: ReportForm) -> dict[str, Any]:
    check_may_report(request)
    photos = read_photos(request.FILES.getlist("photos"))
    wanted = form.report(photos)
    said = {"form": form.cleaned_data, "photos": [photo.digest for photo in photos]}
    now = timezone.localtime()

    def act() -> dict[str, Any]:
        given = register(report=wanted, by=None, now=now)
        return {"number": given.number}

    return do_once(request, said, act)[0]


@page(public=True)
def place_map(request: HttpRequest) -> HttpResponse:
    """The shapes of the communities for the map on which a place is tapped."""
    here = place()
    response = JsonResponse({"units": map_features(depth=2), "center": list(here.center), "zoom": 11})
    response["Cache-Control"] = "public, max-age=600"
    return response


@page(public=True)
def find_receipt(request: HttpRequest) -> HttpResponse:
    """Ask for a number, forgiving how it was typed, and go to its receipt."""
    typed = request.GET.get("number", "").strip()
    if not typed:
        return show(request, "residents/find.html", {"typed": "", "problem": ""})
    try:
        check_may_look(request)
        number = parse_number(typed)
        if is_order_number(number, place().number_prefix):
            return redirect("order_receipt", number)
        _progress(number)
    except DomainError as error:
        if isinstance(error, NotFound):
            count_miss(request)
        known = {"typed": typed, "problem": error.message}
        return show(request, "residents/find.html", known, status=error.status)
    return redirect("receipt", number)


def _progress(number: str) -> Progress:
    reopen_days = place().content.get("matters", {}).get("reopen_days", 15)
    return progress_of(number, now=timezone.now(), reopen_days=reopen_days)


@page(public=True)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    return _shown(request, number)


def _shown(
    request: HttpRequest, number: str, *, rating: Any = None, reopening: Any = None, status: int = 200
) -> HttpResponse:
    """The receipt page; with a form that was refused, that form opened with its errors."""
    check_may_look(request)
    try:
        progress = _progress(parse_number(number))
    except (NotFound, Invalid):
        count_miss(request)
        raise
    known = {
        "progress": progress,
        "code": code_kept(request, progress.number),
        "county": county().name,
        "rating": rating or RatingForm(),
        "reopening": reopening or ReopeningForm(),
    }
    return show(request, "residents/receipt.html", known, status=status)


@page(public=True, writes=True)
def rate(request: HttpRequest, number: str) -> HttpResponse:
    form = RatingForm(request.POST or None)
    return _reporter_step(request, number, "rate", form, "rating")


@page(public=True, writes=True)
def ask_reopening(request: HttpRequest, number: str) -> HttpResponse:
    form = ReopeningForm(request.POST or None)
    return _reporter_step(request, number, "ask_reopening", form, "reopening")


def _reporter_step(request: HttpRequest, number: str, step: str, form: Any, name: str) -> HttpResponse:
    """A step only the reporter may take: who shows the code printed on the receipt."""
    if request.method != "POST":
        return redirect("receipt", number)
    if not form.is_valid():
        return _shown(request, number, **{name: form}, status=422)
    given = dict(form.cleaned_data)
    code = given.pop("code") or code_kept(request, parse_number(number))
    try:
        check_may_look(request)
        _take_once(request, parse_number(number), step, Given(**given), code)
    except NotFound:
        count_miss(request)
        form.add_error("code", _("评价码不对，请核对回执上的8位数字"))
        return _shown(request, number, **{name: form}, status=422)
    except DomainError as error:
        form.blame(error)
        return _shown(request, number, **{name: form}, status=error.status)
    return redirect("receipt", number)


def _take_once(request: HttpRequest, number: str, step: str, given: Given, code: str) -> None:
    now = timezone.localtime()

    def act() -> dict[str, Any]:
        taken = take_step(number=number, step=step, by=None, now=now, given=given, code=code)
        return {"stage": taken.stage.value}

    do_once(request, [step, repr(given), digest(code)], act)
