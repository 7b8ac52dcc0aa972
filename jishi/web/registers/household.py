"""One household: its home, its people, the premises and matters around it, and what is done with it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError
from jishi.matters.queries.worklist import Filter, worklist
from jishi.registers.actions import households
from jishi.registers.actions.verification import verify_household
from jishi.registers.queries import pages
from jishi.registers.queries.pages import HouseholdShown
from jishi.registers.rules.vocabulary import EndReason, Relation
from jishi.territory.queries import full_name
from jishi.web.desk.rows import rows_of as matter_rows
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers.entering import reads
from jishi.web.registers.forms import EndForm, HeadForm, LeaveForm, PersonForm, RevealForm, SourceForm

READ = Permission.READ_REGISTER
KEEP = Permission.KEEP_REGISTER
MATTERS_SHOWN = 5


@page(permission=READ)
def household(request: HttpRequest, number: str) -> HttpResponse:
    return household_page(request, number)


def household_page(
    request: HttpRequest, number: str, *, status: int = 200, forms: dict[str, PageForm] | None = None
) -> HttpResponse:
    """The page with its small forms; a refused one comes back with its errors."""
    viewer, now = viewer_of(request), timezone.localtime()
    shown = pages.household(viewer, number, now.date())
    members = [(member.id, member.name) for member in shown.members]
    known: dict[str, Any] = {
        "household": shown,
        "where": full_name(shown.grid),
        "matters": matters_at(viewer, shown, now),
        "may_keep": viewer.may(KEEP) and shown.ended_on is None,
        "may_decide": viewer.may(Permission.DECIDE_REGISTER),
        "members": members,
        "leave": LeaveForm(auto_id="leave_%s"),
        "head": HeadForm(auto_id="head_%s"),
        "end": EndForm(auto_id="end_%s"),
        "reveal": RevealForm(auto_id="reveal_%s"),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "registers/household.html", known | (forms or {}), status=status)


def matters_at(viewer: Viewer, shown: HouseholdShown, now: dt.datetime) -> list[Any]:
    """Open matters of the grid whose place or text names this door, as far as the person may see matters."""
    if shown.home is None or not viewer.may(Permission.READ_MATTERS):
        return []
    wanted = Filter(unit=(shown.grid.depth, shown.grid.id), search=shown.home.door)
    return list(matter_rows(worklist(viewer, wanted, now=now, limit=MATTERS_SHOWN).rows))


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
