"""Rows of a matter turned into the facts the rules decide on."""

from collections.abc import Iterable, Mapping
from typing import Any

from jishi.matters.models import Matter
from jishi.matters.rules.facts import Facts, PartFacts, RequestFacts
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade, PartRole, RequestKind
from jishi.territory.queries import unit_at

FACT_FIELDS = (
    "id", "number", "stage", "version", "grade", "urgent", "category_code", "unit_id",
    "responsible_id", "lead_id", "returns", "reopened", "handled_by_id", "clock_started_at", "stage_since",
    "due_at", "stage_due_at", "paused_since", "paused_until", "closed_at", "escalation", "adjustments",
    "area_1", "area_2", "area_3", "area_4", "area_5", "merged_into_id",
)  # fmt: skip


def area_path(row: Mapping[str, Any]) -> str:
    """The guarded path of today's units the matter lies in: what postings are compared with.

    A closed matter stays where it was closed; for one in a unit that has ended since this is the path of whoever has
    taken over from it.
    """
    ids = (row[f"area_{depth}"] for depth in range(1, 6))
    return unit_at("".join(f"{unit_id}/" for unit_id in ids if unit_id is not None)).path


def facts_of(
    row: Mapping[str, Any], parts: Iterable[Mapping[str, Any]], requests: Iterable[Mapping[str, Any]]
) -> Facts:
    """Rows (dicts) of a matter, all its parts and its requests as ``Facts``."""
    parts = list(parts)
    merged_into, main_open = _merged(row["merged_into_id"])
    return Facts(
        id=row["id"],
        number=row["number"],
        stage=Stage(row["stage"]),
        version=row["version"],
        grade=Grade(row["grade"]),
        urgent=row["urgent"],
        category_code=row["category_code"],
        unit_id=row["unit_id"],
        path=area_path(row),
        responsible_id=row["responsible_id"],
        lead_id=row["lead_id"],
        returns=row["returns"],
        reopened=row["reopened"],
        handled_by=row["handled_by_id"],
        clock_started_at=row["clock_started_at"],
        stage_since=row["stage_since"],
        due_at=row["due_at"],
        stage_due_at=row["stage_due_at"],
        paused_since=row["paused_since"],
        paused_until=row["paused_until"],
        closed_at=row["closed_at"],
        escalation=row["escalation"],
        adjustments=row["adjustments"],
        parts=tuple(
            PartFacts(part["organization_id"], PartRole(part["role"]), part["done_at"] is not None)
            for part in parts
            if part["ended_at"] is None
        ),
        requests=tuple(
            RequestFacts(request["id"], RequestKind(request["kind"]), request["by_id"], request["working_minutes"])
            for request in requests
            if request["decided_at"] is None
        ),
        merged_into=merged_into,
        main_open=main_open,
        workers=frozenset(part["done_by_id"] for part in parts if part["done_by_id"] is not None),
    )


def _merged(into_id: int | None) -> tuple[str, bool]:
    """The number of what a matter was merged into, and whether the one that is handled in the end is still open."""
    if into_id is None:
        return "", False
    line = merge_line(into_id)
    ends = Matter.objects.filter(pk__in=[line[0], line[-1]]).values_list("id", "number", "closed_at")
    found = {matter_id: (number, closed_at) for matter_id, number, closed_at in ends}
    return found[line[0]][0], found[line[-1]][1] is None


def merge_line(matter_id: int) -> list[int]:
    """A matter, the one it was merged into, and so on to the one that is handled; merges make no circles."""
    line = [matter_id]
    while True:
        into = Matter.objects.filter(pk=line[-1]).values_list("merged_into", flat=True).first()
        if into is None:
            return line
        line.append(into)
