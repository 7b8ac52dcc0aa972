"""Grades that rise by themselves: when several units must work together, when the same comes again and again."""

import copy
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.matters.actions.registration import register
from jishi.matters.models import Matter, Step
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.repeats import repeats
from jishi.matters.rules.given import Report
from jishi.matters.rules.grading import Signals, propose_grade, raised_grade
from jishi.matters.rules.handbook import read_handbook
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.territory.models import PlaceVersion
from jishi.territory.queries import unit
from tests.cast import NOW
from tests.matters.town import CONTENT, begin, forget

DAYS = st.integers(min_value=0, max_value=200).map(lambda days: dt.timedelta(days=days))
SIGNALS = {"big": {"several_units": 2, "repeated": 2, "repeated_days": 30},
           "hard": {"several_units": 4, "repeated": 4, "repeated_days": 90}}  # fmt: skip


def content() -> dict:
    made = copy.deepcopy(CONTENT)
    for entry in made["grades"]:
        entry |= SIGNALS.get(entry["key"], {})
    return made


HANDBOOK = read_handbook(content())


@pytest.fixture
def signalled(town):
    """The town with a template in which grades rise by signals."""
    PlaceVersion.objects.update(content=content(), digest="5" * 64)
    forget()
    return town


def again(town, days_ago: float = 0, **more):
    return begin(town, category_code="0101", now=NOW - dt.timedelta(days=days_ago), **more)


@pytest.mark.capability("C36", "K23-I4")
@given(units=st.integers(1, 9), ago=st.lists(DAYS, max_size=8), present=st.sampled_from(Grade))
def test_a_raise_is_the_highest_the_signals_speak_for_and_never_a_fall(units, ago, present):
    big = units >= 2 or sum(each.days <= 30 for each in ago) >= 2
    hard = units >= 4 or sum(each.days <= 90 for each in ago) >= 4
    spoken = Grade.HARD if hard else Grade.BIG if big else None
    signals = Signals(units, tuple(ago))
    found = raised_grade(present, signals, HANDBOOK, lead_depth=None)
    if spoken is None or spoken.rank <= present.rank:
        assert found is None
    else:
        assert found is not None
        assert found[0] is spoken
        assert HANDBOOK.grades[spoken].sentence in found[1]
    assert propose_grade("路灯不亮", HANDBOOK, signals=signals)[0] is (spoken or Grade.SMALL)


def test_a_grade_rises_only_to_where_the_lead_may_answer_for_it():
    four = Signals(units=4)
    assert raised_grade(Grade.SMALL, four, HANDBOOK, lead_depth=0) is not None
    assert raised_grade(Grade.SMALL, four, HANDBOOK, lead_depth=1) == (
        Grade.BIG,
        "由4家单位共同办理，按规则定为大事：需镇街统筹",
    )
    assert raised_grade(Grade.SMALL, four, HANDBOOK, lead_depth=2) is None


@pytest.mark.django_db
@pytest.mark.capability("C36", "K23-I4")
def test_what_is_reported_again_at_the_same_place_is_graded_up_with_the_rule(signalled):
    town = signalled
    assert [again(town, days).row.grade for days in (100, 20, 10)] == ["small", "small", "small"]
    third = again(town).row
    assert third.grade == "big"
    assert third.grade_reason == "同一地点同类问题30天内此前已反映2次，按规则定为大事：需镇街统筹"
    assert again(town).row.grade == "big"
    fifth = again(town).row
    assert fifth.grade == "hard"
    assert fifth.grade_reason.startswith("同一地点同类问题90天内此前已反映4次")


@pytest.mark.django_db
def test_another_class_another_place_and_an_import_are_no_repetition(signalled):
    town = signalled
    for _ in range(5):
        begin(town, category_code="01")
        begin(town)
        again(town, unit_id=town.other_grid.pk)
        again(town, channel=Channel.IMPORT)
        again(town, unit_id=town.town.pk)
    assert again(town).row.grade == "small"
    assert again(town, unit_id=town.town.pk).row.grade == "small"
    assert again(town, channel=Channel.IMPORT, unit_id=town.other_grid.pk).row.grade == "small"


