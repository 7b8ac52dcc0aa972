"""Every grid against the standard, community by community; one community, and asking for a plan for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.viewer import Viewer
from jishi.flows import grid_standing
from jishi.flows.grid_asking import ask_where_off, needs_plan
from jishi.flows.grid_standing import CommunityStanding
from jishi.kernel.errors import DomainError
from jishi.planning import actions
from jishi.planning.queries import exceptions, latest
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.standing import GridStanding, Verdict
from jishi.planning.rules.vocabulary import Mode
from jishi.territory.queries import UnitRow, full_name, unit
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.planner.access import COMMUNITY_DEPTH, PLAN, check_planner, community_for, has
from jishi.web.planner.forms import AskForm
from jishi.web.receiving import as_posted, do_once

ROWS = 100  # grids of one verdict on a page
TONES = {
    Verdict.WITHIN: "done",
    Verdict.ALLOWED: "checking",
    Verdict.PROPOSED: "moving",
    Verdict.OFF: "alert",
    Verdict.EMPTY: "quiet",
}


@dataclass(frozen=True, slots=True)
class Town:
    """``unit`` is the town its communities lie in."""

    unit: UnitRow
    communities: tuple[CommunityStanding, ...]


@page()
def grids(request: HttpRequest) -> HttpResponse:
    """All communities of the viewer, or with ``verdict`` the grids of which that is said."""
    viewer = viewer_of(request)
    check_planner(viewer)
    communities = grid_standing.communities_of(viewer)
    if len(communities) == 1:
        return redirect("grids_community", communities[0].id)
    found = grid_standing.standing(communities)
    verdict = verdict_asked(request)
    rows = [(one.community, grid) for one in found for grid in one.grids if grid.verdict is verdict]
    number, total = page_asked(request, len(rows))
    known = {
        "towns": towns_of(found),
        "counts": [(each, sum(one.count(each) for one in found)) for each in Verdict],
        "elsewhere": sum(one.elsewhere for one in found),
        "verdict": verdict,
        "rows": rows[(number - 1) * ROWS : number * ROWS],
        "rows_total": len(rows),
        "page": number,
        "pages": total,
        "to_ask": sum(needs_plan(one) for one in found) if asks_for_all(viewer) else 0,
        "standard": grid_standing.standard(),
        "tones": TONES,
        "deviation": deviation,
    }
    return show(request, "planner/overview.html", known)


def towns_of(found: Iterable[CommunityStanding]) -> list[Town]:
    """The communities under their towns, those first in which something waits; otherwise in their order."""
    below: dict[int, list[CommunityStanding]] = {}
    for one in sorted(found, key=waits, reverse=True):
        below.setdefault(one.community.parent_id or 0, []).append(one)
    return [Town(town, tuple(inside)) for id, inside in below.items() if (town := unit(id)) is not None]


def waits(one: CommunityStanding) -> bool:
    """Whether something is to be done or decided: grids off the standard, households in no grid, an open plan."""
    return not one.is_settled or one.plan is not None or one.count(Verdict.PROPOSED) > 0


def verdict_asked(request: HttpRequest) -> Verdict | None:
    asked = request.GET.get("verdict", "")
    return Verdict(asked) if asked in set(Verdict) else None


def page_asked(request: HttpRequest, rows: int) -> tuple[int, int]:
    """The page asked for, counted from 1, and how many there are."""
    pages = max(1, -(-rows // ROWS))
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return min(max(1, number), pages), pages


def deviation(load: float, standard: Standard) -> str:
    """By how much a grid misses the standard: +12%."""
    off = round(100 * (load - standard.households) / standard.households)
    return f"{off:+d}%" if off else "0%"


def asks_for_all(viewer: Viewer) -> bool:
    """Whoever plans more than one community."""
    return any(grant.depth < COMMUNITY_DEPTH for grant in viewer.having(PLAN))


@page(writes=True)
def ask_all(request: HttpRequest) -> HttpResponse:
    """A plan for every community that needs one."""
    viewer = viewer_of(request)
    viewer.check(PLAN)
    if request.method == "POST":

        def act() -> dict[str, Any]:
            return {"said": str(ask_where_off(by=viewer, now=timezone.now()))}

        messages.success(request, do_once(request, as_posted(request), act)[0]["said"])
    return redirect("grids")


@page(writes=True)
def community(request: HttpRequest, community_id: int) -> HttpResponse:
    """The grids of one community against the standard, its plans, and asking for another."""
    viewer = viewer_of(request)
    here = community_for(viewer, community_id)
    form = AskForm(request.POST or None, initial=usual(here))
    if request.method != "POST":
        return community_page(request, here, form)
    if not form.is_valid():
        return community_page(request, here, form, status=422)
    try:
        plan_id = _asked_once(request, here, form)
    except DomainError as error:
        form.blame(error)
        return community_page(request, here, form, status=error.status)
    return redirect("grid_plan", plan_id)


def usual(here: UnitRow) -> dict[str, Any]:
    """What the form begins with: the standard of the place."""
    standard = grid_standing.standard()
    mode = Mode.REBALANCE if grid_standing.grids_of(here.id) else Mode.DRAW
    return {
        "mode": mode.value,
        "households": standard.households,
        "people": standard.people,
        "tolerance": standard.tolerance,
    }


def community_page(request: HttpRequest, here: UnitRow, form: AskForm, *, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    found = grid_standing.standing([here])[0]
    verdict = verdict_asked(request)
    rows: Sequence[GridStanding] = [one for one in found.grids if verdict in (None, one.verdict)]
    known = {
        "found": found,
        "where": full_name(here),
        "rows": rows,
        "verdict": verdict,
        "counts": [(each, found.count(each)) for each in Verdict],
        "allowed": exceptions([one.unit_id for one in found.grids]),
        "plans": [one for one in latest(viewer, here) if found.plan is None or one.id != found.plan.id],
        "form": form,
        "modes": [(mode.value, mode.label, mode.says) for mode in Mode if found.grids or mode is Mode.DRAW],
        "may_ask": has(viewer, PLAN, here),
        "alone": len(grid_standing.communities_of(viewer)) == 1,
        "standard": grid_standing.standard(),
        "tones": TONES,
        "deviation": deviation,
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "planner/community.html", known, status=status)


def _asked_once(request: HttpRequest, here: UnitRow, form: AskForm) -> int:
    def act() -> dict[str, Any]:
        mode, standard = form.given()
        row = actions.ask(community_id=here.id, mode=mode, standard=standard, by=viewer_of(request), now=timezone.now())
        return {"plan": row.id}

    return int(do_once(request, as_posted(request), act)[0]["plan"])
