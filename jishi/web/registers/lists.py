"""The register as lists, and what is due for verification."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.registers.queries import due as due_queries
from jishi.registers.queries import lists
from jishi.registers.queries.origins import open_conflicts
from jishi.registers.queries.populations import populations
from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.populations import Population
from jishi.registers.rules.vocabulary import RecordKind
from jishi.territory.queries import UnitRow, full_name, unit
from jishi.web.environment import url
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show

READ = Permission.READ_REGISTER
KEEP = Permission.KEEP_REGISTER
SHOWN = {
    "households": ("户", lists.households),
    "residents": ("人", lists.residents),
    "premises": ("单位场所", lists.premises),
}


@page(permission=READ)
def registers(request: HttpRequest) -> HttpResponse:
    """Households, people or premises of the person's area, narrowed by what is searched for."""
    viewer = viewer_of(request)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in SHOWN else "households"
    search = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    here = unit_asked(request)
    number, unit_id = _number(request.GET.get("page")) or 1, here.id if here else None
    counted = population_asked(request) if chosen == "residents" else None
    if counted is not None:
        found = lists.residents(viewer, search, number, unit_id, (counted, timezone.localdate()))
    else:
        found = SHOWN[chosen][1](viewer, search, number, unit_id)
    kept = {"q": search, "unit": unit_id}
    known = {
        "found": found,
        "chosen": chosen,
        "search": search,
        "where": full_name(here) if here else "",
        "query": {
            name: value
            for name, value in {"show": chosen, **kept, "population": counted and counted.value}.items()
            if value
        },
        "counted": counted,
        "populations": populations(viewer, timezone.localdate(), unit_id) if chosen == "residents" else (),
        "tabs": [
            (label, url("registers", query={"show": key, **kept}), key == chosen) for key, (label, _) in SHOWN.items()
        ],
        "due": sum(waiting(viewer).values()),
        "conflicts": open_conflicts(viewer).count() if viewer.may(Permission.DECIDE_REGISTER) else 0,
        "may_keep": viewer.may(KEEP),
        "may_import": viewer.may(Permission.IMPORT_REGISTER),
    }
    return show(request, "registers/list.html", known)


def population_asked(request: HttpRequest) -> Population | None:
    """The definition whose people are asked for."""
    asked = request.GET.get("population", "")
    return Population(asked) if asked in {each.value for each in Population} else None


def unit_asked(request: HttpRequest) -> UnitRow | None:
    asked = _number(request.GET.get("unit"))
    return unit(asked) if asked else None


def _number(asked: str | None) -> int:
    return int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 10 else 0


def waiting(viewer: Viewer) -> dict[RecordKind, int]:
    """What the person has to verify, by kind; nothing for somebody who keeps no register."""
    return due_queries.due_counts(viewer, timezone.localdate()) if viewer.may(KEEP) else {}


@page(public=True)
def fields(request: HttpRequest) -> HttpResponse:
    """What is kept of people, homes and premises, what for, and for how long it is taken for true: for everybody."""
    known = {
        "kinds": [(kind, list(FIELDS[kind].values()), due_queries.periods().days[kind]) for kind in RecordKind],
        "rented_days": due_queries.periods().rented_days,
        "populations": list(Population),
    }
    return show(request, "registers/fields.html", known)


@page(permission=KEEP)
def due(request: HttpRequest) -> HttpResponse:
    """Records past their period, the longest unverified first; a household is verified on its own page."""
    viewer, today = viewer_of(request), timezone.localdate()
    counts = waiting(viewer)
    asked = request.GET.get("kind", "")
    kinds = list(counts)
    kind = RecordKind(asked) if asked in kinds else next(iter(kinds), RecordKind.HOUSEHOLD)
    rows: Any = due_queries.due_rows(viewer, kind, today) if counts else ()
    known = {
        "rows": rows,
        "kind": kind,
        "tabs": [
            (each.label, url("register_due", query={"kind": each.value}), each is kind, counts[each]) for each in kinds
        ],
        "cut": len(rows) >= due_queries.PAGE,
        "today": today,
    }
    return show(request, "registers/due.html", known)
