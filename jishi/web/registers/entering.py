"""Entering a household at its door, on one screen; and a household that moves to another door."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import DomainError
from jishi.registers.actions import households
from jishi.registers.queries import lists, pages
from jishi.registers.queries.at_address import address_of
from jishi.registers.rules.entries import MOST_PEOPLE
from jishi.registers.rules.vocabulary import StayKind
from jishi.territory.queries import unit
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers.forms import (
    HouseholdForm,
    MoveForm,
    PersonForm,
    SourceForm,
    as_typed,
    blame_row,
    grids_of,
    new_row,
    rows_of,
)

KEEP = Permission.KEEP_REGISTER


@page(permission=KEEP, writes=True)
def enter(request: HttpRequest) -> HttpResponse:
    """One screen: the door, the people, done. Without script another row comes by a button that sends the form."""
    viewer = viewer_of(request)
    if request.method != "POST":
        first: dict[str, Any] = {"door": request.GET.get("door", "")[:120]}
        asked = request.GET.get("unit", "")
        if asked in {str(id) for id, _ in grids_of(viewer)}:
            first["unit_id"] = int(asked)
        return form_page(request, HouseholdForm(viewer, initial=first), SourceForm(auto_id="from_%s"), [new_row(0)])
    form, source = HouseholdForm(viewer, request.POST), SourceForm(request.POST, auto_id="from_%s")
    rows = rows_of(request.POST)
    if "more" in request.POST:
        return one_more(request, form, source, rows)
    if not everything_valid(form, source, rows):
        return form_page(request, form, source, rows, status=422)
    try:
        number = enter_once(request, form, source, rows)
    except DomainError as error:
        if not blame_row(rows, error):
            form.blame(error)
        return form_page(request, form, source, rows, status=error.status)
    messages.success(request, f"已登记，户编号 {number}")
    return redirect("household", number)


def one_more(request: HttpRequest, form: HouseholdForm, source: SourceForm, rows: list[PersonForm]) -> HttpResponse:
    """Another row without script: what was typed so far comes back and is not judged yet."""
    again = [PersonForm(prefix=each.prefix, auto_id="%s", initial=as_typed(each)) for each in rows]
    return form_page(
        request,
        HouseholdForm(viewer_of(request), initial=as_typed(form)),
        SourceForm(auto_id="from_%s", initial=as_typed(source)),
        [*again, new_row(next_index(rows))],
    )


def everything_valid(form: HouseholdForm, source: SourceForm, rows: list[PersonForm]) -> bool:
    """Every part is looked at, so that all errors are told at once."""
    return all([form.is_valid(), source.is_valid(), *[row.is_valid() and reads(row) for row in rows]])


def reads(row: PersonForm) -> bool:
    try:
        row.entry(timezone.localdate())
    except DomainError as error:
        row.blame(error)
        return False
    return True


def enter_once(request: HttpRequest, form: HouseholdForm, source: SourceForm, rows: list[PersonForm]) -> str:
    now = timezone.now()
    people = [row.entry(timezone.localdate(now)) for row in rows]

    def act() -> dict[str, Any]:
        entered = households.enter_household(
            entry=form.entry(people), origin=source.origin, by=viewer_of(request), now=now
        )
        return {"number": entered.number}

    return str(do_once(request, as_posted(request), act)[0]["number"])


def next_index(rows: list[PersonForm]) -> int:
    return 1 + max(int((row.prefix or "people-0").rsplit("-", 1)[1]) for row in rows)


def form_page(
    request: HttpRequest,
    form: HouseholdForm,
    source: SourceForm,
    rows: list[PersonForm],
    *,
    status: int = 200,
) -> HttpResponse:
    known = {
        "form": form,
        "source": source,
        "rows": rows,
        "next_index": next_index(rows),
        "most": MOST_PEOPLE,
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "registers/enter.html", known, status=status)


@page(permission=KEEP)
def at_door(request: HttpRequest) -> HttpResponse:
    """What is known of the door that was typed: its standard address, and who is registered there already."""
    viewer, door = viewer_of(request), request.GET.get("door", "").replace("\x00", "").strip()[:120]
    asked = request.GET.get("unit_id", "")
    unit_id = int(asked) if asked in {str(id) for id, _ in grids_of(viewer)} else None
    known: dict[str, Any] = {"address": None, "rows": (), "elsewhere": ""}
    if door and unit_id is not None:
        found = address_of(door, unit_id)
        rows = lists.households_behind(viewer, door, unit_id, found.id if found else None)
        known = {"address": found, "rows": rows, "elsewhere": grid_elsewhere(door, unit_id) if found is None else ""}
    return show(request, "registers/at_door.html", known)


def grid_elsewhere(door: str, unit_id: int) -> str:
    """The name of the other grid of the community in which the address book has this door; empty if there is none."""
    grid = unit(unit_id)
    found = address_of(door, grid.parent_id) if grid is not None and grid.parent_id is not None else None
    other = unit(found.unit_id) if found is not None else None
    return other.name if other is not None else ""


@page(permission=KEEP)
def row(request: HttpRequest) -> HttpResponse:
    """One more row of a person, and the button for the next."""
    asked = request.GET.get("index", "")
    index = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return show(request, "registers/row.html", {"row": new_row(index), "next_index": index + 1})


@page(permission=KEEP, writes=True)
def move(request: HttpRequest, number: str) -> HttpResponse:
    """A household moves to another home in the person's area."""
    viewer = viewer_of(request)
    now = timezone.now()
    shown = pages.household(viewer, number, timezone.localdate(now))
    form = MoveForm(viewer, request.POST or None)
    source = SourceForm(request.POST or None, auto_id="from_%s")
    known = {"household": shown, "form": form, "source": source, "posted_key": request.POST.get("once_key")}
    if request.method != "POST":
        return show(request, "registers/move.html", known)
    if not all([form.is_valid(), source.is_valid()]):
        return show(request, "registers/move.html", known, status=422)
    try:
        move_once(request, shown.id, form, source, now)
    except DomainError as error:
        form.blame(error)
        return show(request, "registers/move.html", known, status=error.status)
    messages.success(request, "已登记新住处，原住处留在历史里")
    return redirect("household", number)


def move_once(request: HttpRequest, household_id: int, form: MoveForm, source: SourceForm, now: dt.datetime) -> None:
    def act() -> dict[str, Any]:
        households.move_household(
            household_id=household_id,
            entry=form.place,
            stay=StayKind(form.cleaned_data["stay"]),
            origin=source.origin,
            by=viewer_of(request),
            now=now,
        )
        return {}

    do_once(request, as_posted(request), act)
