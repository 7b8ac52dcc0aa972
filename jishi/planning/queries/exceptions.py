"""Grids that may be off the standard today."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from jishi.planning.models import GridException


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    unit_id: int
    reason: str
    asked_by: str
    approved_by: str
    approved_at: dt.datetime


def exceptions(unit_ids: Iterable[int]) -> dict[int, ExceptionRow]:
    """By id of unit: why it may be off the standard, and who allowed it."""
    rows = GridException.objects.filter(unit_id__in=set(unit_ids), valid_to__isnull=True)
    fields = ExceptionRow.__dataclass_fields__
    return {row[0]: ExceptionRow(*row) for row in rows.values_list(*fields)}
