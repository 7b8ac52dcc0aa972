"""What a division is worth, in figures that hold for any division, whoever drew it."""

from dataclasses import dataclass

import numpy as np

from jishi.algorithms.districting.pieces import joined, numbered, pieces
from jishi.algorithms.districting.problem import Floats, Ints, Problem
from jishi.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a division; arrays hold one value for each grid, in the order of ``names``.

    ``load`` is in households (see Problem.load); ``within`` says which grids keep the tolerance. ``compactness`` is
    Polsby–Popper, 1 for a circle, None without areas. ``violations`` counts the grids that lie in several pieces.
    """

    names: Ints
    units: Ints
    households: Ints
    people: Ints | None
    load: Floats
    within: np.ndarray
    pieces: Ints
    compactness: Floats | None
    cut_weight: int
    compounds: int
    compounds_split: int

    @property
    def violations(self) -> int:
        return int((self.pieces > 1).sum())

    @property
    def within_pct(self) -> float:
        return 100 * float(self.within.mean())

    @property
    def split_pct(self) -> float:
        """How many of the compounds no bigger than a grid may be are cut apart."""
        return 100 * self.compounds_split / self.compounds if self.compounds else 0.0

    @property
    def mean_compactness(self) -> float | None:
        return None if self.compactness is None else float(self.compactness.mean())


def measure(problem: Problem, grid: Ints) -> Measures:
    """The figures of a division given as the grid of each unit. Raises Invalid if a unit has none."""
    checked(problem, grid)
    problem = joined(problem)
    names, own = np.unique(grid, return_inverse=True)
    number = len(names)
    graph, units = problem.graph, problem.units
    load = np.bincount(own, problem.load, number).astype(np.float64)
    cut = own[graph.sources] != own[graph.neighbours]
    piece = pieces(graph, own)
    first = np.unique(piece, return_index=True)[1]
    compounds, split = _compounds(problem, own)
    standard = problem.standard
    return Measures(
        names=names,
        units=np.bincount(own, minlength=number),
        households=np.bincount(own, units.households, number).astype(np.int64),
        people=None if units.people is None else np.bincount(own, units.people, number).astype(np.int64),
        load=load,
        within=(load >= standard.least - 1e-9) & (load <= standard.most + 1e-9),
        pieces=np.bincount(own[first], minlength=number),
        compactness=_polsby_popper(problem, own, number, cut),
        cut_weight=int(graph.weight[cut].sum() // 2),
        compounds=compounds,
        compounds_split=split,
    )


def checked(problem: Problem, grid: Ints) -> None:
    if len(grid) != len(problem):
        raise Invalid(f"划分说的是 {len(grid)} 个单元，实有 {len(problem)} 个")
    missing = np.flatnonzero(grid < 0)
    if len(missing):
        raise Invalid(f"第 {missing[0] + 1} 个单元不属于任何网格")


def _polsby_popper(problem: Problem, own: Ints, number: int, cut: np.ndarray) -> Floats | None:
    units, graph = problem.units, problem.graph
    if units.area is None or units.outer is None or graph.border is None:
        return None
    around = np.bincount(own, units.outer, number)
    around += np.bincount(own[graph.sources[cut]], graph.border[cut], number)
    area = np.bincount(own, units.area, number)
    return 4 * np.pi * area / np.maximum(around, 1e-9) ** 2


def _compounds(problem: Problem, own: Ints) -> tuple[int, int]:
    """How many compounds are small enough for one grid, and how many of those lie in several."""
    given = problem.units.compound
    if given is None or not (given >= 0).any():
        return 0, 0
    known = given >= 0
    compound = numbered(given[known])
    load = np.bincount(compound, problem.load[known])
    apart = np.unique(np.c_[compound, own[known]], axis=0)
    grids = np.bincount(apart[:, 0], minlength=len(load))
    small = (load > 0) & (load <= problem.standard.most)
    return int(small.sum()), int((small & (grids > 1)).sum())
