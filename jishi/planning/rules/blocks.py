"""What grids are made of: buildings, or their entrances where a building is bigger than a grid.

Every household of the community is in exactly one block. Those whose home has no standard address are one block for
each grid they are in: nobody knows where they live, so they stay together.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from jishi.addresses.rules.naming import natural
from jishi.planning.rules.standard import Standard

Point = tuple[float, float]  # longitude, latitude, degrees

HOUSE, ENTRANCE = ("building", "door"), "entrance"  # the levels a block may be of, by preference
STREETS = ("road", "group")


@dataclass(frozen=True, slots=True)
class Standing:
    """An address of the community. ``line`` are the ids from the road down to itself."""

    id: int
    level: str
    full_name: str
    line: tuple[int, ...]
    point: Point | None


@dataclass(frozen=True, slots=True)
class Living:
    """A household: the unit it is in, the address of its home if that is known, how many people it has, and whether
    it is a collective one, a dormitory."""

    household_id: int
    unit_id: int
    address_id: int | None
    people: int
    collective: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """``address_id`` is None for the households of a grid whose homes have no address. ``compound`` and ``street``
    name what blocks have in common; ``present`` is the grid most of its households are in, None if they have none;
    ``load`` is in households, where the people of dormitories count."""

    address_id: int | None
    label: str
    households: int
    people: int
    load: float
    present: int | None
    point: Point | None
    compound: str
    street: str


def blocks_of(
    addresses: Iterable[Standing], living: Iterable[Living], grids: Mapping[int, str], standard: Standard
) -> list[Block]:
    """The blocks of a community, in the order in which people count doors.

    Parameters
    ----------
    grids
        The present grids by id, with their names; a household in another unit is in no grid yet.
    standard
        A building with more households than a grid may have is taken entrance by entrance.
    """
    standing = {one.id: one for one in addresses}
    homes = list(living)
    houses = {one.household_id: _house(one, standing) for one in homes}
    sizes = Counter(house for house in houses.values() if house is not None)
    big = {house for house, households in sizes.items() if households > standard.most}
    gathered: dict[tuple[int | None, int | None], list[Living]] = defaultdict(list)
    for one in homes:
        house = houses[one.household_id]
        anchor = _entrance(one, standing) or house if house in big else house
        lump = (one.unit_id if one.unit_id in grids else None) if anchor is None else None
        gathered[anchor, lump].append(one)
    found = [_block(anchor, lump, inside, standing, grids, standard) for (anchor, lump), inside in gathered.items()]
    return sorted(found, key=lambda block: (block.address_id is None, natural(block.label)))


def _house(one: Living, standing: Mapping[int, Standing]) -> int | None:
    """The building a household lives in, else its door number, else the address itself; None without an address."""
    if one.address_id is None or one.address_id not in standing:
        return None
    line = [standing[up] for up in standing[one.address_id].line if up in standing]
    for level in HOUSE:
        found = next((up.id for up in line if up.level == level), None)
        if found is not None:
            return found
    return one.address_id


def _entrance(one: Living, standing: Mapping[int, Standing]) -> int | None:
    if one.address_id is None or one.address_id not in standing:
        return None
    line = standing[one.address_id].line
    return next((up for up in line if up in standing and standing[up].level == ENTRANCE), None)


def _block(
    anchor: int | None,
    lump: int | None,
    inside: Collection[Living],
    standing: Mapping[int, Standing],
    grids: Mapping[int, str],
    standard: Standard,
) -> Block:
    people = sum(one.people for one in inside)
    load = standard.load(len(inside), [one.people for one in inside if one.collective])
    if anchor is None:
        label = f"{grids[lump]}未对应标准地址的住户" if lump is not None else "未对应标准地址的住户"
        return Block(None, label, len(inside), people, load, lump, None, "", "")
    place = standing[anchor]
    line = [standing[up] for up in place.line if up in standing]
    here = Counter(one.unit_id for one in inside if one.unit_id in grids)
    present = min(here, key=lambda unit_id: (-here[unit_id], unit_id)) if here else None
    point = next((up.point for up in reversed(line) if up.point is not None), None)
    street = next((up.full_name for up in line if up.level in STREETS), "")
    compound = next((up.full_name for up in line if up.level == "door"), "")
    return Block(anchor, place.full_name, len(inside), people, load, present, point, compound, street)


NUMERALS = "一二三四五六七八九十"


def chinese(number: int) -> str:
    """1 to 99 as they are said: 十二."""
    tens, ones = divmod(number, 10)
    said = ("" if tens == 1 else NUMERALS[tens - 1]) + "十" if tens else ""
    return said + (NUMERALS[ones - 1] if ones else "")


def fresh_names(taken: Collection[str], wanted: int) -> list[str]:
    """Names for new grids that go on where the present ones end: 第六网格, 第七网格."""
    used = set(taken)
    found: list[str] = []
    for number in count(1):
        if len(found) == wanted:
            return found
        name = f"第{chinese(number)}网格" if number < 100 else f"第{number}网格"
        if name not in used:
            found.append(name)
    return found
