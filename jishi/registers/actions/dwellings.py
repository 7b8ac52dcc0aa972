"""Homes: found again or begun, who is tied to them, and their end."""

import datetime as dt
from dataclasses import replace

from django.db import transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Invalid
from jishi.registers.actions.ledger import day_of, held, written
from jishi.registers.actions.people import begin_stay
from jishi.registers.actions.values import take_values
from jishi.registers.models import Dwelling, DwellingGrid, Home, Stay
from jishi.registers.queries.at_address import address_of
from jishi.registers.rules.entries import HouseholdEntry, Origin, check_complete, read_values
from jishi.registers.rules.fields import FIELDS, LONGEST_DOOR
from jishi.registers.rules.vocabulary import EndReason, RecordKind, StayKind

DWELLING = RecordKind.DWELLING


def find_or_begin(entry: HouseholdEntry, origin: Origin, by: Viewer, now: dt.datetime) -> int:
    """The home of an entry: the one it names, one on record at this door, or a new one. What the entry says of a home
    on record is a saying like any other and overwrites nothing."""
    entry = _with_address(entry)
    found = _at_this_door(entry, now) if entry.dwelling_id is None else held(DWELLING, entry.dwelling_id, by)
    if found is None:
        return _begin(entry, origin, by, now)
    said = {name: value for name, value in entry.dwelling.items() if name != "door"}
    take_values(found, DWELLING, said, origin, by, now)
    return int(found.pk)


def _with_address(entry: HouseholdEntry) -> HouseholdEntry:
    """The entry with the standard address its door names; a door given by the code on its plate, or by initials, is
    then written as people say it."""
    door = entry.dwelling.get("door", "")
    found = address_of(door, entry.unit_id) if entry.address_id is None else None
    if found is None:
        return entry
    said = found.full_name[:LONGEST_DOOR] if door.isascii() else door
    return replace(entry, address_id=found.id, dwelling={**entry.dwelling, "door": said})


def _at_this_door(entry: HouseholdEntry, now: dt.datetime) -> Dwelling | None:
    live = Dwelling.objects.select_for_update(of=("self",)).filter(valid_to__isnull=True)
    door = read_values(DWELLING, {"door": entry.dwelling.get("door", "")}, day_of(now)).get("door")
    if entry.address_id is not None:
        return live.filter(address_id=entry.address_id).first()
    here = live.filter(grids__valid_to__isnull=True, grids__unit_id=entry.unit_id, door=door)
    return here.order_by("pk").first() if door else None


def _begin(entry: HouseholdEntry, origin: Origin, by: Viewer, now: dt.datetime) -> int:
    today = day_of(now)
    values = read_values(DWELLING, entry.dwelling, today)
    check_complete(DWELLING, values)
    row = Dwelling.objects.create(
        address_id=entry.address_id,
        **{name: FIELDS[DWELLING][name].column(value) for name, value in values.items()},
        source=origin.source,
        source_note=origin.note,
        recorded_at=now,
        recorded_by=by.name,
        verified_on=today,
        verified_by=by.name,
        valid_from=today,
    )
    DwellingGrid.objects.create(dwelling=row, unit_id=entry.unit_id, valid_from=today)
    written(DWELLING, row.pk, "enter_dwelling", by, now, first=True, unit=entry.unit_id)
    return row.pk


@transaction.atomic
def tie(*, resident_id: int, dwelling_id: int, kind: StayKind, by: Viewer, now: dt.datetime) -> None:
    """A person is tied to one more home: registered here and living there are two ties (人户分离)."""
    held(RecordKind.RESIDENT, resident_id, by)
    held(DWELLING, dwelling_id, by)
    begin_stay(resident_id, dwelling_id, kind, day_of(now))
    written(RecordKind.RESIDENT, resident_id, "tie", by, now, dwelling=dwelling_id, stay=kind.value)


@transaction.atomic
def untie(*, resident_id: int, dwelling_id: int, kind: StayKind, by: Viewer, now: dt.datetime) -> None:
    """A tie no longer holds; it stays on record with its days."""
    held(RecordKind.RESIDENT, resident_id, by)
    live = Stay.objects.filter(resident_id=resident_id, dwelling_id=dwelling_id, kind=kind, valid_to__isnull=True)
    if not live.update(valid_to=day_of(now)):
        raise Invalid("没有这条居住关系，可能刚刚已改过。")
    written(RecordKind.RESIDENT, resident_id, "untie", by, now, dwelling=dwelling_id, stay=kind.value)


@transaction.atomic
def end_dwelling(*, dwelling_id: int, reason: EndReason, by: Viewer, now: dt.datetime) -> None:
    """A house is demolished or was entered by mistake. Who lived in it is due for verification: the household stays
    in its grid, without a home, until somebody has asked where it went."""
    held(DWELLING, dwelling_id, by)
    today = day_of(now)
    for model in (Home, Stay, DwellingGrid):
        model._default_manager.filter(dwelling_id=dwelling_id, valid_to__isnull=True).update(valid_to=today)
    Dwelling.objects.filter(pk=dwelling_id).update(valid_to=today, end_reason=reason)
    written(DWELLING, dwelling_id, "end_dwelling", by, now, reason=reason.value)
