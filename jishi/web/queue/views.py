"""A department's one queue: what to sign for, what is being handled, where we help, what a leader asked."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, NotFound
from jishi.matters.actions.instructions import answer_instruction
from jishi.matters.queries.desks import SHOWN, Queue, instruction
from jishi.matters.queries.desks import queue as queue_of
from jishi.web.desk.rows import DeskRow, rows_of
from jishi.web.environment import url as address
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import do_once

ANSWER = Permission.ANSWER
# The lanes in the order a handler works them off.
LANES = {
    "to_sign": gettext_lazy("待签收"),
    "working": gettext_lazy("在办"),
    "helping": gettext_lazy("协办"),
    "instructions": gettext_lazy("批办"),
    "finished": gettext_lazy("待核实结案"),
}
# Where the rows that are cut off here are found: the lane of the worklist.
WORKLIST = {"to_sign": "unsigned", "working": "working", "helping": "", "finished": "verifying"}


@page(permission=ANSWER)
def queue(request: HttpRequest) -> HttpResponse:
    """The lanes of the person's organisations; a grid centre, which handles nothing itself, has its 批办 here."""
    now = timezone.localtime()
    viewer = viewer_of(request)
    found = queue_of(viewer)
    names = list(LANES) if viewer.may(Permission.HANDLE) else ["instructions"]
    lane = request.GET.get("lane", "")
    if lane not in names:
        lane = _first_filled(found, names)
    known = {
        "lane": lane,
        "lanes": [(name, LANES[name], counted(found, name)) for name in names],
        "rows": [] if lane == "instructions" else _rows(found, lane),
        "instructions": found.instructions if lane == "instructions" else [],
        "shown": SHOWN if lane in found.cut else None,
        "more": _more(viewer, lane),
        "overdue": _overdue(found, now),
        "at_least": bool(found.cut & {"to_sign", "working"}),
        "now": now,
    }
    return show(request, "queue/queue.html", known)


def _first_filled(found: Queue, names: Sequence[str]) -> str:
    return next((name for name in names if getattr(found, name)), names[0])


def counted(found: Queue, name: str) -> str:
    """How many, as it stands on a tab; a section that was cut says so."""
    return f"{SHOWN}+" if name in found.cut else str(len(getattr(found, name)))


def _more(viewer: Viewer, lane: str) -> str:
    """The address of the worklist with everything of this lane, a page at a time."""
    if lane not in WORKLIST:
        return ""
    offices = {grant.organization_id for grant in viewer.having(Permission.HANDLE)}
    own = offices.pop() if len(offices) == 1 and lane != "helping" else None
    return address("desk", query={"lane": WORKLIST[lane], "org": own})


def _rows(found: Queue, lane: str) -> list[tuple[DeskRow, dt.datetime, int]]:
    """Rows with the due time of the present stage and the version they were read at."""
    raw = getattr(found, lane)
    return [(row, one["stage_due_at"], one["version"]) for row, one in zip(rows_of(raw), raw, strict=True)]


def _overdue(found: Queue, now: dt.datetime) -> int:
    ours = [*found.to_sign, *found.working]
    return sum(1 for row in ours if row["paused_until"] is None and min(row["due_at"], row["stage_due_at"]) < now)


class AnswerForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("办理情况"), max_length=1000, error_messages={"required": gettext_lazy("请填写办理情况")}
    )


@page(permission=ANSWER, writes=True)
def answer(request: HttpRequest, instruction_id: int) -> HttpResponse:
    """Report back on a leader's task."""
    asked = instruction(viewer_of(request), instruction_id)
    if asked is None:
        raise NotFound("没有找到这件批办，或不是批给本单位的")
    form = AnswerForm(request.POST or None)
    known: dict[str, Any] = {"form": form, "asked": asked}
    if request.method != "POST":
        return show(request, "queue/answer.html", known)
    if not form.is_valid():
        return show(request, "queue/answer.html", known, status=422)
    try:
        _answer_once(request, instruction_id, form.cleaned_data["text"])
    except DomainError as error:
        form.blame(error)
        return show(request, "queue/answer.html", known, status=error.status)
    messages.success(request, _("已反馈"))
    return redirect("queue")


def _answer_once(request: HttpRequest, instruction_id: int, text: str) -> None:
    viewer, now = viewer_of(request), timezone.localtime()

    def act() -> dict[str, Any]:
        answer_instruction(instruction_id=instruction_id, by=viewer, text=text, now=now)
        return {}

    do_once(request, text, act)
