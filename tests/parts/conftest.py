"""The county of the cast on squared paper, with a small catalogue of components."""

import pytest


@pytest.fixture
def town(cast):
    from tests.matters.town import forget, lay_down
    from tests.parts.square import lay_out

    lay_down(cast)
    lay_out(cast)
    yield cast
    forget()
