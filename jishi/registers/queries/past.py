"""A household as it stood on an earlier day, and the days on which something about it changed.

Who, where and with whom is read from links, which end and stay. What was known of each person that day is not shown:
for that, every value has its own past (queries.origins).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.queries import state_on
from jishi.kernel.errors import NotFound
from jishi.orm.dated import live_on
from jishi.registers.models import Home, Household, HouseholdGrid, Membership, Stay
from jishi.registers.queries.pages import may_read
from jishi.registers.queries.scope import readable
from jishi.registers.rules.vocabulary import RecordKind, Relation, StayKind
from jishi.territory.queries import UnitRow, unit_on_record, units_on_record

MOST_CHANGES = 40


@dataclass(frozen=True, slots=True)
class MemberThen:
    """Somebody who was in the household; ``opens`` says whether the viewer may open the person's record today."""

    id: int
    name: str
    relation: Relation
    stays: tuple[str, ...]  # 户籍 3栋502
    opens: bool


@dataclass(frozen=True, slots=True)
class HomeThen:
    """Where the household lived; ``address`` is spelled as it was that day, empty without a standard address."""

    id: int
    door: str
    address_id: int | None
    address: str
    opens: bool


@dataclass(frozen=True, slots=True)
class HouseholdThen:
    """A household on ``day``. ``exists`` is False before it was entered and from the day on which it ended."""

    number: str
    day: dt.date
    exists: bool
    grid: UnitRow | None
    head: str
    members: tuple[MemberThen, ...]
    home: HomeThen | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became otherwise on a day, in words, without telling why."""

    day: dt.date
    words: tuple[str, ...]


def household_on(viewer: Viewer, number: str, day: dt.date) -> HouseholdThen:
    """The household with this number as it stood on a day; raises NotFound as the page of today does: who may read it
    now may know what it was."""
    row = _row(viewer, number)
    held = Membership.objects.filter(live_on(day), household=row).select_related("resident").order_by("id")
    order = list(Relation)
    memberships = sorted(held, key=lambda each: order.index(Relation(each.relation)))
    ids = [each.resident_id for each in memberships]
    open_to = readable(viewer, RecordKind.RESIDENT, ids)
    stays: dict[int, list[str]] = {}
    for resident_id, kind, door in (
        Stay.objects.filter(live_on(day), resident__in=ids)
        .order_by("id")
        .values_list("resident_id", "kind", "dwelling__door")
    ):
        stays.setdefault(resident_id, []).append(f"{StayKind(kind).label} {door}")
    members = tuple(
        MemberThen(
            each.resident_id,
            each.resident.name,
            Relation(each.relation),
            tuple(stays.get(each.resident_id, ())),
            each.resident_id in open_to,
        )
        for each in memberships
    )
    grid_id = HouseholdGrid.objects.filter(live_on(day), household=row).values_list("unit_id", flat=True).last()
    return HouseholdThen(
        row.number,
        day,
        row.valid_from <= day and (row.valid_to is None or day < row.valid_to),
        unit_on_record(grid_id) if grid_id is not None else None,
        next((member.name for member in members if member.relation is Relation.HEAD), ""),
        members,
        _home_on(viewer, row, day),
    )


def _row(viewer: Viewer, number: str) -> Household:
    row = Household.objects.filter(number=number).first()
    if row is None or not may_read(viewer, row):
        raise NotFound("没有找到，或不在您的辖区内。")
    return row


def _home_on(viewer: Viewer, row: Household, day: dt.date) -> HomeThen | None:
    home = Home.objects.filter(live_on(day), household=row).select_related("dwelling").order_by("id").last()
    if home is None:
        return None
    dwelling = home.dwelling
    spelled = state_on(dwelling.address_id, day) if dwelling.address_id is not None else None
    return HomeThen(
        dwelling.pk,
        dwelling.door,
        dwelling.address_id,
        spelled.full_name if spelled is not None else "",
        bool(readable(viewer, RecordKind.DWELLING, [dwelling.pk])),
    )


def changes(viewer: Viewer, number: str) -> tuple[Change, ...]:
    """The days on which people, home or grid of a household changed, the latest first; raises NotFound as above."""
    row = _row(viewer, number)
    said: dict[dt.date, list[str]] = {}
    _tell_people(said, Membership.objects.filter(household=row).select_related("resident").order_by("id"))
    for home in Home.objects.filter(household=row).select_related("dwelling").order_by("id"):
        _tell(said, home.valid_from, f"住进{home.dwelling.door}")
        _tell(said, home.valid_to, f"离开{home.dwelling.door}")
    grids = list(HouseholdGrid.objects.filter(household=row).order_by("id"))
    names = {id: unit.name for id, unit in units_on_record(each.unit_id for each in grids).items()}
    for before, grid in zip([None, *grids], grids, strict=False):
        if before is not None:
            _tell(said, grid.valid_from, f"由{names[before.unit_id]}划入{names[grid.unit_id]}")
    _tell(said, row.valid_to, "整户注销")
    latest = sorted(said, reverse=True)[:MOST_CHANGES]
    return tuple(Change(day, tuple(said[day])) for day in latest)


def _tell_people(said: dict[dt.date, list[str]], memberships: Iterable[Membership]) -> None:
    """Who came and who went; somebody whose relation changed did neither."""
    rows = list(memberships)
    for each in rows:
        name, relation = each.resident.name, Relation(each.relation).label
        if _same_day(rows, each, "valid_to", each.valid_from):
            _tell(said, each.valid_from, f"{name}改为{relation}")
        else:
            _tell(said, each.valid_from, f"{name}（{relation}）入户")
        if each.valid_to is not None and not _same_day(rows, each, "valid_from", each.valid_to):
            _tell(said, each.valid_to, f"{name}离户")


def _same_day(rows: list[Membership], one: Membership, field: str, day: dt.date) -> bool:
    """Whether another membership of the same person ends or begins on this day."""
    return any(
        each.resident_id == one.resident_id and each.pk != one.pk and getattr(each, field) == day for each in rows
    )


def _tell(said: dict[dt.date, list[str]], day: Any, words: str) -> None:
    if day is not None:
        said.setdefault(day, []).append(words)
