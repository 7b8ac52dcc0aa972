"""The unit tree in memory, and the checks a set of rows must pass before it becomes one."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jishi.kernel.errors import Invalid
from jishi.territory.rules.codes import check_code
from jishi.territory.rules.levels import DEEPEST, Ladder
from jishi.territory.rules.loading import Problem


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A governance unit during one period. A row never changes while it holds: what changes a unit or anything
    above it ends the row and begins a new one, so ``path`` tells the ancestors of that whole period."""

    id: int
    code: str
    name: str
    kind: str
    depth: int
    parent_id: int | None
    path: str
    longitude: float | None
    latitude: float | None
    valid_from: dt.date
    valid_to: dt.date | None

    @property
    def line(self) -> tuple[int, ...]:
        """Ids from the county down to this unit."""
        return tuple(int(part) for part in self.path.strip("/").split("/"))

    @property
    def area_ids(self) -> tuple[int | None, ...]:
        """The ids at depth 1 to 5 of the unit's ancestors and itself; None below the unit."""
        line = self.line
        return tuple(line[depth] if depth < len(line) else None for depth in range(1, DEEPEST + 1))

    def is_within(self, other: "UnitRow") -> bool:
        """Whether this unit is ``other`` or lies in it."""
        return self.path.startswith(other.path)


