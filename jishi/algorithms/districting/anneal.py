"""The search over a whole part of the graph: in blocks that fit the processor's cache, then across their borders."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jishi.algorithms.districting.pieces import numbered
from jishi.algorithms.districting.problem import Floats, Graph, Ints
from jishi.algorithms.districting.seed import metis
from jishi.algorithms.districting.tables import Place, Prices, Rows

BLOCK_UNITS = 3_000  # about 1 MB with everything the search touches
# For each round the share of the moves and of the first temperature: the later ones mend what lies between blocks.
ROUNDS = ((0.65, 1.0), (0.35, 0.4))

Step = Callable[[float], None]  # told how many more units are done; fractions, as a unit is looked at in every round


@dataclass(frozen=True, slots=True)
class Ground:
    """The arrays the search works on, for one connected part."""

    graph: Graph
    load: Floats
    xy: Floats
    where: Ints  # scratch of Graph.take

    @classmethod
    def of(cls, graph: Graph, load: Floats, xy: Floats | None) -> "Ground":
        flat = np.zeros((len(graph), 2)) if xy is None else xy - xy.mean(axis=0)
        return cls(graph, load, flat, np.full(len(graph), -1, np.int64))


def improve(ground: Ground, grid: Ints, home: Ints, prices: Prices, *, effort: int, seed: int, step: Step) -> Ints:
    """The division after ``effort`` tried moves for each unit. Blocks are groups of whole grids; in every round they
    lie differently, so that each border between grids lies inside of a block at least once."""
    blocks = round(len(grid) / BLOCK_UNITS)
    if blocks <= 1:
        result = walk(ground, np.arange(len(grid)), grid, home, prices, effort, seed)
        step(len(grid))
        return result
    grid = grid.copy()
    block_of = np.zeros(grid.max() + 1, np.int64)
    for turn, (moves, heat) in enumerate(ROUNDS):
        turned = prices._replace(hot=prices.hot * heat)
        block_of = _blocks(ground.graph, grid, blocks, block_of, seed + turn)
        order = np.argsort(block_of[grid], kind="stable")
        ends = np.cumsum(np.bincount(block_of[grid], minlength=blocks))
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            if end > begin:
                ids = order[begin:end]
                grid[ids] = walk(ground, ids, grid[ids], home[ids], turned, round(effort * moves), seed + turn)
                step((end - begin) / len(ROUNDS))
    return grid


def walk(ground: Ground, ids: Ints, grid: Ints, home: Ints, prices: Prices, effort: int, seed: int) -> Ints:
    """The search among these units and their grids alone; everything else stays as it is."""
    from jishi.algorithms.districting.kernel import anneal

    graph = ground.graph.take(ids, ground.where)
    names, own = np.unique(grid, return_inverse=True)
    if len(names) < 2:
        return grid
    at_home = np.searchsorted(names, home)
    at_home[names[np.minimum(at_home, len(names) - 1)] != home] = -1
    own = own.astype(np.int32)
    rows = Rows(*(array.astype(np.int32) for array in (graph.starts, graph.neighbours, graph.weight)))
    place = Place(ground.load[ids], ground.xy[ids], at_home.astype(np.int32))
    anneal(own, rows, place, prices, len(names), effort * len(ids), seed)
    return names[own]


def between(graph: Graph, grid: Ints) -> Graph:
    """The graph of the grids: neighbours are grids with a common border, weights the number of pairs across it."""
    sources, neighbours = grid[graph.sources], grid[graph.neighbours]
    across = sources < neighbours
    pairs, counts = np.unique(np.c_[sources[across], neighbours[across]], axis=0, return_counts=True)
    return Graph.of_pairs(int(grid.max()) + 1, pairs, counts)


def _blocks(graph: Graph, grid: Ints, blocks: int, before: Ints, seed: int) -> Ints:
    """Grids grouped to blocks of about equally many units, those parted before rather together."""
    grids = between(graph, grid)
    parted = before[grids.sources] != before[grids.neighbours]
    weighted = Graph(grids.starts, grids.neighbours, grids.weight * np.where(parted, 20, 1))
    return numbered(metis(weighted, np.bincount(grid), blocks, seed=seed))
