"""A community on squared paper whose two grids become three, with everything that can lie in a grid.

longitude 113.00     113.04 113.05 113.07     113.10
before    第一网格 (小李)     | 第二网格 (小孙)
after     第一网格    | 中网格       | 第二网格
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from jishi.accounts.models import Person, Posting
from jishi.accounts.queries import viewer_of
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses.models import Address
from jishi.addresses.queries import AddressRow
from jishi.addresses.rules.levels import Level
from jishi.flows import unit_changes
from jishi.flows.unit_changes import UnitsChanged
from jishi.matters.models import Matter
from jishi.matters.queries.figures import registered_by_unit
from jishi.parts.models import Component
from jishi.registers.actions.households import enter_household
from jishi.registers.actions.premises import enter_premises
from jishi.registers.models import DwellingGrid, Household, HouseholdGrid, Premises, PremisesGrid
from jishi.registers.queries.figures import households_by_grid, people_by_grid
from jishi.registers.rules.entries import HouseholdEntry, Origin
from jishi.territory import queries as territory
from jishi.territory.rules.redrawing import Redrawn
from tests.addresses.street import add
from tests.cast import NOW, SINCE, TODAY, Cast
from tests.matters.town import Way, begin
from tests.parts.square import box, put
from tests.registers.town import person

LATER = NOW + dt.timedelta(days=40)
WEST, LEFT, RIGHT, EAST = 113.01, 113.045, 113.06, 113.09  # LEFT and RIGHT come to the new grid
LATITUDES = {WEST: 27.82, LEFT: 27.88, RIGHT: 27.82, EAST: 27.88}
HOLDERS = ((HouseholdGrid, "household_id"), (DwellingGrid, "dwelling_id"), (PremisesGrid, "premises_id"))


@dataclass
class Things:
    """What was put where, by longitude; ``None`` is what nothing tells of."""

    road: AddressRow
    doors: dict[float, AddressRow] = field(default_factory=dict)
    rooms: dict[float, AddressRow] = field(default_factory=dict)
    households: dict[float | None, int] = field(default_factory=dict)
    premises: dict[float, int] = field(default_factory=dict)
    components: dict[float | None, str] = field(default_factory=dict)
    matters: dict[float | None, Way] = field(default_factory=dict)


def grid_at(town: Cast, longitude: float | None):
    return town.grid if longitude is None or longitude < 113.05 else town.next_grid


def furnish(town: Cast) -> Things:
    """A house with a flat, a household, a shop, a lamp and a matter at each of four points; one of each without."""
    things = Things(add(Level.ROAD, "东门路", unit_id=town.community.pk))
    for number, longitude in enumerate((WEST, LEFT, RIGHT, EAST), start=1):
        unit = grid_at(town, longitude)
        at = {"unit_id": unit.pk, "longitude": longitude, "latitude": LATITUDES[longitude]}
        door = things.doors[longitude] = add(Level.DOOR, f"{number}号", things.road, **at)
        things.rooms[longitude] = add(Level.ROOM, "101室", door)
        things.households[longitude] = household(town, f"{number}号101", things.rooms[longitude].id, unit)
        things.premises[longitude] = shop(town, number, unit, door.id)
        things.components[longitude] = put(town, serial=number, **at)
        things.matters[longitude] = begin(town, unit_id=unit.pk, longitude=longitude, latitude=LATITUDES[longitude])
    things.households[None] = household(town, "老屋", None, town.grid)
    things.components[None] = put(town, serial=9, longitude=None, latitude=None)
    things.matters[None] = begin(town)
    return things


def household(town: Cast, door: str, address_id: int | None, unit) -> int:
    made = HouseholdEntry(unit.pk, (person(f"住{door}"),), {"door": door}, address_id=address_id)
    return enter_household(entry=made, origin=Origin(), by=SYSTEM, now=NOW).id


def shop(town: Cast, number: int, unit, address_id: int | None) -> int:
    values = {"name": f"{number}号小店", "kind": "shop", "door": f"{number}号"}
    found = enter_premises(unit_id=unit.pk, values=values, origin=Origin(), by=SYSTEM, now=NOW)
    Premises.objects.filter(pk=found).update(address_id=address_id)
    return found


def three(town: Cast, **more) -> list[Redrawn]:
    """第一网格 and 第二网格 give the ground between them to a new grid."""
    first, second = town.grid.pk, town.next_grid.pk
    parts = {
        "west": Redrawn("第一网格", {first: 2}, keeps=first, geometry=box(113.0, 113.04)),
        "middle": Redrawn("中网格", {first: 1, second: 1}, geometry=box(113.04, 113.07)),
        "east": Redrawn("第二网格", {second: 1}, keeps=second, geometry=box(113.07, 113.1)),
    }
    return list((parts | more).values())


def redraw(town: Cast, parts=None, now=LATER, by=None, **more) -> UnitsChanged:
    parts = three(town) if parts is None else parts
    return unit_changes.redraw(community_id=town.community.pk, parts=parts, by=by or town.zhao, now=now, **more)


def leader_of(unit) -> object:
    """A leader posted to a unit, as a viewer."""
    row = Person.objects.create(username=f"leader{unit.pk}", name="李主任")
    Posting.objects.create(person=row, role=Role.LEADER, unit=unit, valid_from=SINCE)
    return viewer_of(row.pk, TODAY)


def lying(things: Things) -> dict[str, dict]:
    """The name of the grid of each thing."""

    def of(model, key, ids):
        rows = dict(model.objects.filter(valid_to__isnull=True).values_list(key, "unit__name"))
        return {at: rows[id] for at, id in ids.items()}

    at_codes = dict(Component.objects.values_list("code", "unit__name"))
    in_units = dict(Address.objects.values_list("id", "unit__name"))
    names = {unit.id: unit.name for unit in territory.units()}
    return {
        "doors": {at: in_units[row.id] for at, row in things.doors.items()},
        "rooms": {at: in_units[row.id] for at, row in things.rooms.items()},
        "households": of(HouseholdGrid, "household_id", things.households),
        "premises": of(PremisesGrid, "premises_id", things.premises),
        "components": {at: at_codes[code] for at, code in things.components.items()},
        "matters": {at: names[way.row.area_3] for at, way in things.matters.items()},
    }


def told(day: dt.date = TODAY) -> list:
    """What was counted for a day and for the months before it."""
    since, until = NOW - dt.timedelta(days=60), NOW + dt.timedelta(days=1)
    rows = [
        (row.unit_id, row.name, row.count, row.closed)
        for depth in range(5)
        for row in registered_by_unit(since=since, until=until, depth=depth)
    ]
    return [households_by_grid(day), people_by_grid(day), rows]


def counted() -> dict[str, int]:
    """How much there is of everything that lives."""
    return {
        **{key: model.objects.filter(valid_to__isnull=True).count() for model, key in HOLDERS},
        "addresses": Address.objects.filter(valid_to__isnull=True).count(),
        "components": Component.objects.filter(valid_to__isnull=True).count(),
        "matters": Matter.objects.filter(closed_at__isnull=True).count(),
        "postings": Posting.objects.filter(valid_to__isnull=True).count(),
    }


def nothing_is_lost(town: Cast) -> None:
    """Everything alive lies in one live unit within the community, doors inside of what they stand at."""
    tree = territory.read_tree()
    assert tree.faults() == []
    inside = {unit.id for unit in tree.subtree(territory.by_code(town.community.code).id)}
    for model, key in HOLDERS:
        rows = list(model.objects.filter(valid_to__isnull=True).values_list(key, "unit_id"))
        assert {unit_id for _, unit_id in rows} <= inside
        assert not [id for id, count in Counter(id for id, _ in rows).items() if count > 1]
    assert (
        HouseholdGrid.objects.filter(valid_to__isnull=True).count()
        == Household.objects.filter(valid_to__isnull=True).count()
    )
    for row in Address.objects.filter(valid_to__isnull=True).select_related("parent"):
        assert row.unit_id in inside
        assert row.parent is None or tree.by_id[row.unit_id].is_within(tree.by_id[row.parent.unit_id])
    assert set(Component.objects.filter(valid_to__isnull=True).values_list("unit_id", flat=True)) <= inside
    for matter in Matter.objects.filter(closed_at__isnull=True):
        areas = tuple(getattr(matter, f"area_{level}") for level in range(1, 6))
        deepest = next(unit_id for unit_id in reversed(areas) if unit_id is not None)
        assert tree.by_id[deepest].area_ids == areas
