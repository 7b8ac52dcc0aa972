"""What a flow must know of a matter to tell the right people: bodies and ground, no names."""

from dataclasses import dataclass

from jishi.matters.models import Matter, Part, Step
from jishi.matters.queries.facts import area_path
from jishi.matters.rules.vocabulary import PartRole


@dataclass(frozen=True, slots=True)
class Told:
    """A matter at one of its steps, as far as telling needs it."""

    number: str
    title: str
    channel: str
    step: str
    note: str
    by_id: int | None
    escalation: int
    path: str
    lead_id: int | None
    responsible_id: int
    helper_ids: tuple[int, ...]
    registrar_ids: tuple[int, ...]  # who registered it and what was merged into it


def told(matter_id: int, seq: int) -> Told:
    """The matter and the step ``seq`` of its history."""
    row = Matter.objects.values(
        "number", "title", "channel", "escalation", "lead_id", "responsible_id",
        "area_1", "area_2", "area_3", "area_4", "area_5",
    ).get(pk=matter_id)  # fmt: skip
    step = Step.objects.values("name", "note", "by_id").get(matter=matter_id, seq=seq)
    helpers = Part.objects.filter(
        matter=matter_id, role=PartRole.HELPER.value, ended_at__isnull=True, done_at__isnull=True
    )
    registered = Matter.objects.filter(pk__in=with_duplicates(matter_id), registered_by__isnull=False)
    return Told(
        number=row["number"],
        title=row["title"],
        channel=row["channel"],
        step=step["name"],
        note=step["note"],
        by_id=step["by_id"],
        escalation=row["escalation"],
        path=area_path(row),
        lead_id=row["lead_id"],
        responsible_id=row["responsible_id"],
        helper_ids=tuple(helpers.values_list("organization_id", flat=True)),
        registrar_ids=tuple(registered.values_list("registered_by_id", flat=True)),
    )


def with_duplicates(matter_id: int) -> set[int]:
    """A matter and everything that was merged into it, directly or through another."""
    found, edge = {matter_id}, {matter_id}
    while edge:
        edge = set(Matter.objects.filter(merged_into__in=edge).values_list("id", flat=True)) - found
        found |= edge
    return found
