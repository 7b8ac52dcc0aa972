"""Which units hang together: parts of the graph, pieces of a grid."""

import numpy as np

from jishi.algorithms.districting.problem import Graph, Ints, Problem


def parts(graph: Graph) -> Ints:
    """The connected part each unit lies in, numbered from 0 by the first unit of each."""
    return _connected(graph, np.ones(len(graph.neighbours), bool))


def pieces(graph: Graph, grid: Ints) -> Ints:
    """The connected piece of its grid each unit lies in; a grid in two pieces gives two numbers."""
    return _connected(graph, grid[graph.sources] == grid[graph.neighbours])


def _connected(graph: Graph, entries: np.ndarray) -> Ints:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    kept = graph.keep(entries)
    number = len(graph)
    ones = np.ones(len(kept.neighbours), np.int8)
    matrix = csr_matrix((ones, kept.neighbours, kept.starts), shape=(number, number))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def numbered(grid: Ints) -> Ints:
    """The same division with its grids numbered 0, 1, 2 … in the order of their first unit."""
    _, first, inverse = np.unique(grid, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def joined(problem: Problem) -> Problem:
    """The problem with every part in which nobody lives tied to the nearest unit of another part, where there is one.

    A park or a lake island without households is no grid of its own; it goes with the grid it is nearest to.
    """
    part = parts(problem.graph)
    inhabited = np.bincount(part, problem.load) > 0
    if inhabited.all() or not inhabited.any():
        return problem
    ties = [_nearest(problem, np.flatnonzero(part == one), inhabited[part]) for one in np.flatnonzero(~inhabited)]
    return _tied(problem, np.array(ties, np.int64))


def _nearest(problem: Problem, empty: Ints, inhabited: np.ndarray) -> tuple[int, int]:
    """One unit of the empty part and one that is inhabited, as near to each other as the positions tell."""
    others = np.flatnonzero(inhabited)
    xy = problem.units.xy
    if xy is None:
        return int(empty[0]), int(others[np.argmin(np.abs(others - empty[0]))])
    from scipy.spatial import KDTree

    distance, found = KDTree(xy[others]).query(xy[empty])
    nearest = int(np.argmin(distance))
    return int(empty[nearest]), int(others[found[nearest]])


def _tied(problem: Problem, ties: Ints) -> Problem:
    graph = problem.graph
    once = graph.sources < graph.neighbours
    pairs = np.concatenate((np.c_[graph.sources[once], graph.neighbours[once]], ties))
    weight = np.concatenate((graph.weight[once], np.ones(len(ties), np.int64)))
    border = None if graph.border is None else np.concatenate((graph.border[once], np.zeros(len(ties))))
    return Problem(problem.units, Graph.of_pairs(len(graph), pairs, weight, border), problem.standard)
