"""Planning what becomes of units when one is split, merged, moved or renamed. Nothing is written here.

How the grids of a community are drawn anew is planned in `redrawing`.

A unit row never changes while it holds. So an operation ends the units it touches and everything below them, and
begins new rows in their place, each linked to what it comes from. Old rows keep their parent and path for ever:
whoever counts last month by them counts what was counted then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jishi.kernel.errors import Conflict, Invalid
from jishi.territory.rules.codes import OFFICIAL_DEPTH, SERIAL_DIGITS, check_code, next_code
from jishi.territory.rules.levels import Ladder
from jishi.territory.rules.tree import Tree, UnitRow


class Cause(StrEnum):
    SPLIT = "split"
    MERGE = "merge"
    MOVE = "move"
    RENAME = "rename"
    REDRAW = "redraw"

    @property
    def label(self) -> str:
        return CAUSES[self]


CAUSES = {
    Cause.SPLIT: "拆分",
    Cause.MERGE: "合并",
    Cause.MOVE: "划转",
    Cause.RENAME: "更名",
    Cause.REDRAW: "重划",
}
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Part:
    """One of the units a split makes, or the one a merge makes.

    ``code`` may be left empty below the community: the next free one is taken. ``children`` are the ids of the
    units that fall to this part. ``weight`` is its share of the ground, for the sketch map.
    """

    name: str
    code: str = ""
    children: frozenset[int] = frozenset()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a new unit comes from; the primary one of several successors takes over what is unfinished.

    ``weight`` is its share of the former's ground beside the other successors, for the sketch map.
    """

    former: int
    cause: Cause
    is_primary: bool = True
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Begun:
    """A unit to begin. ``parent`` is the id of a live unit, or ``parent_index`` that of one begun before it."""

    code: str
    name: str
    kind: str
    depth: int
    origins: tuple[Origin, ...]
    parent: int | None = None
    parent_index: int | None = None
    keeps_ground: bool = True  # the same ground as its one origin
    geometry: Mapping[str, Any] | None = None  # GeoJSON of its ground where it was given with the change


@dataclass(frozen=True, slots=True)
class Plan:
    """Units to end, then units to begin, parents before children."""

    cause: Cause
    ended: tuple[int, ...]
    begun: tuple[Begun, ...]


@dataclass
class Draft:
    """A plan while it is made: what ends, what begins, and which codes are taken."""

    tree: Tree
    cause: Cause
    ended: list[int] = field(default_factory=list)
    begun: list[Begun] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def end(self, units: Iterable[UnitRow]) -> None:
        gone = [below for unit in units for below in self.tree.subtree(unit.id)]
        self.ended = [unit.id for unit in gone]
        self.taken = set(self.tree.by_code) - {unit.code for unit in gone}

    def begin(self, begun: Begun) -> int:
        if begun.code in self.taken:
            holder = self.tree.by_code.get(begun.code)
            raise Conflict(f"代码“{begun.code}”已被“{holder.name if holder else begun.name}”使用。")
        self.taken.add(begun.code)
        self.begun.append(begun)
        return len(self.begun) - 1

    def carry(self, unit: UnitRow, below: int, old_parent_code: str) -> None:
        """Begins ``unit`` and what lies below it anew under the unit begun at index ``below``."""
        code = self.recoded(unit, old_parent_code, self.begun[below].code)
        index = self.begin(
            Begun(code, unit.name, unit.kind, unit.depth, (Origin(unit.id, self.cause),), parent_index=below)
        )
        for child in self.tree.children(unit.id):
            self.carry(child, index, unit.code)

    def recoded(self, unit: UnitRow, old_parent_code: str, new_parent_code: str) -> str:
        """Below the community a code begins with its parent's; official codes are not ours to change."""
        if unit.depth <= OFFICIAL_DEPTH or unit.code == old_parent_code:
            return unit.code
        kept = new_parent_code + unit.code[-SERIAL_DIGITS:]
        return kept if kept not in self.taken else next_code(new_parent_code, self.taken)

    def plan(self) -> Plan:
        return Plan(self.cause, tuple(self.ended), tuple(self.begun))


def live(tree: Tree, unit_id: int) -> UnitRow:
    """The unit of today; raises Conflict if it is none any more."""
    unit = tree.by_id.get(unit_id)
    if unit is None:
        raise Conflict("这个单元已经终止，可能刚刚有人作了调整，请刷新后再看。")
    return unit


def _below_county(unit: UnitRow, what: str) -> None:
    if unit.depth == 0:
        raise Invalid(f"县级单元不能{what}。")


def checked_name(name: str) -> str:
    """The name without blanks around it; raises Invalid if nothing or too much is left."""
    clean = name.strip()
    if not clean:
        raise Invalid("名称不能为空。", field="name")
    if len(clean) > NAME_LENGTH:
        raise Invalid(f"名称不能超过{NAME_LENGTH}个字。", field="name")
    return clean


def _code_for(part: Part, depth: int, parent: UnitRow, taken: Collection[str], own: Collection[str]) -> str:
    """The code a part was given, checked; or the next free one, never one of the ended units' own.

    A code the ended units had is kept unchecked: after a merger of towns a community bears the old town's digits until
    the statistics office gives it new ones.
    """
    if part.code and part.code in own:
        return part.code
    if part.code:
        check_code(part.code, depth, parent.code)
        return part.code
    if depth <= OFFICIAL_DEPTH:
        raise Invalid("乡级、村级单元须写明统计用区划代码。", field="code")
    return next_code(parent.code, {*taken, *own})


