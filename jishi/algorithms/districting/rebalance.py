"""Balance a present division again so that few households get another grid worker, and say who moves."""

from dataclasses import dataclass

import numpy as np

from jishi.algorithms.districting.anneal import Ground, Step, improve
from jishi.algorithms.districting.counts import Share, share_of
from jishi.algorithms.districting.draw import EFFORT, Plan, excess, prices_for, settled
from jishi.algorithms.districting.flow import least_flow
from jishi.algorithms.districting.measure import checked
from jishi.algorithms.districting.pieces import joined, parts, pieces
from jishi.algorithms.districting.problem import Floats, Graph, Ints, Problem, Units
from jishi.algorithms.districting.seed import first_division, give_away
from jishi.algorithms.districting.tables import Place, Rows

FLOW_ROUNDS = 12
AWAY = 0.15  # price of a household that moves, in mean edge weights


@dataclass(frozen=True, slots=True)
class Moves:
    """The units that change their grid, and from which to which; −1: had none before."""

    units: Ints
    before: Ints
    after: Ints
    households: int


@dataclass(frozen=True, slots=True)
class Rebalanced(Plan):
    """A division with the names of the present one, and the list of what moves."""

    moves: Moves


def rebalance(
    problem: Problem,
    present: Ints,
    *,
    seed: int = 1,
    effort: int = EFFORT,
    away: float = AWAY,
    step: Step = lambda units: None,
) -> Rebalanced:
    """Bring every grid of ``present`` (the grid of each unit; negative: none yet) within the tolerance.

    Grids keep their number; one in several pieces keeps the heaviest. A grid is added or given up only where the mean
    would leave the tolerance; new ones are numbered on. ``away`` is the price of a household that moves, in mean edge
    weights: the lower, the more may move for a better shape.
    """
    checked(problem, np.maximum(present, 0))
    tied = joined(problem)
    load = tied.load
    part = parts(tied.graph)
    order = np.argsort(part, kind="stable")
    where = np.full(len(tied), -1, np.int64)
    result = np.empty(len(tied), np.int64)
    kept = _main_pieces(tied, present)
    fresh = int(max(present.max(), -1)) + 1
    for ids in np.split(order, np.cumsum(np.bincount(part))[:-1]):
        graph, units = tied.graph.take(ids, where), tied.units.take(ids)
        names, home = np.unique(kept[ids], return_inverse=True)
        home = home - int(names[0] < 0)
        names = names[names >= 0]
        share, grid, home, names = _started(graph, load[ids], home, names, tied, seed)
        found = _balanced(graph, units, load[ids], grid, home, share, seed, effort, away, step)
        added = np.arange(fresh, fresh + max(0, share.number - len(names)))
        fresh += len(added)
        result[ids] = np.concatenate((names, added))[found]
    return Rebalanced(problem, result, moves_between(problem, present, result))


def moves_between(problem: Problem, present: Ints, new: Ints) -> Moves:
    """What moves from one division to another; a unit that had no grid is listed, but its households do not count."""
    moved = np.flatnonzero(present != new)
    households = int(problem.units.households[moved[present[moved] >= 0]].sum())
    return Moves(moved, present[moved], new[moved], households)


def _main_pieces(problem: Problem, present: Ints) -> Ints:
    """The present grid of each unit in the heaviest piece of its grid; −1 elsewhere."""
    piece = pieces(problem.graph, present)
    load, size = np.bincount(piece, problem.load), np.bincount(piece)
    first = np.unique(piece, return_index=True)[1]
    owner = present[first]
    order = np.lexsort((first, -size, -load, owner))
    main = np.zeros(len(load), bool)
    main[order[np.unique(owner[order], return_index=True)[1]]] = True
    return np.where(main[piece] & (present >= 0), present, -1)


def _started(
    graph: Graph, load: Floats, home: Ints, names: Ints, problem: Problem, seed: int
) -> tuple[Share, Ints, Ints, Ints]:
    """As many grids as the part should have, each in one piece: share, grids, homes and the names of the grids kept.

    The grids kept come first, in their order; a grid given up is nobody's home any more.
    """
    share = share_of(load, problem.standard, len(names) or None)
    if len(names) and not share.possible:
        share = share_of(load, problem.standard)
    grid = _filled(graph, home, len(names))
    while len(names) > share.number:
        lightest = int(np.argmin(np.bincount(grid, load)))
        home, grid = _without(home, lightest), _without(grid, lightest)
        names = np.delete(names, lightest)
        grid = _filled(graph, grid, len(names))
    while grid.max() + 1 < share.number:
        grid = _halved(graph, load, grid, seed)
    return share, grid, home, names


