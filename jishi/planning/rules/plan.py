"""A plan as it stands: its grids, its blocks, how it measures up, and whether it may be approved."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from jishi.kernel.errors import Conflict, Forbidden, Invalid
from jishi.planning.rules.figures import Beside, Figures, Piece, changing, figures
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.standing import Lived
from jishi.planning.rules.vocabulary import Mode, State
from jishi.territory.rules.tree import UnitRow

LONGEST_REASON = 300
LONGEST_NAME = 80
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class PlanRow:
    """``present`` are the ids of the grids the community had when the plan was asked for."""

    id: int
    community: UnitRow
    mode: Mode
    standard: Standard
    state: State
    present: tuple[int, ...]
    note: str
    version: int
    asked_at: dt.datetime
    asked_by_id: int
    asked_by: str
    decided_at: dt.datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """``unit_id`` is the present grid it goes on as, None for a new one."""

    number: int
    name: str
    unit_id: int | None
    cause: str
    reason: str
    reason_by: str
    reason_by_id: int | None
    became_id: int | None


@dataclass(frozen=True, slots=True)
class BlockRow:
    """``grid`` and ``drawn`` are numbers of grids of the plan: where it is now, and where it was put at first."""

    number: int
    address_id: int | None
    label: str
    compound: str
    households: int
    people: int
    load: float
    present_id: int | None
    grid: int
    drawn: int
    moved_by: str
    moved_by_id: int | None
    longitude: float
    latitude: float
    area: float
    outer: float


@dataclass(frozen=True)
class Proposal:
    """``names`` are those of the present grids by id; ``emptied`` are grids of the plan whose last block was moved
    away: there will be none such, but a block may come back."""

    plan: PlanRow
    grids: tuple[GridRow, ...]
    blocks: tuple[BlockRow, ...]
    besides: tuple[Beside, ...]
    names: Mapping[int, str]
    emptied: tuple[GridRow, ...] = ()

    @cached_property
    def pieces(self) -> list[Piece]:
        return [Piece(one.households, one.people, one.load, one.area, one.outer) for one in self.blocks]

    @cached_property
    def compounds(self) -> list[str]:
        return [one.compound for one in self.blocks]

    @cached_property
    def after(self) -> Figures[int]:
        """Measures of the proposal, by number of grid."""
        return figures(self.pieces, self.besides, [one.grid for one in self.blocks], self.plan.standard, self.compounds)

    @cached_property
    def before(self) -> Figures[int | None]:
        """Measures of the present division, by id of unit; None gathers what is in no grid."""
        held = [one.present_id for one in self.blocks]
        return figures(self.pieces, self.besides, held, self.plan.standard, self.compounds)

    @cached_property
    def by_number(self) -> Mapping[int, GridRow]:
        return {one.number: one for one in self.grids}

    @property
    def hands(self) -> frozenset[int]:
        """Ids of the people the plan is the work of: who asked, moved a block or gave a reason."""
        worked = {one.moved_by_id for one in self.blocks} | {one.reason_by_id for one in self.grids}
        return frozenset(id for id in {self.plan.asked_by_id, *worked} if id)

    @property
    def changing(self) -> int:
        """Households that get another grid worker."""
        held = [one.present_id for one in self.blocks]
        return changing(self.pieces, held, [self.by_number[one.grid].unit_id for one in self.blocks])

    @property
    def moves(self) -> list[BlockRow]:
        """The blocks that change their grid."""
        return [one for one in self.blocks if one.present_id != self.by_number[one.grid].unit_id]

    @property
    def without_reason(self) -> list[GridRow]:
        """Grids off the standard or in several pieces for which nobody has given a reason (K06-I3)."""
        found = (self.by_number[one.grid] for one in self.after.grids if one.needs_reason)
        return [grid for grid in found if not grid.reason]

    def cause_of(self, number: int) -> str:
        """Why a grid is off the standard: as it was computed, or in plain figures once a person has changed it."""
        measured = self.after.of(number)
        if measured is None or not measured.needs_reason:
            return ""
        as_drawn = all((one.grid == number) == (one.drawn == number) for one in self.blocks)
        if as_drawn and self.by_number[number].cause:
            return self.by_number[number].cause
        standard, said = self.plan.standard, []
        if not measured.within:
            said.append(f"{measured.load:g}户，标准为{standard.least:g}至{standard.most:g}户")
        if measured.pieces > 1:
            said.append(f"分成互不相连的{measured.pieces}片")
        return "；".join(said)

    def takes(self) -> dict[int, dict[int, int]]:
        """By number of grid: how many households it takes from each present one."""
        found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for one in self.blocks:
            held = found[one.grid]
            if one.present_id is not None:
                held[one.present_id] += one.households
        return {number: dict(held) for number, held in found.items()}

    def stays(self, number: int) -> bool:
        """Whether a grid of the plan is just a present one: the same name, the same blocks."""
        grid = self.by_number[number]
        if grid.unit_id is None or self.names.get(grid.unit_id) != grid.name:
            return False
        own = {one.number for one in self.blocks if one.grid == number}
        return own == {one.number for one in self.blocks if one.present_id == grid.unit_id}


def check_open(plan: PlanRow, version: int | None = None) -> None:
    """Raise unless the plan may still be changed, and is what whoever changes it was looking at."""
    if plan.state is State.ASKED:
        raise Conflict("方案还在计算，请稍候。")
    if plan.state is not State.READY:
        raise Conflict(f"这份方案{plan.state.label}，不能再改。")
    if version is not None and version != plan.version:
        raise Conflict("方案刚刚被别人改过，请看过最新的再改。")


def check_approval(proposal: Proposal, by_id: int, live: Collection[int]) -> None:
    """Raise unless the plan may take effect. ``live`` are ids of the present grids of the community today."""
    plan = proposal.plan
    if by_id in proposal.hands:
        raise Forbidden("方案由您提出、调整过或写过理由，须由别人批准。")
    if set(plan.present) != set(live):
        raise Conflict("提出方案以后，这个社区的网格有过调整。请撤回后重新提出。")
    missing = proposal.without_reason
    if missing:
        raise Invalid(
            f"{listed([grid.name for grid in missing])}超出标准或不连片，还没有写明例外理由。", field="reason"
        )


def check_today(proposal: Proposal, lived: Mapping[int, Lived]) -> None:
    """Raise where what is registered today makes another thing of a grid than what was proposed: nobody in it, or off
    the standard without a reason. ``lived`` by number of grid."""
    standard = proposal.plan.standard
    empty = [grid.name for grid in proposal.grids if not lived.get(grid.number, Lived()).households]
    if empty:
        raise Conflict(f"提出方案以后登记有变动，{listed(empty)}已没有住户。请撤回后重新提出。")
    off = []
    for grid in proposal.grids:
        here = lived[grid.number]
        if not grid.reason and not standard.allows(standard.load(here.households, here.collective)):
            off.append(grid.name)
    if off:
        raise Conflict(f"提出方案以后登记有变动，{listed(off)}现在超出标准。请撤回后重新提出，或写明例外理由。")


def listed(names: Sequence[str]) -> str:
    """The names of grids in a sentence; of many only the first."""
    said = "、".join(names[:MOST_NAMED])
    return said if len(names) <= MOST_NAMED else f"{said}等{len(names)}个网格"


def check_reason(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) > LONGEST_REASON:
        raise Invalid(f"理由最多{LONGEST_REASON}字，现在{len(said)}字。", field="reason")
    return said


def check_name(name: str, others: Collection[str]) -> str:
    """The name of a grid, not yet used by another grid of the community."""
    said = " ".join(name.split())
    if not said:
        raise Invalid("请填写网格名称。", field="name")
    if len(said) > LONGEST_NAME:
        raise Invalid(f"名称最多{LONGEST_NAME}字。", field="name")
    if said in others:
        raise Invalid(f"“{said}”已被本社区另一个网格使用。", field="name")
    return said
