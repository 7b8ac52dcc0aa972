"""How much must at least pass between neighbouring grids so that each comes within the tolerance."""

from dataclasses import dataclass

import numpy as np

from jishi.algorithms.districting.anneal import between
from jishi.algorithms.districting.problem import Floats, Graph, Ints


@dataclass(frozen=True, slots=True)
class Flow:
    """Load to pass from grid ``pairs[:, 0]`` to ``pairs[:, 1]``; ``total`` is the sum of all."""

    pairs: Ints
    amount: Floats
    total: float


def least_flow(graph: Graph, load: Floats, grid: Ints, least: float, most: float) -> Flow | None:
    """The smallest flow that brings every grid between ``least`` and ``most``; None if there is none.

    Loads are taken to be divisible, so no way to balance the grids moves less than this.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, vstack

    grids = between(graph, grid)
    pairs = np.c_[grids.sources, grids.neighbours]
    number, edges = len(grids), len(pairs)
    total = np.bincount(grid, load, number)
    if edges == 0:
        within = bool(((total >= least) & (total <= most)).all())
        return Flow(pairs, np.zeros(0), 0.0) if within else None
    column = np.arange(edges)
    signs = np.concatenate((-np.ones(edges), np.ones(edges)))
    gain = csr_matrix((signs, (np.concatenate(pairs.T), np.concatenate((column, column)))), shape=(number, edges))
    bounds = np.concatenate((most - total, total - least))
    found = linprog(np.ones(edges), A_ub=vstack((gain, -gain)), b_ub=bounds, bounds=(0, None), method="highs")
    if found.status != 0:
        return None
    return Flow(pairs, found.x, float(found.fun))