@pytest.mark.django_db
def test_what_lies_in_a_community_happened_there(signalled):
    for _ in range(2):
        again(signalled)
    assert again(signalled, unit_id=signalled.next_grid.pk).row.grade == "small"
    assert again(signalled, unit_id=signalled.community.pk).row.grade == "big"


@pytest.mark.django_db
def test_no_more_is_read_than_the_rules_ask(signalled):
    for _ in range(7):
        again(signalled)
    found = repeats(category_code="0101", unit=unit(signalled.grid.pk), handbook=HANDBOOK, now=NOW)
    assert len(found) == 4


@pytest.mark.django_db
@pytest.mark.capability("C36", "K23-I4")
def test_two_units_at_work_make_it_a_big_matter_and_the_history_says_why(signalled):
    town = signalled
    way = begin(town)
    before = way.row
    way.take(
        "dispatch",
        "wang",
        lead_id=town.city_management.pk,
        helper_ids=(town.water.pk,),
        category_code="0101",
        grade=Grade.SMALL,  # as it stood on the form
    )
    rule = "由2家单位共同办理，按规则定为大事：需镇街统筹"
    assert (way.row.grade, way.row.grade_reason) == ("big", rule)
    assert way.row.due_at > before.due_at  # a big matter has its own time
    line = Step.objects.get(matter=way.row, name="dispatch")
    assert (line.facts["grade"], line.facts["grade_reason"]) == ("big", rule)
    assert (line.sets["grade"], line.sets["grade_reason"]) == ("big", rule)
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.django_db
def test_a_helper_added_later_counts_and_a_lead_alone_does_not(signalled):
    way = begin(signalled)
    way.take("dispatch", "wang", lead_id=signalled.city_management.pk)
    assert way.row.grade == "small"
    way.take("add_helper", "wang", organization_id=signalled.water.pk)
    assert way.row.grade == "big"
    assert Step.objects.get(matter=way.row, name="add_helper").facts["grade"] == "big"


@pytest.mark.django_db
@pytest.mark.capability("K23-I4")
def test_the_decision_of_a_person_stands_until_more_units_come(signalled):
    town = signalled
    way = begin(town)
    way.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(town.water.pk,))
    way.take("regrade", "wang", grade=Grade.SMALL, note="两家都只要一小时")
    way.take("redispatch", "wang", lead_id=town.water.pk, helper_ids=(town.city_management.pk,), note="主协办对调")
    assert (way.row.grade, way.row.grade_reason) == ("small", "两家都只要一小时")
    way.take("add_helper", "wang", organization_id=town.community_office.pk)
    assert way.row.grade == "big"


@pytest.mark.django_db
def test_a_grade_chosen_at_the_dispatch_wins_over_the_rule(signalled):
    town = signalled
    way = begin(town)
    way.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(town.water.pk,), grade=Grade.HARD)
    assert (way.row.grade, way.row.grade_reason) == ("hard", "调度员派发时核定")


@pytest.mark.django_db
def test_a_community_goes_on_leading_what_it_may_lead(signalled):
    town = signalled
    way = begin(town)
    way.take("dispatch", "wang", lead_id=town.community_office.pk, helper_ids=(town.water.pk,))
    assert way.row.grade == "small"  # its level answers for no big matter


@pytest.mark.django_db
def test_a_class_found_later_is_looked_up_too(signalled):
    town = signalled
    for _ in range(2):
        again(town)
    way = begin(town)
    way.take("reclassify", "wang", category_code="0101")
    assert way.row.grade == "big"
    named = Matter.objects.filter(grade="big").get()
    assert named.pk == way.row.pk
    at_dispatch = begin(town)
    at_dispatch.take("dispatch", "wang", lead_id=town.city_management.pk, category_code="0101")
    assert at_dispatch.row.grade == "big"


@pytest.mark.django_db
def test_the_suggested_dispatch_shows_the_grade_of_the_units_it_names(signalled, client):
    from jishi.duties.queries import Suggestion
    from jishi.matters.queries.detail import detail
    from jishi.web.matters.panel import accepted

    town = signalled
    receipt = register(report=Report(Channel.RESIDENT, "路灯不亮", unit_id=town.grid.pk), by=None, now=NOW)
    offered = Suggestion(town.city_management.pk, "城管局", (town.water.pk,), None, "0101", 1.0, "")
    assert accepted(offered, detail(town.wang, receipt.number), HANDBOOK)["grade"] == "big"
