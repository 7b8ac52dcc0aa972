"""How times, durations and numbers read on a page, in Chinese and in local time."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

WEEKDAYS = "一二三四五六日"
SOON = dt.timedelta(hours=4)  # from here on a due time is shown as pressing


def moment(value: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """``今天 16:40``, ``昨天 09:05``, ``11月22日 16:40``, ``2025年3月1日 16:40``; nothing for None."""
    if value is None:
        return ""
    zone = timezone.get_default_timezone()
    local = value.astimezone(zone)
    today = (now or timezone.now()).astimezone(zone).date()
    return f"{day(local.date(), today)} {local.hour:02}:{local.minute:02}"


def day(value: dt.date | None, today: dt.date | None = None) -> str:
    """``今天``, ``昨天``, ``明天``, ``11月22日``, ``2025年3月1日``; nothing for None."""
    if value is None:
        return ""
    today = today or timezone.localdate(timezone=timezone.get_default_timezone())
    near = {0: "今天", -1: "昨天", 1: "明天"}.get((value - today).days)
    if near:
        return near
    short = f"{value.month}月{value.day}日"
    return short if value.year == today.year else f"{value.year}年{short}"


def exact(value: dt.datetime | dt.date | None) -> str:
    """``2026年11月22日 16:40 星期日``, for titles and print."""
    if value is None:
        return ""
    clock = ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(timezone.get_default_timezone())
        clock = f" {value.hour:02}:{value.minute:02}"
    return f"{value.year}年{value.month}月{value.day}日{clock} 星期{WEEKDAYS[value.weekday()]}"


def duration(span: dt.timedelta | int | float) -> str:
    """A length of time in at most two units: ``3天4小时``, ``2小时5分钟``, ``40分钟``. Numbers are minutes.

    The second unit is left out where it says little: ``12天``, ``19小时``.
    """
    minutes = abs(int(span.total_seconds() / 60) if isinstance(span, dt.timedelta) else int(span))
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days}天{hours}小时" if hours and days < 10 else f"{days}天"
    if hours:
        return f"{hours}小时{left}分钟" if left and hours < 10 else f"{hours}小时"
    return f"{left}分钟" if left else "不到1分钟"


@dataclass(frozen=True, slots=True)
class DueWords:
    """How a due time reads now: the words and the tone of its colour."""

    text: str
    tone: str


def due_words(due_at: dt.datetime | None, now: dt.datetime, *, done_at: dt.datetime | None = None) -> DueWords:
    """``剩 6小时``, ``超期 2天3小时``; for what is done whether it was in time."""
    if due_at is None:
        return DueWords("未设时限", "quiet")
    if done_at is not None:
        late = done_at - due_at
        if late <= dt.timedelta(0):
            return DueWords("按时办结", "done")
        return DueWords(f"超期{duration(late)}办结", "quiet")
    left = due_at - now
    if left < dt.timedelta(0):
        return DueWords(f"超期 {duration(left)}", "alert")
    return DueWords(f"剩 {duration(left)}", "waiting" if left <= SOON else "quiet")


def grouped(value: int | float | None) -> str:
    """``12,345``; an unknown figure is ``—``, never 0."""
    return "—" if value is None else f"{value:,}"
