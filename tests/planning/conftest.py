"""A community of two grids with homes along one street, planned by 老周, approved by 张区长."""

import pytest


@pytest.fixture
def street(cast):
    from tests.matters.town import forget, lay_down
    from tests.planning.village import Village

    lay_down(cast)
    yield Village(cast)
    forget()
