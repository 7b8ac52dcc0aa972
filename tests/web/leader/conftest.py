import pytest

from tests.cast import Cast
from tests.matters.town import lay_down


@pytest.fixture
def town(cast: Cast) -> Cast:
    lay_down(cast)
    return cast
