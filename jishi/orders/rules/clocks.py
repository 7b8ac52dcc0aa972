"""When an order is due where it lies, with the sentence that says so."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jishi.kernel.worktime import WorkCalendar
from jishi.orders.rules.stages import QUEUE, WORKING, Stage


@dataclass(frozen=True, slots=True)
class Limits:
    """What the place lays down in the section ``orders`` of its template; these are the defaults."""

    dispatch_working_hours: int = 4
    accept_working_hours: int = 7
    book_days: int = 30  # how far ahead an order may wish


def read_limits(content: Mapping[str, Any]) -> Limits:
    return Limits(**{name: value for name, value in content.get("orders", {}).items() if name != "source"})


def wind(
    stage: Stage, *, now: dt.datetime, wished_on: dt.date, calendar: WorkCalendar, limits: Limits
) -> tuple[dt.datetime | None, str]:
    """The due time of a stage that begins now and why; nothing where nobody at work has to act."""
    if stage in QUEUE:
        hours = limits.dispatch_working_hours
        return calendar.add_minutes(now, hours * 60), f"社区应在{hours}个工作时内派单"
    if stage is Stage.OFFERED:
        hours = limits.accept_working_hours
        return calendar.add_minutes(now, hours * 60), f"单位应在{hours}个工作时内接单，超时自动退回社区改派"
    if stage in WORKING:
        begins = dt.datetime.combine(wished_on, dt.time(), calendar.zone)
        return calendar.add_days(
            max(now, begins), 0
        ), f"约定{wished_on.month}月{wished_on.day}日办理，当天或其后首个工作日下班前办完"
    return None, ""
