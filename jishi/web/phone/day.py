"""A grid worker's day: everything of the grid in one list, the most pressing first, each with the one thing to do."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.accounts.rules.roles import AREA_ROLES, Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.matters.queries.desks import AREA_FIELDS, Day
from jishi.matters.queries.desks import day as day_of
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade
from jishi.parts.queries import due_count
from jishi.registers.queries.due import due_counts
from jishi.registers.rules.vocabulary import RecordKind
from jishi.territory.queries import UnitRow, full_name, primary_successor, unit_on_record
from jishi.web.environment import url
from jishi.web.guards import page
from jishi.web.pages import show
from jishi.web.phone.forms import SettleSheet, VerifySheet

# The chips: which rows of the day each of them leaves. The first shows everything there is to do.
CHIPS = {
    "": "全部",
    "new": "新登记",
    "to_verify": "待核实",
    "due": "到期",
    "handling": "处置中",
    "mine": "我登记的",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One matter of the day. ``kinds`` are the chips it stands under; ``act`` is the step one tap away, if any."""

    number: str
    address: str  # of the matter, or of its receipt where the person may not see the matter itself
    title: str
    stage: Stage
    grade: Grade
    urgent: bool
    place: str
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    paused: bool
    version: int
    kinds: tuple[str, ...]
    act: str


@page(permission=Permission.READ_MATTERS)
def day(request: HttpRequest) -> HttpResponse:
    """The list with its chips; what is not under the chosen chip is there but hidden, for a phone without network."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.localtime()
    tasks = tasks_of(day_of(viewer, now=now), now, viewer)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in CHIPS else ""
    known = {
        "tasks": tasks,
        "chosen": chosen,
        "any_shown": any(chosen in task.kinds for task in tasks),
        "settle": SettleSheet(auto_id="settle_%s"),
        "verify": VerifySheet(auto_id="verify_%s"),
        "chips": [(key, label, sum(key in task.kinds for task in tasks)) for key, label in CHIPS.items()],
        "may_register": viewer.may(Permission.REPORT),
        "keeps_register": viewer.may(Permission.KEEP_REGISTER),
        "to_check": to_check(viewer, now.date()),
        "to_inspect": due_count(viewer, today=now.date()),
        "inspects": viewer.may(Permission.INSPECT_PARTS),
    }
    return show(request, "phone/day.html", known)


def to_check(viewer: Viewer, today: dt.date) -> list[tuple[RecordKind, int]]:
    """How many records of each kind are past their period of verification in the area where the person keeps them."""
    return list(due_counts(viewer, today).items()) if viewer.may(Permission.KEEP_REGISTER) else []


def tasks_of(found: Day, now: dt.datetime, viewer: Viewer) -> list[Task]:
    """The sections of the day as one list without repetition: overdue, urgent, due today, the rest, each by due time.

    What the person only registered, and what is closed, comes last and is not among the things to do.
    """
    sections = {
        "new": found.new,
        "handling": found.handling,
        "to_verify": found.to_verify,
        "due": found.due,
        "mine": found.mine,
    }
    rows: dict[int, Mapping[str, Any]] = {}
    kinds: dict[int, list[str]] = {}
    for kind, section in sections.items():
        for row in section:
            rows.setdefault(row["id"], row)
            kinds.setdefault(row["id"], [] if kind == "mine" else [""]).append(kind)
    ordered = sorted(rows.values(), key=lambda row: pressing(row, kinds[row["id"]], now))
    return [task_of(row, tuple(kinds[row["id"]]), viewer) for row in ordered]


def pressing(row: Mapping[str, Any], kinds: list[str], now: dt.datetime) -> tuple[int, float]:
    """The place of a row in the list: the smaller, the more pressing."""
    if "" not in kinds:
        return 4, -row["registered_at"].timestamp()
    if row["due_at"] < now:
        rank = 0
    elif row["urgent"]:
        rank = 1
    else:
        rank = 2 if "due" in kinds else 3
    return rank, row["due_at"].timestamp()


def task_of(row: Mapping[str, Any], kinds: tuple[str, ...], viewer: Viewer) -> Task:
    here = lies_in(row)
    seen = "" in kinds or (here is not None and sees(viewer, here.path))
    where = [full_name(here).rsplit(" ", 1)[-1] if here is not None else "", row["place"]]
    act = "settle" if "new" in kinds and viewer.may(Permission.SETTLE) else "verify" if "to_verify" in kinds else ""
    return Task(
        number=row["number"],
        address=url("matter" if seen else "receipt", row["number"]),
        title=row["title"],
        stage=Stage(row["stage"]),
        grade=Grade(row["grade"]),
        urgent=row["urgent"],
        place=" · ".join(part for part in where if part),
        due_at=row["due_at"],
        closed_at=row["closed_at"],
        paused=row["paused_until"] is not None,
        version=row["version"],
        kinds=kinds,
        act=act,
    )


def lies_in(row: Mapping[str, Any]) -> UnitRow | None:
    """Where a matter lies today: it may have been registered in a grid that has been divided or renamed since."""
    areas = (row[field] for field in reversed(AREA_FIELDS))
    deepest = next((area for area in areas if area is not None), row["unit_id"])
    return primary_successor(deepest) or unit_on_record(deepest)


def sees(viewer: Viewer, path: str) -> bool:
    """Whether a posting shows the person every matter at this place; what one only reported, one follows by receipt."""
    return any(g.role in AREA_ROLES and g.covers(path) for g in viewer.having(Permission.READ_MATTERS))
