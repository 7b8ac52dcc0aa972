"""A leader's area: how much is open and overdue, where, of which grade. Every figure opens to its rows.

Units and grades are counted, people never.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.matters.queries.desks import area, instructions_of
from jishi.matters.queries.worklist import Filter, counts, worklist
from jishi.matters.rules.vocabulary import Grade
from jishi.territory.queries import UnitRow, children, level_name
from jishi.web.desk.rows import FIELDS, rows_of
from jishi.web.environment import url as address
from jishi.web.guards import page
from jishi.web.leader.areas import area_asked, line_to
from jishi.web.pages import show

HOLD = 5  # seconds; a figure need not be newer than that
MOST = 200  # what is counted by its rows is counted up to here

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """One unit or grade with its open and overdue matters; ``key`` goes into the address."""

    key: str
    name: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The area in numbers. What is counted by its rows says so when there are more."""

    open: int
    overdue: int
    today: int
    urgent: int
    paused: int
    escalated: int
    units: list[Share]
    grades: list[Share]
    unplaced: Share | None  # what lies in the unit but in none of its parts


@page(permission=Permission.INSTRUCT)
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of the leader's area, or of one unit in it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    here = area_asked(viewer, request.GET.get("unit", ""))
    now = timezone.localtime()
    own = [row for row in instructions_of(viewer) if row["answered_at"] is None]
    known = {
        "unit": here,
        "line": line_to(viewer, here),
        "figures": held(f"overview:{viewer.person_id}:{here.id}", lambda: figures_of(viewer, here, now)),
        "most": MOST,
        "parts_name": next((level_name(each) for each in children(here.id)), ""),
        "given": len(own),
        "late": sum(row["due_at"] < now for row in own),
    }
    return show(request, "leader/overview.html", known)


def held(key: str, count: Callable[[], T]) -> T:
    """A figure of the last few seconds, or a fresh one."""
    known: T | None = cache.get(key)
    if known is None:
        known = count()
        cache.set(key, known, HOLD)
    return known


def figures_of(viewer: Viewer, here: UnitRow, now: dt.datetime) -> Figures:
    within = (here.depth, here.id) if here.depth else None
    total = counts(viewer, now=now, unit=within)
    parts = {row["unit_id"]: row for row in area(viewer, now=now, depth=here.depth + 1).units}
    units = [
        Share(str(each.id), each.name, parts[each.id]["open"], parts[each.id]["overdue"])
        for each in children(here.id)
        if each.id in parts
    ]
    units.sort(key=lambda each: (-each.overdue, -each.open))
    placed = sum(each.open for each in units), sum(each.overdue for each in units)
    left = Share("", here.name, total.open - placed[0], total.overdue - placed[1])
    return Figures(
        open=total.open,
        overdue=total.overdue,
        today=total.today,
        urgent=total.urgent,
        paused=total.paused,
        escalated=len(worklist(viewer, Filter(unit=within, escalated=True), now=now, limit=MOST).rows),
        units=units,
        grades=grades_of(viewer, here, now),
        unplaced=left if left.open and units else None,
    )


def grades_of(viewer: Viewer, here: UnitRow, now: dt.datetime) -> list[Share]:
    """The grades of the leader's whole area, the highest first; a part of it is not counted by grade."""
    if line_to(viewer, here) != [here]:
        return []
    found = {row["grade"]: row for row in area(viewer, now=now, depth=here.depth + 1).grades}
    none = {"open": 0, "overdue": 0}
    rows = [(grade, found.get(grade.value, none)) for grade in reversed(Grade)]
    return [Share(grade.value, grade.label, row["open"], row["overdue"]) for grade, row in rows]


WAYS = {
    "": "在办",
    "overdue": "超期",
    "today": "今天到期",
    "urgent": "紧急",
    "escalated": "已升级",
    "paused": "挂账",
}


@page(permission=Permission.INSTRUCT)
def area_matters(request: HttpRequest) -> HttpResponse:
    """The rows behind a figure, in the order of their due time; for htmx the next ones alone."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    here = area_asked(viewer, request.GET.get("unit", ""))
    way = request.GET.get("way", "")
    way = way if way in WAYS else ""
    grade = next((each for each in Grade if each.value == request.GET.get("grade")), None)
    found = worklist(
        viewer,
        filter_of(here, way, grade),
        now=timezone.localtime(),
        after=request.GET.get("after", ""),
        limit=30,
        fields=FIELDS,
    )
    query = {"unit": request.GET.get("unit", ""), "way": way, "grade": grade.value if grade is not None else ""}
    grades = {"": "各等级"} | {each.value: each.label for each in reversed(Grade)}
    known: dict[str, Any] = {
        "unit": here,
        "query": query,
        "way_name": WAYS[way],
        "ways": links("way", WAYS, query),
        "grades": links("grade", grades, query),
        "rows": rows_of(found.rows),
        "after": found.after,
    }
    only_rows = request.is_htmx  # type: ignore[attr-defined]
    return show(request, "leader/rows.html" if only_rows else "leader/matters.html", known)


def links(name: str, labels: Mapping[str, str], query: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """Chips: label, address with this one parameter changed, whether it is the present one."""
    return [
        (label, address("area_matters", query={**query, name: key}), key == query[name])
        for key, label in labels.items()
    ]


def filter_of(here: UnitRow, way: str, grade: Grade | None) -> Filter:
    return Filter(
        unit=(here.depth, here.id) if here.depth else None,
        due=way if way in {"overdue", "today"} else "",
        grade=grade,
        urgent=way == "urgent",
        escalated=way == "escalated",
        paused=way == "paused",
    )
