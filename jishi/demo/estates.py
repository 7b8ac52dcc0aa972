"""The estates of the shown community: so many homes that its grids are as big as real ones, and uneven as real ones.

Their people come with a roster, by the import everybody uses; the grid worker's rounds are told in `homes`.
"""

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.addresses import actions
from jishi.addresses.rules.entries import Entry, Named
from jishi.addresses.rules.levels import Level
from jishi.demo import names
from jishi.demo.homes import FAMILIES, MALE
from jishi.demo.streets import ESTATES, point_in
from jishi.flows.register_import import begun, go_on
from jishi.kernel.geo import point_in_polygon
from jishi.registers.actions.imports import forget_file
from jishi.registers.rules.vocabulary import StayKind
from jishi.territory.queries import UnitRow, children, ground_of

ROADS = ("学府路", "梧桐路", "机厂路", "清石路", "杉木塘路")  # one for each grid
FLOORS, SIDES, ENTRANCES = 6, 2, 2
HOMES = FLOORS * SIDES * ENTRANCES  # in a building
# Buildings of the estates of each grid: one grid has outgrown the standard, another never reached it.
ESTATES_OF = ((5, 4, 6, 3), (4, 3, 2), (5, 6, 5), (3, 4, 4, 5))
LIVED_IN = 0.96
APART = 0.00045  # degrees between buildings, some 45 m
ROSTER = "常住居民名册"
HEAD = ("姓名", "与户主关系", "性别", "出生日期", "证件号码", "联系电话", "户编号", "居住类型", "标准地址")


def settle_estates(*, community: UnitRow, by: Viewer, now: dt.datetime, chance: Random) -> int:
    """Build the estates and take their roster in, brought by ``by``; returns how many people came."""
    buildings = list(_buildings(community, chance))
    entries = [entry for building in buildings for entry in building[1]]
    actions.load(entries=entries, by=SYSTEM, now=now, draw=chance.randrange)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{community.name}{ROSTER}（演示）.csv"
        people = _write_roster(file, [name for _, _, rooms in buildings for name in rooms], chance)
        run = begun(file=file, mapping=None, source_name=ROSTER, dry=False, all_or_nothing=True, by=by, now=now)
        go_on(run, by, lambda: now, draw=chance.randrange)
        forget_file(run_id=run.id)
    return people


def _buildings(community: UnitRow, chance: Random) -> Iterator[tuple[UnitRow, list[Entry], list[str]]]:
    """Every building: its grid, its entries, and the full names of its rooms."""
    called = iter(chance.sample(ESTATES, len(ESTATES)))
    for grid, road, sizes in zip(children(community.id), ROADS, ESTATES_OF, strict=False):
        ground = ground_of(grid.id)
        for place, buildings in enumerate(sizes):
            door: tuple[Named, ...] = ((Level.ROAD, road), (Level.DOOR, f"{place * 2 + 101}号"))
            middle = point_in(ground, chance) if ground is not None else None
            yield grid, [Entry(grid.code, door, (next(called),), point=middle)], []
            for number in range(buildings):
                house: tuple[Named, ...] = (*door, (Level.BUILDING, f"{number + 1}栋"))
                rooms = [(*house, *room) for room in _rooms()]
                point = _beside(middle, number, ground)
                entries = [Entry(grid.code, house, point=point), *(Entry(grid.code, room) for room in rooms)]
                yield grid, entries, ["".join(name for _, name in room) for room in rooms]


def _rooms() -> Iterator[tuple[Named, ...]]:
    for entrance in range(1, ENTRANCES + 1):
        for floor in range(1, FLOORS + 1):
            for side in range(1, SIDES + 1):
                yield (Level.ENTRANCE, f"{entrance}单元"), (Level.ROOM, f"{floor}0{side}室")


def _beside(
    middle: tuple[float, float] | None, number: int, ground: Mapping[str, Any] | None
) -> tuple[float, float] | None:
    """In rows of two around the middle of the estate, as far as the ground of the grid reaches."""
    if middle is None or ground is None:
        return None
    row, side = divmod(number, 2)
    point = round(middle[0] + (side - 0.5) * APART, 6), round(middle[1] + (row - 1) * APART, 6)
    return point if point_in_polygon(*point, ground) else middle


def _write_roster(file: Path, rooms: list[str], chance: Random) -> int:
    people = 0
    with file.open("w", encoding="utf-8-sig", newline="") as sheet:
        writer = csv.writer(sheet)
        writer.writerow(HEAD)
        for number, room in enumerate(room for room in rooms if chance.random() < LIVED_IN):
            for row in _household(number, room, chance):
                writer.writerow(row)
                people += 1
    return people


def _household(number: int, room: str, chance: Random) -> Iterator[tuple[str, ...]]:
    kinds, stays = chance.choice(FAMILIES)
    living = "、".join(stay.label for stay in stays) if StayKind.RENTED not in stays else StayKind.RENTED.label
    for relation, since, until in kinds:
        born = dt.date(chance.randrange(since, until), 1, 1) + dt.timedelta(days=chance.randrange(365))
        male = MALE.get(relation, chance.random() < 0.5)
        yield (
            names.person_name(chance),
            relation.label,
            "男" if male else "女",
            born.isoformat(),
            names.citizen_number(chance, born, male=male),
            names.phone(chance) if born.year < 2010 and chance.random() < 0.9 else "",
            f"{number + 1}",
            living,
            room,
        )
