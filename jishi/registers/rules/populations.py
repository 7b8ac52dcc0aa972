"""How many people a place has, by each of the definitions in use: the police's, the statisticians', and who is here.

Two departments mean two different things by 常住人口. Each has a name of its own here, and no figure goes without it.
"""

import calendar
import datetime as dt

from jishi.registers.rules.vocabulary import Word


class Population(Word):
    """A count of people with the name it must be shown under."""

    REGISTERED = "registered", "常住人口（公安口径，即户籍人口）"
    CENSUS = "census", "常住人口（统计口径）"
    PRESENT = "present", "实有人口"

    @property
    def definition(self) -> str:
        return _DEFINITIONS[self.value]


_DEFINITIONS = {
    "registered": "户口登记在本辖区房屋的人，不论现住哪里。",
    "census": "现住本辖区、且户口在本乡镇街道或半年前已住在本辖区的人，加上户口在此、离开本辖区不满半年的人。",
    "present": "现住本辖区的人，不论户口在哪里。",
}
_MONTHS = 6


def half_a_year_before(day: dt.date) -> dt.date:
    """The same day of the month half a year ago; the last day of that month if it has no such day."""
    years, month = divmod(day.month - 1 - _MONTHS, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
