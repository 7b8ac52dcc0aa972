"""The tables the compiled loops work on, which can be named without the compiler."""

from typing import NamedTuple

import numpy as np


class Rows(NamedTuple):
    """A graph in compressed rows, with int32 everywhere."""

    starts: np.ndarray
    neighbours: np.ndarray
    weight: np.ndarray


class Place(NamedTuple):
    """What a unit is: its load, its position (n × 2), the grid it should rather stay in (−1: none)."""

    load: np.ndarray
    xy: np.ndarray
    home: np.ndarray


class Prices(NamedTuple):
    """Target, least and most load of a grid; prices in edge weight: of imbalance, of leaving the tolerance at first and
    at last, of spread (for each square of the distance), of a household away from home; first and last temperature."""

    target: float
    least: float
    most: float
    balance: float
    lenient: float
    strict: float
    spread: float
    away: float
    hot: float
    cold: float


class Sums(NamedTuple):
    """One row for each grid: load, units, sums of x, y and squares; and what it costs."""

    table: np.ndarray
    cost: np.ndarray


class Border(NamedTuple):
    """The units beside another grid: a list, where each is in it (−1: not), and its length."""

    units: np.ndarray
    place: np.ndarray
    length: np.ndarray


class Marks(NamedTuple):
    """Scratch for the question whether a grid stays in one piece."""

    wanted: np.ndarray
    seen: np.ndarray
    queue: np.ndarray
