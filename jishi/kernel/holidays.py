"""Which days are worked in China: the holiday notices of the State Council, from the package chinesecalendar.

A notice for the next year comes out in November. Outside the years the installed package knows, Monday to
Friday count as working days, and ``is_known`` says that this is a guess.
"""

import datetime as dt
from functools import lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays as _holidays
from chinese_calendar.constants import workdays as _workdays

_FIRST_YEAR = min(_holidays).year
_LAST_YEAR = max(max(_holidays), max(_workdays)).year


def known_until() -> dt.date:
    """The last day whose holidays are published and installed."""
    return dt.date(_LAST_YEAR, 12, 31)


def is_known(day: dt.date) -> bool:
    """Whether ``day`` lies in a year with a published holiday notice."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


@lru_cache(maxsize=4096)
def is_workday(day: dt.date) -> bool:
    """Whether offices work on ``day``: 调休 weekends are worked, public holidays are not."""
    if is_known(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def holiday_name(day: dt.date) -> str:
    """The Chinese name of the public holiday ``day`` is part of, weekends in it too, or an empty text."""
    name = _holidays.get(day)
    return chinese_calendar.Holiday(name).chinese if name else ""
