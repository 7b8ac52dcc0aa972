"""Suite `districting`: grids of made-up towns beside METIS, GerryChain and spopt, and what a new balance moves."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from jishi.algorithms.districting import Measures, Problem, draw, rebalance
from jishi.algorithms.districting import measure as figures_of
from jishi.algorithms.districting.flow import least_flow
from jishi.cli.bench.bars import at_least, at_most
from jishi.cli.bench.figures import Figure, Note, Outcome, Skip
from jishi.cli.bench.peers import METIS_SLACKS, SLOW_PEERS, best_metis, metis_runs, missing
from jishi.cli.bench.town import town

SUITE = "districting"
SIZES = {"5k": 5_000, "50k": 50_000, "300k": 300_000}
QUICK, PEERS_UP_TO, AFRESH_UP_TO, ALL_SLACKS_UP_TO = 5_000, 5_000, 50_000, 50_000
CPU_S = {"5k": 2.0, "50k": 25.0, "300k": 120.0}
CUT, SPLIT, MOVED = 0.95, 0.60, 2.0  # of METIS's weight, of METIS's share of compounds, times the least flow
SEEDS = 10
METIS_IS = "METIS k-way contiguous, best of {runs}"
# metric -> unit, higher is better
METRICS = {
    "cut_weight": ("", False),
    "within_10pct": ("%", True),
    "split_pct": ("%", False),
    "compactness": ("", True),
    "violations": ("", False),
    "cpu_s": ("s", False),
}


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    yield _warmed_up()
    for size, units in SIZES.items():
        if quick and units > QUICK:
            yield Skip(SUITE, size, "not with --quick")
            continue
        problem = town(units, seed)
        number = round(problem.units.households.sum() / problem.standard.households)
        yield Note(SUITE, size, f"{problem.units.households.sum():,} households, {number:,} grids")
        began = time.process_time()
        ours = draw(problem).grid
        yield from _beside_metis(problem, number, size, ours, time.process_time() - began)
        yield from _slow_peers(problem, number, size, quick, seed)
        yield from _after_a_shock(problem, ours, size, seed)


def _warmed_up() -> Outcome:
    """Compile on a small town, so that the first figure does not carry it; it is said instead."""
    began = time.process_time()
    small = town(600, 0)
    grid = draw(small, effort=20).grid
    rebalance(shocked(small, 0), grid, effort=20)
    spent = time.process_time() - began
    return Note(SUITE, "warm-up", f"{spent:.1f} s of processor time to load or compile the loops, not in the figures")


def _values(measured: Measures, cpu: float) -> dict[str, float]:
    return {
        "cut_weight": measured.cut_weight,
        "within_10pct": measured.within_pct,
        "split_pct": measured.split_pct,
        "compactness": measured.mean_compactness or 0.0,
        "violations": measured.violations,
        "cpu_s": cpu,
    }


def _figures(
    case: str, values: dict[str, float], floors: dict[str, float] | None = None, what: str = ""
) -> Iterator[Figure]:
    for metric, value in values.items():
        unit, higher = METRICS[metric]
        floor = floors[metric] if floors else None
        yield Figure(SUITE, metric, case, value, unit, higher, floor, what if floors else "")


def _beside_metis(problem: Problem, number: int, size: str, ours: np.ndarray, cpu: float) -> Iterator[Outcome]:
    slacks = METIS_SLACKS if len(problem) <= ALL_SLACKS_UP_TO else METIS_SLACKS[-1:]
    began = time.process_time()
    runs = list(metis_runs(problem, number, SEEDS, slacks))
    spent = (time.process_time() - began) / max(len(runs), 1)
    _, best = best_metis(problem, iter(runs))
    theirs = _values(best, spent)
    what = METIS_IS.format(runs=f"{len(runs)} runs")
    mine = _values(figures_of(problem, ours), cpu)
    yield from _figures(f"{size} ours", mine, theirs, what)
    yield from _figures(f"{size} metis", theirs)
    yield from _bars(size, mine, theirs)


def _bars(size: str, ours: dict[str, float], theirs: dict[str, float]) -> Iterator[Note]:
    yield at_most(SUITE, f"{size}: grids in several pieces", ours["violations"], 0)
    yield at_least(SUITE, f"{size}: % of grids within ±10 %", ours["within_10pct"], 100)
    yield at_most(SUITE, f"{size}: cut weight beside METIS", ours["cut_weight"] / theirs["cut_weight"], CUT)
    yield at_most(SUITE, f"{size}: compounds cut apart beside METIS", ours["split_pct"] / theirs["split_pct"], SPLIT)
    yield at_least(SUITE, f"{size}: compactness beside METIS", ours["compactness"] / theirs["compactness"], 1)
    yield at_most(SUITE, f"{size}: seconds of processor time", ours["cpu_s"], CPU_S[size])


def _slow_peers(problem: Problem, number: int, size: str, quick: bool, seed: int) -> Iterator[Outcome]:
    for name, peer in SLOW_PEERS.items():
        case = f"{size} {name}"
        reason = missing(name)
        if len(problem) > PEERS_UP_TO:
            reason = "takes minutes above 5k"
        elif quick:
            reason = "not with --quick"
        if reason:
            yield Skip(SUITE, case, reason)
            continue
        began = time.process_time()
        grid = peer(problem, number, seed)
        spent = time.process_time() - began
        yield from _figures(case, _values(figures_of(problem, grid), spent))


def shocked(problem: Problem, seed: int) -> Problem:
    """The town some years on: every compound by ±10 %, three in a hundred grown by 60 %, three halved."""
    compound = problem.units.compound
    assert compound is not None
    random = np.random.default_rng(seed)
    factor = np.clip(random.normal(1, 0.1, compound.max() + 1), 0.6, 1.5)
    factor[random.random(len(factor)) < 0.03] *= 1.6
    factor[random.random(len(factor)) < 0.03] *= 0.5
    households = np.rint(problem.units.households * factor[compound]).astype(np.int64)
    return replace(problem, units=replace(problem.units, households=households))


def _after_a_shock(problem: Problem, present: np.ndarray, size: str, seed: int) -> Iterator[Outcome]:
    changed = shocked(problem, seed)
    before = figures_of(changed, present)
    yield Note(SUITE, f"{size} after the shock", f"{before.within_pct:.1f} % of the grids within the tolerance")
    standard = changed.standard
    flow = least_flow(changed.graph, changed.load, present, standard.least, standard.most)
    if flow is None:
        yield Skip(SUITE, f"{size} moved", "no flow brings every grid within the tolerance")
        return
    began = time.process_time()
    found = rebalance(changed, present)
    spent = time.process_time() - began
    after = figures_of(changed, found.grid)
    ours, afresh, what = found.moves.households / flow.total, None, ""
    if len(problem) <= AFRESH_UP_TO:
        afresh = moved_at_least(changed, present, draw(changed).grid) / flow.total
        what = "drawn afresh, grids matched as well as can be"
    case = f"{size} ours"
    yield Figure(SUITE, "moved_vs_bound", case, ours, "×", False, afresh, what)
    yield Figure(
        SUITE, "moved_pct", case, 100 * found.moves.households / float(changed.units.households.sum()), "%", False
    )
    yield Figure(SUITE, "moved_within_10pct", case, after.within_pct, "%", True)
    yield Figure(SUITE, "moved_violations", case, after.violations, "", False)
    yield Figure(SUITE, "moved_cpu_s", case, spent, "s", False)
    yield at_most(SUITE, f"{size} after the shock: households moved, times the least flow", ours, MOVED)
    yield at_least(SUITE, f"{size} after the shock: % of grids within ±10 %", after.within_pct, 100)


def moved_at_least(problem: Problem, present: np.ndarray, new: np.ndarray) -> int:
    """Households that change grid from one division to another when the new grids get the names that keep most."""
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_matrix

    number = int(max(present.max(), new.max())) + 1
    households = problem.units.households
    common = coo_matrix((households.astype(float), (present, new)), shape=(number, number)).toarray()
    return int(households.sum() - common[linear_sum_assignment(common, maximize=True)].sum())
