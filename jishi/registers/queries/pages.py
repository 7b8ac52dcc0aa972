"""One household, person, home or premises with everything it is tied to, as the viewer may know it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.addresses.queries import AddressRow, address
from jishi.kernel.errors import NotFound
from jishi.registers.models import (
    Dwelling,
    Home,
    Household,
    HouseholdGrid,
    InGrid,
    Membership,
    Premises,
    Provenance,
    Resident,
    Stay,
)
from jishi.registers.queries.due import periods
from jishi.registers.queries.scope import READ, readable, records, unit_ids
from jishi.registers.rules.masking import masked
from jishi.registers.rules.vocabulary import BuildingUse, HouseholdKind, PremisesKind, RecordKind, Relation, StayKind
from jishi.territory.queries import UnitRow, unit_at, unit_on_record

_NONE = "没有找到，或不在您的辖区内。"
MOST_PREMISES = 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a record comes from and until when it is taken for true. Past its period it is 待核实, not valid."""

    source: str
    source_note: str
    recorded_at: dt.datetime
    recorded_by: str
    verified_on: dt.date
    verified_by: str
    is_due: bool
    conflicts: int


@dataclass(frozen=True, slots=True)
class Tie:
    """A home somebody is tied to. ``opens`` says whether the viewer may open it: it may lie in another area."""

    dwelling_id: int
    door: str
    kind: StayKind
    since: dt.date
    opens: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A person on the page of a household. Sensitive values are masked."""

    id: int
    name: str
    relation: Relation
    sex: str
    birth_date: dt.date | None
    age: int | None
    document_kind: str
    document_number: str
    phone: str
    second_phone: str
    registered_place: str
    ties: tuple[Tie, ...]
    stamp: Stamp

    @property
    def is_separated(self) -> bool:
        """人户分离: registered at one of our homes and living in another."""
        registered = {tie.dwelling_id for tie in self.ties if tie.kind is StayKind.REGISTERED}
        living = {tie.dwelling_id for tie in self.ties if tie.kind is not StayKind.REGISTERED}
        return bool(registered and living - registered)


@dataclass(frozen=True, slots=True)
class HomeShown:
    """A dwelling with the households in it."""

    id: int
    door: str
    address: AddressRow | None
    building_use: str
    floor_area: str
    is_rented: bool
    owner_name: str
    owner_phone: str
    households: tuple[tuple[str, str], ...]  # number and head
    registered: tuple[Member, ...]  # registered here and living in none of these households
    stamp: Stamp
    grid: UnitRow | None


@dataclass(frozen=True, slots=True)
class PremisesShown:
    id: int
    name: str
    kind: str
    uscc: str
    door: str
    contact_name: str
    contact_phone: str
    staff_count: int | None
    stamp: Stamp
    grid: UnitRow | None
    address_id: int | None


@dataclass(frozen=True, slots=True)
class HouseholdShown:
    """The page of a household. ``ended_on`` is empty for one that is live."""

    id: int
    number: str
    kind: str
    book_number: str
    grid: UnitRow
    head: str
    members: tuple[Member, ...]
    former: tuple[tuple[str, dt.date, dt.date], ...]  # who was in it: name, from, until
    home: HomeShown | None
    premises: tuple[PremisesShown, ...]
    stamp: Stamp
    ended_on: dt.date | None
    end_reason: str


def household(viewer: Viewer, number: str, today: dt.date) -> HouseholdShown:
    """The household with this number; raises NotFound outside the viewer's area. One that has ended is still read by
    whoever has its last grid."""
    row = Household.objects.filter(number=number).first()
    grid = _grid_of(HouseholdGrid.objects.filter(household=row)) if row is not None else None
    if row is None or grid is None or not _may_see(viewer, grid):
        raise NotFound(_NONE)
    live = Membership.objects.filter(household=row, valid_to__isnull=True).select_related("resident")
    order = list(Relation)
    memberships = sorted(live, key=lambda each: (order.index(Relation(each.relation)), each.pk))
    members = _members(viewer, [each.resident for each in memberships], today, memberships)
    past = Membership.objects.filter(household=row, valid_to__isnull=False).select_related("resident")
    gone = [
        (each.resident.name, each.valid_from, each.valid_to)
        for each in past.order_by("valid_to", "id")
        if each.valid_to is not None and each.resident_id not in {member.id for member in members}
    ]
    home = Home.objects.filter(household=row, valid_to__isnull=True).select_related("dwelling").first()
    return HouseholdShown(
        row.pk,
        row.number,
        HouseholdKind(row.kind).label,
        row.book_number,
        grid,
        next((member.name for member in members if member.relation is Relation.HEAD), ""),
        members,
        tuple(gone),
        _home_shown(viewer, home.dwelling, today, {member.id for member in members}) if home is not None else None,
        _nearby(viewer, home.dwelling, today) if home is not None else (),
        _stamps([row], RecordKind.HOUSEHOLD, today, rented=home is not None and home.dwelling.is_rented)[row.pk],
        row.valid_to,
        row.get_end_reason_display() if row.end_reason else "",
    )


def household_id(viewer: Viewer, number: str) -> int:
    """The id of a household by its number; raises NotFound as ``household`` does."""
    row = Household.objects.filter(number=number).first()
    if row is None or not may_read(viewer, row):
        raise NotFound(_NONE)
    return row.pk


def resident(viewer: Viewer, resident_id: int, today: dt.date) -> tuple[Member, str]:
    """A person of the viewer's area and the number of their household; empty for somebody who is only registered here
    and lives outside of it, or in no household."""
    viewer.check(READ)
    row = records(RecordKind.RESIDENT, unit_ids(viewer), [resident_id]).first()
    if not isinstance(row, Resident):
        raise NotFound(_NONE)
    membership = Membership.objects.filter(resident=row, valid_to__isnull=True).select_related("household").first()
    member = _members(viewer, [row], today, [membership] if membership is not None else [])[0]
    if membership is None or not readable(viewer, RecordKind.HOUSEHOLD, [membership.household_id]):
        return member, ""
    return member, membership.household.number


def dwelling(viewer: Viewer, dwelling_id: int, today: dt.date) -> HomeShown:
    """A home of the viewer's area with its households."""
    viewer.check(READ)
    row = records(RecordKind.DWELLING, unit_ids(viewer), [dwelling_id]).first()
    if not isinstance(row, Dwelling):
        raise NotFound(_NONE)
    return _home_shown(viewer, row, today, set())


