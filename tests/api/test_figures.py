"""Last month's figures through the API: scoped, by the units of that time, the same whenever they are asked for."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.api.v1 import figures
from jishi.flows import unit_changes
from jishi.territory.rules.succession import Part
from tests.matters.town import REPLY, begin

pytestmark = pytest.mark.django_db
PATH = "/api/v1/figures"


def first_of_last_month() -> dt.datetime:
    last = timezone.localtime().replace(day=1, hour=9, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    return last.replace(day=1)


def asked(town, who, **query):
    from tests.api.test_matters import fits

    answer = fits(town.program(who).get(PATH, **query), figures.FiguresShown)
    return [(row.unit_name, row.registered, row.closed, row.on_time) for row in answer.units]


@pytest.fixture
def month(town):
    """Last month: three matters in 响石岭街道, one of them closed on its second day, and one in 清水塘街道."""
    start = first_of_last_month()
    for place in (town.grid, town.next_grid):
        begin(town, unit_id=place.pk, now=start)
    begin(town, unit_id=town.grid.pk, now=start).to("verified").wait(hours=26).take("close", "wang", **REPLY)
    begin(town, unit_id=town.other_grid.pk, now=start)
    begin(town, unit_id=town.grid.pk, now=timezone.now())
    return start.date()


@pytest.mark.capability("C03", "C38")
def test_last_month_is_answered_unless_another_time_is_named(town, month):
    assert asked(town, "zhang") == [("清水塘街道", 1, 0, 0), ("响石岭街道", 3, 1, 1)]
    assert asked(town, "zhang", depth=0) == [("石峰区", 4, 1, 1)]
    assert asked(town, "zhang", since=month, until=month) == asked(town, "zhang")
    assert asked(town, "zhang", until=month) == asked(town, "zhang")
    assert asked(town, "zhang", since=month + dt.timedelta(days=1), until=month + dt.timedelta(days=20)) == []


@pytest.mark.capability("C03")
def test_the_closings_are_those_up_to_the_day_named(town, month):
    assert asked(town, "zhang", as_of=month, depth=0) == [("石峰区", 4, 0, 0)]
    assert asked(town, "zhang", as_of=month + dt.timedelta(days=1), depth=0) == [("石峰区", 4, 1, 1)]


@pytest.mark.capability("C93")
@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("qian", [("第一网格", 2, 1, 1), ("第二网格", 1, 0, 0)]),
        ("zhou", [("第一网格", 2, 1, 1), ("第二网格", 1, 0, 0)]),
        ("li", [("第一网格", 2, 1, 1)]),
        ("sun", [("第二网格", 1, 0, 0)]),
    ],
)
def test_everybody_gets_the_figures_of_the_own_area(town, month, who, found):
    assert asked(town, who, depth=3) == found


@pytest.mark.capability("C03", "K06-I4")
def test_a_split_changes_no_figure_of_last_month_not_even_for_whoever_takes_over(town, month):
    before = {who: asked(town, who, depth=3) for who in ("zhang", "qian", "li")}
    unit_changes.split(
        unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], primary=0, by=town.zhao, now=timezone.now()
    )
    assert {who: asked(town, who, depth=3) for who in before} == before


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"since": "2024-01-01", "until": "2026-01-01"},
        {"since": "2026-02-30"},
        {"depth": 6},
        {"as_of": "gestern"},
        {"month": "2026-10"},
    ],
)
def test_a_time_nobody_can_mean_is_refused(town, query):
    assert town.program("zhang").get(PATH, **query).status_code == 422