def _without(grid: Ints, given_up: int) -> Ints:
    """The same with one grid less: its units have none, those behind it move up."""
    return np.where(grid == given_up, -1, grid - (grid > given_up))


def _filled(graph: Graph, home: Ints, number: int) -> Ints:
    """Units without a grid join the one they are tied to most; without any grid they are one together."""
    if number == 0:
        return np.zeros(len(home), np.int64)
    if (home >= 0).all():
        return home.copy()
    loose = number + pieces(graph, home)
    piece = np.where(home >= 0, home, loose)
    piece = np.unique(piece, return_inverse=True)[1]
    return give_away(graph, piece, np.arange(number))


def _halved(graph: Graph, load: Floats, grid: Ints, seed: int) -> Ints:
    """The heaviest grid with several units in two; the half with less load becomes the new grid."""
    size, total = np.bincount(grid), np.bincount(grid, load)
    heaviest = int(np.argmax(np.where(size > 1, total, -1)))
    ids = np.flatnonzero(grid == heaviest)
    inside = graph.take(ids, np.full(len(grid), -1, np.int64))
    half = first_division(inside, load[ids], 2, seed)
    if half.max() == 0:  # one unit outweighs all others, and METIS parts nothing
        half[farthest(inside, int(np.argmax(load[ids])))] = 1
    less = int(np.argmin(np.bincount(half, load[ids])))
    grid = grid.copy()
    grid[ids[half == less]] = grid.max() + 1
    return grid


def farthest(graph: Graph, start: int) -> int:
    """The unit of a connected graph that is most steps away: without it the others still lie in one piece."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    matrix = csr_array((graph.weight, graph.neighbours, graph.starts), shape=(len(graph), len(graph)))
    return int(breadth_first_order(matrix, start, directed=False, return_predecessors=False)[-1])


def _balanced(
    graph: Graph,
    units: Units,
    load: Floats,
    grid: Ints,
    home: Ints,
    share: Share,
    seed: int,
    effort: int,
    away: float,
    step: Step,
) -> Ints:
    """Along the least flow first; then a search in which moving a household costs; then one that brings back home
    whoever need not have moved."""
    if share.number == 1:
        step(len(units))
        return grid
    ground = Ground.of(graph, share.weighed(load), units.xy)
    if excess(ground, grid, share)[1] == 0:
        step(len(units))
        return grid
    unit = float(graph.weight.mean())
    prices = prices_for(graph, units, share)._replace(balance=0.0, away=away * unit, hot=2.2 * unit, cold=0.01 * unit)
    prices = prices._replace(lenient=600 * unit)
    grid = flowed(ground, grid, home, share)
    grid = improve(ground, grid, home, prices, effort=effort, seed=seed, step=step)
    grid = settled(ground, grid, home, prices, share, effort, seed)
    homeward = prices._replace(lenient=3 * prices.strict, strict=10 * prices.strict, away=2 * prices.away, hot=unit)
    tried = improve(ground, grid, home, homeward, effort=effort, seed=seed + 1, step=lambda units: None)
    return tried if excess(ground, tried, share) <= excess(ground, grid, share) else grid


def flowed(ground: Ground, grid: Ints, home: Ints, share: Share) -> Ints:
    """Units moved along the least flow, border by border, again until nothing is out of tolerance or nothing moves."""
    from jishi.algorithms.districting.kernel import shift

    graph = ground.graph
    rows = Rows(*(array.astype(np.int32) for array in (graph.starts, graph.neighbours, graph.weight)))
    place = Place(ground.load, ground.xy, home.astype(np.int32))
    unit = float(graph.weight.mean())
    now = grid.astype(np.int32)
    for turn in range(FLOW_ROUNDS):
        margin = min(0.2, 0.05 + 0.02 * turn) * (share.most - share.least) / 2
        flow = least_flow(graph, ground.load, now.astype(np.int64), share.least + margin, share.most - margin)
        if flow is None or flow.total < 1:
            break
        order = np.argsort(now, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(now, minlength=len(graph) + 1))))
        moved = 0.0
        for edge in np.argsort(-flow.amount, kind="stable"):
            if flow.amount[edge] < 1:
                break
            source, target = flow.pairs[edge]
            members = order[starts[source] : starts[source + 1]]
            moved += shift(now, rows, place, members, source, target, flow.amount[edge], unit)
        if moved == 0:
            break
    return now.astype(np.int64)
