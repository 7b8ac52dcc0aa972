"""One household: its home, its people, what stands around it, and what is done with it; and how it once stood."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import DomainError
from jishi.registers.actions import households
from jishi.registers.actions.verification import verify_household
from jishi.registers.queries import pages, past
from jishi.registers.rules.vocabulary import EndReason, Relation
from jishi.territory.queries import full_name
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers import around
from jishi.web.registers.entering import reads
from jishi.web.registers.forms import EndForm, HeadForm, LeaveForm, PersonForm, SourceForm

READ = Permission.READ_REGISTER
KEEP = Permission.KEEP_REGISTER


@page(permission=READ)
def household(request: HttpRequest, number: str) -> HttpResponse:
    """The household of today, or with ``day`` of that day."""
    day = day_asked(request.GET.get("day", ""))
    return household_page(request, number) if day is None else household_then(request, number, day)


def day_asked(text: str) -> dt.date | None:
    """A day before today; None for today, for what lies ahead and for what is no day."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < timezone.localdate() else None


def household_then(request: HttpRequest, number: str, day: dt.date) -> HttpResponse:
    """People, home, grid and what stood around the home as it was on an earlier day. Nothing is done on this page."""
    viewer = viewer_of(request)
    shown = past.household_on(viewer, number, day)
    way = around.way_to(shown.home.address_id if shown.home is not None else None)
    known = {
        "household": shown,
        "where": full_name(shown.grid) if shown.grid is not None else "",
        "matters": around.matters_around(viewer, way, day),
        "parts": around.components_around(viewer, way, shown.grid.id, day) if shown.grid is not None else (),
        "changes": past.changes(viewer, number),
        "yesterday": timezone.localdate() - dt.timedelta(days=1),
    }
    return show(request, "registers/household_then.html", known)


def household_page(
    request: HttpRequest, number: str, *, status: int = 200, forms: dict[str, PageForm] | None = None
) -> HttpResponse:
    """The page with its small forms; a refused one comes back with its errors."""
    viewer, today = viewer_of(request), timezone.localdate()
    shown = pages.household(viewer, number, today)
    way = around.way_to(shown.home.address.id if shown.home is not None and shown.home.address is not None else None)
    members = [(member.id, member.name) for member in shown.members]
    known: dict[str, Any] = {
        "household": shown,
        "where": full_name(shown.grid),
        "matters": around.matters_around(viewer, way, today),
        "parts": around.components_around(viewer, way, shown.grid.id, today) if shown.home is not None else (),
        "changes": past.changes(viewer, number),
        "door_code": next((each.code for each in reversed(way) if each.code), ""),
        "yesterday": today - dt.timedelta(days=1),
        "may_keep": viewer.may(KEEP) and shown.ended_on is None,
        "may_report": viewer.may(Permission.REPORT),
        "members": members,
        "leave": LeaveForm(auto_id="leave_%s"),
        "head": HeadForm(auto_id="head_%s"),
        "end": EndForm(auto_id="end_%s"),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "registers/household.html", known | (forms or {}), status=status)


def act_on(
    request: HttpRequest, number: str, name: str, form: PageForm, act: Callable[[int, dict[str, Any]], None], done: str
) -> HttpResponse:
    """Validate, act once and go back to the household; a refusal shows it with this form as it was typed."""
    if request.method != "POST":
        return redirect("household", number)
    shown = pages.household(viewer_of(request), number, timezone.localdate())
    if form.is_valid():

        def carried() -> dict[str, Any]:
            act(shown.id, form.cleaned_data)
            return {}

        try:
            do_once(request, as_posted(request), carried)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, done)
            return redirect("household", number)
    return household_page(request, number, status=422, forms={name: form})


@page(permission=KEEP, writes=True)
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Everything on the page was looked at and is so."""

    def act(household_id: int, _given: dict[str, Any]) -> None:
        verify_household(household_id=household_id, by=viewer_of(request), now=timezone.now())

    return act_on(request, number, "verify", PageForm(request.POST or None), act, "已核实，核实日期记为今天")


@page(permission=KEEP, writes=True)
def leave(request: HttpRequest, number: str) -> HttpResponse:
    def act(household_id: int, given: dict[str, Any]) -> None:
        households.leave(
            household_id=household_id,
            resident_id=given["resident_id"],
            reason=EndReason(given["reason"]),
            by=viewer_of(request),
            now=timezone.now(),
        )

    return act_on(request, number, "leave", LeaveForm(request.POST or None, auto_id="leave_%s"), act, "已移出本户")


@page(permission=KEEP, writes=True)
def change_head(request: HttpRequest, number: str) -> HttpResponse:
    def act(household_id: int, given: dict[str, Any]) -> None:
        households.change_head(
            household_id=household_id,
            resident_id=given["resident_id"],
            former=Relation(given["former"]),
            by=viewer_of(request),
            now=timezone.now(),
        )

    return act_on(request, number, "head", HeadForm(request.POST or None, auto_id="head_%s"), act, "户主已更换")


@page(permission=KEEP, writes=True)
def end(request: HttpRequest, number: str) -> HttpResponse:
    def act(household_id: int, given: dict[str, Any]) -> None:
        households.end_household(
            household_id=household_id, reason=EndReason(given["reason"]), by=viewer_of(request), now=timezone.now()
        )

    return act_on(request, number, "end", EndForm(request.POST or None, auto_id="end_%s"), act, "整户已注销，历史保留")


@page(permission=KEEP, writes=True)
def join(request: HttpRequest, number: str) -> HttpResponse:
    """One more person in a household that is on record."""
    shown = pages.household(viewer_of(request), number, timezone.localdate())
    row = PersonForm(request.POST or None, prefix="people-0", auto_id="%s", initial={"relation": Relation.SON.value})
    source = SourceForm(request.POST or None, auto_id="from_%s")
    known = {
        "household": shown,
        "row": row,
        "source": source,
        "posted_key": request.POST.get("once_key"),
    }
    if request.method != "POST":
        return show(request, "registers/join.html", known)
    if all([row.is_valid() and reads(row), source.is_valid()]):
        try:
            join_once(request, shown.id, row, source)
        except DomainError as error:
            row.blame(error)
        else:
            messages.success(request, "已加入本户")
            return redirect("household", number)
    return show(request, "registers/join.html", known, status=422)


def join_once(request: HttpRequest, household_id: int, row: PersonForm, source: SourceForm) -> None:
    now = timezone.now()
    person = row.entry(timezone.localdate(now))

    def act() -> dict[str, Any]:
        joined = households.join(
            household_id=household_id, person=person, origin=source.origin, by=viewer_of(request), now=now
        )
        return {"id": joined}

    do_once(request, as_posted(request), act)
