"""The levels of a standard address, 省 市 县 镇街 社区 路/村组 门牌/楼栋 单元 层 室, and what may stand below what.

Down to the community the levels are those of the governance units, which have names, codes and a history of their own
(room `territory`). The address tree begins below them, with a road, a village group, or a door without either.
"""

from enum import StrEnum

from jishi.kernel.errors import Invalid


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    COMMUNITY = "community"
    ROAD = "road"
    GROUP = "group"
    DOOR = "door"
    BUILDING = "building"
    ENTRANCE = "entrance"
    FLOOR = "floor"
    ROOM = "room"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def has_code(self) -> bool:
        """From the door down every address has a code of its own."""
        return RANKS[self] >= RANKS[Level.DOOR]

    @property
    def is_place_name(self) -> bool:
        """Roads and village groups: they name a stretch of ground, and nobody lives at them without a door."""
        return self in (Level.ROAD, Level.GROUP)


LABELS = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "县",
    Level.TOWN: "镇街",
    Level.COMMUNITY: "社区",
    Level.ROAD: "路",
    Level.GROUP: "村组",
    Level.DOOR: "门牌",
    Level.BUILDING: "楼栋",
    Level.ENTRANCE: "单元",
    Level.FLOOR: "层",
    Level.ROOM: "室",
}
# A road and a village group stand side by side: an address has one of them.
RANKS = {level: place - (place > list(Level).index(Level.ROAD)) for place, level in enumerate(Level)}

GIVEN_BY_UNITS = frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN, Level.COMMUNITY})
KEPT = tuple(level for level in Level if level not in GIVEN_BY_UNITS)
CODED = tuple(level for level in KEPT if level.has_code)
# What may stand directly in a community; villages have doors without a road.
AT_THE_TOP = frozenset({Level.ROAD, Level.GROUP, Level.DOOR, Level.BUILDING})


def may_stand_below(level: Level, above: Level | None) -> bool:
    """Whether an address of ``level`` may be entered below one of ``above``; None is the community itself.

    Levels may be left out (a farmhouse has no entrance and no floor), never turned round.
    """
    if level in GIVEN_BY_UNITS:
        return False
    if above is None:
        return level in AT_THE_TOP
    return above in KEPT and RANKS[above] < RANKS[level]


def below(above: Level | None) -> tuple[Level, ...]:
    """The levels that may be entered below one."""
    return tuple(level for level in KEPT if may_stand_below(level, above))


def check_place(level: Level, above: Level | None) -> None:
    """Raises Invalid unless an address of ``level`` may stand below one of ``above``."""
    if level in GIVEN_BY_UNITS:
        raise Invalid(f"“{level.label}”是治理单元，在地方模板里设立，不在地址里登记。", field="level")
    if not may_stand_below(level, above):
        where = f"“{above.label}”下" if above is not None else "社区下"
        raise Invalid(f"“{level.label}”不能直接设在{where}。", field="level")
