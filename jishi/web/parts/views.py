"""Components: the list, one component with its history, what is due, an inspection with one tap, a fault."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from jishi.accounts.rules.roles import Permission
from jishi.duties.queries import spoken_categories
from jishi.flows.component_faults import report_fault
from jishi.kernel.errors import Conflict, DomainError
from jishi.matters.queries.at_component import matters_about
from jishi.parts import queries
from jishi.parts.actions import inspect as write_inspection
from jishi.parts.rules.codes import LENGTH, clean_code
from jishi.parts.rules.inspections import Condition
from jishi.territory.queries import full_name, unit
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.parts.forms import ASKED, FaultForm, filter_of, kind_choices, unit_choices
from jishi.web.parts.history import history_of
from jishi.web.parts.maps import map_of
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers.around import households_around

READ, INSPECT = Permission.READ_PARTS, Permission.INSPECT_PARTS
SHOWN_DUE = 50


@page(permission=READ)
def components(request: HttpRequest) -> HttpResponse:
    """The components of the own area or organisation, by code, a page at a time."""
    viewer, today = viewer_of(request), timezone.localdate()
    code = clean_code(request.GET.get("q", ""))
    if len(code) == LENGTH and code.isdigit() and queries.is_known(viewer, code):
        return redirect("component", code)
    wanted = filter_of(request.GET)
    after = request.GET.get("after", "")[:16]
    asked = {name: request.GET.get(name, "")[:60] for name in ASKED}
    found = queries.components(viewer, wanted, today=today, after=after if after.isdigit() else "")
    each = queries.standings(viewer, wanted, today=today)
    known = {
        "found": found,
        "places": {row.unit_id: _short_place(row) for row in found.rows},
        "asked": asked,
        "kinds": kind_choices(),
        "units": unit_choices(viewer, wanted.unit_id),
        "standings": [("", _("全部"), sum(each.values())), *((one.value, one.label, n) for one, n in each.items())],
        "today": today,
        "inspects": viewer.may(INSPECT),
        "enters": queries.may_enter(viewer),
        "imports": viewer.may(Permission.MANAGE_PLACE),
    }
    return show(request, "parts/components.html", known)


def _short_place(row: queries.ComponentRow) -> str:
    """The unit with the one it lies in: every community has a first grid."""
    here = unit(row.unit_id)
    return " ".join(full_name(here).split(" ")[-2:]) if here is not None else row.unit_name


@page(permission=READ)
def component(request: HttpRequest, code: str) -> HttpResponse:
    """One component: what it is, who answers for it, where it stands, what became of it."""
    viewer = viewer_of(request)
    matters = matters_about(viewer, code)
    found = queries.component(viewer, code, has_matter=bool(matters))
    row = found.row
    here = unit(row.unit_id)
    known = {
        "found": found,
        "row": row,
        "standing": row.standing(timezone.localdate()),
        "unit_name": full_name(here) if here is not None else row.unit_name,
        "lines": history_of(found, matters),
        "open_matters": [matter for matter in matters if matter["closed_at"] is None],
        "may_inspect": queries.may_inspect(viewer, row.code),
        "may_change": found.until is None and viewer.may(Permission.MANAGE_PLACE),
        "map": map_of(row),
        "households": households_around(viewer, row),
    }
    return show(request, "parts/component.html", known)


@page(permission=READ)
def label(request: HttpRequest, code: str) -> HttpResponse:
    """The label for the thing itself: a QR code that opens its page on the phone of anybody at work, and the code."""
    import segno  # only here: no other page draws one

    found = queries.component(viewer_of(request), code)
    address = request.build_absolute_uri(reverse("component", args=[found.row.code]))
    drawing = segno.make(address, error="m").svg_inline(border=2, omitsize=True)
    known = {"row": found.row, "found": found, "drawing": mark_safe(drawing)}  # noqa: S308 (drawn by segno)
    return show(request, "parts/label.html", known)


@page(permission=INSPECT)
def due(request: HttpRequest) -> HttpResponse:
    """What is past its day of inspection in the own area, the longest waiting first."""
    today = timezone.localdate()
    found = queries.due(viewer_of(request), today=today, limit=SHOWN_DUE)
    return show(request, "parts/due.html", {"found": found, "today": today})


@page(permission=INSPECT, writes=True)
def inspect(request: HttpRequest, code: str) -> HttpResponse:
    """One tap: it is sound."""
    if request.method != "POST":
        return redirect("component", code)

    def act() -> dict[str, Any]:
        write_inspection(code=code, condition=Condition.SOUND, by=viewer_of(request), now=timezone.now())
        return {}

    do_once(request, as_posted(request), act)
    messages.success(request, _("已记下：完好"))
    return redirect("parts_due") if request.POST.get("from") == "due" else redirect("component", code)


@page(permission=INSPECT, writes=True)
def fault(request: HttpRequest, code: str) -> HttpResponse:
    """Report a fault: the matter it opens is shown afterwards."""
    found = queries.component(viewer_of(request), code)
    if found.until is not None:
        raise Conflict(_("这个部件已经注销"))
    if request.method != "POST":
        return _fault_page(request, found, FaultForm(initial={"category_code": _usual_category(found)}))
    form = FaultForm(request.POST, request.FILES)
    if not form.is_valid():
        return _fault_page(request, found, form, status=422)
    try:
        number = _report_once(request, found, form)
    except DomainError as error:
        form.blame(error)
        return _fault_page(request, found, form, status=error.status)
    messages.success(request, _("已报告故障，受理编号 %(number)s") % {"number": number})
    return redirect("component", found.row.code)


def _fault_page(
    request: HttpRequest, found: queries.ComponentDetail, form: FaultForm, status: int = 200
) -> HttpResponse:
    matters = matters_about(viewer_of(request), found.row.code)
    known = {
        "found": found,
        "row": found.row,
        "form": form,
        "open_matters": [matter for matter in matters if matter["closed_at"] is None],
    }
    return show(request, "parts/fault.html", known, status=status)


def _usual_category(found: queries.ComponentDetail) -> str:
    """The class the duty lists would speak of for such a component, as an offer."""
    spoken = spoken_categories(found.row.subclass_name, limit=1)
    return spoken[0].category.code if spoken else ""


def _report_once(request: HttpRequest, found: queries.ComponentDetail, form: FaultForm) -> str:
    def act() -> dict[str, Any]:
        receipt = report_fault(code=found.row.code, by=viewer_of(request), now=timezone.now(), **form.cleaned_data)
        return {"number": receipt.number}

    return str(do_once(request, as_posted(request), act)[0]["number"])
