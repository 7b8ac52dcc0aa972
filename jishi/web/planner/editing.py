"""Changing a proposal by hand: buildings to another grid, back to where they were drawn, names and reasons."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.kernel.errors import Conflict, DomainError
from jishi.planning import actions, queries
from jishi.planning.queries.plans import proposal_of
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.vocabulary import State
from jishi.web.guards import page
from jishi.web.matters.views import htmx, viewer_of
from jishi.web.pages import show
from jishi.web.planner.forms import aim_of, blocks_of, grid_of, number_of, version_of
from jishi.web.planner.plans import ready_context
from jishi.web.receiving import as_posted, do_once

Change = Callable[[], PlanRow]


@page(writes=True)
def move(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The chosen buildings into a grid of the plan, or into a new one of their own."""

    def change() -> PlanRow:
        return actions.move_blocks(
            plan_id=plan_id,
            version=version_of(request.POST),
            blocks=blocks_of(request.POST),
            to=aim_of(request.POST),
            by=viewer_of(request),
            now=timezone.now(),
        )

    count = len(blocks_of(request.POST))
    return _changed(request, plan_id, "move", change, _("已调整%(n)s栋，图和数字已更新。") % {"n": count})


@page(writes=True)
def restore(request: HttpRequest, plan_id: int) -> HttpResponse:
    """One building back into the grid the computation had put it in."""

    def change() -> PlanRow:
        viewer, number = viewer_of(request), number_of(request.POST.get("block", ""))
        drawn = {one.number: one.drawn for one in queries.proposal(viewer, plan_id).blocks}
        if number not in drawn:
            raise Conflict("方案里没有这栋楼，请刷新后重试。")
        return actions.move_blocks(
            plan_id=plan_id,
            version=version_of(request.POST),
            blocks=[number],
            to=drawn[number],
            by=viewer,
            now=timezone.now(),
        )

    return _changed(request, plan_id, "restore", change, _("已恢复为算出的方案。"))


@page(writes=True)
def rename(request: HttpRequest, plan_id: int) -> HttpResponse:
    def change() -> PlanRow:
        return actions.name_grid(
            plan_id=plan_id,
            version=version_of(request.POST),
            number=grid_of(request.POST),
            name=request.POST.get("name", ""),
            by=viewer_of(request),
            now=timezone.now(),
        )

    return _changed(request, plan_id, "name", change, _("网格已改名。"))


@page(writes=True)
def explain(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Why a grid off the standard should be allowed."""

    def change() -> PlanRow:
        return actions.give_reason(
            plan_id=plan_id,
            version=version_of(request.POST),
            number=grid_of(request.POST),
            reason=request.POST.get("reason", ""),
            by=viewer_of(request),
            now=timezone.now(),
        )

    said = _("例外理由已记下。") if request.POST.get("reason", "").strip() else _("例外理由已清除。")
    return _changed(request, plan_id, "reason", change, said)


def _changed(request: HttpRequest, plan_id: int, what: str, change: Change, said: str) -> HttpResponse:
    """Carry a change out once and show the plan as it stands then; what is refused comes back as it was typed."""
    if request.method != "POST":
        return redirect("grid_plan", plan_id)
    viewer = viewer_of(request)
    queries.plan(viewer, plan_id)  # whoever may not know of it is told nothing else

    def act() -> dict[str, Any]:
        return {"version": change().version}

    refusal: DomainError | None = None
    try:
        do_once(request, as_posted(request), act)
    except DomainError as error:
        refusal = error
    row = queries.plan(viewer, plan_id)
    if row.state is not State.READY:
        if refusal is not None:
            messages.error(request, refusal.message)
        return _to_page(request, plan_id)
    if refusal is None and not htmx(request):
        messages.success(request, said)
        return redirect("grid_plan", plan_id)
    known = ready_context(request, proposal_of(row))
    if refusal is None:
        known["said"] = said
    else:
        known |= {"refused": refusal.message, "typed": _typed(request, what)}
    template = "planner/work.html" if htmx(request) else "planner/plan.html"
    return show(request, template, known, status=200 if refusal is None else refusal.status)


def _typed(request: HttpRequest, what: str) -> dict[str, Any]:
    """What a refused form said, for the place it stood in (as NOTHING_TYPED of the page)."""
    said = request.POST
    return {
        "what": what,
        "grid": number_of(said.get("grid", "")),
        "name": said.get("name", ""),
        "reason": said.get("reason", ""),
        "blocks": blocks_of(said),
        "to": said.get("to", ""),
    }


def _to_page(request: HttpRequest, plan_id: int) -> HttpResponse:
    target = redirect("grid_plan", plan_id)
    return HttpResponse(headers={"HX-Redirect": target.url}) if htmx(request) else target
