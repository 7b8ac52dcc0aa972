"""A plan for the grids of a community, from the registers to a proposal people can look at. For the worker.

The heavy libraries are loaded only where something is drawn.
"""

import datetime as dt
import os
import re
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from jishi.addresses.queries.standing import standing_in
from jishi.flows.plan_telling import note
from jishi.kernel.errors import DomainError, Invalid
from jishi.planning import actions as planning
from jishi.planning.actions import DrawnBlock, DrawnGrid
from jishi.planning.queries import exceptions, grids_of
from jishi.planning.rules.blocks import Block, Living, Standing, blocks_of, fresh_names
from jishi.planning.rules.figures import Beside, keepers
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.vocabulary import Mode, State
from jishi.registers.queries.living import living_in
from jishi.territory.queries import UnitRow, grounds, subtree_ids

if TYPE_CHECKING:
    from jishi.algorithms.districting import Problem, Reason

LEASE = dt.timedelta(minutes=2)  # far longer than a plan takes; after a crash it is drawn anew then
SEED = 20261122  # the same registers give the same proposal
MOST_BLOCKS = 20_000
_UNIT = re.compile(r"第(\d+)个单元")
Clock = Callable[[], dt.datetime]


class PlanDesk:
    """A sweep: draws one plan that somebody has asked for; says whether there was one."""

    def __init__(self, clock: Clock = timezone.now) -> None:
        self._clock = clock
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[:80]

    def __call__(self, now: dt.datetime) -> bool:
        plan = planning.claim(worker=self._name, now=now, lease=LEASE)
        if plan is None:
            return False
        try:
            draw_plan(plan, self._clock)
        except DomainError as refusal:
            self._give_up(plan, refusal.message)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            self._give_up(plan, "程序出错，没有算出来；请联系系统管理员。")
            raise
        return True

    def _give_up(self, plan: PlanRow, why: str) -> None:
        now = self._clock()
        try:
            with transaction.atomic():
                planning.fail(plan=plan, note=why, now=now)
                note(plan.id, State.FAILED, now)
        except DomainError:
            return  # withdrawn meanwhile


def draw_plan(plan: PlanRow, clock: Clock = timezone.now) -> None:
    """Compute the proposal and write it down. Raises Invalid where there is nobody to divide."""
    present = {grid.id: grid for grid in grids_of(plan.community.id)}
    blocks = blocks_in(plan.community, plan.standard)
    if not blocks:
        raise Invalid(f"{plan.community.name}还没有登记住户，无法按户数划分。请先录入或导入住户。")
    if len(blocks) > MOST_BLOCKS:
        raise Invalid(f"{plan.community.name}有{len(blocks)}栋楼，最多能算{MOST_BLOCKS}栋。")
    points = _points(blocks, present)
    cells, problem, placed = _laid_out(plan, blocks, points, set(present))
    numbers = _divided(plan.mode, problem, blocks)
    # Of a division nobody computed it cannot be said that no exchange would help.
    causes = {} if plan.mode is Mode.KEEP else _causes(problem, numbers, blocks)
    grids = _excused(_named(numbers, blocks, present, causes), numbers, blocks)
    drawn = [
        DrawnBlock(block, grid, point, cell, float(area), float(outer))
        for block, grid, point, cell, area, outer in zip(
            blocks, numbers, placed, cells, _known(problem.units.area), _known(problem.units.outer), strict=True
        )
    ]
    with transaction.atomic():
        now = clock()
        planning.propose(plan=plan, grids=grids, blocks=drawn, besides=_besides(problem), now=now)
        note(plan.id, State.READY, now)


def blocks_in(community: UnitRow, standard: Standard) -> list[Block]:
    """What the grids of a community are made of, as the registers stand now."""
    units = subtree_ids(community.id)
    addresses = [standing(row) for row in standing_in(units)]
    living = [Living(*row) for row in living_in(units)]
    return blocks_of(addresses, living, {one.id: one.name for one in grids_of(community.id)}, standard)


def standing(row: tuple[int, str, str, tuple[int, ...], float | None, float | None]) -> Standing:
    id, level, full_name, line, longitude, latitude = row
    point = None if longitude is None or latitude is None else (longitude, latitude)
    return Standing(id, level, full_name, line, point)


def _points(blocks: Sequence[Block], present: dict[int, UnitRow]) -> list[tuple[float, float]]:
    """Where each block lies; one without a point in the middle of its grid, or of all the others."""
    known = [one.point for one in blocks if one.point is not None]
    middles = {
        id: (grid.longitude, grid.latitude)
        for id, grid in present.items()
        if grid.longitude is not None and grid.latitude is not None
    }
    elsewhere = [*known, *middles.values()]
    if not elsewhere:
        raise Invalid("楼栋都没有坐标，网格也没有范围，无法判断哪些楼相邻。请先在标准地址里标注楼栋位置。")
    usual = sum(one[0] for one in elsewhere) / len(elsewhere), sum(one[1] for one in elsewhere) / len(elsewhere)
    return [one.point or middles.get(one.present or 0, usual) for one in blocks]


