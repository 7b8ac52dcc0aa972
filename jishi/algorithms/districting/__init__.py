"""Grids for a community or a whole county: drawn afresh, or balanced again with few households moved."""

from jishi.algorithms.districting.choice import best_balance, best_drawing
from jishi.algorithms.districting.draw import Plan, draw
from jishi.algorithms.districting.explain import Cause, Reason, explain
from jishi.algorithms.districting.measure import Measures, measure
from jishi.algorithms.districting.problem import Graph, Problem, Standard, Units
from jishi.algorithms.districting.rebalance import Moves, Rebalanced, moves_between, rebalance

__all__ = [
    "Cause",
    "Graph",
    "Measures",
    "Moves",
    "Plan",
    "Problem",
    "Reason",
    "Rebalanced",
    "Standard",
    "Units",
    "best_balance",
    "best_drawing",
    "draw",
    "explain",
    "measure",
    "moves_between",
    "rebalance",
]
