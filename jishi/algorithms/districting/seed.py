"""A first division: METIS cuts along weak edges, and what it leaves in pieces is given to a neighbour."""

import numpy as np

from jishi.algorithms.districting.pieces import numbered, pieces
from jishi.algorithms.districting.problem import Floats, Graph, Ints

SLACK = 100  # METIS may miss the balance by a tenth: it then follows compounds better, and the search balances


def first_division(graph: Graph, load: Floats, number: int, seed: int) -> Ints:
    """Grids in one piece each, about ``number`` of them and roughly balanced."""
    if number <= 1:
        return np.zeros(len(graph), np.int64)
    if number >= len(graph):
        return np.arange(len(graph), dtype=np.int64)
    whole = np.rint(load).astype(np.int64)
    return in_one_piece(graph, load, metis(graph, whole, number, seed=seed), number)


def metis(graph: Graph, load: Ints, number: int, *, seed: int, slack: int = SLACK, contiguous: bool = False) -> Ints:
    """METIS k-way: the part of each unit. ``slack`` is its ufactor, in thousandths."""
    import pymetis

    adjacency = pymetis.CSRAdjacency(graph.starts.astype(np.int32), graph.neighbours.astype(np.int32))
    options = pymetis.Options(ufactor=slack, seed=seed, contig=contiguous)
    _, found = pymetis.part_graph(
        number,
        adjacency=adjacency,
        vweights=load.tolist(),
        eweights=graph.weight.tolist(),
        recursive=False,
        options=options,
    )
    return np.asarray(found, np.int64)


def in_one_piece(graph: Graph, load: Floats, grid: Ints, number: int) -> Ints:
    """Every grid keeps its piece with the most load; the others go to the neighbour they are tied to most.

    If METIS left grids empty, the heaviest pieces become grids until there are ``number``.
    """
    piece = pieces(graph, grid)
    owner = grid[np.unique(piece, return_index=True)[1]]
    heaviest_first = np.argsort(-np.bincount(piece, load), kind="stable")
    main = np.unique(owner[heaviest_first], return_index=True)[1]
    spare = np.delete(heaviest_first, main)[: max(0, number - len(main))]
    kept = np.concatenate((heaviest_first[main], spare))
    return numbered(give_away(graph, piece, np.sort(kept)))


def give_away(graph: Graph, piece: Ints, kept: Ints) -> Ints:
    """Every piece that is not kept joins, step by step, the kept one it is tied to most; pieces are numbers from 0."""
    goal = np.full(piece.max() + 1, -1, np.int64)
    goal[kept] = kept
    sources, neighbours = piece[graph.sources], piece[graph.neighbours]
    between = sources != neighbours
    sources, neighbours, weight = sources[between], neighbours[between], graph.weight[between]
    while (goal < 0).any():
        ready = (goal[sources] < 0) & (goal[neighbours] >= 0)
        if not ready.any():
            break
        ties, inverse = np.unique(np.c_[sources[ready], goal[neighbours[ready]]], axis=0, return_inverse=True)
        strength = np.bincount(inverse.ravel(), weight[ready])
        order = np.argsort(strength, kind="stable")
        goal[ties[order, 0]] = ties[order, 1]
    goal = np.where(goal < 0, np.arange(len(goal)), goal)
    return goal[piece]
