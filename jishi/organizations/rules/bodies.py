"""Bodies a matter can be sent to: which there are for a tree of units, and which of them stands nearest to a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jishi.territory.rules.loading import Problem
from jishi.territory.rules.tree import UnitEntry

NO_REAL_NUMBER = "000-"  # no area code begins like this: a placeholder can never ring at somebody's home


class Kind(StrEnum):
    CENTRE = "centre"
    DEPARTMENT = "department"
    TOWN_OFFICE = "town_office"
    COMMUNITY_OFFICE = "community_office"
    UTILITY = "utility"

    @property
    def label(self) -> str:
        return {
            "centre": "网格中心",
            "department": "部门",
            "town_office": "镇街办公室",
            "community_office": "社区（村）两委",
            "utility": "公共服务单位",
        }[self.value]


# Of these a unit has one at most.
ONE_A_UNIT = frozenset({Kind.CENTRE, Kind.COMMUNITY_OFFICE})


@dataclass(frozen=True, slots=True)
class BodyEntry:
    """One body as a file gives it; ``unit_code`` is where it is located, ``superior_code`` may be empty."""

    code: str
    name: str
    short_name: str
    kind: str
    unit_code: str
    superior_code: str = ""
    phone: str = ""
    file: str = ""
    line: int = 0

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


def centre_code(unit_code: str) -> str:
    return f"WG{unit_code}"


def office_code(unit_code: str) -> str:
    return f"BM{unit_code}"


def standard_bodies(units: Iterable[UnitEntry], committees: Mapping[str, str]) -> list[BodyEntry]:
    """The bodies every county has: a grid centre for the county and each town, an office for each town and community.

    ``committees`` gives the official name of the committee by community code.
    """
    found: list[BodyEntry] = []
    by_code = {unit.code: unit for unit in units}
    county = next((unit for unit in by_code.values() if not unit.parent_code), None)
    if county is None:
        return found
    for unit in by_code.values():
        centre = BodyEntry(
            centre_code(unit.code),
            f"{unit.name}网格化服务中心",
            f"{_short(unit)}网格中心",
            Kind.CENTRE.value,
            unit.code,
            centre_code(county.code) if unit is not county else "",
            file=unit.file,
            line=unit.line,
        )
        if unit is county:
            found.append(centre)
        elif unit.parent_code == county.code:
            found += [centre, _town_office(unit, county)]
        elif unit.code in committees:
            found.append(_community_office(unit, committees[unit.code]))
    return found


def _short(unit: UnitEntry) -> str:
    return unit.name if len(unit.name) <= 12 else unit.name[:12]


def _town_office(unit: UnitEntry, county: UnitEntry) -> BodyEntry:
    endings = {"街道": "办事处", "镇": "人民政府", "乡": "人民政府"}
    return BodyEntry(
        office_code(unit.code),
        f"{unit.name}{endings.get(unit.kind, '管理委员会')}",
        _short(unit),
        Kind.TOWN_OFFICE.value,
        unit.code,
        centre_code(county.code),
        file=unit.file,
        line=unit.line,
    )


def _community_office(unit: UnitEntry, committee: str) -> BodyEntry:
    return BodyEntry(
        office_code(unit.code),
        committee,
        committee[:20],
        Kind.COMMUNITY_OFFICE.value,
        unit.code,
        office_code(unit.parent_code),
        file=unit.file,
        line=unit.line,
    )


def check_bodies(
    entries: Iterable[BodyEntry], *, unit_codes: Iterable[str], standing: Mapping[str, str]
) -> list[Problem]:
    """Every problem with a list of bodies; ``standing`` gives the superior's code of those already there."""
    problems: list[Problem] = []
    known_units = set(unit_codes)
    by_code: dict[str, BodyEntry] = {}
    single: dict[tuple[str, str], BodyEntry] = {}
    for entry in entries:
        if entry.code in by_code:
            problems.append(entry.problem(f"单位代码“{entry.code}”与第{by_code[entry.code].line}行重复"))
            continue
        by_code[entry.code] = entry
        problems += [entry.problem(fault) for fault in _faults(entry, known_units)]
        if entry.kind in ONE_A_UNIT:
            first = single.setdefault((entry.kind, entry.unit_code), entry)
            if first is not entry:
                problems.append(entry.problem(f"一个单元只能有一个{Kind(entry.kind).label}：“{first.name}”已是"))
    above = {**standing, **{entry.code: entry.superior_code for entry in by_code.values()}}
    for entry in by_code.values():
        if entry.superior_code and entry.superior_code not in above:
            problems.append(entry.problem(f"上级单位“{entry.superior_code}”不存在"))
        elif _circles(entry.code, above):
            problems.append(entry.problem(f"单位“{entry.code}”的上级关系成环"))
    return problems


def _faults(entry: BodyEntry, unit_codes: set[str]) -> list[str]:
    found = [
        f"{label}不能为空"
        for label, value in (("单位代码", entry.code), ("名称", entry.name), ("简称", entry.short_name))
        if not value
    ]
    if entry.kind not in set(Kind):
        found.append(f"单位类别“{entry.kind}”不认识，只能是：{'、'.join(Kind)}")
    if entry.unit_code not in unit_codes:
        found.append(f"所在单元“{entry.unit_code}”不存在")
    if len(entry.short_name) > 20 or len(entry.name) > 80 or len(entry.code) > 40 or len(entry.phone) > 40:
        found.append("代码、电话最长40字，名称最长80字，简称最长20字")
    return found


def _circles(code: str, above: Mapping[str, str]) -> bool:
    seen = {code}
    at = above.get(code, "")
    while at:
        if at in seen:
            return True
        seen.add(at)
        at = above.get(at, "")
    return False


def load_order(entries: Iterable[BodyEntry]) -> list[BodyEntry]:
    """Superiors before those below them, and by code."""
    left = {entry.code: entry for entry in entries}
    ordered: list[BodyEntry] = []
    while left:
        ready = sorted(code for code, entry in left.items() if entry.superior_code not in left)
        ordered += [left.pop(code) for code in ready]
    return ordered
