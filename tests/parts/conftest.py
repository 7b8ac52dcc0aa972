import pytest

from tests.matters.town import forget, lay_down
from tests.parts.square import lay_out


@pytest.fixture
def town(cast):
    lay_down(cast)
    lay_out(cast)
    yield cast
    forget()
