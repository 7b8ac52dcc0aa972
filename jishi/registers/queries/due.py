"""What is past its period and therefore to be verified, not taken for true."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.registers.models import Home, Membership, Stay
from jishi.registers.queries.scope import records, unit_ids, within
from jishi.registers.rules.verification import Periods, periods_of
from jishi.registers.rules.vocabulary import RecordKind, Relation
from jishi.territory.queries import place

PAGE = 50


@dataclass(frozen=True, slots=True)
class DueRow:
    """One record to verify: what it is called, where it is, the last day it was known to be true, and its page."""

    kind: RecordKind
    id: int
    title: str
    where: str
    verified_on: dt.date
    why: str
    household: str  # the number of the household on whose page it is verified; empty for premises


def periods() -> Periods:
    """The periods of the place in force."""
    return periods_of(place().content)


def due(viewer: Viewer, kind: RecordKind, today: dt.date, unit_id: int | None = None) -> QuerySet[Model]:
    """Records of a kind in the area where the viewer keeps the register that are to be verified.

    A household without a head or a home is due at once: its house was demolished, or its head moved away.
    """
    rows = records(kind, within(unit_ids(viewer, Permission.KEEP_REGISTER), unit_id))
    held = periods()
    late = Q(verified_on__lt=held.last_good_day(kind, today))
    if kind is RecordKind.RESIDENT:
        # People of a household are verified with it; alone come those who are only registered here.
        return rows.filter(late, ~Exists(_live(Membership, resident=OuterRef("pk"))))
    if kind is RecordKind.DWELLING:
        return rows.filter(late, ~Exists(_live(Home, dwelling=OuterRef("pk"))))
    if kind is RecordKind.HOUSEHOLD:
        rented = Exists(_live(Home, household=OuterRef("pk"), dwelling__is_rented=True))
        head = Exists(_live(Membership, household=OuterRef("pk"), relation=Relation.HEAD))
        home = Exists(_live(Home, household=OuterRef("pk")))
        late |= Q(rented, verified_on__lt=held.last_good_day(kind, today, rented=True)) | ~head | ~home
    return rows.filter(late)


def due_counts(viewer: Viewer, today: dt.date) -> dict[RecordKind, int]:
    """How many of each kind wait; kinds of which none does are left out."""
    counts = {kind: due(viewer, kind, today).count() for kind in (*_DOOR_BY_DOOR, RecordKind.RESIDENT)}
    return {kind: count for kind, count in counts.items() if count}


_DOOR_BY_DOOR = (RecordKind.HOUSEHOLD, RecordKind.DWELLING, RecordKind.PREMISES)


def due_rows(viewer: Viewer, kind: RecordKind, today: dt.date, limit: int = PAGE) -> Sequence[DueRow]:
    """The records of a kind to verify, the longest unverified first."""
    rows = due(viewer, kind, today).order_by("verified_on", "id")
    readers = {
        RecordKind.HOUSEHOLD: _households,
        RecordKind.DWELLING: _dwellings,
        RecordKind.PREMISES: _premises,
        RecordKind.RESIDENT: _residents,
    }
    return readers[kind](rows, limit)


def _households(rows: QuerySet[Any], limit: int) -> list[DueRow]:
    found = rows.values("id", "number", "verified_on")[:limit]
    ids = [row["id"] for row in found]
    homes = dict(_live(Home, household__in=ids).values_list("household_id", "dwelling__door"))
    heads = dict(
        _live(Membership, household__in=ids, relation=Relation.HEAD).values_list("household_id", "resident__name")
    )
    return [_household(row, heads.get(row["id"], ""), homes.get(row["id"], "")) for row in found]


def _household(row: Mapping[str, Any], head: str, home: str) -> DueRow:
    why = "住处待核实" if not home else "户主未定" if not head else "到期"
    title = f"{head}户" if head else row["number"]
    return DueRow(RecordKind.HOUSEHOLD, row["id"], title, home, row["verified_on"], why, row["number"])


def _dwellings(rows: QuerySet[Any], limit: int) -> list[DueRow]:
    return [
        DueRow(RecordKind.DWELLING, row["id"], row["door"], "", row["verified_on"], "空置房到期", "")
        for row in rows.values("id", "door", "verified_on")[:limit]
    ]


def _premises(rows: QuerySet[Any], limit: int) -> list[DueRow]:
    return [
        DueRow(RecordKind.PREMISES, row["id"], row["name"], row["door"], row["verified_on"], "到期", "")
        for row in rows.values("id", "name", "door", "verified_on")[:limit]
    ]


def _residents(rows: QuerySet[Any], limit: int) -> list[DueRow]:
    found = rows.values("id", "name", "verified_on")[:limit]
    stays = _live(Stay, resident__in=[row["id"] for row in found]).order_by("id")
    doors = dict(stays.values_list("resident_id", "dwelling__door"))
    why = "户籍在此，到期"
    return [
        DueRow(RecordKind.RESIDENT, row["id"], row["name"], doors.get(row["id"], ""), row["verified_on"], why, "")
        for row in found
    ]


def _live(model: Any, **conditions: Any) -> Any:
    return model.objects.filter(valid_to__isnull=True, **conditions)