def premises(viewer: Viewer, premises_id: int, today: dt.date) -> PremisesShown:
    """Premises of the viewer's area."""
    viewer.check(READ)
    row = records(RecordKind.PREMISES, unit_ids(viewer), [premises_id]).first()
    if not isinstance(row, Premises):
        raise NotFound(_NONE)
    return _premises_shown([row], today)[0]


def may_read(viewer: Viewer, row: Household) -> bool:
    """Whether a household, live or ended, is or was last in the area where the viewer reads the register."""
    grid = _grid_of(HouseholdGrid.objects.filter(household=row))
    return grid is not None and _may_see(viewer, grid)


def _may_see(viewer: Viewer, grid: UnitRow) -> bool:
    return viewer is SYSTEM or any(grant.covers(grid.path) for grant in viewer.having(READ))


def _grid_of(rows: QuerySet[Any]) -> UnitRow | None:
    """The unit something is in, or was in last; for a unit that has ended the one that goes on for it."""
    last: InGrid | None = rows.order_by("-id").first()
    row = unit_on_record(last.unit_id) if last is not None else None
    return unit_at(row.path) if row is not None else None


def _stamps(rows: Iterable[Any], kind: RecordKind, today: dt.date, *, rented: bool = False) -> dict[int, Stamp]:
    rows = list(rows)
    conflicts: dict[int, int] = {}
    waiting = Provenance.objects.filter(kind=kind, record_id__in=[row.pk for row in rows], state="conflict")
    for record_id in waiting.values_list("record_id", flat=True):
        conflicts[record_id] = conflicts.get(record_id, 0) + 1
    held = periods()
    return {
        row.pk: Stamp(
            row.get_source_display(),
            row.source_note,
            row.recorded_at,
            row.recorded_by,
            row.verified_on,
            row.verified_by,
            held.is_due(kind, row.verified_on, today)
            or (rented and held.is_due(kind, row.verified_on, today, rented=True)),
            conflicts.get(row.pk, 0),
        )
        for row in rows
    }


