"""The doors of a unit, or below an address, as plates to be printed."""

from django.db.models import QuerySet

from jishi.addresses.models import Address
from jishi.addresses.queries.reading import address, rows_of
from jishi.addresses.rules.levels import RANKS, Level
from jishi.addresses.rules.naming import natural
from jishi.addresses.rules.plates import Plate
from jishi.addresses.rules.rows import AddressRow
from jishi.territory import queries as territory

# What stands outside, where people pass by.
PLATED = (Level.DOOR, Level.BUILDING)
_UPPER = 3  # county, town and community


def plates_in(unit_id: int) -> list[Plate]:
    """Plates of the doors and buildings in a unit and everything below it, road by road."""
    return _plates(Address.objects.filter(unit_id__in=territory.subtree_ids(unit_id)))


def plates_below(address_id: int) -> list[Plate]:
    """Plates of an address itself and of the doors and buildings below it."""
    top = address(address_id)
    found, ahead = _plates(Address.objects.filter(pk=top.id)), [top.id]
    while ahead:
        below = Address.objects.filter(parent_id__in=ahead, valid_to__isnull=True, level__in=PLATED)
        found += _plates(below)
        ahead = list(below.values_list("pk", flat=True))
    return found


def _plates(doors: QuerySet[Address]) -> list[Plate]:
    rows = rows_of(doors.filter(valid_to__isnull=True, level__in=[level.value for level in PLATED]))
    rows.sort(key=lambda row: (natural(row.full_name[: -len(row.name)]), RANKS[row.level], natural(row.name)))
    return [Plate(row.full_name[: -len(row.name)], row.name, _community(row), row.code or "") for row in rows]


def _community(row: AddressRow) -> str:
    """Town and community of the unit an address lies in."""
    unit = territory.unit(row.unit_id)
    return " ".join(each.name for each in territory.ancestors(unit)[1:_UPPER]) if unit is not None else ""
