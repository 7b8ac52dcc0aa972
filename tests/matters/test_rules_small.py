"""Grades, reports, codes, replay and telling: the small rules."""

import datetime as dt
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Invalid
from jishi.kernel.receipt_codes import code_digest, code_matches, make_code
from jishi.kernel.replay import differences, plain, replay
from jishi.matters.rules.given import Report
from jishi.matters.rules.grading import find_hazard, propose_grade
from jishi.matters.rules.reports import check_near, check_report, clean_report, clean_text, title_of
from jishi.matters.rules.steps import HAND_OVER, REGISTER, STEPS
from jishi.matters.rules.telling import TOLD, Audience, audiences, sentence
from jishi.matters.rules.vocabulary import Channel, Grade
from tests.matters.scenes import HANDBOOK


@pytest.mark.capability("C36", "K23-I4", "K23-B1")
def test_the_grade_comes_with_the_rule_that_set_it():
    assert propose_grade("这事要多部门一起管", HANDBOOK) == (
        Grade.HARD,
        "内容提到“多部门”，按规则定为难事：需区级协调",
    )
    assert propose_grade("邻居家漏水，多户受影响", HANDBOOK)[0] is Grade.BIG
    assert propose_grade("路灯不亮", HANDBOOK, usual=Grade.TINY)[0] is Grade.TINY
    assert propose_grade("路灯不亮", HANDBOOK)[0] is Grade.SMALL


@pytest.mark.capability("K23-B2")
def test_a_danger_is_urgent_whatever_its_grade():
    assert find_hazard("楼道里燃气泄漏，味道很大", HANDBOOK) == "燃气泄漏"
    assert find_hazard("路灯不亮", HANDBOOK) is None


@given(st.text(max_size=300))
def test_cleaning_is_done_once_and_for_all(text):
    assert clean_text(clean_text(text)) == clean_text(text)
    assert "\x00" not in clean_text(text)


@given(st.text(min_size=1, max_size=400))
def test_a_title_from_the_text_is_short_and_on_one_line(text):
    title = title_of(text)
    assert len(title) <= 30
    assert "\n" not in title


def test_words_are_kept_as_written():
    said = "尊敬的领导：\t<script>alert(1)</script>\n'; DROP TABLE matters; --  ***小区"
    report = clean_report(Report(Channel.RESIDENT, said))
    assert report.text == said
    check_report(report)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (Report(Channel.RESIDENT, "   \x00 "), "text"),
        (Report(Channel.RESIDENT, "长" * 20_001), "text"),
        (Report(Channel.RESIDENT, "好", title="长" * 121), "title"),
        (Report(Channel.RESIDENT, "好", place="长" * 121), "place"),
        (Report(Channel.RESIDENT, "好", reporter_name="长" * 61), "reporter_name"),
        (Report(Channel.RESIDENT, "好", reporter_phone="call me"), "reporter_phone"),
        (Report(Channel.RESIDENT, "好", longitude=113.0), "longitude"),
        (Report(Channel.RESIDENT, "好", longitude=200.0, latitude=27.0), "longitude"),
        (Report(Channel.RESIDENT, "好", longitude=float("nan"), latitude=27.0), "longitude"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(report, field):
    with pytest.raises(Invalid) as refusal:
        check_report(clean_report(report))
    assert refusal.value.field == field


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_place_far_beyond_the_county_is_refused(longitude, latitude):
    report = Report(Channel.RESIDENT, "好", longitude=longitude, latitude=latitude)
    if 112.5 <= longitude <= 113.7 and 27.3 <= latitude <= 28.4:
        check_near(report, (113.0, 27.8, 113.2, 27.9))
    else:
        with pytest.raises(Invalid, match="离本地太远") as refusal:
            check_near(report, (113.0, 27.8, 113.2, 27.9))
        assert refusal.value.field == "longitude"


def test_a_report_without_a_point_is_near_enough():
    check_near(Report(Channel.RESIDENT, "好"), (113.0, 27.8, 113.2, 27.9))


@given(st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_a_code_opens_its_own_receipt_and_no_other(mine, other):
    digest = code_digest(make_code(mine), "SF1", "old")
    assert code_matches(make_code(mine).replace("-", " "), "SF1", digest, ["new", "old"])
    assert code_matches(make_code(other), "SF1", digest, ["old"]) == (mine == other)
    assert not code_matches("", "SF1", digest, ["old"])


def test_what_is_kept_of_a_code_says_nothing_without_the_key_and_of_another_receipt():
    code = make_code(12_345_678)
    digest = code_digest(code, "SF1", "key")
    assert not code_matches(code, "SF2", digest, ["key"])
    assert not code_matches(code, "SF1", digest, ["another"])
    assert digest not in {hashlib.sha256(said.encode()).hexdigest() for said in (code, code.replace("-", ""))}


def test_replay_folds_the_steps_in_order_and_names_what_differs():
    moment = dt.datetime(2026, 11, 18, 2, 0, tzinfo=dt.UTC)
    steps = [
        {"seq": 1, "target": "registered", "sets": {"grade": "small", "due_at": plain(moment)}},
        {"seq": 2, "target": "dispatched", "sets": {"lead_id": 7}},
    ]
    assert replay(steps)["lead_id"] == 7
    row = {"grade": "small", "due_at": moment, "lead_id": 7, "stage": "dispatched", "version": 2}
    assert differences(row, steps) == []
    assert differences(row | {"grade": "big"}, steps) == ["grade"]


def test_every_step_says_who_is_told():
    assert set(TOLD) == set(STEPS) | {REGISTER, HAND_OVER}


@pytest.mark.capability("C38")
def test_an_escalation_that_repeats_climbs_to_the_leaders():
    assert Audience.LEADERS not in audiences("escalate", escalation=1)
    assert Audience.LEADERS in audiences("escalate", escalation=2)


def test_a_notice_fits_its_line():
    assert len(sentence("urge", number="SF", title="长" * 120, note="长" * 2000)) == 300
