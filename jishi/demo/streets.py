"""The streets of the demo: two roads in each community with doors, a courtyard of flats, and names people use.

All of them are invented; a real road of the same name lies elsewhere.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.rules.entries import Entry, Named
from jishi.addresses.rules.levels import Level
from jishi.kernel.geo import point_in_polygon
from jishi.territory.queries import UnitRow, children, ground_of, units

ROADS = ("东门路", "西园路", "石桥路", "新塘路", "民主街", "向阳巷", "学堂路", "河堤路", "红旗街", "工农路")
ESTATES = tuple(
    first + second
    for first in ("幸福", "阳光", "和谐", "锦绣", "翠竹", "望江", "桂花", "新城", "书香", "清水", "枫林", "明珠")
    for second in ("小区", "花园", "家园", "苑", "公寓", "新村")
)
SPOTS = ("老供销社", "旧粮站", "农贸市场", "便民药店", "老电影院", "电机厂宿舍")
DOORS_A_GRID = 5
BUILDINGS = 2
FLOORS = 6
_TRIES = 40  # points drawn in the box of a ground until one lies inside


def lay_streets(*, shown: UnitRow, now: dt.datetime, chance: Random) -> int:
    """Enter the addresses of every community; those of the ``shown`` grid down to the room. Returns how many."""
    entries = [entry for community in units(2) for entry in _community(community, shown, chance)]
    return actions.load(entries=entries, by=SYSTEM, now=now, draw=chance.randrange).new


def _community(community: UnitRow, shown: UnitRow, chance: Random) -> Iterator[Entry]:
    first, second = chance.sample(ROADS, 2)
    for number, grid in enumerate(children(community.id)):
        road = first if number % 2 == 0 else second
        ground = ground_of(grid.id)
        for place in range(DOORS_A_GRID):
            door: tuple[Named, ...] = (
                (Level.ROAD, road),
                (Level.DOOR, f"{number * DOORS_A_GRID * 2 + place * 2 + 1}号"),
            )
            everyday = _called(place, chance)
            point = point_in(ground, chance) if ground is not None else None
            yield Entry(grid.code, door, everyday, point=point)
            if place == 0:
                yield from _courtyard(grid, door, grid.id == shown.id)


def _called(place: int, chance: Random) -> tuple[str, ...]:
    """The first door of a grid is a courtyard with a name; now and then another one has one too."""
    if place == 0:
        return (chance.choice(ESTATES),)
    return (chance.choice(SPOTS),) if chance.random() < 0.15 else ()


def _courtyard(grid: UnitRow, door: tuple[Named, ...], whole: bool) -> Iterator[Entry]:
    for building in range(1, BUILDINGS + 1):
        house: tuple[Named, ...] = (*door, (Level.BUILDING, f"{building}栋"))
        if not whole:
            yield Entry(grid.code, house)
            continue
        for entrance in (1, 2):
            for floor in range(1, FLOORS + 1):
                for side in (1, 2):
                    rooms = ((Level.ENTRANCE, f"{entrance}单元"), (Level.ROOM, f"{floor}0{side}室"))
                    yield Entry(grid.code, (*house, *rooms))


def point_in(ground: Mapping[str, Any], chance: Random) -> tuple[float, float] | None:
    """Some point on a ground, to six decimals; None for one so thin that none is hit."""
    polygons = ground["coordinates"] if ground["type"] == "MultiPolygon" else [ground["coordinates"]]
    corners = [point for rings in polygons for point in rings[0]]
    west, east = min(point[0] for point in corners), max(point[0] for point in corners)
    south, north = min(point[1] for point in corners), max(point[1] for point in corners)
    for _ in range(_TRIES):
        point = round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6)
        if point_in_polygon(*point, ground):
            return point
    return None