def _laid_out(
    plan: PlanRow, blocks: Sequence[Block], points: Sequence[tuple[float, float]], present: set[int]
) -> tuple[list[dict[str, Any]], "Problem", list[tuple[float, float]]]:
    """The ground of every block (GeoJSON), the problem to solve, and where each block lies."""
    import numpy as np
    import shapely

    from jishi.algorithms.districting import Problem
    from jishi.algorithms.districting import Standard as Size
    from jishi.algorithms.districting.cells import cells_of
    from jishi.algorithms.districting.shapes import units_of

    cells, flat, placed = cells_of(points, _ground(plan.community, blocks, present))
    units, graph = units_of(
        flat,
        np.array([round(one.load) for one in blocks], np.int64),
        None,  # the people of dormitories are in the load
        _numbered([one.compound for one in blocks]),
        street=_numbered([one.street for one in blocks]),
    )
    size = Size(plan.standard.households, plan.standard.people, plan.standard.tolerance / 100)
    shapes = [dict(shapely.geometry.mapping(cell)) for cell in cells]
    return shapes, Problem(units, graph, size), [(float(lon), float(lat)) for lon, lat in placed]


def _ground(community: UnitRow, blocks: Sequence[Block], present: set[int]) -> Any | None:
    """The community without grids nobody lives in: they stay as they are. None where it has no ground."""
    import shapely
    from shapely.geometry import shape

    lived_in = {one.present for one in blocks}
    known = {ground.unit.id: ground.geometry for ground in grounds()}
    if community.id not in known:
        return None
    empty = [shape(known[id]) for id in present - lived_in if id in known]
    return shapely.difference(shape(known[community.id]), shapely.union_all(empty))


def _numbered(names: Sequence[str]) -> Any:
    import numpy as np

    order = {name: number for number, name in enumerate(dict.fromkeys(name for name in names if name))}
    return np.array([order.get(name, -1) for name in names], np.int64)


def _divided(mode: Mode, problem: "Problem", blocks: Sequence[Block]) -> list[int]:
    """The grid of each block, numbered from 0."""
    import numpy as np

    from jishi.algorithms import districting

    held = {id: number for number, id in enumerate(dict.fromkeys(one.present for one in blocks if one.present))}
    present = np.array([held.get(one.present or 0, -1) for one in blocks], np.int64)
    if mode is Mode.DRAW or not held:
        grid = districting.best_drawing(problem, seed=SEED).grid
    elif mode is Mode.REBALANCE:
        grid = districting.best_balance(problem, present, seed=SEED).grid
    else:  # who is in no grid yet is a grid of their own, for a person to put somewhere
        grid = np.where(present < 0, len(held), present)
    order: dict[int, int] = {}
    return [order.setdefault(int(one), len(order)) for one in grid]


def _causes(problem: "Problem", numbers: Sequence[int], blocks: Sequence[Block]) -> dict[int, str]:
    """By number of grid: why it is off the standard, with buildings called by their address."""
    import numpy as np

    from jishi.algorithms.districting import explain

    def in_place(sentence: str) -> str:
        said = _UNIT.split(sentence)  # words and numbers by turns
        return "".join(
            blocks[int(part) - 1].label if turn % 2 else part.replace("单元", "楼栋") for turn, part in enumerate(said)
        )

    reasons = explain(problem, np.array(numbers, np.int64))
    return {one.grid: _of_dormitory(one, numbers, blocks) or in_place(one.sentence) for one in reasons}


def _of_dormitory(reason: "Reason", numbers: Sequence[int], blocks: Sequence[Block]) -> str:
    """What is said of a grid one block of which is too big only by the people who live together in it."""
    inside = [block for number, block in zip(numbers, blocks, strict=True) if number == reason.grid]
    biggest = max(inside, key=lambda block: block.load)
    if reason.cause.value != "big unit" or round(biggest.load) == biggest.households:
        return ""
    who = f"{biggest.label}登记{biggest.households}户、{biggest.people}人"
    return f"{who}，有集体户，按人数折{biggest.load:.0f}户，一栋就超过一格的上限"


def _named(
    numbers: Sequence[int], blocks: Sequence[Block], present: dict[int, UnitRow], causes: dict[int, str]
) -> list[DrawnGrid]:
    """Every grid with a name: that of the present grid most of whose households it keeps, or a new one."""
    held: dict[int, dict[int, int]] = {number: {} for number in sorted(set(numbers))}
    for number, block in zip(numbers, blocks, strict=True):
        if block.present is not None:
            held[number][block.present] = held[number].get(block.present, 0) + block.households
    goes_on = keepers(held)
    added = [number for number in held if number not in goes_on]
    names = dict(zip(added, fresh_names({grid.name for grid in present.values()}, len(added)), strict=True))
    names |= {number: present[unit_id].name for number, unit_id in goes_on.items()}
    return [DrawnGrid(number, names[number], goes_on.get(number), causes.get(number, "")) for number in held]


def _excused(grids: Sequence[DrawnGrid], numbers: Sequence[int], blocks: Sequence[Block]) -> list[DrawnGrid]:
    """Grids that are just the present ones bring the reason they were excepted for."""
    allowed = exceptions(grid.unit_id for grid in grids if grid.unit_id is not None)
    placed = list(zip(numbers, blocks, strict=True))
    found = []
    for grid in grids:
        reason = allowed.get(grid.unit_id or 0)
        stays = all((number == grid.number) == (block.present == grid.unit_id) for number, block in placed)
        if reason is not None and stays:
            found.append(replace(grid, reason=reason.reason, reason_by=reason.asked_by))
        else:
            found.append(grid)
    return found


def _besides(problem: "Problem") -> list[Beside]:
    graph = problem.graph
    borders = _known(graph.border) if graph.border is not None else [0.0] * len(graph.neighbours)
    pairs = zip(graph.sources.tolist(), graph.neighbours.tolist(), graph.weight.tolist(), borders, strict=True)
    return [Beside(one, other, weight, float(border)) for one, other, weight, border in pairs if one < other]


def _known(values: Any) -> list[float]:
    assert values is not None, "cells have areas and borders"
    return [float(one) for one in values]
