"""A plan is approved or withdrawn; both say first what that means."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts.queries import posted_in
from jishi.accounts.rules.roles import Role
from jishi.flows.grid_approval import approve_plan
from jishi.flows.grid_standing import standard
from jishi.kernel.errors import Conflict, DomainError, Forbidden
from jishi.planning import actions, queries
from jishi.planning.queries.plans import proposal_of
from jishi.planning.rules.plan import GridRow, Proposal
from jishi.planning.rules.vocabulary import State
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.planner.access import is_approver, may_edit
from jishi.web.planner.forms import version_of
from jishi.web.planner.lines import PlanSheet
from jishi.web.planner.plans import deciding_context, plan_context
from jishi.web.receiving import as_posted, do_once


@dataclass(frozen=True, slots=True)
class Consequences:
    """What approving does to the grids: ``gone`` end without one going on as them, ``idle`` nobody lives in."""

    whole: Proposal
    new: list[GridRow]
    changed: list[str]  # with the present name, where that is another
    stays: list[GridRow]
    gone: list[str]
    idle: list[str]
    vacant: list[str]

    @property
    def changes_grids(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def consequences_of(whole: Proposal) -> Consequences:
    names, grids = whole.names, whole.grids
    lived_in = {one.present_id for one in whole.blocks}
    kept = {grid.unit_id for grid in grids}
    held = posted_in([grid.unit_id for grid in grids if grid.unit_id], Role.GRID_WORKER, timezone.localdate())
    return Consequences(
        whole=whole,
        new=[grid for grid in grids if grid.unit_id is None],
        changed=[
            renamed(grid, names[grid.unit_id])
            for grid in grids
            if grid.unit_id is not None and not whole.stays(grid.number)
        ],
        stays=[grid for grid in grids if whole.stays(grid.number)],
        gone=[names[id] for id in whole.plan.present if id in lived_in and id not in kept],
        idle=[names[id] for id in whole.plan.present if id not in lived_in],
        vacant=[grid.name for grid in grids if grid.unit_id not in held],
    )


def renamed(grid: GridRow, was: str) -> str:
    return grid.name if grid.name == was else _("%(name)s（原%(was)s）") % {"name": grid.name, "was": was}


@page(writes=True)
def approve(request: HttpRequest, plan_id: int) -> HttpResponse:
    """What will happen, and letting it happen."""
    viewer = viewer_of(request)
    row = queries.plan(viewer, plan_id)
    if not is_approver(viewer, row):
        raise Forbidden("您的岗位不能批准网格划分。")
    refused, status = "", 200
    if request.method == "POST":
        try:
            lines = do_once(request, as_posted(request), lambda: _approved(request, plan_id))[0]["lines"]
        except DomainError as error:
            refused, status = error.message, error.status
            row = queries.plan(viewer, plan_id)  # as it is now
        else:
            messages.success(request, "；".join(lines))
            return redirect("grid_plan", plan_id)
    if row.state is not State.READY:
        if refused:
            messages.error(request, refused)
        return redirect("grid_plan", plan_id)
    whole = proposal_of(row)
    known = (
        plan_context(viewer, row)
        | deciding_context(viewer, whole)
        | {
            "found": consequences_of(whole),
            "sheet": PlanSheet(whole),
            "standard": standard(),
            "refused": refused,
            "posted_key": request.POST.get("once_key"),
        }
    )
    return show(request, "planner/approve.html", known, status=status)


def _approved(request: HttpRequest, plan_id: int) -> dict[str, Any]:
    done = approve_plan(plan_id=plan_id, version=version_of(request.POST), by=viewer_of(request), now=timezone.now())
    lines = [_("方案已批准")]
    if done.changed is not None:
        lines = [line.strip() for line in str(done.changed).splitlines()]
    if done.exceptions:
        lines.append(_("批准例外%(n)s个网格") % {"n": done.exceptions})
    return {"lines": lines}


@page(writes=True)
def withdraw(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Give a plan up, after a question."""
    viewer = viewer_of(request)
    row = queries.plan(viewer, plan_id)
    if not may_edit(viewer, row):
        raise Forbidden("您的岗位不能撤回这份方案。")
    if request.method == "POST":

        def act() -> dict[str, Any]:
            actions.withdraw(plan_id=plan_id, by=viewer, now=timezone.now())
            return {}

        try:
            do_once(request, as_posted(request), act)
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("grid_plan", plan_id)
        messages.success(request, _("方案已撤回，现有网格没有变化。"))
        return redirect("grids_community", row.community.id)
    if not row.state.is_open:
        return redirect("grid_plan", plan_id)
    return show(request, "planner/withdraw.html", plan_context(viewer, row))
