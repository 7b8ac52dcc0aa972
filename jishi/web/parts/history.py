"""The history of a component as one list: entered, inspections, faults with their matters, repairs, changes, moves."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from jishi.matters.rules.stages import Stage
from jishi.parts import queries
from jishi.parts.queries import ComponentDetail, EarlierPlace, HappeningRow, InspectionRow
from jishi.parts.rules.inspections import Condition

Seen = Mapping[str, Mapping[str, Any]]  # the matters the viewer may see, by number


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``number`` and ``stage`` belong to a matter the viewer may see; ``unit_id`` is that of
    the unit the component left."""

    at: dt.datetime
    title: str
    who: str = ""
    note: str = ""
    number: str = ""
    stage: Stage | None = None
    unit_id: int | None = None


def history_of(found: ComponentDetail, matters: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Everything, the latest first. A matter whose fault is among the inspections stands with it, any other by
    itself."""
    seen = {matter["number"]: matter for matter in matters}
    inspections = queries.inspections(found.row.id)
    told = {one.matter_number for one in inspections}
    lines = [
        *(_happened(one, seen) for one in queries.happenings(found.row.id)),
        *(_inspected(one, seen) for one in inspections),
        *(_reported(matter) for matter in matters if matter["number"] not in told),
        *(_moved(place) for place in queries.earlier_places(found.row.id)),
        Line(found.recorded_at, "登记", found.recorded_by, found.source),
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _inspected(one: InspectionRow, seen: Seen) -> Line:
    title = "报告故障" if one.condition is Condition.FAULTY else "巡查：完好"
    return Line(one.at, title, one.by_name, one.note, *_matter(one.matter_number, seen))


def _happened(one: HappeningRow, seen: Seen) -> Line:
    return Line(one.at, one.turn.label, one.by_name, one.note, *_matter(one.matter_number, seen))


def _reported(matter: Mapping[str, Any]) -> Line:
    return Line(matter["registered_at"], matter["title"], number=matter["number"], stage=Stage(matter["stage"]))


def _matter(number: str, seen: Seen) -> tuple[str, Stage | None]:
    matter = seen.get(number)
    return (number, Stage(matter["stage"])) if matter is not None else ("", None)


def _moved(place: EarlierPlace) -> Line:
    at = timezone.make_aware(dt.datetime.combine(place.until, dt.time()))
    return Line(at, f"此前在{place.unit_name}", unit_id=place.unit_id)
