"""Clocks: pauses move a due time by exactly what they took, alarms ring at the right moment."""

import datetime as dt
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.duties.rules.limits import LimitRule
from jishi.matters.rules.clocks import STAGE_CLOCK, Running, Stretch, calendar_of, next_alarm, wind
from jishi.matters.rules.stages import OPEN_STAGES, Stage
from jishi.matters.rules.vocabulary import Grade
from tests.matters.scenes import NOW, SHANGHAI

CALENDAR = calendar_of({"work_hours": [["08:30", "12:00"], ["14:00", "17:30"]]})
LIMITS = tuple(
    LimitRule(clock, "", "", False, amount, "working_hour")
    for clock, amount in [("dispatch", 2), ("sign", 4), ("handle", 14), ("verify", 7), ("close", 4), ("overall", 35)]
) + tuple(
    LimitRule(clock, "", "", True, amount, "running_hour")
    for clock, amount in [("dispatch", 1), ("sign", 1), ("handle", 12), ("verify", 4), ("close", 4), ("overall", 24)]
)
moments = st.datetimes(dt.datetime(2026, 1, 5), dt.datetime(2026, 11, 30)).map(
    lambda moment: moment.replace(microsecond=0, second=0, tzinfo=SHANGHAI)
)
lengths = st.integers(1, 20 * 24 * 60).map(lambda minutes: dt.timedelta(minutes=minutes))


def running(stage=Stage.HANDLING, **more) -> Running:
    values = {"grade": Grade.SMALL, "urgent": False, "category_code": "", "clock_started_at": NOW, "stage_since": NOW}
    return Running(stage=stage, **(values | more))


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
@pytest.mark.capability("K22-I6", "C38")
def test_every_open_stage_has_a_clock_and_a_due_time(stage):
    clocks = wind(running(stage), calendar=CALENDAR, limits=LIMITS)
    assert stage in STAGE_CLOCK
    assert clocks.stage_due_at > NOW
    assert clocks.due_at > NOW
    assert "限" in clocks.due_reason


@given(start=moments, begins=st.integers(0, 10_000), lasts=lengths)
@pytest.mark.capability("K22-I8", "C38")
def test_a_pause_gives_back_exactly_the_office_time_it_took(start, begins, lasts):
    since = start + dt.timedelta(minutes=begins)
    pause = Stretch(since, since + lasts)
    plain = wind(running(clock_started_at=start), calendar=CALENDAR, limits=LIMITS).due_at
    moved = wind(running(clock_started_at=start, pauses=(pause,)), calendar=CALENDAR, limits=LIMITS).due_at
    assert CALENDAR.minutes_between(plain, moved) == CALENDAR.minutes_between(pause.since, pause.until)


@given(start=moments, lasts=lengths)
def test_an_urgent_matter_is_given_back_running_time(start, lasts):
    urgent = {"urgent": True, "clock_started_at": start}
    plain = wind(running(**urgent), calendar=CALENDAR, limits=LIMITS).due_at
    moved = wind(running(**urgent, pauses=(Stretch(start, start + lasts),)), calendar=CALENDAR, limits=LIMITS).due_at
    assert moved - plain == lasts


@given(start=moments, before=lengths, lasts=lengths)
def test_a_pause_before_the_clock_began_counts_for_nothing(start, before, lasts):
    pause = Stretch(start - before - lasts, start - before)
    plain = wind(running(clock_started_at=start, stage_since=start), calendar=CALENDAR, limits=LIMITS)
    moved = wind(running(clock_started_at=start, stage_since=start, pauses=(pause,)), calendar=CALENDAR, limits=LIMITS)
    assert plain == moved


@pytest.mark.capability("C38")
def test_regrading_keeps_pauses_and_extensions():
    limits = (*LIMITS, LimitRule("overall", "big", "", False, 70, "working_hour"))
    pause = Stretch(NOW, NOW + dt.timedelta(days=2))
    kept = {"pauses": (pause,), "extra_working_minutes": 420}
    big = wind(running(grade=Grade.BIG, **kept), calendar=CALENDAR, limits=limits)
    paused = CALENDAR.minutes_between(pause.since, pause.until)
    assert big.due_at == CALENDAR.add_minutes(NOW, 70 * 60 + paused + 420)


@pytest.mark.capability("C38")
def test_the_alarm_rings_at_the_nearest_due_time_then_at_each_reminder():
    ahead = {"calendar": CALENDAR, "repeat_working_minutes": 420, "paused_until": None}
    hour = dt.timedelta(hours=1)
    for stage_due, due in product((NOW - hour, NOW + hour), (NOW - 2 * hour, NOW + 3 * hour)):
        alarm = next_alarm(now=NOW, due_at=due, stage_due_at=stage_due, **ahead)
        coming = [moment for moment in (stage_due, due) if moment > NOW]
        reminder = [] if len(coming) == 2 else [CALENDAR.add_minutes(NOW, 420)]
        assert alarm == min(coming + reminder)
    end = NOW + 9 * hour
    assert next_alarm(now=NOW, due_at=NOW, stage_due_at=NOW, **(ahead | {"paused_until": end})) == end
