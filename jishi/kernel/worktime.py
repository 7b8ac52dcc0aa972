"""Working time: how long is it, in office hours, from one moment to another, and when is a limit reached.

Time is measured without rounding inside; every question costs the same however far apart the moments are,
because the working days of a year are counted once and kept.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")

_MICROSECOND = dt.timedelta(microseconds=1)
_MINUTE = 60_000_000  # in microseconds, the unit of all arithmetic below
_DAY = 24 * 60 * _MINUTE

IsWorkday = Callable[[dt.date], bool]


@lru_cache(maxsize=512)
def _workdays_of(year: int, is_workday: IsWorkday) -> tuple[int, ...]:
    """The proleptic ordinals of the working days of one year, in order."""
    first = dt.date(year, 1, 1).toordinal()
    last = dt.date(year, 12, 31).toordinal()
    return tuple(n for n in range(first, last + 1) if is_workday(dt.date.fromordinal(n)))


def _no_holiday(_day: dt.date) -> str:
    return ""


def _offset(moment: dt.time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def _checked_spans(hours: tuple[tuple[dt.time, dt.time], ...]) -> tuple[tuple[int, int], ...]:
    """Office hours as offsets from midnight; the last may end at 00:00, which means the end of the day."""
    spans = tuple((_offset(a), _offset(b) or _DAY) for a, b in hours)
    edges = [edge for span in spans for edge in span]
    if not spans or any(a >= b for a, b in spans) or edges != sorted(edges):
        raise ValueError("office hours must be one or more spans, in order, none empty, none overlapping")
    if any(edge % _MINUTE for edge in edges):
        raise ValueError("office hours must begin and end on whole minutes")
    return spans


@dataclass(frozen=True)
class WorkCalendar:
    """Office hours on working days.

    Parameters
    ----------
    hours
        Spans of one day such as ``((time(9), time(12)), (time(13, 30), time(17, 30)))``; each holds its
        first moment and not its last. All working days have the same hours.
    is_workday
        Says whether a date is worked; asked once a year and date, so it must always answer the same.
    known_until
        The last date for which ``is_workday`` is more than a guess.
    holiday_name
        The name of the public holiday a date belongs to, or an empty text.
    zone
        Where the office stands. Aware moments are read in this zone and given back in it; naive ones are
        taken as local and given back naive. Zones that change their clocks are not supported (China stopped
        in 1991).
    """

    hours: tuple[tuple[dt.time, dt.time], ...]
    is_workday: IsWorkday
    known_until: dt.date
    holiday_name: Callable[[dt.date], str] = _no_holiday
    zone: dt.tzinfo = LOCAL_ZONE
    _spans: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)
    _a_day: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spans = _checked_spans(self.hours)
        object.__setattr__(self, "_spans", spans)
        object.__setattr__(self, "_a_day", sum(b - a for a, b in spans))

    @property
    def minutes_a_day(self) -> int:
        """Working minutes of one working day."""
        return self._a_day // _MINUTE

    def is_known(self, day: dt.date | dt.datetime) -> bool:
        """Whether the holidays up to ``day`` are published; if not, a limit falling there may still move."""
        local = self._local(day).date() if isinstance(day, dt.datetime) else day
        return local <= self.known_until

    def day_kind(self, day: dt.date) -> str:
        """The day as people call it: 工作日, 调休上班, 节假日 or 休息日."""
        if self.is_workday(day):
            return "工作日" if day.weekday() < 5 else "调休上班"
        return "节假日" if day.weekday() < 5 or self.holiday_name(day) else "休息日"

    def is_working(self, moment: dt.datetime) -> bool:
        """Whether the office is open at ``moment``."""
        local = self._local(moment)
        offset = _offset(local.time())
        return self.is_workday(local.date()) and any(a <= offset < b for a, b in self._spans)

    def add_minutes(self, start: dt.datetime, minutes: int) -> dt.datetime:
        """The first moment, not before ``start``, by which ``minutes`` of office hours have gone by since.

        So the end of a span is given rather than the beginning of the next, and zero minutes give ``start``
        itself, open or not. ``minutes`` must not be negative.
        """
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        if minutes == 0:
            return self._like(start, self._local(start))
        local = self._local(start)
        owed = minutes * _MINUTE
        if self.is_workday(local.date()):
            done = self._worked_by(_offset(local.time()))
            if done + owed <= self._a_day:
                return self._like(start, self._moment(local.toordinal(), done + owed))
            owed -= self._a_day - done
        full_days = (owed - 1) // self._a_day
        last_day = self._workday_after(local.toordinal(), full_days + 1)
        return self._like(start, self._moment(last_day, owed - full_days * self._a_day))

    def add_days(self, start: dt.datetime, days: int) -> dt.datetime:
        """Close of business of the ``days``-th working day after the day of ``start``.

        The day of ``start`` itself is never counted. Zero days give the next close of business.
        """
        if days < 0:
            raise ValueError("days must not be negative")
        local = self._local(start)
        day = local.toordinal()
        if days == 0 and self.is_workday(local.date()) and _offset(local.time()) <= self._spans[-1][1]:
            return self._like(start, self._moment(day, self._a_day))
        return self._like(start, self._moment(self._workday_after(day, max(days, 1)), self._a_day))

    def minutes_between(self, a: dt.datetime, b: dt.datetime) -> int:
        """Whole minutes of office hours from ``a`` to ``b``; negative if ``b`` is the earlier one."""
        start, end = self._local(a), self._local(b)
        if end < start:
            return -self.minutes_between(b, a)
        first, last = start.toordinal(), end.toordinal()
        worked = self._workdays_in(first, last) * self._a_day
        if self.is_workday(start.date()):
            worked -= self._worked_by(_offset(start.time()))
        if self.is_workday(end.date()):
            worked += self._worked_by(_offset(end.time()))
        return worked // _MINUTE

    def _local(self, moment: dt.datetime) -> dt.datetime:
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _like(self, model: dt.datetime, local: dt.datetime) -> dt.datetime:
        return local if model.tzinfo is None else local.replace(tzinfo=self.zone)

    def _worked_by(self, offset: int) -> int:
        """Office hours from midnight to ``offset``, on a working day."""
        return sum(min(offset, b) - a for a, b in self._spans if offset > a)

    def _moment(self, day: int, worked: int) -> dt.datetime:
        """The first moment of the working day ``day`` by which ``worked`` (more than nothing) is done."""
        for a, b in self._spans:
            if worked <= b - a:
                break
            worked -= b - a
        midnight = dt.datetime.combine(dt.date.fromordinal(day), dt.time())
        return midnight + (a + worked) * _MICROSECOND

    def _workday_after(self, day: int, nth: int) -> int:
        """The ordinal of the ``nth`` (from 1) working day after the day with ordinal ``day``."""
        year = dt.date.fromordinal(day).year
        days = _workdays_of(year, self.is_workday)
        index = bisect_left(days, day + 1) + nth - 1
        while index >= len(days):
            index -= len(days)
            year += 1
            days = _workdays_of(year, self.is_workday)
        return days[index]

    def _workdays_in(self, first: int, last: int) -> int:
        """How many working days there are from ``first`` up to, not including, ``last``."""
        total = 0
        for year in range(dt.date.fromordinal(first).year, dt.date.fromordinal(last).year + 1):
            days = _workdays_of(year, self.is_workday)
            total += bisect_left(days, last) - bisect_left(days, first)
        return total