def _members(
    viewer: Viewer, rows: Sequence[Resident], today: dt.date, memberships: Sequence[Membership]
) -> tuple[Member, ...]:
    relations = {each.resident_id: Relation(each.relation) for each in memberships}
    stamps = _stamps(rows, RecordKind.RESIDENT, today)
    ties: dict[int, list[Tie]] = {}
    stays = Stay.objects.filter(resident__in=[row.pk for row in rows], valid_to__isnull=True)
    stays = stays.select_related("dwelling").order_by("id")
    open_to = readable(viewer, RecordKind.DWELLING, (stay.dwelling_id for stay in stays))
    for stay in stays:
        kind, opens = StayKind(stay.kind), stay.dwelling_id in open_to
        tie = Tie(stay.dwelling_id, stay.dwelling.door, kind, stay.valid_from, opens)
        ties.setdefault(stay.resident_id, []).append(tie)
    return tuple(
        Member(
            row.pk,
            row.name,
            relations.get(row.pk, Relation.OTHER),
            row.get_sex_display(),
            row.birth_date,
            _age(row.birth_date, today),
            row.get_document_kind_display(),
            masked("document_number", row.document_number),
            masked("phone", row.phone),
            masked("second_phone", row.second_phone),
            row.registered_place,
            tuple(ties.get(row.pk, ())),
            stamps[row.pk],
        )
        for row in rows
    )


def _age(born: dt.date | None, today: dt.date) -> int | None:
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _home_shown(viewer: Viewer, row: Dwelling, today: dt.date, without: set[int]) -> HomeShown:
    live = Home.objects.filter(dwelling=row, valid_to__isnull=True).order_by("id")
    numbers = dict(live.values_list("household_id", "household__number"))
    open_to = readable(viewer, RecordKind.HOUSEHOLD, numbers)
    members = Membership.objects.filter(household__in=numbers, valid_to__isnull=True)
    heads = dict(members.filter(relation=Relation.HEAD).values_list("household_id", "resident__name"))
    at_home = without | set(members.values_list("resident_id", flat=True))
    here = Stay.objects.filter(dwelling=row, kind=StayKind.REGISTERED, valid_to__isnull=True)
    elsewhere = [stay.resident for stay in here.exclude(resident__in=at_home).select_related("resident").order_by("id")]
    return HomeShown(
        row.pk,
        row.door,
        address(row.address_id) if row.address_id is not None else None,
        BuildingUse(row.building_use).label,
        f"{row.floor_area}" if row.floor_area is not None else "",
        row.is_rented,
        row.owner_name,
        masked("owner_phone", row.owner_phone),
        tuple((number, heads.get(each, "")) for each, number in numbers.items() if each in open_to),
        _members(viewer, elsewhere, today, ()),
        _stamps([row], RecordKind.DWELLING, today)[row.pk],
        _grid_of(row.grids.all()),
    )


def _nearby(viewer: Viewer, home: Dwelling, today: dt.date) -> tuple[PremisesShown, ...]:
    """Premises of the viewer's area at the same door or in the same building of the address register."""
    live = Premises.objects.filter(valid_to__isnull=True, grids__valid_to__isnull=True)
    here = live.filter(door=home.door, grids__unit__in=home.grids.filter(valid_to__isnull=True).values("unit_id"))
    ids = set(here.values_list("pk", flat=True)[:MOST_PREMISES])
    if home.address_id is not None:
        inside = [id for id in (home.address_id, address(home.address_id).parent_id) if id is not None]
        ids |= set(live.filter(address_id__in=inside).values_list("pk", flat=True)[:MOST_PREMISES])
    open_to = readable(viewer, RecordKind.PREMISES, ids)
    return tuple(_premises_shown(list(Premises.objects.filter(pk__in=open_to).order_by("id")[:MOST_PREMISES]), today))


def _premises_shown(rows: Sequence[Premises], today: dt.date) -> list[PremisesShown]:
    stamps = _stamps(rows, RecordKind.PREMISES, today)
    return [
        PremisesShown(
            row.pk,
            row.name,
            PremisesKind(row.kind).label,
            row.uscc,
            row.door,
            row.contact_name,
            masked("contact_phone", row.contact_phone),
            row.staff_count,
            stamps[row.pk],
            _grid_of(row.grids.all()),
            row.address_id,
        )
        for row in rows
    ]
