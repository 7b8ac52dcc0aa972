"""The other ways to cut a town into grids, each as its makers advise; optional, for comparison only."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from jishi.algorithms.districting import Measures, Problem, measure
from jishi.algorithms.districting.seed import metis

METIS_SLACKS = (60, 80, 100)  # ufactor: 100 is what ±10 % asks for, less holds the balance at more cuts
METIS_KEEPS_PCT = 99.0


def metis_runs(problem: Problem, number: int, seeds: int, slacks: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Contiguous k-way divisions, one for each seed and slack; those METIS gives up are left out."""
    for slack in slacks:
        for seed in range(1, seeds + 1):
            try:
                yield metis(problem.graph, problem.units.households, number, seed=seed, slack=slack, contiguous=True)
            except RuntimeError:
                continue


def best_metis(problem: Problem, runs: Iterator[np.ndarray]) -> tuple[np.ndarray, Measures]:
    """The run that cuts least of those that keep 99 % of the grids within the tolerance; of all, if none does."""
    found = [(grid, measure(problem, grid)) for grid in runs]
    return min(found, key=lambda one: (one[1].within_pct < METIS_KEEPS_PCT, one[1].cut_weight))


def missing(name: str) -> str | None:
    """Why a peer cannot be measured; None if it can."""
    return None if find_spec(name) else f"{name} is not installed (pip install '.[bench]')"


def gerrychain(problem: Problem, number: int, seed: int) -> np.ndarray:
    """GerryChain's recursive_tree_part with the tolerance as epsilon."""
    import random

    from gerrychain.partition import recursive_tree_part

    random.seed(seed)
    graph = _networkx(problem)
    ideal = float(problem.units.households.sum()) / number
    flat = recursive_tree_part(graph, range(number), ideal, "households", problem.standard.tolerance)
    return np.array([flat[unit] for unit in range(len(problem))])


def spopt(problem: Problem, number: int, seed: int) -> np.ndarray:
    """spopt's max-p heuristic: as many regions as reach the standard, alike in place."""
    import geopandas
    from libpysal.weights import W
    from shapely import points
    from spopt.region import MaxPHeuristic

    np.random.seed(seed)  # spopt draws from the global generator
    units, graph = problem.units, problem.graph
    rows = np.split(graph.neighbours, graph.starts[1:-1])
    xy = units.xy if units.xy is not None else np.zeros((len(problem), 2))
    frame = geopandas.GeoDataFrame(
        {"households": units.households, "x": xy[:, 0], "y": xy[:, 1]}, geometry=list(points(xy))
    )
    weights = W({unit: row.tolist() for unit, row in enumerate(rows)}, silence_warnings=True)
    floor = problem.standard.households
    model = MaxPHeuristic(
        frame, weights, ["x", "y"], "households", floor, top_n=2, max_iterations_construction=5, max_iterations_sa=1
    )
    model.solve()
    return np.asarray(model.labels_, np.int64)


def _networkx(problem: Problem) -> Any:
    """The graph as GerryChain takes it, with the households of every unit."""
    import networkx
    from gerrychain import Graph

    plain = networkx.Graph()
    plain.add_nodes_from((unit, {"households": int(n)}) for unit, n in enumerate(problem.units.households))
    graph = problem.graph
    plain.add_edges_from(zip(graph.sources.tolist(), graph.neighbours.tolist(), strict=True))
    return Graph.from_networkx(plain)


SLOW_PEERS: dict[str, Callable[[Problem, int, int], np.ndarray]] = {"gerrychain": gerrychain, "spopt": spopt}
