"""What is to be cut: units with households and people, and the graph that says which units lie side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.kernel.errors import Invalid

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PEOPLE_PER_HOUSEHOLD_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Standard:
    """How big a grid should be; the share of the standard by which it may miss it (0.1 is ±10 %)."""

    households: float = 400
    people: float = 1200
    tolerance: float = 0.10

    def __post_init__(self) -> None:
        if not (0 < self.households < float("inf") and 0 < self.people < float("inf")):
            raise Invalid("网格标准须是大于 0 的户数和人数")
        if not 0 < self.tolerance < 1:
            raise Invalid("容许偏差须大于 0、小于 100%")

    @property
    def least(self) -> float:
        return self.households * (1 - self.tolerance)

    @property
    def most(self) -> float:
        return self.households * (1 + self.tolerance)


@dataclass(frozen=True, slots=True)
class Units:
    """Entrances, farmhouses or census blocks, one value of each array for each unit.

    ``compound`` numbers the compound a unit belongs to (negative: none). ``xy`` (n × 2) and ``area`` (m²) serve
    compactness; ``outer`` is the length of a unit's border that no other unit shares (m).
    """

    households: Ints
    people: Ints | None = None
    compound: Ints | None = None
    xy: Floats | None = None
    area: Floats | None = None
    outer: Floats | None = None

    def __post_init__(self) -> None:
        number = len(self.households)
        if number == 0:
            raise Invalid("没有任何单元，无法划分网格")
        for name, values in (("户数", self.households), ("人数", self.people), ("面积", self.area)):
            if values is not None:
                _counts(name, values, number)
        for name, values in (("小区", self.compound), ("坐标", self.xy), ("外边界", self.outer)):
            if values is not None and len(values) != number:
                raise Invalid(f"{name}有 {len(values)} 个，单元有 {number} 个，两者须一一对应")
        if self.xy is not None and not np.isfinite(self.xy).all():
            raise Invalid("有单元的坐标不是有限的数")

    def __len__(self) -> int:
        return len(self.households)

    def take(self, ids: Ints) -> "Units":
        """Only these units, in this order."""
        return Units(
            self.households[ids],
            _rows(self.people, ids),
            _rows(self.compound, ids),
            _rows(self.xy, ids),
            _rows(self.area, ids),
            _rows(self.outer, ids),
        )


def _rows(values: Any, ids: Ints) -> Any:
    return None if values is None else values[ids]


def _counts(name: str, values: Sequence[float] | Ints | Floats, number: int) -> None:
    array = np.asarray(values)
    if len(array) != number:
        raise Invalid(f"{name}有 {len(array)} 个，单元有 {number} 个，两者须一一对应")
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if len(bad):
        raise Invalid(f"第 {bad[0] + 1} 个单元的{name}不是 0 或正数")


@dataclass(frozen=True, slots=True)
class Graph:
    """Neighbours in compressed rows: those of unit i are ``neighbours[starts[i]:starts[i + 1]]``, each pair both ways.

    ``weight`` (whole numbers, at least 1) says how much two neighbours belong together: cutting between them costs it.
    ``border`` is the length of the border they share (m).
    """

    starts: Ints
    neighbours: Ints
    weight: Ints
    border: Floats | None = None

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sources(self) -> Ints:
        """The unit each entry of ``neighbours`` is a neighbour of."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @classmethod
    def of_pairs(cls, number: int, pairs: Ints, weight: Ints | None = None, border: Floats | None = None) -> "Graph":
        """From pairs (m × 2) of units that lie side by side; a pair named twice counts once, a unit beside itself not.

        Raises Invalid for a unit that does not exist and for a weight below 1.
        """
        pairs = np.asarray(pairs, np.int64).reshape(-1, 2)
        weight = np.ones(len(pairs), np.int64) if weight is None else np.asarray(weight, np.int64)
        if len(pairs) and (pairs.min() < 0 or pairs.max() >= number):
            raise Invalid("相邻关系里有不存在的单元")
        if len(weight) != len(pairs) or (border is not None and len(border) != len(pairs)):
            raise Invalid("每一对相邻单元须恰有一个权重")
        if len(weight) and weight.min() < 1:
            raise Invalid("相邻关系的权重须是正整数")
        low, high = pairs.min(axis=1, initial=number), pairs.max(axis=1, initial=-1)
        _, first = np.unique(low * number + high, return_index=True)
        first = first[low[first] != high[first]]
        low, high, weight = low[first], high[first], weight[first]
        source, target = np.concatenate((low, high)), np.concatenate((high, low))
        order = np.lexsort((target, source))
        starts = np.concatenate(([0], np.cumsum(np.bincount(source, minlength=number)))).astype(np.int64)
        both = np.concatenate((weight, weight))[order]
        shared = None if border is None else np.concatenate((border[first], border[first]))[order]
        return cls(starts, target[order], both, shared)

    def keep(self, entries: NDArray[np.bool_]) -> "Graph":
        """Only some entries of ``neighbours``; the mask must hold for both directions of a pair."""
        counts = np.bincount(self.sources[entries], minlength=len(self))
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        border = None if self.border is None else self.border[entries]
        return Graph(starts, self.neighbours[entries], self.weight[entries], border)

    def within(self, area: Ints) -> "Graph":
        """Without the pairs that lie in different areas: what is drawn on it never crosses a community line."""
        return self.keep(area[self.sources] == area[self.neighbours])

    def take(self, ids: Ints, where: Ints) -> "Graph":
        """The part of the graph among these units, renumbered in this order. ``where`` is n times −1 and stays so."""
        where[ids] = np.arange(len(ids))
        counts = self.starts[ids + 1] - self.starts[ids]
        ends = np.cumsum(counts)
        entries = np.arange(ends[-1]) + np.repeat(self.starts[ids] - (ends - counts), counts)
        target = where[self.neighbours[entries]]
        source = np.repeat(np.arange(len(ids)), counts)
        where[ids] = -1
        inside = target >= 0
        starts = np.concatenate(([0], np.cumsum(np.bincount(source[inside], minlength=len(ids))))).astype(np.int64)
        border = None if self.border is None else self.border[entries][inside]
        return Graph(starts, target[inside], self.weight[entries][inside], border)


@dataclass(frozen=True, slots=True)
class Problem:
    """Units, their graph and the standard. Raises Invalid where the graph does not fit the units."""

    units: Units
    graph: Graph
    standard: Standard = Standard()

    def __post_init__(self) -> None:
        number, graph = len(self.units), self.graph
        if len(graph) != number:
            raise Invalid(f"相邻关系说的是 {len(graph)} 个单元，实有 {number} 个")
        if len(graph.neighbours) and (graph.neighbours.min() < 0 or graph.neighbours.max() >= number):
            raise Invalid("相邻关系里有不存在的单元")

    def __len__(self) -> int:
        return len(self.units)

    @property
    def load(self) -> Floats:
        """What each unit weighs, in households.

        Where far more people live than households are counted (a dormitory of 2,000 people and no household) the people
        count, as many to a household as the standard has.
        """
        households = self.units.households.astype(np.float64)
        people = self.units.people
        if people is None:
            return households
        collective = people > PEOPLE_PER_HOUSEHOLD_AT_MOST * households
        return np.where(collective, people * (self.standard.households / self.standard.people), households)

    def within(self, area: Ints) -> "Problem":
        """The same with no grid crossing from one area to another."""
        return replace(self, graph=self.graph.within(area))
