"""Neighbouring grids have different colours, and a change by hand repaints no grid that was there."""

from collections import Counter
from dataclasses import replace

import pytest

from jishi.planning.rules.figures import Beside
from jishi.planning.rules.plan import BlockRow, GridRow, Proposal
from jishi.web.planner.colours import COLOURS, colours_of

pytestmark = pytest.mark.capability("C02", "L26")
WIDE = 12  # a square of blocks, each a grid of its own or in groups


def square(grid_of):
    """A proposal over WIDE × WIDE blocks; ``grid_of`` gives the number of the grid by row and column."""
    places = [(row, column) for row in range(WIDE) for column in range(WIDE)]
    numbers = sorted({grid_of(*place) for place in places})
    grids = tuple(GridRow(number, f"{number}格", number + 100, "", "", "", None, None) for number in numbers)
    blocks = tuple(
        BlockRow(
            n, n, f"{n}栋", "", 1, 3, 1.0, grid_of(*place) + 100, grid_of(*place), grid_of(*place), "", None, 0, 0, 1, 0
        )
        for n, place in enumerate(places)
    )
    besides = [
        Beside(n, n + step)
        for n, (row, column) in enumerate(places)
        for step, inside in ((1, column < WIDE - 1), (WIDE, row < WIDE - 1))
        if inside
    ]
    return Proposal(None, grids, blocks, tuple(besides), {})


@pytest.mark.parametrize("side", [1, 2, 3, 4])
def test_no_two_grids_side_by_side_look_the_same(side):
    whole = square(lambda row, column: row // side * WIDE + column // side)
    colours = colours_of(whole)
    assert set(colours.values()) <= set(range(COLOURS))
    for pair in whole.besides:
        one, other = (whole.blocks[place].present_id for place in (pair.one, pair.other))
        assert one == other or colours["unit", one] != colours["unit", other]


def test_few_grids_have_a_colour_each():
    colours = colours_of(square(lambda row, column: row // 6 * 2 + column // 6))
    assert set(Counter(colours.values()).values()) == {1}


def test_a_block_moved_by_hand_repaints_nothing():
    whole = square(lambda row, column: row // 3 * 4 + column // 3)
    before = colours_of(whole)
    new = GridRow(99, "新格", None, "", "", "", None, None)
    moved = replace(whole, grids=(*whole.grids, new), blocks=(replace(whole.blocks[0], grid=99), *whole.blocks[1:]))
    after = colours_of(moved)
    assert {key: after[key] for key in before} == before
    assert after["new", 99] not in {before["unit", 100]}
