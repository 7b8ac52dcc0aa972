"""Rows of the worklist as the desk shows them: ids become names from the cached trees, no further queries."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade
from jishi.organizations.queries import name_on_record, organization
from jishi.territory.queries import areas_on_record, tree

# What a row needs of a matter.
FIELDS = (
    "id",
    "number",
    "title",
    "stage",
    "grade",
    "urgent",
    "category_name",
    "unit_id",
    "responsible_id",
    "due_at",
    "paused_until",
    "closed_at",
    "escalation",
)
FINEST = 2  # town and community say enough in a list


@dataclass(frozen=True, slots=True)
class DeskRow:
    id: int
    number: str
    title: str
    stage: Stage
    grade: Grade
    urgent: bool
    escalated: bool
    category: str
    place: str
    office: str
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    paused: bool


def rows_of(found: Iterable[Mapping[str, Any]]) -> list[DeskRow]:
    """Rows of ``matters.queries`` (``FIELDS`` at least) with names in place of ids."""
    found = list(found)
    places = place_names({row["unit_id"] for row in found})
    return [
        DeskRow(
            id=row["id"],
            number=row["number"],
            title=row["title"],
            stage=Stage(row["stage"]),
            grade=Grade(row["grade"]),
            urgent=row["urgent"],
            escalated=row["escalation"] > 0,
            category=row["category_name"],
            place=places.get(row["unit_id"], ""),
            office=office_name(row["responsible_id"]),
            due_at=row["due_at"],
            closed_at=row["closed_at"],
            paused=row["paused_until"] is not None,
        )
        for row in found
    ]


def office_name(organization_id: int) -> str:
    body = organization(organization_id)
    return body.short_name or body.name if body is not None else name_on_record(organization_id)


def place_names(unit_ids: set[int]) -> dict[int, str]:
    """Town and community of each unit; units that have ended are looked up together, in one query."""
    by_id = tree().by_id
    names = {}
    ended = unit_ids - by_id.keys()
    lines = {unit_id: by_id[unit_id].line for unit_id in unit_ids - ended}
    if ended:
        lines |= {
            unit_id: (0, *(each for each in areas if each is not None))
            for unit_id, areas in areas_on_record(ended).items()
        }
    for unit_id, line in lines.items():
        above = [by_id[each].name for each in line[1 : FINEST + 1] if each in by_id]
        names[unit_id] = " · ".join(above) or (by_id[unit_id].name if unit_id in by_id else "")
    return names
