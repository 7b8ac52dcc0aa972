"""A county with two services on offer: 老陈's office repairs and cuts hair, 小何's company repairs as well."""

import pytest


@pytest.fixture
def town(cast):
    from tests.orders.counter import lay_out

    return lay_out(cast)


@pytest.fixture
def lasting_town(transactional_db):
    """The same county, committed: other threads and connections see it."""
    from tests.cast import Cast
    from tests.orders.counter import lay_out

    return lay_out(Cast())


@pytest.fixture(autouse=True)
def fresh_caches(request):
    """What the rooms keep in the process belongs to the database of one test."""
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from tests.matters.town import forget

        forget()
