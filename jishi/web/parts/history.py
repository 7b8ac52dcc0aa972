"""The history of a component as one list: inspections, faults with their matters, changes of units."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from jishi.matters.rules.stages import Stage
from jishi.parts.queries import EarlierPlace, InspectionRow
from jishi.parts.rules.inspections import Condition


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``stage`` belongs to the matter, where the viewer may see it."""

    at: dt.datetime
    title: str
    who: str = ""
    note: str = ""
    number: str = ""
    stage: Stage | None = None


def lines_of(
    inspections: Sequence[InspectionRow],
    matters: Sequence[Mapping[str, Any]],
    places: Sequence[EarlierPlace],
) -> list[Line]:
    """The latest first. A matter whose fault is among the inspections stands with it, any other by itself."""
    seen = {matter["number"]: matter for matter in matters}
    lines = [_inspected(one, seen) for one in inspections]
    told = {one.matter_number for one in inspections}
    lines += [
        Line(matter["registered_at"], matter["title"], number=number, stage=Stage(matter["stage"]))
        for number, matter in seen.items()
        if number not in told
    ]
    lines += [Line(_midnight(place.until), f"此前在{place.unit_name}") for place in places]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _inspected(one: InspectionRow, seen: Mapping[str, Mapping[str, Any]]) -> Line:
    matter = seen.get(one.matter_number)
    title = "报告故障" if one.condition is Condition.FAULTY else "巡查：完好"
    stage = Stage(matter["stage"]) if matter is not None else None
    return Line(one.at, title, one.by_name, one.note, one.matter_number if matter is not None else "", stage)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
