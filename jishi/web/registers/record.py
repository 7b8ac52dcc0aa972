"""One record with every value, where it comes from and since when; and giving, verifying and revealing values."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, NotFound
from jishi.registers.actions import dwellings, premises, verification
from jishi.registers.actions.reveal import reveal as reveal_value
from jishi.registers.actions.values import give_values
from jishi.registers.queries import pages
from jishi.registers.queries.origins import origins
from jishi.registers.rules.claims import Outcome
from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.masking import SENSITIVE
from jishi.registers.rules.vocabulary import EndReason, Purpose, RecordKind
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers.around import households_behind_the_door_of
from jishi.web.registers.forms import EndForm, RevealForm, SourceForm
from jishi.web.registers.values import ValuesForm

READ = Permission.READ_REGISTER
KEEP = Permission.KEEP_REGISTER
NONE = "没有找到，或不在您的辖区内。"


def kind_of(kind: str) -> RecordKind:
    """The kind in an address; a household has a page of its own besides."""
    if kind not in {each.value for each in RecordKind}:
        raise NotFound(NONE)
    return RecordKind(kind)


@page(permission=READ, writes=True)
def record(request: HttpRequest, kind: str, record_id: int) -> HttpResponse:
    """The record; posted, what somebody says about it: taken, or set beside what another source says."""
    of = kind_of(kind)
    form = ValuesForm(of, request.POST or None)
    source = SourceForm(request.POST or None, auto_id="from_%s")
    if request.method != "POST":
        return record_page(request, of, record_id, form, source)
    viewer_of(request).check(KEEP)
    if not all([form.is_valid(), source.is_valid()]):
        return record_page(request, of, record_id, form, source, status=422)
    try:
        told = give_once(request, of, record_id, form.said, source)
    except DomainError as error:
        form.blame(error)
        return record_page(request, of, record_id, form, source, status=error.status)
    tell(request, of, told)
    return redirect("record", kind, record_id)


def give_once(
    request: HttpRequest, kind: RecordKind, record_id: int, said: dict[str, str], source: SourceForm
) -> dict[str, str]:
    def act() -> dict[str, Any]:
        outcomes = give_values(
            kind=kind,
            record_id=record_id,
            values=said,
            origin=source.origin,
            by=viewer_of(request),
            now=timezone.now(),
        )
        return {name: outcome.value for name, outcome in outcomes.items()}

    return do_once(request, as_posted(request), act)[0]


def tell(request: HttpRequest, kind: RecordKind, told: dict[str, str]) -> None:
    """What became of each value, in words."""
    labels = {name: field.label for name, field in FIELDS[kind].items()}
    beside = [labels[name] for name, outcome in told.items() if outcome == Outcome.CONFLICTS]
    taken = [labels[name] for name, outcome in told.items() if outcome in (Outcome.FILLS, Outcome.SUCCEEDS)]
    if taken:
        messages.success(request, f"已更新：{'、'.join(taken)}")
    if beside:
        names = "、".join(beside)
        messages.warning(request, f"{names}与原来源不一致，已并列记下，由社区裁定；裁定前仍显示原值")
    if not taken and not beside:
        messages.success(request, "与登记的一致，没有改动")


def record_page(
    request: HttpRequest,
    kind: RecordKind,
    record_id: int,
    form: ValuesForm,
    source: SourceForm,
    *,
    status: int = 200,
    reveal: RevealForm | None = None,
    revealed: tuple[str, str] | None = None,
) -> HttpResponse:
    """The page of a record. ``revealed`` is the label and the whole value of one field, shown this once."""
    viewer = viewer_of(request)
    fields = origins(viewer, kind, record_id)
    title, household = title_of(viewer, kind, record_id)
    known = {
        "kind": kind,
        "record_id": record_id,
        "title": title,
        "household_number": household,
        "fields": fields,
        "sensitive": [(field.name, field.label) for field in fields if field.name in SENSITIVE],
        "form": form,
        "source": source,
        "reveal": reveal or RevealForm(auto_id="reveal_%s"),
        "revealed": revealed,
        "end": EndForm(auto_id="end_%s"),
        "ends": kind in (RecordKind.DWELLING, RecordKind.PREMISES),
        "shown": shown_of(viewer, kind, record_id),
        "households": households_of(viewer, kind, record_id),
        "may_keep": viewer.may(KEEP),
        "may_reveal": viewer.may(Permission.READ_SENSITIVE),
        "may_decide": viewer.may(Permission.DECIDE_REGISTER),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "registers/record.html", known, status=status)


def title_of(viewer: Viewer, kind: RecordKind, record_id: int) -> tuple[str, str]:
    """What the record is called, and the number of the household to go back to."""
    shown = shown_of(viewer, kind, record_id)
    if kind is RecordKind.RESIDENT:
        return shown[0].name, shown[1]
    if kind is RecordKind.DWELLING:
        return shown.door, shown.households[0][0] if len(shown.households) == 1 else ""
    return (shown.name, "") if kind is RecordKind.PREMISES else ("户", "")


def shown_of(viewer: Viewer, kind: RecordKind, record_id: int) -> Any:
    """The record with what it is tied to; None for a household, whose page is another."""
    today = timezone.localdate()
    if kind is RecordKind.RESIDENT:
        return pages.resident(viewer, record_id, today)
    if kind is RecordKind.DWELLING:
        return pages.dwelling(viewer, record_id, today)
    return pages.premises(viewer, record_id, today) if kind is RecordKind.PREMISES else None


def households_of(viewer: Viewer, kind: RecordKind, record_id: int) -> Any:
    """The households to go back to from premises."""
    if kind is not RecordKind.PREMISES:
        return ()
    return households_behind_the_door_of(viewer, pages.premises(viewer, record_id, timezone.localdate()))


@page(permission=KEEP, writes=True)
def verify(request: HttpRequest, kind: str, record_id: int) -> HttpResponse:
    of = kind_of(kind)
    if request.method == "POST":

        def act() -> dict[str, Any]:
            verification.verify(kind=of, record_id=record_id, by=viewer_of(request), now=timezone.now())
            return {}

        do_once(request, as_posted(request), act)
        messages.success(request, "已核实，核实日期记为今天")
    return redirect("record", kind, record_id)


@page(permission=Permission.READ_SENSITIVE, writes=True)
def reveal(request: HttpRequest, kind: str, record_id: int) -> HttpResponse:
    """The whole of a masked value, shown on this answer only; the audit record holds who, which field and what for."""
    of = kind_of(kind)
    if request.method != "POST":
        return redirect("record", kind, record_id)
    form, empty = RevealForm(request.POST, auto_id="reveal_%s"), (ValuesForm(of), SourceForm(auto_id="from_%s"))
    if not form.is_valid():
        return record_page(request, of, record_id, *empty, reveal=form, status=422)
    try:
        value = reveal_once(request, of, record_id, form.cleaned_data)
    except DomainError as error:
        form.blame(error)
        return record_page(request, of, record_id, *empty, reveal=form, status=error.status)
    if value is None:
        messages.info(request, "这一次已经查看过。需要再看的，请重新填写用途。")
        return redirect("record", kind, record_id)
    revealed = (FIELDS[of][form.cleaned_data["field"]].label, value)
    return record_page(request, of, record_id, *empty, revealed=revealed)


def reveal_once(request: HttpRequest, kind: RecordKind, record_id: int, given: dict[str, Any]) -> str | None:
    """The value, or None if this very form showed it before: what is kept of an answer must not hold it."""
    values: list[str] = []

    def act() -> dict[str, Any]:
        found = reveal_value(
            kind=kind,
            record_id=record_id,
            field=given["field"],
            purpose=Purpose(given["purpose"]),
            note=given["note"],
            by=viewer_of(request),
            now=timezone.now(),
        )
        values.append(found)
        return {}

    do_once(request, as_posted(request), act)
    return values[0] if values else None


@page(permission=KEEP, writes=True)
def end(request: HttpRequest, kind: str, record_id: int) -> HttpResponse:
    """A house is gone, an organisation has closed."""
    of = kind_of(kind)
    form = EndForm(request.POST or None, auto_id="end_%s")
    if request.method != "POST" or not form.is_valid():
        return redirect("record", kind, record_id)

    def act() -> dict[str, Any]:
        said: dict[str, Any] = {
            "reason": EndReason(form.cleaned_data["reason"]),
            "by": viewer_of(request),
            "now": timezone.now(),
        }
        if of is RecordKind.DWELLING:
            dwellings.end_dwelling(dwelling_id=record_id, **said)
        elif of is RecordKind.PREMISES:
            premises.end_premises(premises_id=record_id, **said)
        else:
            raise NotFound(NONE)
        return {}

    do_once(request, as_posted(request), act)
    messages.success(request, "已注销，历史保留")
    return redirect("registers")
