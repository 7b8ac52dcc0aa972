"""Residents' pages: what there is to order, the one form, the receipt; no login."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.kernel.canonical import digest
from jishi.kernel.errors import DomainError, Invalid, NotFound
from jishi.limits.actions import check_may_look, count_miss
from jishi.orders.actions.placing import place_order
from jishi.orders.actions.steps import take_step
from jishi.orders.queries.offers import OfferRow, offer, offers
from jishi.orders.queries.orders import Progress, code_of
from jishi.orders.queries.orders import receipt as progress_of
from jishi.orders.rules.given import Given
from jishi.orders.rules.numbers import parse_order_number
from jishi.orders.rules.stages import OFFICIAL
from jishi.orders.rules.vocabulary import DayPart, OrderChannel, ServiceKind
from jishi.territory.queries import unit, units
from jishi.web.guards import page
from jishi.web.orders.forms import RatingForm, WishForm, WithdrawForm, served_communities, tomorrow
from jishi.web.pages import show
from jishi.web.receiving import do_once
from jishi.web.residents.codes import code_kept, keep_code
from jishi.web.residents.forms import community_choices
from jishi.web.residents.throttle import check_may_report


@page(public=True)
def services(request: HttpRequest) -> HttpResponse:
    """Everything on offer, or what reaches the community that was chosen."""
    asked = request.GET.get("unit", "")
    here = unit(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None
    found = offers(here.path if here is not None else "")
    groups = [(kind, [row for row in found if row.kind is kind]) for kind in ServiceKind]
    known = {
        "groups": [(kind, rows) for kind, rows in groups if rows],
        "chosen": here,
        "communities": community_choices(),
    }
    return show(request, "orders/services.html", known)


def _offer(offer_id: int) -> OfferRow:
    found = offer(offer_id)
    if found is None:
        raise NotFound(_("没有这项服务，或已停止提供"))
    return found


@page(public=True, writes=True)
def service(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One service with its price and the form to order it; afterwards the receipt."""
    chosen = _offer(offer_id)
    places = {one.id: one for one in units(2)}
    initial = {"wished_on": tomorrow(timezone.localdate()), "unit": request.GET.get("unit", "")}
    form = WishForm(
        request.POST or None, initial=initial, communities=served_communities(chosen, community_choices(), places)
    )
    known = {"form": form, "offer": chosen}
    if request.method != "POST":
        return show(request, "orders/service.html", known)
    if not form.is_valid():
        return show(request, "orders/service.html", known, status=422)
    try:
        number = _ordered(request, form, chosen)
    except DomainError as error:
        form.blame(error)
        return show(request, "orders/service.html", known, status=error.status)
    response = redirect("order_receipt", number)
    keep_code(response, number, code_of(number))
    return response


def _ordered(request: HttpRequest, form: WishForm, chosen: OfferRow) -> str:
    check_may_report(request)
    wish = form.wish(OrderChannel.PAGE, chosen.id)
    now = timezone.localtime()
    by = request.viewer  # type: ignore[attr-defined]

    def act() -> dict[str, Any]:
        return {"number": place_order(wish=wish, by=by, now=now).number}

    return str(do_once(request, repr(wish), act)[0]["number"])


@page(public=True)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    return _shown(request, number)


def _progress(number: str) -> Progress:
    return progress_of(parse_order_number(number))


def _shown(
    request: HttpRequest, number: str, *, rating: Any = None, withdrawal: Any = None, status: int = 200
) -> HttpResponse:
    """The receipt; with a form that was refused, that form opened with its errors."""
    check_may_look(request)
    try:
        progress = _progress(number)
    except (NotFound, Invalid):
        count_miss(request)
        raise
    known = {
        "progress": progress,
        "part": DayPart(progress.part).label,
        "official": list(OFFICIAL),
        "code": code_kept(request, progress.number),
        "rating": rating or RatingForm(),
        "withdrawal": withdrawal or WithdrawForm(auto_id="withdraw_%s"),
    }
    return show(request, "orders/receipt.html", known, status=status)


@page(public=True, writes=True)
def rate(request: HttpRequest, number: str) -> HttpResponse:
    return _orderer_step(request, number, "rate", RatingForm(request.POST or None), "rating")


@page(public=True, writes=True)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    form = WithdrawForm(request.POST or None, auto_id="withdraw_%s")
    return _orderer_step(request, number, "withdraw", form, "withdrawal")


def _orderer_step(request: HttpRequest, number: str, step: str, form: Any, name: str) -> HttpResponse:
    """A step only who ordered may take: who shows the code printed on the receipt."""
    if request.method != "POST":
        return redirect("order_receipt", number)
    if not form.is_valid():
        return _shown(request, number, **{name: form}, status=422)
    given = dict(form.cleaned_data)
    known = parse_order_number(number)
    code = given.pop("code") or code_kept(request, known)
    try:
        check_may_look(request)
        _take_once(request, known, step, Given(**given), code)
    except NotFound:
        count_miss(request)
        form.add_error("code", _("评单码不对，请核对回执上的8位数字"))
        return _shown(request, number, **{name: form}, status=422)
    except DomainError as error:
        form.blame(error)
        return _shown(request, number, **{name: form}, status=error.status)
    return redirect("order_receipt", known)


def _take_once(request: HttpRequest, number: str, step: str, given: Given, code: str) -> None:
    now = timezone.localtime()

    def act() -> dict[str, Any]:
        return {"stage": take_step(number=number, step=step, by=None, now=now, given=given, code=code).stage.value}

    do_once(request, [step, repr(given), digest(code)], act)
