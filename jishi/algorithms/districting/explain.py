"""Why a grid is out of tolerance, in a sentence for the person who has to approve it."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from jishi.algorithms.districting.counts import share_of
from jishi.algorithms.districting.measure import Measures, measure
from jishi.algorithms.districting.pieces import joined, parts
from jishi.algorithms.districting.problem import Ints, Problem

SPARSE_PER_KM2 = 50  # households; below it the distances, not the numbers, make the work of a grid


class Cause(Enum):
    """What keeps a grid from the standard."""

    NOBODY = "nobody"
    BIG_UNIT = "big unit"
    COLLECTIVE = "collective"
    SPARSE = "sparse"
    SMALL_PART = "small part"
    BETWEEN = "between"
    CROWDED = "crowded"
    COARSE = "coarse"


@dataclass(frozen=True, slots=True)
class Reason:
    """A grid outside of the tolerance and why; ``load`` in households."""

    grid: int
    cause: Cause
    load: float
    sentence: str


def explain(problem: Problem, grid: Ints, measures: Measures | None = None) -> list[Reason]:
    """One reason for each grid that is out of tolerance, in the order of the grids."""
    found = measure(problem, grid) if measures is None else measures
    part = parts(joined(problem).graph)
    reasons = []
    for place in np.flatnonzero(~found.within):
        ids = np.flatnonzero(grid == found.names[place])
        around = np.flatnonzero(part == part[ids[0]])
        cause, sentence = _cause(problem, ids, around, len(np.unique(grid[around])))
        reasons.append(Reason(int(found.names[place]), cause, float(found.load[place]), sentence))
    return reasons


def _cause(problem: Problem, ids: Ints, around: Ints, grids: int) -> tuple[Cause, str]:
    """``ids`` are the units of the grid, ``around`` those of its connected part, which has so many grids."""
    standard, load, units = problem.standard, problem.load, problem.units
    own, whole = load[ids], float(load[around].sum())
    total, biggest = float(own.sum()), int(ids[np.argmax(own)])
    asked = f"{standard.least:.0f}至{standard.most:.0f}户"
    if total == 0:
        return Cause.NOBODY, "这片没有住户，与别处也不相连，单独成格"
    if load[biggest] > standard.most:
        return _big(problem, biggest, asked)
    if grids == 1 and len(around) == len(ids):
        square = None if units.area is None else float(units.area[ids].sum()) / 1e6
        if total < standard.least and square and total / square < SPARSE_PER_KM2:
            return (
                Cause.SPARSE,
                f"地广人稀：{square:.1f}平方公里只有{total:.0f}户，与别处不相连或不属同一社区，单独成格",
            )
        if total < standard.least:
            return Cause.SMALL_PART, f"这片只有{total:.0f}户，与别处不相连或不属同一社区，达不到{asked}，单独成格"
    best = share_of(load[around], standard)
    if not best.possible:
        evenly = f"分成{best.number}格平均每格{best.target:.0f}户"
        return Cause.BETWEEN, f"所在片区共{whole:.0f}户，{evenly}，多一格少一格都达不到{asked}"
    if not share_of(load[around], standard, grids).possible:
        return Cause.CROWDED, f"所在片区共{whole:.0f}户、{grids}格，按标准应为{best.number}格，需增减网格"
    size = float(load[biggest])
    return (
        Cause.COARSE,
        f"单元不可拆分：本格{len(ids)}个单元共{total:.0f}户，最大的一个{size:.0f}户，与邻格调换后仍达不到{asked}",
    )


def _big(problem: Problem, unit: int, asked: str) -> tuple[Cause, str]:
    households = int(problem.units.households[unit])
    people = problem.units.people
    if people is not None and problem.load[unit] > households:
        count = f"第{unit + 1}个单元登记{households}户、{people[unit]:.0f}人"
        return Cause.COLLECTIVE, f"{count}，属集体居住，按人数折{problem.load[unit]:.0f}户，一个单元已超过{asked}"
    return Cause.BIG_UNIT, f"第{unit + 1}个单元有{households}户，一个单元已超过{asked}，不能再分"
