"""Draw grids afresh: a first division by METIS, then a search by annealing, then a second look at what is outside."""

from dataclasses import dataclass

import numpy as np

from jishi.algorithms.districting.anneal import Ground, Step, between, improve, walk
from jishi.algorithms.districting.counts import Share, share_of
from jishi.algorithms.districting.pieces import joined, numbered, parts
from jishi.algorithms.districting.problem import Floats, Graph, Ints, Problem, Units
from jishi.algorithms.districting.seed import first_division
from jishi.algorithms.districting.tables import Prices

EFFORT = 1_500
MARGIN = 0.03  # of the tolerance: the search aims a little inside of it, because units are whole
SECOND_LOOKS = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """A division: the grid of each unit, numbered from 0 by the first unit of each."""

    problem: Problem
    grid: Ints


def draw(problem: Problem, *, seed: int = 1, effort: int = EFFORT, step: Step = lambda units: None) -> Plan:
    """Grids of about the standard, each in one piece, cutting as little as possible of what belongs together.

    The same problem, seed and effort (tried moves for each unit) give the same grids. ``step`` is told now and then
    how many more units are done.
    """
    tied = joined(problem)
    part = parts(tied.graph)
    order = np.argsort(part, kind="stable")
    where = np.full(len(tied), -1, np.int64)
    load = tied.load
    grid = np.empty(len(tied), np.int64)
    after = 0
    for ids in np.split(order, np.cumsum(np.bincount(part))[:-1]):
        share = share_of(load[ids], tied.standard)
        if share.number == 1:
            grid[ids] = after
            step(len(ids))
        else:
            graph, units = tied.graph.take(ids, where), tied.units.take(ids)
            grid[ids] = after + _drawn(graph, units, load[ids], share, seed, effort, step)
        after = int(grid[ids].max()) + 1
    return Plan(problem, numbered(grid))


def _drawn(graph: Graph, units: Units, load: Floats, share: Share, seed: int, effort: int, step: Step) -> Ints:
    """The grids of one connected part."""
    weighed = share.weighed(load)
    grid = first_division(graph, weighed, share.number, seed)
    ground = Ground.of(graph, weighed, units.xy)
    prices = prices_for(graph, units, share)
    grid = improve(ground, grid, grid, prices, effort=effort, seed=seed, step=step)
    return settled(ground, grid, grid, prices, share, effort, seed)


def prices_for(graph: Graph, units: Units, share: Share) -> Prices:
    """Prices measured in the mean edge weight, so that they fit any scale of weights."""
    unit = float(graph.weight.mean())
    margin = MARGIN * (share.most - share.least) / 2
    return Prices(
        target=share.target,
        least=share.least + margin,
        most=share.most - margin,
        balance=9 * unit,
        lenient=100 * unit,
        strict=3_000 * unit,
        spread=0.27 * unit / ground_per_grid(units, share.number),
        away=0.0,
        hot=1.0 * unit,
        cold=0.1 * unit,
    )


def ground_per_grid(units: Units, number: int) -> float:
    """Square metres for each grid, from areas or else from the positions; infinite without either."""
    if units.xy is None:
        return float("inf")
    total = float(np.prod(np.ptp(units.xy, axis=0))) if units.area is None else float(units.area.sum())
    return total / number if total > 0 else float("inf")


def settled(ground: Ground, grid: Ints, home: Ints, prices: Prices, share: Share, effort: int, seed: int) -> Ints:
    """Grids still out of tolerance are looked at again together with those around them, with a higher price on it."""
    for look in range(SECOND_LOOKS):
        outside = _outside(ground, grid, share)
        if not outside.any():
            break
        grids = between(ground.graph, grid)
        done = np.zeros(len(outside), bool)
        for one in np.flatnonzero(outside):
            if done[one]:
                continue
            around = reach(grids, int(one), steps=2 + look // 2)
            done |= around
            ids = np.flatnonzero(around[grid])
            strict, hot = prices.strict * (1 << look), prices.hot * (0.3 + 0.2 * look)
            away = prices.away * 0.7**look
            stricter = prices._replace(lenient=prices.lenient, strict=strict, hot=hot, away=away)
            tried = grid.copy()
            tried[ids] = walk(ground, ids, grid[ids], home[ids], stricter, 2 * effort, seed + 101 * (look + 1))
            if excess(ground, tried, share) < excess(ground, grid, share):
                grid = tried
    return grid


def reach(grids: Graph, start: int, steps: int) -> np.ndarray:
    """Which grids lie at most so many borders away from one."""
    found = np.zeros(len(grids), bool)
    found[start] = True
    sources = grids.sources
    for _ in range(steps):
        found[grids.neighbours[found[sources]]] = True
    return found


def _outside(ground: Ground, grid: Ints, share: Share) -> np.ndarray:
    load = np.bincount(grid, ground.load)
    return (load < share.least - 1e-9) | (load > share.most + 1e-9)


def excess(ground: Ground, grid: Ints, share: Share) -> tuple[float, int]:
    load = np.bincount(grid, ground.load)
    missed = np.maximum(share.least - load, 0) + np.maximum(load - share.most, 0)
    return round(float(missed.sum()), 6), int((missed > 1e-9).sum())
