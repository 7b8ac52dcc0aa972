"""What stands around a home, and which homes stand around a thing: the same links, from both ends."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.addresses import queries as addresses
from jishi.addresses.queries import AddressRow
from jishi.matters.queries.at_door import matters_on_the_way_to
from jishi.matters.rules.stages import Stage
from jishi.parts.queries import ComponentRow, Near, near, standing_in
from jishi.registers.queries.lists import HouseholdRow, ListPage, households_at, households_behind
from jishi.registers.queries.pages import PremisesShown

METRES = 100


def way_to(address_id: int | None) -> list[AddressRow]:
    """From the road down to the address of a home; nothing without a standard address."""
    return addresses.line_of(addresses.address(address_id)) if address_id is not None else []


def components_around(viewer: Viewer, way: Sequence[AddressRow], unit_id: int, day: dt.date) -> tuple[Near, ...]:
    """Components near the home; where its building has no point, some of the same grid."""
    if not viewer.may(Permission.READ_PARTS):
        return ()
    points = [each.point for each in way if each.code and each.point is not None]
    return near(viewer, points[-1], day=day, metres=METRES) if points else standing_in(viewer, unit_id, day=day)


def matters_around(viewer: Viewer, way: Sequence[AddressRow], day: dt.date) -> list[Mapping[str, Any]]:
    """Matters registered at the door of the home, its entrance or its building by the end of a day: with ``stage``,
    the ``day`` of registration and whether they were ``open`` then."""
    if not viewer.may(Permission.READ_MATTERS):
        return []
    until = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
    found = matters_on_the_way_to(viewer, [each.code for each in way if each.code], until)
    return [
        {
            **row,
            "stage": Stage(row["stage"]),
            "day": timezone.localdate(row["registered_at"]),
            "open": row["closed_at"] is None or row["closed_at"] >= until,
        }
        for row in found
    ]


def households_behind_the_door_of(viewer: Viewer, premises: PremisesShown) -> Sequence[HouseholdRow]:
    """Households at the door of premises, and those in the building the premises have for their address."""
    if premises.grid is None:
        return ()
    found = {row.number: row for row in households_behind(viewer, premises.door, premises.grid.id, premises.address_id)}
    if premises.address_id is not None:
        inside = addresses.address(premises.address_id)
        found |= {row.number: row for row in households_at(viewer, [inside.path], {inside.unit_id}).rows}
    return tuple(found.values())


def households_around(viewer: Viewer, row: ComponentRow) -> ListPage | None:
    """Households of the viewer's area in the doors and buildings near a component; None if the viewer reads none or
    nobody knows where it stands."""
    if row.longitude is None or row.latitude is None or not viewer.may(Permission.READ_REGISTER):
        return None
    doors = [each.row for each in addresses.doors_near(row.longitude, row.latitude, METRES)]
    return households_at(viewer, [door.path for door in doors], {door.unit_id for door in doors})
