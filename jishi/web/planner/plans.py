"""One plan: present and proposed division side by side, its figures, its buildings, and what may be done with it."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts.queries import contacts, posted_in
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.sheets import harmless
from jishi.planning import queries
from jishi.planning.queries.plans import blocks_of, proposal_of
from jishi.planning.rules.plan import BlockRow, PlanRow, Proposal, listed
from jishi.planning.rules.vocabulary import State
from jishi.territory.queries import full_name, unit_on_record
from jishi.web.guards import page
from jishi.web.matters.views import htmx, viewer_of
from jishi.web.pages import show
from jishi.web.planner.access import has_a_hand, is_approver, may_approve, may_edit, reads_register
from jishi.web.planner.forms import APART, number_of
from jishi.web.planner.lines import FEW, BlockLine, PlanSheet, people_of, short_label

SHOWN = 60  # buildings on one page of their list
SLOW = 60  # seconds after which a plan that was not drawn is worth a word
NOTHING_TYPED: dict[str, Any] = {"what": "", "grid": None, "name": "", "reason": "", "blocks": [], "to": ""}
TONES = {
    State.ASKED: "moving",
    State.READY: "waiting",
    State.APPROVED: "done",
    State.WITHDRAWN: "quiet",
    State.FAILED: "alert",
}


@dataclass(frozen=True, slots=True)
class Buildings:
    """A page of the list of buildings, and what was asked for."""

    rows: tuple[BlockLine, ...]
    show: str
    search: str
    number: int
    pages: int
    total: int


@page()
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The page of a plan; for htmx the list of buildings, or where to go once it is drawn."""
    viewer = viewer_of(request)
    row = queries.plan(viewer, plan_id)
    if row.state in (State.READY, State.APPROVED):
        known = ready_context(request, proposal_of(row))
        if htmx(request) and "buildings" in request.GET:
            return show(request, "planner/buildings.html", known)
        if not htmx(request):
            return show(request, "planner/plan.html", known)
        return HttpResponse(headers={"HX-Redirect": reverse("grid_plan", args=[plan_id])})
    return show(request, "planner/waiting.html", waiting_context(viewer, row), block="outcome")


def waiting_context(viewer: Viewer, row: PlanRow) -> dict[str, Any]:
    """Of a plan that is not drawn, or of which only the fact is left."""
    waited = (timezone.now() - row.asked_at).total_seconds()
    return plan_context(viewer, row) | {"slow": row.state is State.ASKED and waited > SLOW}


def plan_context(viewer: Viewer, row: PlanRow) -> dict[str, Any]:
    return {
        "plan": row,
        "where": full_name(row.community),
        "tones": TONES,
        "may_edit": may_edit(viewer, row),
        "named": listed,
    }


def deciding_context(viewer: Viewer, whole: Proposal) -> dict[str, Any]:
    """Whether the viewer decides about the proposal, and what is said to who would but for an own hand in it."""
    return {
        "is_approver": is_approver(viewer, whole.plan),
        "may_approve": may_approve(viewer, whole),
        "own_hand": _("方案由您提出、调整过或写过理由，须由别人批准"),
    }


def ready_context(request: HttpRequest, whole: Proposal) -> dict[str, Any]:
    """What the page of a proposal shows, and the parts of it that come back after a change."""
    viewer, row = viewer_of(request), whole.plan
    sheet = PlanSheet(whole, reads_register(viewer, row))
    open_ = row.state is State.READY
    known = (
        plan_context(viewer, row)
        | deciding_context(viewer, whole)
        | {
            "sheet": sheet,
            "few": FEW,
            "state": sheet.state(),
            "buildings": buildings(request, sheet),
            "apart": APART,
            "edits": open_ and may_edit(viewer, row),
            "approvers": [],
            "vacant": [],
            "said": "",
            "refused": "",
            "typed": NOTHING_TYPED,
        }
    )
    if open_ and not known["may_approve"]:
        known["approvers"] = approvers_of(whole)
    if row.state is State.APPROVED:
        known["vacant"] = vacant_of(whole)
    return known


def approvers_of(whole: Proposal) -> list[tuple[str, str]]:
    """Who may approve: leaders of the area and administrators, never who has a hand in the plan."""
    found = contacts(whole.plan.community.path, [Role.LEADER, Role.ADMINISTRATOR], timezone.localdate())
    return [(each.role.label, each.name) for each in found if not has_a_hand(each.person_id, whole)]


def vacant_of(whole: Proposal) -> list[str]:
    """Names of grids that were made and have no grid worker today."""
    made = [grid.became_id for grid in whole.grids if grid.became_id is not None]
    held = posted_in(made, Role.GRID_WORKER, timezone.localdate())
    units = (unit_on_record(id) for id in made if id not in held)
    return [unit.name for unit in units if unit is not None]


def buildings(request: HttpRequest, sheet: PlanSheet) -> Buildings:
    """The buildings asked for: those that change their grid at first, where there are any."""
    asked = request.POST if request.method == "POST" else request.GET
    wanted = asked.get("show", "") or ("moved" if sheet.moving else "all")
    search = asked.get("q", "").replace("\x00", "").strip()[:60]
    found = [one for one in sheet.whole.blocks if search in one.label and _is_shown(sheet, one, wanted)]
    pages = max(1, -(-len(found) // SHOWN))
    number = min(max(1, number_of(asked.get("page", "")) or 1), pages)
    rows = tuple(sheet.block(one) for one in found[(number - 1) * SHOWN : number * SHOWN])
    return Buildings(rows, wanted, search, number, pages, len(found))


def _is_shown(sheet: PlanSheet, block: BlockRow, wanted: str) -> bool:
    if wanted == "moved":
        return block.number in sheet.moving
    if wanted == "hand":
        return bool(block.moved_by)
    grid = number_of(wanted)
    return block.grid == grid if grid is not None else True


@page()
def ground(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The ground of every building (GeoJSON) with its figures; no names of residents."""
    viewer = viewer_of(request)
    row = queries.plan(viewer, plan_id)
    by_name = reads_register(viewer, row)
    shapes = dict(queries.cells(plan_id))
    features = [
        {
            "type": "Feature",
            "geometry": shapes[one.number],
            "properties": {
                "n": one.number,
                "label": one.label,
                "short": short_label(one),
                "compound": one.compound,
                "households": one.households,
                "people": (people := people_of(one, by_name)),
                # What a building weighs tells how many live there.
                "load": one.load if people is not None else None,
                "present": one.present_id or 0,
                "at": [one.longitude, one.latitude],
            },
        }
        for one in blocks_of(plan_id)
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@page()
def moves(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The buildings that change their grid, as CSV."""
    viewer = viewer_of(request)
    whole = queries.proposal(viewer, plan_id)
    by_name = reads_register(viewer, whole.plan)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow([_("楼栋"), _("原网格"), _("新网格"), _("户数"), _("人数")])
    for one in whole.moves:
        grid = whole.by_number[one.grid].name
        people = people_of(one, by_name)
        counted = [str(one.households), "" if people is None else str(people)]
        said = [one.label, whole.names.get(one.present_id or 0, ""), grid, *counted]
        rows.writerow([harmless(each) for each in said])
    name = f"{whole.plan.community.code}-{plan_id}.csv"
    # Spreadsheets take a file without the mark for one in the encoding of the computer.
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
