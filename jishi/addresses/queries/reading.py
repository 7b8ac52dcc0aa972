"""One address, what it lies in and what lies below it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from jishi.addresses.models import Address, Alias, EarlierState
from jishi.addresses.rules.codes import parse_code
from jishi.addresses.rules.levels import RANKS, Level
from jishi.addresses.rules.naming import AliasKind, natural
from jishi.addresses.rules.rows import AddressRow
from jishi.kernel.errors import NotFound
from jishi.orm.dated import live_on
from jishi.territory import queries as territory

FIELDS = tuple(AddressRow.__dataclass_fields__)
_NONE = "没有这个地址。"


def rows_of(found: QuerySet[Address]) -> list[AddressRow]:
    """The rows of a query set as plain data, in its order."""
    return [AddressRow(row[0], row[1], Level(row[2]), *row[3:]) for row in found.values_list(*FIELDS)]


def address(address_id: int) -> AddressRow:
    """An address of any day; raises NotFound."""
    found = rows_of(Address.objects.filter(pk=address_id))
    if not found:
        raise NotFound(_NONE)
    return found[0]


def addresses(address_ids: Iterable[int]) -> dict[int, AddressRow]:
    """Addresses of any day by id; ids of none are left out."""
    return {row.id: row for row in rows_of(Address.objects.filter(pk__in=set(address_ids)))}


def by_code(code: str) -> AddressRow:
    """The address with this code, also if it has been cancelled.

    Raises Invalid (field ``code``) for a code whose check character does not fit, NotFound if no door has it.
    """
    found = rows_of(Address.objects.filter(code=parse_code(code)))
    if not found:
        raise NotFound("没有门码是这个的地址，请对照门牌核对。")
    return found[0]


def in_order(rows: Iterable[AddressRow]) -> list[AddressRow]:
    """Upper levels first, then 2号 before 12号."""
    return sorted(rows, key=lambda row: (RANKS[row.level], natural(row.name), row.id))


def children(address_id: int, *, cancelled: bool = False) -> list[AddressRow]:
    """What lies directly below an address today; with ``cancelled`` also what did so when it ended."""
    found = Address.objects.filter(parent_id=address_id)
    return in_order(rows_of(found if cancelled else found.filter(valid_to__isnull=True)))


def tops(unit_id: int) -> list[AddressRow]:
    """The roads, village groups and doors without either in a unit and everything below it."""
    inside = territory.subtree_ids(unit_id)
    return in_order(rows_of(Address.objects.filter(unit_id__in=inside, parent__isnull=True, valid_to__isnull=True)))


def line_of(row: AddressRow) -> list[AddressRow]:
    """From the road down to the address itself."""
    found = addresses(row.line)
    return [found[id] for id in row.line]


def official_name(row: AddressRow) -> str:
    """The whole address: county, town and community, then from the road down. A grid is no part of an address."""
    unit = territory.unit_on_record(row.unit_id)
    upper = territory.ancestors(unit)[:3] if unit is not None else ()
    return "".join(each.name for each in upper) + row.full_name


@dataclass(frozen=True, slots=True)
class AliasRow:
    """Another name of an address that people use today."""

    id: int
    address_id: int
    name: str
    kind: AliasKind


def aliases(address_ids: Iterable[int]) -> dict[int, list[AliasRow]]:
    """The live aliases of addresses, by address."""
    found: dict[int, list[AliasRow]] = {}
    live = Alias.objects.filter(address_id__in=set(address_ids), valid_to__isnull=True).order_by("id")
    for id, address_id, name, kind in live.values_list("id", "address_id", "name", "kind"):
        found.setdefault(address_id, []).append(AliasRow(id, address_id, name, AliasKind(kind)))
    return found


@dataclass(frozen=True, slots=True)
class State:
    """What an address was on one day."""

    name: str
    full_name: str
    unit_id: int


def state_on(address_id: int, day: dt.date) -> State | None:
    """An address as it was on a day, with the names its upper levels had then; None if it did not exist.

    Raises NotFound if there is no such address.
    """
    row = address(address_id)
    if day < row.valid_from or (row.valid_to is not None and day >= row.valid_to):
        return None
    name, parent_id, unit_id = _values_on(row, day)
    spelled = name
    while parent_id is not None:
        upper, parent_id, _ = _values_on(address(parent_id), day)
        spelled = upper + spelled
    return State(name, spelled, unit_id)


def _values_on(row: AddressRow, day: dt.date) -> tuple[str, int | None, int]:
    """Name, parent and unit; of several states on one day the last."""
    past = EarlierState.objects.filter(live_on(day), address_id=row.id).order_by("-id")
    found = past.values_list("name", "parent_id", "unit_id").first()
    return found or (row.name, row.parent_id, row.unit_id)


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier state, for the page of an address."""

    name: str
    since: dt.date
    until: dt.date


def history(address_id: int) -> list[Past]:
    """What the address was before, the latest first."""
    rows = EarlierState.objects.filter(address_id=address_id, valid_to__isnull=False).order_by("-valid_to", "-id")
    found = rows.values_list("name", "valid_from", "valid_to")
    return [Past(name, since, until) for name, since, until in found if until is not None]
