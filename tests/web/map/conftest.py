from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.matters.town import forget, lay_down
from tests.parts.square import lay_out
from tests.web.map.scenery import furnish


@pytest.fixture
def town(cast: Cast) -> Iterator[Cast]:
    """The county on squared paper."""
    lay_down(cast)
    lay_out(cast)
    yield cast
    forget()


@pytest.fixture
def numbers(town: Cast) -> dict[str, str]:
    """A building, a lamp and a matter in each of three grids; the numbers of the matters by grid."""
    return furnish(town)
