"""The community's order hall, a unit's orders, one order with its steps, and ordering for somebody without a phone."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, NotFound
from jishi.orders.actions.placing import place_order
from jishi.orders.actions.steps import take_step
from jishi.orders.queries import orders
from jishi.orders.queries.offers import OfferRow, offers
from jishi.orders.queries.orders import LANES, Detail, code_of, detail
from jishi.orders.rules.numbers import parse_order_number
from jishi.orders.rules.stages import QUEUE, Stage
from jishi.orders.rules.steps import STEPS
from jishi.orders.rules.vocabulary import DayPart, OrderChannel
from jishi.territory.queries import full_name, unit_on_record
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.orders.forms import ProxyForm, StepForm, tomorrow
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.residents.codes import keep_code

SEND, TAKE, READ = Permission.DISPATCH_ORDERS, Permission.TAKE_ORDERS, Permission.READ_ORDERS
LABELS = {
    "queue": gettext_lazy("待派单"),
    "offered": gettext_lazy("待接单"),
    "working": gettext_lazy("办理中"),
    "served": gettext_lazy("待评单"),
    "closed": gettext_lazy("已结束"),
}
TO_COME = QUEUE | {Stage.OFFERED, Stage.TAKEN}  # nobody has begun
UNIT_LANES = ("offered", "working", "served", "closed")


def _lane(request: HttpRequest, names: tuple[str, ...], counts: dict[str, int]) -> str:
    """The lane that was asked for, else the first with something in it."""
    asked = request.GET.get("lane", "")
    return asked if asked in names else next((name for name in names if counts.get(name)), names[0])


def _lanes(names: tuple[str, ...], counts: dict[str, int]) -> list[tuple[str, Any, int | None]]:
    return [(name, LABELS[name], counts.get(name)) for name in names]


@page(permission=SEND)
def hall(request: HttpRequest) -> HttpResponse:
    """The orders of the community; what came back stands on top."""
    viewer, names = viewer_of(request), tuple(LANES)
    counts = orders.hall_counts(viewer)
    lane = _lane(request, names, counts)
    rows = _marked(orders.hall(viewer, lane))
    known = {"lane": lane, "lanes": _lanes(names, counts), "rows": rows, "own": "order_hall"}
    returned = sum(1 for row in rows if row["stage"] is Stage.RETURNED)
    return show(request, "orders/hall.html", known | {"returned": returned, **_words()})


@page(permission=TAKE)
def queue(request: HttpRequest) -> HttpResponse:
    """What was sent to the person's units."""
    viewer = viewer_of(request)
    counts = orders.queue_counts(viewer)
    lane = _lane(request, UNIT_LANES, counts)
    rows = _marked(orders.queue(viewer, lane))
    known = {"lane": lane, "lanes": _lanes(UNIT_LANES, counts), "rows": rows, "own": "order_queue"}
    return show(request, "orders/queue.html", known | _words())


