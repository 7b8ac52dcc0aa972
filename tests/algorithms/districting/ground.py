"""Small grounds to draw grids on."""

import numpy as np
from hypothesis import strategies as st

from jishi.algorithms.districting import Graph, Problem, Standard, Units

SMALL = Standard(households=40, people=120)


def lattice(households, width, *, people=None, compound=None, standard=SMALL, cut=()):
    """Square units of 100 m in rows of ``width``; ``cut`` names pairs of units that are not neighbours after all."""
    number = len(households)
    pairs = [(unit, unit + 1) for unit in range(number - 1) if (unit + 1) % width]
    pairs += [(unit, unit + width) for unit in range(number - width)]
    pairs = [pair for pair in pairs if pair not in set(cut)]
    index = np.arange(number)
    beside = np.bincount(np.array(pairs, int).ravel(), minlength=number)
    units = Units(
        np.array(households),
        None if people is None else np.array(people),
        None if compound is None else np.array(compound),
        np.c_[index % width, index // width] * 100.0,
        np.full(number, 10_000.0),
        400.0 - 100.0 * beside,
    )
    return Problem(units, Graph.of_pairs(number, np.array(pairs), border=np.full(len(pairs), 100.0)), standard)


@st.composite
def grounds(draw):
    """Lattices of up to 60 units with 0–60 households, some of whose sides are closed."""
    width, rows = draw(st.integers(1, 6)), draw(st.integers(1, 10))
    households = draw(st.lists(st.integers(0, 60), min_size=width * rows, max_size=width * rows))
    sides = st.tuples(st.integers(0, width * rows), st.sampled_from((1, width)))
    cut = draw(st.lists(sides.map(lambda side: (side[0], side[0] + side[1])), max_size=12))
    return lattice(households, width, cut=cut)
