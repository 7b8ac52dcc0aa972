"""A community of two grids with homes along one street, planned by 老周, approved by 张区长."""

from collections.abc import Iterator

import pytest

from tests.cast import Cast


@pytest.fixture
def street(cast: Cast) -> Iterator[object]:
    from tests.matters.town import forget, lay_down
    from tests.planning.village import Village

    lay_down(cast)
    yield Village(cast)
    forget()
