import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from jishi.web import formats

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 22, 16, 40, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "今天 16:40"),
        (NOW - dt.timedelta(hours=17), "昨天 23:40"),
        (NOW + dt.timedelta(days=1), "明天 16:40"),
        (NOW - dt.timedelta(days=2), "11月20日 16:40"),
        (NOW.replace(year=2025), "2025年11月22日 16:40"),
        (dt.datetime(2026, 11, 21, 16, 30, tzinfo=dt.UTC), "今天 00:30"),
        (None, ""),
    ],
)
def test_a_moment_is_said_as_one_would_say_it_here(at, said):
    assert formats.moment(at, NOW) == said


def test_the_exact_moment_names_the_weekday():
    assert formats.exact(NOW) == "2026年11月22日 16:40 星期日"
    assert formats.exact(NOW.date()) == "2026年11月22日 星期日"
    assert formats.exact(None) == ""


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "不到1分钟"),
        (1, "1分钟"),
        (59, "59分钟"),
        (60, "1小时"),
        (61, "1小时1分钟"),
        (19 * 60 + 59, "19小时"),
        (24 * 60, "1天"),
        (27 * 60, "1天3小时"),
        (12 * 24 * 60 + 300, "12天"),
    ],
)
def test_a_duration_has_two_units_at_most(minutes, said):
    assert formats.duration(minutes) == said
    assert formats.duration(dt.timedelta(minutes=minutes)) == said
    assert formats.duration(dt.timedelta(minutes=-minutes)) == said


@pytest.mark.parametrize(
    ("due", "done", "text", "tone"),
    [
        (None, None, "未设时限", "quiet"),
        (dt.timedelta(days=3), None, "剩 3天", "quiet"),
        (dt.timedelta(hours=4), None, "剩 4小时", "waiting"),
        (dt.timedelta(0), None, "剩 不到1分钟", "waiting"),
        (dt.timedelta(seconds=-1), None, "超期 不到1分钟", "alert"),
        (dt.timedelta(hours=-27), None, "超期 1天3小时", "alert"),
        (dt.timedelta(hours=1), dt.timedelta(0), "按时办结", "done"),
        (dt.timedelta(hours=-2), dt.timedelta(0), "超期2小时办结", "quiet"),
    ],
)
def test_a_due_time_says_how_much_is_left(due, done, text, tone):
    due_at = None if due is None else NOW + due
    done_at = None if done is None else NOW + done
    assert formats.due_words(due_at, NOW, done_at=done_at) == formats.DueWords(text, tone)


def test_an_unknown_figure_is_never_nought():
    assert formats.grouped(12345) == "12,345"
    assert formats.grouped(0) == "0"
    assert formats.grouped(None) == "—"