def _check_parts(tree: Tree, unit: UnitRow, parts: Sequence[Part]) -> None:
    if len(parts) < 2:
        raise Invalid("拆分后至少要有两个单元。")
    if len({checked_name(part.name) for part in parts}) < len(parts):
        raise Invalid("拆分后的单元不能重名。", field="name")
    codes = [part.code for part in parts if part.code]
    if len(set(codes)) < len(codes):
        raise Invalid("拆分后的单元不能用同一个代码。", field="code")
    if any(part.weight <= 0 for part in parts):
        raise Invalid("各部分的份额必须大于0。", field="weight")
    given = [child for part in parts for child in part.children]
    children = {child.id for child in tree.children(unit.id)}
    if len(set(given)) < len(given):
        raise Invalid("一个下级单元只能归入一个部分。", field="children")
    if set(given) - children:
        raise Invalid("归入的下级单元不在被拆分的单元之下。", field="children")
    if children - set(given):
        missing = "、".join(child.name for child in tree.children(unit.id) if child.id not in given)
        raise Invalid(f"还有下级单元没有归属：{missing}。", field="children")


def plan_split(tree: Tree, unit_id: int, parts: Sequence[Part], *, primary: int = 0) -> Plan:
    """One unit becomes ``parts``; ``primary`` is the index of the part that takes over unfinished matters."""
    unit = live(tree, unit_id)
    _below_county(unit, "拆分")
    _check_parts(tree, unit, parts)
    if not 0 <= primary < len(parts):
        raise Invalid("须指明由哪一部分承接未办结事项。", field="primary")
    parent = tree.by_id[unit.line[-2]]
    draft = Draft(tree, Cause.SPLIT)
    draft.end([unit])
    given = {part.code for part in parts if part.code}
    for index, part in enumerate(parts):
        code = _code_for(part, unit.depth, parent, draft.taken | given, {unit.code})
        origin = Origin(unit.id, Cause.SPLIT, index == primary, part.weight)
        at = draft.begin(
            Begun(
                code,
                part.name.strip(),
                unit.kind,
                unit.depth,
                (origin,),
                parent=parent.id,
                keeps_ground=False,
            )
        )
        for child in tree.children(unit.id):
            if child.id in part.children:
                draft.carry(child, at, unit.code)
    return draft.plan()


def plan_merge(tree: Tree, unit_ids: Sequence[int], into: Part) -> Plan:
    """Several units under one parent become one; everything below them lies below it."""
    units = [live(tree, unit_id) for unit_id in dict.fromkeys(unit_ids)]
    if len(units) < 2:
        raise Invalid("合并至少要有两个单元。")
    first = units[0]
    _below_county(first, "合并")
    if any(unit.parent_id != first.parent_id for unit in units):
        raise Invalid("只能合并同一上级之下的单元，请先划转。")
    parent = tree.by_id[first.line[-2]]
    draft = Draft(tree, Cause.MERGE)
    draft.end(units)
    code = _code_for(into, first.depth, parent, draft.taken, {unit.code for unit in units})
    at = draft.begin(
        Begun(
            code,
            checked_name(into.name),
            first.kind,
            first.depth,
            tuple(Origin(unit.id, Cause.MERGE) for unit in units),
            parent=parent.id,
            keeps_ground=False,
        )
    )
    for unit in units:
        for child in tree.children(unit.id):
            draft.carry(child, at, unit.code)
    return draft.plan()


def plan_move(tree: Tree, ladder: Ladder, unit_id: int, parent_id: int, *, code: str = "") -> Plan:
    """A unit and everything below it comes under another parent of the same level as the old one."""
    unit, parent = live(tree, unit_id), live(tree, parent_id)
    _below_county(unit, "划转")
    if parent.id == unit.parent_id:
        raise Invalid("它已经在这个上级之下。", field="parent")
    if parent.is_within(unit):
        raise Invalid("不能划转到自己的下级。", field="parent")
    if parent.depth != unit.depth - 1:
        raise Invalid(f"“{parent.name}”不是“{unit.name}”的上一级单元。", field="parent")
    ladder.check_kind(unit.depth, unit.kind, parent.kind)
    draft = Draft(tree, Cause.MOVE)
    draft.end([unit])
    new_code = _code_for(Part(unit.name, code), unit.depth, parent, draft.taken, set())
    at = draft.begin(
        Begun(new_code, unit.name, unit.kind, unit.depth, (Origin(unit.id, Cause.MOVE),), parent=parent.id)
    )
    for child in tree.children(unit.id):
        draft.carry(child, at, unit.code)
    return draft.plan()


def plan_rename(tree: Tree, unit_id: int, name: str, *, kind: str = "") -> Plan:
    """The same unit under another name, or as another kind (村改居); what lies below it is carried over."""
    unit = live(tree, unit_id)
    if checked_name(name) == unit.name and kind in ("", unit.kind):
        raise Invalid("新名称与原名称相同。", field="name")
    draft = Draft(tree, Cause.RENAME)
    draft.end([unit])
    at = draft.begin(
        Begun(
            unit.code,
            name.strip(),
            kind or unit.kind,
            unit.depth,
            (Origin(unit.id, Cause.RENAME),),
            parent=unit.parent_id,
        )
    )
    for child in tree.children(unit.id):
        draft.carry(child, at, unit.code)
    return draft.plan()
