import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from jishi.accounts.models import Person
from jishi.web.guards import page
from jishi.web.readonly import WriteRefused, read_only, reads_only

WRITES = (
    "INSERT INTO x VALUES (1)",
    "update x set a = 1",
    "DELETE FROM x",
    "  REPLACE INTO x VALUES (1)",
    "TRUNCATE x",
    "DROP TABLE x",
    "CREATE TABLE x (a)",
    "ALTER TABLE x ADD b",
    "WITH moved AS (DELETE FROM x RETURNING *) SELECT * FROM moved",
    "COPY x FROM STDIN",
    "VACUUM",
    "",
)
READS = (
    "SELECT 1",
    " select updated_at from x",
    "WITH RECURSIVE up AS (SELECT 1) SELECT * FROM up",
    "SAVEPOINT s1",
    "RELEASE SAVEPOINT s1",
    "ROLLBACK TO SAVEPOINT s1",
    "(SELECT 1) UNION (SELECT 2)",
    "EXPLAIN SELECT 1",
)


@pytest.mark.parametrize("sql", WRITES)
def test_a_statement_that_writes_is_known_as_one(sql):
    assert not reads_only(sql)


@pytest.mark.parametrize("sql", READS)
def test_a_statement_that_reads_is_known_as_one(sql):
    assert reads_only(sql)


@given(st.sampled_from(WRITES), st.sampled_from(("", " ", "\n", "\t")))
def test_blanks_in_front_hide_nothing(sql, blanks):
    assert not reads_only(blanks + sql)


@pytest.mark.django_db
def test_a_get_cannot_write(ask, cast):
    @page(public=True, writes=True)
    def view(request):
        Person.objects.create(username="x", name="x")
        return HttpResponse("")

    with pytest.raises(WriteRefused), transaction.atomic():
        view(ask("GET"))
    assert not Person.objects.filter(username="x").exists()
    assert view(ask("POST")).status_code == 200
    assert Person.objects.filter(username="x").exists()


@pytest.mark.django_db
def test_a_get_may_keep_its_session(client, cast):
    cast.login(client, "zhao")
    with read_only():
        client.session["seen"] = 1
        session = client.session
        session["seen"] = 2
        session.save()


@pytest.mark.django_db
def test_no_other_table_is_let_through():
    with read_only(), connection.cursor() as cursor, pytest.raises(WriteRefused):
        cursor.execute('DELETE FROM "accounts_person"')
