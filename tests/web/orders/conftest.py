import pytest
from django.core.cache import cache

from tests.matters.town import forget
from tests.orders.counter import lay_out


@pytest.fixture
def town(cast):
    cache.clear()
    yield lay_out(cast)
    forget()
