"""What became of one component, for whoever has read it."""

import datetime as dt
from dataclasses import dataclass

from jishi.parts.models import EarlierUnit, Happening, Inspection
from jishi.parts.rules.history import Turn
from jishi.parts.rules.inspections import Condition


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """What somebody found."""

    at: dt.datetime
    by_name: str
    condition: Condition
    note: str
    matter_number: str


@dataclass(frozen=True, slots=True)
class HappeningRow:
    """What else became of it."""

    at: dt.datetime
    turn: Turn
    by_name: str
    note: str
    matter_number: str


@dataclass(frozen=True, slots=True)
class EarlierPlace:
    """Where a component lay before a change of units."""

    unit_id: int
    unit_name: str
    since: dt.date
    until: dt.date


def inspections(component_id: int, limit: int = 100) -> tuple[InspectionRow, ...]:
    """What was found, the latest first."""
    rows = Inspection.objects.filter(component=component_id).order_by("-at", "-id")[:limit]
    return tuple(
        InspectionRow(row.at, row.by_name, Condition(row.condition), row.note, row.matter_number) for row in rows
    )


def happenings(component_id: int, limit: int = 100) -> tuple[HappeningRow, ...]:
    """What was changed and what followed from matters, the latest first."""
    rows = Happening.objects.filter(component=component_id).order_by("-at", "-id")[:limit]
    return tuple(HappeningRow(row.at, Turn(row.turn), row.by_name, row.note, row.matter_number) for row in rows)


def earlier_places(component_id: int) -> tuple[EarlierPlace, ...]:
    """The units it lay in before, the latest first."""
    rows = EarlierUnit.objects.filter(component=component_id).order_by("-id")
    fields = ("unit_id", "unit__name", "valid_from", "valid_to")
    return tuple(EarlierPlace(*row) for row in rows.values_list(*fields))
