"""Lists of an area ask a fixed number of questions, and none of them of everybody in the county."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jishi.registers.queries import lists
from jishi.registers.queries.scope import records, unit_ids
from jishi.registers.rules.vocabulary import RecordKind, Relation
from tests.registers.town import enter, person

pytestmark = pytest.mark.django_db
WHOLE_TABLES = ("registers_resident", "registers_household", "registers_membership", "registers_stay")


def settle(town, first, count):
    for number in range(first, first + count):
        enter(town, person(f"张{number}"), person(f"李{number}", Relation.SPOUSE), door=f"{number}栋101")


def statements(act):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act()
    return len(asked)


@pytest.mark.capability("C24")
@pytest.mark.parametrize("asked", [lists.households, lists.residents, lists.premises])
@pytest.mark.parametrize("search", ["", "张", "z", "1234", "101"])
def test_more_people_take_no_more_statements(town, asked, search):
    settle(town, 1, 3)
    viewer = town.viewer("zhou")
    few = statements(lambda: asked(viewer, search))
    settle(town, 4, 9)
    assert statements(lambda: asked(viewer, search)) == few <= 7


@pytest.mark.parametrize("kind", list(RecordKind))
def test_an_area_is_looked_up_key_by_key(town, kind):
    """PostgreSQL is handed the keys as an array; what SQLite says of its plan names no table it reads through."""
    settle(town, 1, 3)
    rows = records(kind, unit_ids(town.viewer("zhou")))
    if connection.vendor == "postgresql":
        assert "= ANY(ARRAY(" in str(rows.query)
        return
    plan = rows.explain()
    assert "SEARCH" in plan
    assert not [table for table in WHOLE_TABLES if f"SCAN {table}" in plan], plan


def test_of_a_known_record_it_is_asked_where_that_one_is(town):
    entered = enter(town)
    li, sun = town.viewer("li"), town.viewer("sun")
    for kind, record_id in (
        (RecordKind.HOUSEHOLD, entered.id),
        (RecordKind.RESIDENT, entered.resident_ids[0]),
        (RecordKind.DWELLING, entered.dwelling_id),
    ):
        assert records(kind, unit_ids(li), [record_id]).exists()
        assert not records(kind, unit_ids(sun), [record_id]).exists()
        assert not records(kind, frozenset(), [record_id]).exists()
