"""Which limit holds, when it is reached, and whether the sentence says so."""

import datetime as dt
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.duties.rules.limits import Clock, LimitRule, Measure, deadline, pick_limit
from jishi.kernel.errors import NotFound
from jishi.kernel.holidays import holiday_name, is_workday
from jishi.kernel.worktime import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = ((dt.time(8, 30), dt.time(12)), (dt.time(14), dt.time(17, 30)))
CALENDAR = WorkCalendar(HOURS, is_workday, dt.date(2026, 12, 31), holiday_name)
FRIDAY = dt.datetime(2026, 11, 20, 16, 40, tzinfo=SHANGHAI)


def rule(clock="overall", grade="small", category="", urgent=False, amount=5, measure="working_day", source=""):
    return LimitRule(clock, grade, category, urgent, amount, measure, source)


def oracle(limits, clock, grade, code, urgent):
    """The slow obvious way: try the kinds of limit from the most particular to the least."""
    for wanted_urgent in (True, False) if urgent else (False,):
        for category in [code[:length] for length in range(len(code), -1, -1)]:
            for wanted_grade in (grade, ""):
                for limit in limits:
                    if (limit.clock, limit.urgent, limit.category_code, limit.grade) == (
                        clock,
                        wanted_urgent,
                        category,
                        wanted_grade,
                    ):
                        return limit
    return None


CASES = list(product(("overall", "handle"), ("", "small", "big"), ("", "01", "0103"), (False, True)))


@given(
    st.sets(st.sampled_from(CASES)),
    st.sampled_from(("small", "big", "tiny")),
    st.sampled_from(("", "01", "0103", "02")),
)
def test_the_most_particular_limit_holds(chosen, grade, code):
    limits = [rule(*case, amount=n + 1) for n, case in enumerate(sorted(chosen))]
    for clock, urgent in product(("overall", "handle"), (False, True)):
        wanted = oracle(limits, clock, grade, code, urgent)
        if wanted is None:
            with pytest.raises(NotFound):
                pick_limit(limits, clock=clock, grade=grade, category_code=code, urgent=urgent)
        else:
            assert pick_limit(limits, clock=clock, grade=grade, category_code=code, urgent=urgent) == wanted


def test_a_small_thing_of_friday_evening_is_due_next_friday_and_the_sentence_says_why():
    due, sentence = deadline(CALENDAR, rule(source="石峰区默认时限"), FRIDAY)
    assert due == dt.datetime(2026, 11, 27, 17, 30, tzinfo=SHANGHAI)
    expected = (
        "小事限5个工作日(石峰区默认时限):11月20日(周五)16:40登记,自11月23日起算,"
        "第5个工作日为11月27日,下班时间17:30前办结。"
    )
    assert halfwidth(sentence) == expected


def halfwidth(text):
    return text.translate(str.maketrans("\uff0c\uff1a\uff08\uff09", ",:()"))


SENTENCES = [
    (
        rule("handle", "tiny", amount=4, measure="working_hour"),
        FRIDAY,
        (0, 0),
        (23, 13),
        "微事处置限4个工作时:11月20日(周五)16:40签收起算,只计上班时间,11月23日(周一)",
    ),
    (
        rule(grade="", urgent=True, amount=24, measure="running_hour"),
        FRIDAY,
        (0, 0),
        (21, 16),
        "紧急事项限24小时(昼夜连续):11月20日(周五)16:40登记起算,11月21日(周六)16:40前办结。",
    ),
    (rule(grade="", urgent=True, amount=24, measure="running_hour"), FRIDAY, (90, 0), (21, 18), "扣除挂账1小时30分钟"),
    (rule(), FRIDAY, (420, 0), (30, 17), "自11月23日起算,扣除挂账1个工作日,11月30日(周一)17:30前办结。"),
    (rule(), FRIDAY, (0, 840), (1, 17), "批准延期2个工作日,12月1日(周二)17:30前办结。"),
    (rule(), FRIDAY, (60, 420), (1, 9), "扣除挂账1小时,批准延期1个工作日,12月1日(周二)09:30前办结。"),
]


@pytest.mark.parametrize(("limit", "start", "more", "day_hour", "words"), SENTENCES)
def test_sentences_name_start_limit_pauses_and_extension(limit, start, more, day_hour, words):
    due, sentence = deadline(CALENDAR, limit, start, *more)
    assert words in halfwidth(sentence)
    if limit.measure != Measure.WORKING_HOUR:
        assert (due.day, due.hour) == day_hour


@pytest.mark.capability("C38")
def test_holidays_and_worked_weekends_on_the_way_are_named():
    start = dt.datetime(2026, 9, 29, 10, 0, tzinfo=SHANGHAI)
    _, sentence = deadline(CALENDAR, rule(amount=8), start)
    assert "国庆" in sentence
    assert "10月1日至10月7日放假不计" in sentence
    assert "10月10日" in sentence
    assert "调休上班计入" in sentence


def test_beyond_the_published_holidays_the_sentence_says_it_is_a_guess_and_names_the_year():
    _, sentence = deadline(CALENDAR, rule(amount=40), FRIDAY)
    assert "2027年1月" in sentence
    assert "2027年放假安排尚未公布" in sentence


@given(
    st.sampled_from(list(Clock)),
    st.sampled_from(["tiny", "small", "big", "hard", ""]),
    st.booleans(),
    st.integers(1, 60),
    st.sampled_from(list(Measure)),
    st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 9, 1)),
    st.integers(0, 5000),
    st.integers(0, 5000),
)
def test_every_limit_is_reached_after_its_start_and_its_sentence_fits(
    clock, grade, urgent, amount, measure, start, paused, extra
):
    start = start.replace(tzinfo=SHANGHAI)
    limit = rule(clock, grade, "", urgent, amount, measure, "出" * 120)
    plain, _ = deadline(CALENDAR, limit, start)
    due, sentence = deadline(CALENDAR, limit, start, paused, extra)
    assert start < plain <= due
    assert f"{due:%H:%M}" in sentence
    assert f"{due.month}月{due.day}日" in sentence
    assert len(sentence) <= 400
    if measure is Measure.RUNNING_HOUR:
        assert due - plain == dt.timedelta(minutes=paused + extra)
    else:
        assert CALENDAR.minutes_between(plain, due) == paused + extra
