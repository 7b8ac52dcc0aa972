"""The best of several divisions. A community is small: drawn a dozen times it is still drawn in a moment."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TypeVar

import numpy as np

from jishi.algorithms.districting.draw import Plan, draw
from jishi.algorithms.districting.measure import measure
from jishi.algorithms.districting.problem import Ints, Problem
from jishi.algorithms.districting.rebalance import AWAY, Rebalanced, rebalance

SMALL = 1_500  # units; beyond it once is enough, as luck evens out
TRIES = 3
CHEAPER = (1.0, 0.5, 0.25, 0.1)  # prices of a household that moves, as shares of the usual one
MORE_MOVED = 1.5  # for a better shape so many times the fewest households found may move

P = TypeVar("P", bound=Plan)


def best_drawing(problem: Problem, *, seed: int = 1) -> Plan:
    """Grids drawn afresh: of several drawings the one with most grids within the tolerance, then the least cut."""
    tries = TRIES if len(problem) <= SMALL else 1
    return _least_cut(_soundest([draw(problem, seed=seed + more) for more in range(tries)]))


def best_balance(problem: Problem, present: Ints, *, seed: int = 1) -> Rebalanced:
    """The present grids balanced again: of several ways the one with most grids within the tolerance and, if no more
    than half as many again as need to change their grid, the least cut."""
    if len(problem) > SMALL:
        return rebalance(problem, present, seed=seed)
    ways = product(CHEAPER, range(TRIES))
    found = [rebalance(problem, present, seed=seed + more, away=AWAY * share) for share, more in ways]
    good = _soundest(found)
    fewest = min(plan.moves.households for plan in good)
    return _least_cut(plan for plan in good if plan.moves.households <= MORE_MOVED * fewest)


def _soundest(plans: Sequence[P]) -> list[P]:
    """Those with the fewest grids in several pieces, and of them those with most grids within the tolerance."""
    known = [measure(plan.problem, plan.grid) for plan in plans]
    keys = [(found.violations, -int(np.count_nonzero(found.within))) for found in known]
    return [plan for plan, key in zip(plans, keys, strict=True) if key == min(keys)]


def _least_cut(plans: Iterable[P]) -> P:
    return min(plans, key=lambda plan: measure(plan.problem, plan.grid).cut_weight)