def _marked(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with ``wish_passed``: whether the day the resident wished for is over and nobody has begun."""
    today = timezone.localdate()
    return [{**row, "wish_passed": row["stage"] in TO_COME and row["wished_on"] < today} for row in rows]


def _words() -> dict[str, Any]:
    parts, channels = ({one.value: one.label for one in kind} for kind in (DayPart, OrderChannel))
    return {"parts": parts, "channels": channels}


def _number(text: str) -> str:
    try:
        return parse_order_number(text)
    except DomainError as error:
        raise NotFound(error.message) from error


@page(permission=READ)
def order(request: HttpRequest, number: str) -> HttpResponse:
    return _shown(request, detail(viewer_of(request), _number(number)))


def _shown(request: HttpRequest, found: Detail, refused: StepForm | None = None, status: int = 200) -> HttpResponse:
    """One order; with a form that was refused, that form with its errors."""
    near = offers(found.facts.path)
    forms = [StepForm(step, found, near) for step in found.steps]
    if refused is not None:
        forms = [refused, *(form for form in forms if form.step.name != refused.step.name)]
    place = unit_on_record(found.order["unit_id"])
    known = {
        "order": found.order,
        "found": found,
        "forms": forms,
        "refused": refused.step.name if refused is not None else "",
        "area": full_name(place) if place is not None else "",
        "nobody_else": found.facts.stage in QUEUE and not _fit(forms),
        "back": "order_hall" if viewer_of(request).may(SEND) else "order_queue",
    }
    return show(request, "orders/order.html", known | _words(), status=status)


def _fit(forms: list[StepForm]) -> bool:
    """Whether there is any unit the order could be sent to."""
    sending = [form for form in forms if "offer_id" in form.fields]
    return any(len(form.fields["offer_id"].choices) > 1 for form in sending)  # type: ignore[attr-defined]


@page(permission=READ, writes=True)
def step(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Take one step; a refusal comes back on the page of the order."""
    viewer, number = viewer_of(request), _number(number)
    found = detail(viewer, number)
    wanted = STEPS.get(name)
    if wanted is None:
        raise NotFound(_("没有这个步骤"))
    if request.method != "POST":
        return redirect("order", number)
    form = StepForm(wanted, found, offers(found.facts.path), request.POST)
    if not form.is_valid():
        return _shown(request, found, form, status=422)
    try:
        _take_once(request, viewer, number, form)
    except DomainError as error:
        form.blame(error)
        return _shown(request, detail(viewer, number), form, status=error.status)
    messages.success(request, _("已%(step)s") % {"step": wanted.label})
    return redirect(*_after(viewer, number))


def _after(viewer: Viewer, number: str) -> tuple[str, ...]:
    """Back to the order, or to the list once it has gone to somebody else."""
    try:
        detail(viewer, number)
    except NotFound:
        return ("order_queue",)
    return "order", number


def _take_once(request: HttpRequest, viewer: Viewer, number: str, form: StepForm) -> None:
    now = timezone.localtime()

    def act() -> dict[str, Any]:
        version = form.cleaned_data["version"]
        taken = take_step(number=number, step=form.step.name, by=viewer, now=now, given=form.given(), version=version)
        return {"stage": taken.stage.value}

    do_once(request, as_posted(request), act)


@page(permission=SEND, writes=True)
def new(request: HttpRequest) -> HttpResponse:
    """Order for a resident who came to the desk or rang; the receipt is printed for them."""
    viewer = viewer_of(request)
    choices, near = _own_ground(viewer)
    initial = {"wished_on": tomorrow(timezone.localdate()), "unit": choices[0][1][0][0]}
    form = ProxyForm(request.POST or None, initial=initial, communities=choices, offers=near)
    if request.method == "POST" and form.is_valid():
        try:
            return _placed(request, viewer, form)
        except DomainError as error:
            form.blame(error)
    return show(request, "orders/new.html", {"form": form}, status=422 if form.errors else 200)


def _own_ground(viewer: Viewer) -> tuple[list[tuple[str, list[tuple[int, str]]]], list[OfferRow]]:
    """The communities a person orders for, as a select takes them, and what reaches any of them."""
    grants = list(viewer.having(SEND))
    near = {row.id: row for grant in grants for row in offers(grant.path)}
    return [(_("本社区（村）"), [(grant.unit_id, grant.unit_name) for grant in grants])], list(near.values())


def _placed(request: HttpRequest, viewer: Viewer, form: ProxyForm) -> HttpResponse:
    wish, now = form.proxy_wish(), timezone.localtime()

    def act() -> dict[str, Any]:
        return {"number": place_order(wish=wish, by=viewer, now=now).number}

    number = do_once(request, as_posted(request), act)[0]["number"]
    messages.success(request, _("已代为点单，请把回执交给居民"))
    response = redirect("order_receipt", number)
    keep_code(response, number, code_of(number))
    return response
