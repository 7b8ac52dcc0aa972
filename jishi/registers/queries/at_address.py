"""Which address a door names, and what of the registers stands at an address: how much, not who."""

from jishi.addresses.queries import AddressRow, children, search
from jishi.addresses.rules.levels import Level
from jishi.registers.models import Dwelling, Premises
from jishi.territory.queries import UnitRow, unit

_COMMUNITY_DEPTH = 2
_MOST_OF_A_NAME = 12  # doors in one community that fit the same words


def standing_at(address_id: int) -> tuple[int, int]:
    """How many live homes and how many live premises have this address."""
    here = {"address_id": address_id, "valid_to__isnull": True}
    return Dwelling.objects.filter(**here).count(), Premises.objects.filter(**here).count()


def address_of(door: str, unit_id: int) -> AddressRow | None:
    """The standard address in a grid that a door names, if it is exactly one: a room, or a house that has no rooms.

    It is looked for in the whole community, for a road runs through several grids; what then lies in another grid is
    another door.
    """
    grid = unit(unit_id)
    if grid is None:
        return None
    around = unit(grid.parent_id) if grid.depth > _COMMUNITY_DEPTH and grid.parent_id is not None else grid
    found = search(door, within=around, limit=_MOST_OF_A_NAME)
    here = [row for row in found.rows if _may_lie_in(row, grid)] if found.complete else []
    if len(here) != 1:
        return None
    only = here[0]
    whole = only.level is Level.ROOM or (only.level in (Level.DOOR, Level.BUILDING) and not children(only.id))
    return only if whole else None


def _may_lie_in(row: AddressRow, grid: UnitRow) -> bool:
    """An address of the grid, or of the community without saying in which grid of it."""
    own = unit(row.unit_id)
    return own is not None and (own.is_within(grid) or grid.is_within(own))
