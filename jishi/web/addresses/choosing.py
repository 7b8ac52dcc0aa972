"""Finding a door to report at, to register at, to enter: a list of links, renewed while somebody types.

Without a script the same address is a plain page with a search box.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from jishi.addresses import queries
from jishi.addresses.queries import AddressRow
from jishi.web.guards import page
from jishi.web.pages import show

# The forms a door may be brought to, by the name in ``for``.
FORMS = {"report": "report", "phone": "phone_register"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One address in a list: its name from the road down, the whole of it, its other names."""

    row: AddressRow
    official: str
    others: tuple[str, ...]


def shown(rows: Iterable[AddressRow]) -> list[Shown]:
    found = list(rows)
    others = queries.aliases(row.id for row in found)
    return [
        Shown(row, queries.official_name(row), tuple(alias.name for alias in others.get(row.id, ()))) for row in found
    ]


@page(public=True)
def doors(request: HttpRequest) -> HttpResponse:
    """What fits the words typed so far; a door leads back to the form, a road to its doors."""
    wanted = request.GET.get("for", "")
    typed = request.GET.get("door_q", "").strip()[:80]
    found = queries.search(typed, limit=12) if typed else None
    known = {
        "wanted": wanted if wanted in FORMS else "report",
        "target": reverse(FORMS.get(wanted, "report")),
        "typed": typed,
        "found": shown(found.rows) if found is not None else [],
        "complete": found is None or found.complete,
    }
    return show(request, "addresses/doors.html", known, block="found")
