"""Invented streets for measurements: roads with houses and courtyards of flats, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jishi.addresses.rules.codes import RANDOM_RANGE, make_code
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import grams, key_of

COLUMNS = (
    "id", "parent_id", "level", "name", "key", "full_name", "path", "code", "unit_id", "longitude", "latitude",
    "valid_from",
)  # fmt: skip
ALIAS_COLUMNS = ("address_id", "name", "kind", "valid_from")
GRAM_COLUMNS = ("text", "address_id")
SINCE = "2026-01-01"

_FIRST = (
    "东西南北中新老上下前后大小长清和安平永福兴富建光明友好胜利解放人民文化青年工农红旗团结朝阳向荣"
    "金银石湖江河山桥塘冲岭坡湾园林松竹梅兰桂荷枫柳"
)
_SECOND = "门城街桥塘井庙亭湖江河山岭坡湾园林村庄苑坪洲港渡口关台塔泉溪田"
_ROADS = ("路", "街", "巷", "大道", "北路", "南路")
_ESTATES = ("小区", "花园", "家园", "新村", "苑", "广场", "公寓", "大厦")
_SPOTS = ("老供销社", "旧粮站", "农贸市场", "便民药店", "文具批发部", "早点铺", "修车行", "老电影院")
_COPRIME = 16_807  # numbers drawn one after the other by this step give every code once


@cache
def _known(name: str) -> tuple[str, tuple[str, ...]]:
    """The key of a name and the pieces it is found by; a million addresses have some thousand names."""
    return key_of(name), tuple(grams((name,)))


@dataclass(slots=True)
class Streets:
    """Generates rows of addresses, and beside them those of aliases and grams and the questions they answer."""

    leaves: list[list[int | None]]
    center: tuple[float, float]
    seed: int
    aliases: list[tuple[Any, ...]] = field(default_factory=list)
    grams: list[tuple[str, int]] = field(default_factory=list)
    last_id: int = 0
    estates: list[tuple[str, str]] = field(default_factory=list)  # its everyday name, a room in it
    roads: list[str] = field(default_factory=list)

    def rows(self, count: int) -> Iterator[tuple[Any, ...]]:
        """So many addresses, parents before children."""
        drawn = random.Random(self.seed)
        while self.last_id < count:
            yield from self._road(drawn)

    def _row(self, level: Level, name: str, above: tuple[Any, ...] | None, unit: Any, point: Any) -> tuple[Any, ...]:
        self.last_id += 1
        id = self.last_id
        full, path = (above[5], above[6]) if above is not None else ("", "/")
        code = make_code(id * _COPRIME % RANDOM_RANGE) if level.has_code else None
        longitude, latitude = point or (None, None)
        key, found_by = _known(name)
        self.grams += [(text, id) for text in found_by]
        return (
            id, above[0] if above is not None else None, level.value, name, key, full + name,
            f"{path}{id}/", code, unit, longitude, latitude, SINCE,
        )  # fmt: skip

    def _alias(self, row: tuple[Any, ...], name: str) -> None:
        self.aliases.append((row[0], name, "everyday", SINCE))
        known = set(grams((row[3],)))
        self.grams += [(text, row[0]) for text in grams((row[3], name)) - known]

    def _road(self, drawn: random.Random) -> Iterator[tuple[Any, ...]]:
        leaf = drawn.choice(self.leaves)
        name = drawn.choice(_FIRST) + drawn.choice(_FIRST + _SECOND) + drawn.choice(_ROADS)
        road = self._row(Level.ROAD, name, None, leaf[2], None)
        self.roads.append(name)
        yield road
        for number in range(1, 41):
            point = (
                self.center[0] + drawn.uniform(-0.1, 0.1),
                self.center[1] + drawn.uniform(-0.1, 0.1),
            )
            door = self._row(Level.DOOR, f"{number}号", road, leaf[0], point)
            yield door
            if drawn.random() < 0.15:
                yield from self._estate(door, leaf[0], drawn)
            elif drawn.random() < 0.3:
                self._alias(door, drawn.choice(_FIRST) + drawn.choice(_SECOND) + drawn.choice(_SPOTS))

    def _estate(self, door: tuple[Any, ...], unit: Any, drawn: random.Random) -> Iterator[tuple[Any, ...]]:
        name = "".join(drawn.choice(_FIRST) for _ in range(2)) + drawn.choice(_SECOND) + drawn.choice(_ESTATES)
        self._alias(door, name)
        row = door
        for number in range(1, 4):
            building = self._row(Level.BUILDING, f"{number}栋", door, unit, None)
            yield building
            for entrance_number in (1, 2):
                entrance = self._row(Level.ENTRANCE, f"{entrance_number}单元", building, unit, None)
                yield entrance
                for floor in range(1, 11):
                    for side in (1, 2):
                        row = self._row(Level.ROOM, f"{floor}0{side}室", entrance, unit, None)
                        yield row
        self.estates.append((name, row[5]))

    def questions(self, count: int) -> list[str]:
        """What people type: whole addresses, everyday names, parts of names, initials, and what is not there."""
        from jishi.addresses.rules.naming import initials

        drawn = random.Random(self.seed + 1)
        ways = (
            lambda estate, room, road: room,
            lambda estate, room, road: f"{estate}3栋2单元1001",
            lambda estate, room, road: f"{estate} 2-1-501",
            lambda estate, room, road: estate,
            lambda estate, room, road: estate[1:3],
            lambda estate, room, road: initials(estate) + "2d301",
            lambda estate, room, road: initials(estate),
            lambda estate, room, road: road,
            lambda estate, room, road: road[:2],
            lambda estate, room, road: f"{road}{drawn.randrange(1, 41)}号",
            lambda estate, room, road: f"{initials(road)}{drawn.randrange(1, 41)}",
            lambda estate, room, road: f"{road}{drawn.randrange(1, 5)}",
            lambda estate, room, road: f"{road}999号",
            lambda estate, room, road: f"{drawn.randrange(1, 10)}0{drawn.randrange(1, 3)}室",
            lambda estate, room, road: "没有这条路12号",
            lambda estate, room, road: "小区",
            lambda estate, room, road: estate[:2] + " " + estate[-2:],
        )
        return [drawn.choice(ways)(*drawn.choice(self.estates), drawn.choice(self.roads)) for _ in range(count)]
