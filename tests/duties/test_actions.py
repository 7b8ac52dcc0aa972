"""Lists in the database: what they say today, what they said on an earlier day."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.audit.models import Entry
from jishi.duties import actions, queries
from jishi.duties.models import DutyItem
from jishi.kernel.errors import Invalid
from jishi.organizations import actions as organizations
from jishi.organizations import queries as bodies
from jishi.organizations.rules.bodies import standard_bodies
from jishi.territory import actions as territory
from jishi.territory import queries as units
from jishi.territory.rules.loading import Counts, LoadRefused
from tests.duties.test_rules_entries import ITEM, LIMITS, SECOND, TOP
from tests.organizations.test_actions import CGJ
from tests.organizations.test_rules_bodies import COMMITTEES, COMMUNITY, UNITS
from tests.territory.test_actions import CONTENT, LATER, NOW, ZHAO

HWZX = replace(CGJ, code="HWZX", name="石峰区环境卫生服务中心", short_name="环卫中心", kind="utility")
JUNE, JULY = NOW.date(), LATER.date()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    territory.load_place(content=CONTENT, by=ZHAO, now=NOW)
    territory.load_units(entries=UNITS, by=ZHAO, now=NOW)
    organizations.load_organizations(entries=[*standard_bodies(UNITS, COMMITTEES), CGJ, HWZX], by=ZHAO, now=NOW)
    actions.load_categories(entries=[TOP, SECOND], by=ZHAO, now=NOW)
    actions.load_duties(entries=[ITEM], by=ZHAO, now=NOW)
    actions.load_limits(entries=LIMITS, by=ZHAO, now=NOW)


def test_loading_twice_changes_nothing():
    before = Entry.objects.count()
    assert actions.load_categories(entries=[TOP, SECOND], by=ZHAO, now=LATER) == Counts(unchanged=2)
    assert actions.load_duties(entries=[ITEM], by=ZHAO, now=LATER) == Counts(unchanged=1)
    assert actions.load_limits(entries=LIMITS, by=ZHAO, now=LATER) == Counts(unchanged=24)
    assert Entry.objects.count() == before


@pytest.mark.capability("C68", "K28-I7")
def test_what_a_list_said_on_an_earlier_day_can_be_read_again():
    second = replace(ITEM, number="2", name="大件垃圾")
    done = actions.load_duties(entries=[replace(ITEM, organization_code="CGJ", helpers=()), second], by=ZHAO, now=LATER)
    assert done == Counts(new=1, changed=1)
    assert [i.organization_id for i in queries.duty_list("派单目录", JUNE)] == [bodies.by_code("HWZX").id]
    assert [(i.number, i.organization_id) for i in queries.duty_list("派单目录", JULY)] == [
        ("1", bodies.by_code("CGJ").id),
        ("2", bodies.by_code("HWZX").id),
    ]
    assert queries.duty_lists(JUNE) == {"派单目录": 1}
    actions.load_duties(entries=[second], by=ZHAO, now=LATER + dt.timedelta(days=1))
    assert queries.duty_lists(JULY) == {"派单目录": 2}
    assert queries.duty_lists(JULY + dt.timedelta(days=1)) == {"派单目录": 1}


def test_what_was_cited_stays_readable_when_its_item_has_ended():
    cited = queries.items()[0]
    actions.load_duties(entries=[replace(ITEM, name="新名")], by=ZHAO, now=LATER)
    assert queries.item_on_record(cited.id) == cited
    assert queries.items()[0].name == "新名"


def test_before_the_first_list_the_first_one_counts():
    assert queries.duty_list("派单目录", dt.date(2020, 1, 1)) == queries.duty_list("派单目录", JUNE)
    assert len(queries.limits(dt.date(2020, 1, 1))) == 24


def test_one_list_is_loaded_without_touching_the_others():
    other = replace(
        ITEM, list_name="公共服务清单", category_code="", organization_code="", organization_kind="town_office"
    )
    assert actions.load_duties(entries=[other], by=ZHAO, now=LATER) == Counts(new=1)
    assert queries.duty_lists(JULY) == {"派单目录": 1, "公共服务清单": 1}


def test_a_changed_first_level_takes_its_second_level_along():
    assert actions.load_categories(entries=[replace(TOP, name="市容"), SECOND], by=ZHAO, now=LATER).changed == 2
    assert [(top.name, [row.name for row in below]) for top, below in queries.category_groups()] == [
        ("市容", ["暴露垃圾"])
    ]
    assert queries.category("0101").parent_code == "01"
    assert queries.category("0999") is None


def test_a_limit_of_an_earlier_day_is_kept():
    shorter = [replace(LIMITS[0], amount=1), *LIMITS[1:]]
    assert actions.load_limits(entries=shorter, by=ZHAO, now=LATER) == Counts(changed=1, unchanged=23)

    def amount(day):
        return next(r.amount for r in queries.limits(day) if (r.clock, r.grade) == (LIMITS[0].clock, LIMITS[0].grade))

    assert (amount(JUNE), amount(JULY)) == (2, 1)


def test_bad_rows_leave_everything_as_it_was():
    with pytest.raises(LoadRefused):
        actions.load_duties(
            entries=[replace(ITEM, name="新"), replace(ITEM, number="2", category_code="77")], by=ZHAO, now=LATER
        )
    with pytest.raises(LoadRefused):
        actions.load_limits(entries=LIMITS[1:], by=ZHAO, now=LATER)
    with pytest.raises(LoadRefused):
        actions.load_categories(entries=[SECOND], by=ZHAO, now=LATER)
    queries.forget_cache()
    assert [item.name for item in queries.items()] == ["暴露垃圾"]


def test_a_list_is_not_changed_for_a_day_before_it_began():
    with pytest.raises(Invalid, match="倒填"):
        actions.load_duties(entries=[replace(ITEM, name="新")], by=ZHAO, now=NOW - dt.timedelta(days=30))


@pytest.mark.capability("C35")
def test_a_suggestion_at_a_place_cites_the_list_and_names_the_offices_of_the_place():
    best = queries.suggest(text="门口垃圾没人收", category_code="", unit=units.by_code(COMMUNITY + "001"))[0]
    assert (best.organization_name, best.item.citation) == (HWZX.name, "《派单目录》第1项“暴露垃圾”")
    assert [bodies.organization(id).name for id in best.helper_ids] == [CGJ.name, "田心街道办事处"]


def test_a_due_time_comes_from_the_place_calendar_and_the_limits_of_the_day():
    due, sentence = queries.due(clock="overall", grade="small", category_code="0101", urgent=False, start=NOW, day=JUNE)
    assert due == dt.datetime(2026, 6, 3, 17, 30, tzinfo=NOW.tzinfo)
    assert "第2个工作日为6月3日" in sentence


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.integers(1, 4), st.sampled_from(["甲", "乙"]), max_size=4), min_size=1, max_size=4))
@pytest.mark.capability("K28-I7")
def test_any_course_of_lists_can_be_read_day_by_day(course):
    with transaction.atomic():
        DutyItem.objects.all().delete()
        queries.forget_cache()
        for step, said in enumerate(course):
            entries = [replace(ITEM, list_name="表", number=str(n), name=name) for n, name in said.items()]
            # A list without rows names no list: an empty one is loaded as one row less, never as none.
            entries = entries or [replace(ITEM, list_name="表", number="0", name="空")]
            actions.load_duties(entries=entries, by=ZHAO, now=LATER + dt.timedelta(days=step))
        for step, said in enumerate(course):
            told = {int(i.number): i.name for i in queries.duty_list("表", JULY + dt.timedelta(days=step))}
            assert told == (said or {0: "空"})
        transaction.set_rollback(True)
    queries.forget_cache()
