"""Registering a matter at a desk: somebody stands at the counter, calls, or has written a letter."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import DomainError, Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.matters.actions.county import county_rules
from jishi.matters.actions.registration import register as register_matter
from jishi.matters.queries.detail import detail
from jishi.matters.queries.receipt import code_of, receipt
from jishi.matters.rules.given import Report
from jishi.matters.rules.reports import MAX_TEXT, MAX_TITLE
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.territory.queries import full_name, unit
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.choices import category_choices, unit_levels
from jishi.web.matters.fields import IdField, LastOfSeveral, PhotosField
from jishi.web.matters.panel import may_see
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once

AT_DESK = (Channel.DESK, Channel.PHONE, Channel.PAPER, Channel.VISIT, Channel.MEETING, Channel.QUICK)
BROKEN = "请从列出的选项中选择"
PLACED = "位置不对，请重新点选"


class RegisterForm(PageForm):
    channel = forms.ChoiceField(
        label="来源",
        choices=[(each.value, each.label) for each in AT_DESK],
        error_messages={"required": "请选择来源", "invalid_choice": BROKEN},
    )
    text = forms.CharField(
        label="反映内容",
        max_length=MAX_TEXT,
        widget=forms.Textarea,
        error_messages={"required": "请写下反映的事", "max_length": f"最多{MAX_TEXT}个字"},
    )
    title = forms.CharField(
        label="标题", max_length=MAX_TITLE, required=False, error_messages={"max_length": f"最多{MAX_TITLE}个字"}
    )
    category_code = forms.ChoiceField(label="类别", required=False, error_messages={"invalid_choice": BROKEN})
    grade = forms.ChoiceField(
        label="等级",
        required=False,
        choices=[("", "按规则自动定级"), *((grade.value, grade.label) for grade in Grade)],
        error_messages={"invalid_choice": BROKEN},
    )
    urgent = forms.BooleanField(label="紧急：危及人身或公共安全，须马上处理", required=False)
    unit_id = IdField(label="所在社区、网格", required=False, widget=LastOfSeveral)
    place = forms.CharField(
        label="详细地点", max_length=120, required=False, error_messages={"max_length": "最多120个字"}
    )
    longitude = forms.FloatField(label="位置", required=False, error_messages={"invalid": PLACED})
    latitude = forms.FloatField(label="纬度", required=False, error_messages={"invalid": PLACED})
    reporter_name = forms.CharField(
        label="反映人", max_length=60, required=False, error_messages={"max_length": "最多60个字"}
    )
    reporter_phone = forms.CharField(
        label="联系电话", max_length=30, required=False, error_messages={"max_length": "号码过长"}
    )
    photos = PhotosField(label="照片或来信扫描", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "register_%s"} | options))
        self.fields["category_code"].choices = [("", "暂不分类"), *category_choices()]  # type: ignore[attr-defined]

    def report(self) -> Report:
        """What was filled in; only after ``is_valid()``."""
        given = self.cleaned_data
        return Report(
            **{name: given[name] for name in SAME},
            channel=Channel(given["channel"]),
            grade=Grade(given["grade"]) if given["grade"] else None,
        )


SAME = (
    "text", "title", "unit_id", "place", "longitude", "latitude", "category_code", "urgent", "reporter_name",
    "reporter_phone", "photos",
)  # fmt: skip


@page(permission=Permission.REPORT, writes=True)
def register(request: HttpRequest) -> HttpResponse:
    """Register what somebody says, and show the receipt to hand over."""
    if request.method != "POST":
        return form_page(request, RegisterForm(initial={"channel": Channel.DESK.value}))
    form = RegisterForm(request.POST, request.FILES)
    if not form.is_valid():
        return form_page(request, form, status=422)
    now = timezone.now()
    try:
        answer = carry_out(request, form.report(), now)
    except DomainError as error:
        form.blame(error)
        return form_page(request, form, status=error.status)
    return receipt_page(request, answer["number"], now)


def carry_out(request: HttpRequest, report: Report, now: dt.datetime) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]

    def act() -> dict[str, Any]:
        return {"number": register_matter(report=report, by=viewer, now=now).number}

    return do_once(request, as_posted(request), act)[0]


def receipt_page(request: HttpRequest, number: str, now: dt.datetime) -> HttpResponse:
    """The receipt to hand over. What was registered may lie outside the person's area: it shows no more than any
    receipt does."""
    reopen_days = county_rules(timezone.localdate(now)).handbook.reopen_days
    known = {
        "receipt": receipt(number, now=now, reopen_days=reopen_days),
        "code": code_of(number),
        "opens": may_see(request.viewer, number),  # type: ignore[attr-defined]
    }
    return show(request, "matters/registered.html", known)


def form_page(request: HttpRequest, form: RegisterForm, *, status: int = 200) -> HttpResponse:
    chosen = form["unit_id"].value()
    chosen = int(chosen) if str(chosen or "").isascii() and str(chosen or "").isdigit() else None
    known = {
        "form": form,
        "levels": unit_levels(chosen if chosen is not None and unit(chosen) else own_unit(request)),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "matters/register.html", known, status=status)


def own_unit(request: HttpRequest) -> int | None:
    """Where the person works: the form begins there."""
    grants = request.viewer.having(Permission.REPORT)  # type: ignore[attr-defined]
    deepest = max(grants, key=lambda grant: grant.depth, default=None)
    return deepest.unit_id if deepest is not None else None


@page(permission=Permission.READ_MATTERS)
def lookup(request: HttpRequest) -> HttpResponse:
    """What stands behind a number somebody types to merge into: title and place, or why it cannot be found."""
    asked = request.GET.get("into", "")
    try:
        found = detail(request.viewer, parse_number(asked)) if asked.strip() else None  # type: ignore[attr-defined]
    except (Invalid, NotFound) as error:
        return show(request, "matters/lookup.html", {"found": None, "error": error.message, "place": ""})
    place = unit(found.facts.unit_id) if found is not None else None
    known = {"found": found, "error": "", "place": full_name(place) if place is not None else ""}
    return show(request, "matters/lookup.html", known)
