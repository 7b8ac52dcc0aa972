"""A plan as its page shows it: present and proposed figures side by side, one line for each grid and building."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from jishi.planning.rules.figures import GridFigures
from jishi.planning.rules.plan import BlockRow, GridRow, Proposal
from jishi.web.planner.colours import Key, colours_of, key_of

FEW = 3  # households from which a building no longer stands for one family


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of both divisions; ``better`` is None where neither is, or nothing has changed."""

    label: str
    says: str
    before: str
    after: str
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class GridLine:
    """``came`` says of which present grids it is made; ``cause`` why it is off the standard, if it is."""

    grid: GridRow
    measured: GridFigures[int]
    colour: int
    deviation: str
    came: str
    cause: str


@dataclass(frozen=True, slots=True)
class BlockLine:
    """``people`` is None for who may not know; ``back`` is the name of the grid the computation had put it in, empty
    if it is there or that grid is gone."""

    block: BlockRow
    people: int | None
    present: str
    grid: str
    colour: int
    moves: bool
    back: str


@dataclass(frozen=True)
class PlanSheet:
    """Everything the page of a plan says of its proposal to somebody who reads the register there by name, or not."""

    whole: Proposal
    reads_register: bool = False

    @cached_property
    def colours(self) -> dict[Key, int]:
        return colours_of(self.whole)

    def colour(self, number: int) -> int:
        return self.colours[key_of(self.whole, number)]

    @cached_property
    def moving(self) -> frozenset[int]:
        """Numbers of the buildings that change their grid."""
        return frozenset(one.number for one in self.whole.moves)

    @cached_property
    def compared(self) -> list[Compared]:
        whole, before, after = self.whole, self.whole.before, self.whole.after
        changing = whole.changing
        share = round(100 * changing / after.households) if after.households else 0
        count = [len(before.grids), len(after.grids)]
        rows = [
            Compared(_("网格"), "", f"{count[0]}", f"{count[1]}"),
            Compared(
                _("符合标准"),
                _("户数在容许偏差以内的网格"),
                f"{before.within}/{count[0]}",
                f"{after.within}/{count[1]}",
                _better(before.within * count[1], after.within * count[0]),
            ),
            Compared(
                _("最小、最大网格户数"),
                "",
                _range(before.grids),
                _range(after.grids),
            ),
            Compared(
                _("被切断的相邻关系"),
                _("相邻的两栋分在两格，同一条路、同一小区的算得重；越少，网格越顺路"),
                f"{before.cut:,}",
                f"{after.cut:,}",
                _better(-before.cut, -after.cut),
            ),
            Compared(
                _("拆开的小区"),
                _("一格容得下、却分在几格的小区"),
                f"{before.split}",
                f"{after.split}",
                _better(-before.split, -after.split),
            ),
        ]
        if before.compactness is not None and after.compactness is not None:
            was, is_ = round(before.compactness, 2), round(after.compactness, 2)
            rows.append(
                Compared(_("紧凑程度"), _("圆是1，越细长、越曲折越小"), f"{was:.2f}", f"{is_:.2f}", _better(was, is_))
            )
        rows.append(
            Compared(
                _("换网格员"),
                _("换了网格、要认识新网格员的住户"),
                "—",
                _("%(n)s户（%(share)s%%）") % {"n": changing, "share": share},
            )
        )
        return rows

    @cached_property
    def grids(self) -> list[GridLine]:
        takes = self.whole.takes()
        return [self._grid(grid, measured, takes.get(grid.number, {})) for grid, measured in self.measured]

    @cached_property
    def measured(self) -> list[tuple[GridRow, GridFigures[int]]]:
        known = {one.grid: one for one in self.whole.after.grids}
        return [(grid, known[grid.number]) for grid in self.whole.grids if grid.number in known]

    def _grid(self, grid: GridRow, measured: GridFigures[int], takes: Mapping[int, int]) -> GridLine:
        return GridLine(
            grid,
            measured,
            self.colour(grid.number),
            self.off(measured.load),
            self._came(grid, takes),
            self.whole.cause_of(grid.number),
        )

    def off(self, load: float) -> str:
        """By how much a grid misses the standard of the plan: +12%."""
        aimed = self.whole.plan.standard.households
        off = round(100 * (load - aimed) / aimed)
        return f"{off:+d}%" if off else "0%"

    @cached_property
    def to_allow(self) -> list[tuple[GridRow, str]]:
        """Grids an approval makes exceptions, each with how far off it is: +12%，448户；分成2片."""
        return [(grid, self._departs(one)) for grid, one in self.measured if one.needs_reason and grid.reason]

    def _departs(self, measured: GridFigures[int]) -> str:
        said = []
        if not measured.within:
            said.append(_("%(off)s，%(n)s户") % {"off": self.off(measured.load), "n": f"{measured.households:,}"})
        if measured.pieces > 1:
            said.append(_("分成%(n)s片") % {"n": measured.pieces})
        return "；".join(said)

    def _came(self, grid: GridRow, takes: Mapping[int, int]) -> str:
        names = self.whole.names
        if self.whole.stays(grid.number):
            return _("不变")
        parts = sorted(takes.items(), key=lambda part: (part[0] != grid.unit_id, -part[1]))
        said = "、".join(_("%(name)s%(n)s户") % {"name": names[unit], "n": count} for unit, count in parts)
        if not takes:
            return _("尚无网格的住户")
        return said if grid.unit_id is not None else _("新设：%(said)s") % {"said": said}

    def block(self, one: BlockRow) -> BlockLine:
        grid, drawn = self.whole.by_number[one.grid], self._drawn.get(one.drawn)
        return BlockLine(
            one,
            people_of(one, self.reads_register),
            self.whole.names.get(one.present_id or 0, ""),
            grid.name,
            self.colour(one.grid),
            one.number in self.moving,
            drawn.name if drawn is not None and one.drawn != one.grid else "",
        )

    @cached_property
    def _drawn(self) -> dict[int, GridRow]:
        """Every grid a building may have been drawn in, also one nobody is in any more."""
        return {grid.number: grid for grid in (*self.whole.grids, *self.whole.emptied)}

    def state(self) -> dict[str, Any]:
        """What the map script colours: grids on both sides, and in which of them every building is."""
        whole = self.whole
        standard = whole.plan.standard
        return {
            "least": standard.least,
            "most": standard.most,
            "aimed": standard.households,
            "before": [
                {
                    "id": one.grid or 0,
                    "name": whole.names.get(one.grid or 0, _("尚无网格")),
                    "households": one.households,
                    "load": one.load,
                    "off": one.needs_reason,
                    "said": self.off(one.load),
                    "colour": self.colours.get(("unit", one.grid or 0), -1),
                }
                for one in whole.before.grids
            ],
            "after": [
                {
                    "id": grid.number,
                    "name": grid.name,
                    "households": measured.households,
                    "load": measured.load,
                    "off": measured.needs_reason,
                    "said": self.off(measured.load),
                    "colour": self.colour(grid.number),
                }
                for grid, measured in self.measured
            ],
            "grid": [one.grid for one in whole.blocks],
            "moving": sorted(self.moving),
        }


def people_of(block: BlockRow, reads_register: bool) -> int | None:
    """How many live in a building; None for a home or two to who may not read the register there: that is a family."""
    return block.people if reads_register or block.households >= FEW else None


def _better(before: float, after: float) -> bool | None:
    return None if before == after else after > before


def _range(grids: tuple[GridFigures[Any], ...]) -> str:
    sizes = [one.households for one in grids]
    return f"{min(sizes):,}～{max(sizes):,}" if sizes else "—"


def short_label(block: BlockRow) -> str:
    """The label without the compound it lies in: 3栋."""
    rest = block.label.removeprefix(block.compound).strip()
    return rest or block.label
