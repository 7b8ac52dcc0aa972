"""Figures by the units of the time."""

import datetime as dt

import pytest

from jishi.matters.queries.figures import registered_by_unit
from jishi.territory import actions as territory
from jishi.territory import queries
from tests.cast import NOW, SHANGHAI
from tests.matters.town import REPLY, begin

pytestmark = pytest.mark.django_db

OCTOBER = dt.datetime(2026, 10, 1, tzinfo=SHANGHAI)
NOVEMBER = dt.datetime(2026, 11, 1, tzinfo=SHANGHAI)
DECEMBER = dt.datetime(2026, 12, 1, tzinfo=SHANGHAI)


@pytest.mark.capability("C03")
def test_each_unit_is_named_as_it_was_called_then(town):
    begin(town, now=OCTOBER + dt.timedelta(days=3, hours=9))
    renamed = NOVEMBER + dt.timedelta(days=1, hours=9)
    territory.rename_unit(unit_id=town.grid.pk, name="新网格", by=town.zhao, now=renamed)
    begin(town, unit_id=queries.by_code(town.grid.code).id)
    begin(town, unit_id=town.county.pk)
    rows = registered_by_unit(since=OCTOBER, until=DECEMBER, depth=3)
    assert [(row.name, row.count) for row in rows] == [("第一网格", 1), ("新网格", 1), ("", 1)]
    assert rows[-1].unit_id is None


def test_every_matter_of_the_time_is_counted_once_at_every_depth(town):
    places = [town.grid, town.other_grid, town.community, town.town, town.county]
    for place in places:
        begin(town, unit_id=place.pk)
    begin(town, now=NOVEMBER)
    begin(town, now=NOVEMBER - dt.timedelta(seconds=1))
    totals = [
        sum(row.count for row in registered_by_unit(since=NOVEMBER, until=DECEMBER, depth=depth)) for depth in range(6)
    ]
    assert totals == [6] * 6
    towns = registered_by_unit(since=NOVEMBER, until=DECEMBER, depth=1)
    assert [(row.name, row.count) for row in towns] == [("清水塘街道", 1), ("响石岭街道", 4), ("", 1)]
    assert registered_by_unit(since=DECEMBER, until=DECEMBER, depth=0) == ()


def test_what_is_closed_late_is_closed_but_not_on_time(town):
    begin(town).to("closed")
    late = begin(town)
    late.to("verified").wait(days=60).take("close", "wang", **REPLY)
    begin(town)
    (row,) = registered_by_unit(since=NOVEMBER, until=NOW + dt.timedelta(days=1), depth=3)
    assert (row.unit_id, row.count, row.closed, row.on_time) == (town.grid.pk, 3, 2, 1)
