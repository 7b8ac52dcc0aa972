"""A county with a place template in force, in whose grids households are entered."""

import pytest


@pytest.fixture
def town(cast):
    from tests.matters.town import forget, lay_down

    lay_down(cast)
    yield cast
    forget()
