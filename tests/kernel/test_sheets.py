"""A cell of a table that other programs open carries nothing out, and is what it was when it comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.sheets import FORMULA, harmless, plain


@given(st.text(st.sampled_from("=+-@'\t\r1a路"), max_size=8))
def test_what_is_made_harmless_begins_no_formula_and_can_be_undone(cell):
    assert not harmless(cell).startswith(FORMULA)
    if not cell.startswith("'"):
        assert plain(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["", "路灯", "3栋", "'路灯", "1-2"])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == plain(cell) == cell