@dataclass(frozen=True, slots=True)
class Tree:
    """All units of one day."""

    by_id: Mapping[int, UnitRow]
    by_code: Mapping[str, UnitRow] = field(repr=False)
    below: Mapping[int, tuple[UnitRow, ...]] = field(repr=False)

    @classmethod
    def of(cls, units: Iterable[UnitRow]) -> "Tree":
        ordered = sorted(units, key=lambda unit: (unit.depth, unit.code))
        below: dict[int, list[UnitRow]] = {}
        for unit in ordered:
            if unit.parent_id is not None:
                below.setdefault(unit.parent_id, []).append(unit)
        return cls(
            {unit.id: unit for unit in ordered},
            {unit.code: unit for unit in ordered},
            {parent: tuple(children) for parent, children in below.items()},
        )

    def __iter__(self) -> Iterator[UnitRow]:
        """All units, upper levels first, then by code."""
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    @property
    def county(self) -> UnitRow | None:
        return next(iter(self.by_id.values()), None)

    def children(self, unit_id: int) -> tuple[UnitRow, ...]:
        return self.below.get(unit_id, ())

    def subtree(self, unit_id: int) -> tuple[UnitRow, ...]:
        """The unit and everything below it, parents before children."""
        found = [self.by_id[unit_id]]
        for unit in found:
            found.extend(self.children(unit.id))
        return tuple(found)

    def ancestors(self, unit_id: int) -> tuple[UnitRow, ...]:
        """From the county down to the unit itself."""
        return tuple(self.by_id[id] for id in self.by_id[unit_id].line)

    def at(self, depth: int) -> tuple[UnitRow, ...]:
        return tuple(unit for unit in self if unit.depth == depth)

    def faults(self) -> list[str]:
        """What is wrong with the tree: orphans, paths that do not follow the parents, more than one county."""
        found = []
        for unit in self:
            parent = self.by_id.get(unit.parent_id) if unit.parent_id is not None else None
            if unit.depth and parent is None:
                found.append(f"{unit.code}{unit.name}没有上级")
            elif parent is not None and unit.depth != parent.depth + 1:
                found.append(f"{unit.code}{unit.name}与上级不相邻")
            if unit.path != (parent.path if parent else "/") + f"{unit.id}/":
                found.append(f"{unit.code}{unit.name}的路径与上级不符")
        if len(self) and len(self.at(0)) != 1:
            found.append(f"有{len(self.at(0))}个县级单元")
        return found


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """One unit as a file gives it; coordinates are WGS84 degrees or unknown."""

    code: str
    name: str
    kind: str
    parent_code: str  # empty for the county
    longitude: float | None = None
    latitude: float | None = None
    file: str = ""
    line: int = 0

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason.rstrip("。"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row may hang on that is already there."""

    depth: int
    kind: str
    parent_code: str


def standing_of(tree: Tree) -> dict[str, Standing]:
    """The units of a tree as what new rows may hang on."""
    return {
        unit.code: Standing(
            unit.depth,
            unit.kind,
            tree.by_id[unit.parent_id].code if unit.parent_id is not None else "",
        )
        for unit in tree
    }


def check_rows(
    rows: Iterable[UnitEntry], ladder: Ladder, standing: Mapping[str, Standing]
) -> tuple[list[tuple[int, UnitEntry]], list[Problem]]:
    """The rows with their depths, parents first and then by code, and every problem found in them.

    The order of ``rows`` has no influence. A row below a bad one is not blamed for it.
    """
    given = list(rows)
    problems: list[Problem] = []
    by_code: dict[str, UnitEntry] = {}
    for row in given:
        if row.code in by_code:
            first = by_code[row.code]
            problems.append(row.problem(f"代码“{row.code}”与第{first.line}行重复"))
        else:
            by_code[row.code] = row
    depths: dict[str, int | None] = {}
    placed = []
    for row in by_code.values():
        depth = _depth_of(row, by_code, standing, depths, problems)
        if depth is not None:
            placed.append((depth, row))
    county = next((code for code, unit in standing.items() if unit.depth == 0), None)
    for row in (row for depth, row in placed if depth == 0):
        county = county or row.code
        if row.code != county:
            problems.append(row.problem(f"已有县级单元“{county}”，一套系统只管一个县"))
    for depth, row in placed:
        problems += _faults_of(row, depth, by_code, ladder, standing)
    return sorted(placed, key=lambda pair: (pair[0], pair[1].code)), problems


def _depth_of(
    row: UnitEntry,
    by_code: Mapping[str, UnitEntry],
    standing: Mapping[str, Standing],
    depths: dict[str, int | None],
    problems: list[Problem],
) -> int | None:
    """How deep a row hangs; None if it hangs on nothing or in a circle, which is noted once, at its cause."""
    chain: list[UnitEntry] = []
    at: UnitEntry | None = row
    depth: int | None = -1
    while at is not None and at.code not in depths:
        if any(at.code == seen.code for seen in chain):
            circle = chain[[seen.code for seen in chain].index(at.code) :]
            problems.append(row.problem(f"上级关系成环：{' → '.join([*(r.code for r in circle), at.code])}"))
            depths.update({seen.code: None for seen in chain})
            return None
        chain.append(at)
        parent_code = at.parent_code
        if not parent_code:
            at = None
        elif parent_code in by_code:
            at = by_code[parent_code]
        elif parent_code in standing:
            depth, at = standing[parent_code].depth, None
        else:
            problems.append(at.problem(f"上级“{parent_code}”不存在"))
            depth, at = None, None
    if at is not None:
        depth = depths[at.code]
    for link in reversed(chain):
        depth = None if depth is None else depth + 1
        depths[link.code] = depth
    return depths[row.code]


def _faults_of(
    row: UnitEntry,
    depth: int,
    by_code: Mapping[str, UnitEntry],
    ladder: Ladder,
    standing: Mapping[str, Standing],
) -> list[Problem]:
    found = []
    if not row.name:
        found.append(row.problem("名称不能为空"))
    if (row.longitude is None) != (row.latitude is None):
        found.append(row.problem("经度和纬度要么都写，要么都不写"))
    known = standing.get(row.code)
    if known is not None and known.parent_code != row.parent_code:
        found.append(row.problem(f"“{row.code}”现在的上级是“{known.parent_code}”，改变上级请用“划转”"))
    parent = by_code.get(row.parent_code)
    above = standing.get(row.parent_code)
    parent_kind = parent.kind if parent else above.kind if above else ""
    for check in (
        lambda: check_code(row.code, depth, row.parent_code),
        lambda: ladder.check_kind(depth, row.kind, parent_kind),
    ):
        try:
            check()
        except Invalid as refusal:
            found.append(row.problem(refusal.message))
    return found
