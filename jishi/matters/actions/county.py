"""What the county has laid down, as the actions need it: handbook, calendar, limits. Read once a template version."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jishi.duties.queries import limits
from jishi.duties.rules.limits import LimitRule
from jishi.kernel.worktime import WorkCalendar
from jishi.matters.rules.clocks import calendar_of
from jishi.matters.rules.handbook import Handbook, read_handbook
from jishi.territory.queries import place


@dataclass(frozen=True, slots=True)
class County:
    handbook: Handbook
    calendar: WorkCalendar
    limits: Sequence[LimitRule]


def county_rules(day: dt.date) -> County:
    """The rules in force on ``day``."""
    handbook, calendar = _read(place().digest)
    return County(handbook, calendar, limits(day))


@lru_cache(maxsize=4)
def _read(digest: str) -> tuple[Handbook, WorkCalendar]:
    """Parsed once a content: ``digest`` names the content in force."""
    content = place().content
    return read_handbook(content), calendar_of(content)
