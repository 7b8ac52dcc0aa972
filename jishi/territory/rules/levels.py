"""The levels of a place: which kinds of unit stand at which depth, and what each level is there for.

A place has one ladder of levels, or several branches that part below the towns (a county with villages and
housing estates has a rural and an urban one). Depth 0 is the county, 1 a town, 2 a community or village.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jishi.kernel.errors import Invalid
from jishi.territory.rules.sources import Section

DEEPEST = 5  # a matter is filed under one unit a depth, 1 to 5
GRID = "网格"
_COMMON_DEPTHS = 2  # county and town are the same in every branch


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: ``kinds`` may stand here, ``functions`` are what a unit of this level is there for."""

    depth: int
    key: str
    name: str
    kinds: tuple[str, ...]
    functions: tuple[str, ...] = ()
    branch: str = ""  # empty where all branches share the level
    source: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    key: str
    name: str
    town_name: str  # what a town is called in this branch: 乡镇, 街道


@dataclass(frozen=True, slots=True)
class Ladder:
    """All levels of a place. ``members`` is the word for those below the last level: 农户（居民）."""

    levels: tuple[Level, ...]
    branches: tuple[Branch, ...] = ()
    members: str = ""

    def at(self, depth: int) -> tuple[Level, ...]:
        """The levels at a depth, one a branch."""
        return tuple(level for level in self.levels if level.depth == depth)

    def level_of(self, depth: int, kind: str) -> Level | None:
        return next((level for level in self.at(depth) if kind in level.kinds), None)

    def name_at(self, depth: int) -> str:
        """What to call a depth when no unit is named: 网格, or 村民小组/网格 where branches differ."""
        return "/".join(dict.fromkeys(level.name for level in self.at(depth)))

    @property
    def deepest(self) -> int:
        return max(level.depth for level in self.levels)

    def names(self, branch: str = "") -> tuple[str, ...]:
        """The names of one branch from the county down."""
        town = next((b.town_name for b in self.branches if b.key == branch), "")
        return tuple(
            town if level.depth == 1 and town else level.name for level in self.levels if level.branch in ("", branch)
        )

    def check_kind(self, depth: int, kind: str, parent_kind: str) -> None:
        """Refuses a unit whose kind does not belong at this depth or not below such a parent."""
        level = self.level_of(depth, kind)
        if level is None:
            allowed = [k for at in self.at(depth) for k in at.kinds]
            if not allowed:
                raise Invalid(f"本地模板没有第{depth}级单元。")
            raise Invalid(f"第{depth}级不能是“{kind}”，只能是：{'、'.join(allowed)}。")
        above = self.level_of(depth - 1, parent_kind) if depth else None
        if above is not None and above.branch and level.branch and above.branch != level.branch:
            raise Invalid(f"“{kind}”不能设在“{parent_kind}”下。")

    def kind_below(self, depth: int, kind: str) -> str:
        """What a unit drawn below one of ``kind`` at ``depth`` is: a grid where the level has grids, else the kind
        named first. Raises Invalid if nothing stands below it."""
        above = self.level_of(depth, kind)
        branches = ("", above.branch) if above is not None else ("",)
        kinds = [one for level in self.at(depth + 1) if level.branch in branches for one in level.kinds]
        if not kinds:
            raise Invalid(f"本地模板没有第{depth + 1}级单元。")
        return GRID if GRID in kinds else kinds[0]

    def handling(self, function: str) -> tuple[Level, ...]:
        """The lowest level, or levels if branches differ, whose profile names ``function``; empty if none does.

        A matter of that function opens there (K03-I3).
        """
        having = [level for level in self.levels if function in level.functions]
        lowest: dict[str, Level] = {}
        for level in having:
            if level.branch not in lowest or lowest[level.branch].depth < level.depth:
                lowest[level.branch] = level
        if "" in lowest and len(lowest) > 1:
            del lowest[""]  # every branch that goes further down is lower than the shared levels
        return tuple(lowest.values())


def ladder_of(content: Mapping[str, Any]) -> Ladder:
    """The ladder in the content of a place version: in its section ``ladder``, or in a content without branches."""
    held = content.get("ladder", content)
    levels = [_level(depth, "", level) for depth, level in enumerate(held["levels"])]
    branches = []
    for branch in held.get("branches", ()):
        branches.append(Branch(branch["key"], branch["name"], branch.get("town_name", "")))
        start = len(held["levels"])
        levels += [_level(d, branch["key"], level) for d, level in enumerate(branch["levels"], start)]
    return Ladder(tuple(levels), tuple(branches), held.get("members", ""))


def level_list(ladder: Ladder) -> list[dict[str, Any]]:
    """One entry a depth, branches joined, for whoever only wants to name the levels."""
    return [
        {
            "depth": depth,
            "name": ladder.name_at(depth),
            "kinds": list(dict.fromkeys(kind for level in ladder.at(depth) for kind in level.kinds)),
        }
        for depth in range(ladder.deepest + 1)
    ]


def _level(depth: int, branch: str, level: Mapping[str, Any]) -> Level:
    return Level(
        depth,
        level["key"],
        level["name"],
        tuple(level["kinds"]),
        tuple(level.get("functions", ())),
        branch,
        level.get("source", ""),
    )


def check_levels(section: Section) -> None:
    """Notes in the section what is wrong with ``levels``, ``branches`` and ``members`` of a place template."""
    section.text("members", "")
    shared = section.sections("levels")
    branches = section.sections("branches", required=False)
    for level in shared:
        _check_level(level)
    if branches and len(shared) != _COMMON_DEPTHS:
        section.fail("有分支时，“levels”只写县、乡两级，其余写在各分支里", "levels")
    if not branches and len(shared) <= _COMMON_DEPTHS:
        section.fail("至少要有县、乡、村三级", "levels")
    _check_depth(section, len(shared), "levels")
    for branch in branches:
        branch.only("key", "name", "town_name", "levels")
        branch.text("key"), branch.text("name"), branch.text("town_name", "")
        for level in branch.sections("levels"):
            _check_level(level)
        _check_depth(branch, len(shared) + len(branch.entries("levels", required=False)), "levels")
    _check_unique(section, branches, len(shared))


def _check_level(level: Section) -> None:
    level.only("key", "name", "kinds", "functions", "source")
    level.text("key"), level.text("name"), level.text("source", "")
    level.texts("kinds", required=True)
    level.texts("functions")


def _check_depth(section: Section, depths: int, key: str) -> None:
    if depths - 1 > DEEPEST:
        section.fail(f"层级最多到第{DEEPEST}级（县为第0级）", key)


def _check_unique(section: Section, branches: Iterable[Section], start: int) -> None:
    """A kind at a depth must say which branch a unit is in."""
    seen: dict[tuple[int, str], str] = {}
    for branch in branches:
        for depth, level in enumerate(branch.sections("levels", required=False), start):
            for kind in level.texts("kinds"):
                if seen.setdefault((depth, kind), branch.text("key")) != branch.text("key"):
                    section.fail(f"第{depth}级的“{kind}”出现在两个分支里，无法判断属于哪个分支", "branches")
