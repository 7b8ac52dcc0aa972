"""长街: seven houses in 第一网格, one in 第二网格; with four households a grid, the first has to give some away."""

import pytest

from tests.planning.conftest import street as street


@pytest.fixture
def crowded(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    return street


@pytest.fixture
def drawn(crowded):
    """A plan of 老周 that the worker has drawn, with the street it is for."""
    return crowded, crowded.drawn()
