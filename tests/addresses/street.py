"""One street of the little county: 东门路 in 响石社区, with a courtyard of flats and a house.

东门路 ─┬─ 12号 (俗称 幸福小区) ── 3栋 ─┬─ 1单元 ── 101室, 102室
        │                              └─ 2单元 ── 201室, 202室
        └─ 14号
"""

from dataclasses import dataclass
from itertools import count
from typing import Any

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.queries import AddressRow
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import AliasKind
from tests.cast import NOW, Cast

POINT = (113.11, 27.87)


@dataclass(frozen=True)
class Street:
    """The addresses by name; ``rooms`` in order of entrance and number."""

    road: AddressRow
    courtyard: AddressRow  # 12号
    house: AddressRow  # 14号
    building: AddressRow
    entrances: tuple[AddressRow, ...]
    rooms: tuple[AddressRow, ...]

    @property
    def doors(self) -> tuple[AddressRow, AddressRow]:
        return self.courtyard, self.house


def add(level: Level, name: str, below: AddressRow | None = None, **more: Any) -> AddressRow:
    """One more address, entered by the system."""
    given = {"parent_id": below.id if below is not None else None, "by": SYSTEM, "now": NOW}
    return actions.create(level=level, name=name, **(given | more))


def street(cast: Cast) -> Street:
    road = add(Level.ROAD, "东门路", unit_id=cast.community.pk)
    draws = count(1_000_003, 7_654_321)

    def draw(limit: int) -> int:
        return next(draws) % limit

    courtyard = add(Level.DOOR, "12号", road, unit_id=cast.grid.pk, longitude=POINT[0], latitude=POINT[1], draw=draw)
    house = add(Level.DOOR, "14号", road, unit_id=cast.grid.pk, draw=draw)
    actions.add_alias(address_id=courtyard.id, name="幸福小区", kind=AliasKind.EVERYDAY, by=SYSTEM, now=NOW)
    building = add(Level.BUILDING, "3栋", courtyard, draw=draw)
    entrances = tuple(add(Level.ENTRANCE, f"{n}单元", building, draw=draw) for n in (1, 2))
    rooms = tuple(
        add(Level.ROOM, f"{n}0{door}室", entrance, draw=draw)
        for n, entrance in enumerate(entrances, start=1)
        for door in (1, 2)
    )
    return Street(road, courtyard, house, building, entrances, rooms)
