"""Addresses as a file gives them, one line a door or a room with everything above it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jishi.addresses.rules.levels import KEPT, Level, may_stand_below
from jishi.addresses.rules.naming import clean_name
from jishi.kernel.errors import Invalid
from jishi.territory.rules.loading import Problem

ABSENT = frozenset({"", "无", "-", "—", "/"})  # how forms write that a level is not there
Named = tuple[Level, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the unit by its code, the names from the road down, other names of the last of them, its point."""

    unit_code: str
    names: tuple[Named, ...]
    everyday: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    file: str = ""
    line: int = 0

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason.rstrip("。"))


def names_of(written: Iterable[tuple[Level, str]]) -> tuple[Named, ...]:
    """The names of a line in the order of the levels, without those that are absent. Raises Invalid."""
    given = {level: text.strip() for level, text in written}
    found = [(level, given[level]) for level in KEPT if given.get(level, "") not in ABSENT]
    return tuple((level, clean_name(text, level)) for level, text in found)


def check_entry(entry: Entry, unit_codes: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with one line."""
    if entry.unit_code not in unit_codes:
        yield entry.problem(f"没有代码为“{entry.unit_code}”的社区或网格")
    if not entry.names:
        yield entry.problem("路、村组、门牌、楼栋至少要写一级")
        return
    above: Level | None = None
    for level, _ in entry.names:
        if not may_stand_below(level, above):
            where = f"“{above.label}”下" if above is not None else "社区下"
            yield entry.problem(f"“{level.label}”不能直接设在{where}")
            return
        above = level
    if entry.point is not None and not (-180 <= entry.point[0] <= 180 and -90 <= entry.point[1] <= 90):
        yield entry.problem("经纬度超出范围")


def read_point(longitude: str, latitude: str) -> tuple[float, float] | None:
    """The point of a line; None if both are empty. Raises Invalid."""
    if longitude in ABSENT and latitude in ABSENT:
        return None
    try:
        return float(longitude), float(latitude)
    except ValueError:
        raise Invalid("经度和纬度应为数字，要么都写，要么都不写") from None


def split_names(text: str) -> Sequence[str]:
    """Several names in one cell."""
    parts = text.replace("，", "、").replace(",", "、").replace("；", "、").split("、")
    return [part.strip() for part in parts if part.strip() not in ABSENT]
