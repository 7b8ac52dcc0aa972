"""A county in which matters can be registered and brought to their end: the cast, its rules and its limits."""

import pytest


@pytest.fixture
def town(cast):
    """The cast with a place template in force; limits for every clock; two classes."""
    from tests.matters.town import lay_down

    lay_down(cast)
    return cast


@pytest.fixture(autouse=True)
def fresh_caches(request):
    """What the rooms keep in the process belongs to the database of one test."""
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from tests.matters.town import forget

        forget()


@pytest.fixture
def lift_protection():
    """For a moment the history can be rewritten, as somebody with the rights of the database could."""
    from contextlib import contextmanager

    from django.db import connection

    from tests.erasing import HISTORY, statements

    @contextmanager
    def lifted():
        with connection.cursor() as cursor:
            for sql in statements(connection, HISTORY.lift):
                cursor.execute(sql)
            yield
            for sql in statements(connection, HISTORY.lay):
                cursor.execute(sql)

    return lifted
