"""When a matter is due: the overall clock and the clock of the present stage, from limits, pauses and extensions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.duties.rules.limits import LimitRule, deadline, pick_limit
from jishi.kernel.holidays import holiday_name, is_workday, known_until
from jishi.kernel.worktime import WorkCalendar
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade

# The clock that runs in each open stage. 接收 and 处置 share one: signing early must not buy handling time twice.
STAGE_CLOCK = {
    Stage.REGISTERED: "dispatch",
    Stage.RETURNED: "dispatch",
    Stage.ARBITRATION: "dispatch",
    Stage.DISPATCHED: "sign",
    Stage.ACCEPTED: "handle",
    Stage.HANDLING: "handle",
    Stage.VERIFYING: "verify",
    Stage.VERIFIED: "close",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pause: time between the two moments does not count."""

    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Running:
    """What the clocks depend on."""

    stage: Stage
    grade: Grade
    urgent: bool
    category_code: str
    clock_started_at: dt.datetime
    stage_since: dt.datetime
    pauses: tuple[Stretch, ...] = ()
    extra_working_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Clocks:
    due_at: dt.datetime
    due_reason: str
    stage_due_at: dt.datetime


def wind(running: Running, *, calendar: WorkCalendar, limits: Sequence[LimitRule]) -> Clocks:
    """Both due times, with the sentence that explains the overall one.

    Pauses move a due time by exactly the time of the same measure they took away: office hours for limits in
    working time, running time for urgent ones. Extensions move the overall clock, and the handling clock with it.
    """
    overall, reason = _due("overall", running, running.clock_started_at, True, calendar, limits)
    clock = STAGE_CLOCK[running.stage]
    stage_due, _ = _due(clock, running, running.stage_since, clock == "handle", calendar, limits)
    return Clocks(overall, reason, stage_due)


def _due(
    clock: str,
    running: Running,
    start: dt.datetime,
    extended: bool,
    calendar: WorkCalendar,
    limits: Sequence[LimitRule],
) -> tuple[dt.datetime, str]:
    limit = pick_limit(
        limits, clock=clock, grade=running.grade, category_code=running.category_code, urgent=running.urgent
    )
    counts_running = limit.measure == "running_hour"
    paused = sum(_paused_minutes(pause, start, calendar, counts_running) for pause in running.pauses)
    return deadline(
        calendar,
        limit,
        start,
        paused_minutes=paused,
        extra_minutes=running.extra_working_minutes if extended and not counts_running else 0,
    )


def _paused_minutes(pause: Stretch, start: dt.datetime, calendar: WorkCalendar, counts_running: bool) -> int:
    since = max(pause.since, start)
    if pause.until <= since:
        return 0
    if counts_running:
        return int((pause.until - since).total_seconds() // 60)
    return calendar.minutes_between(since, pause.until)


def next_alarm(
    *,
    now: dt.datetime,
    due_at: dt.datetime,
    stage_due_at: dt.datetime,
    paused_until: dt.datetime | None,
    calendar: WorkCalendar,
    repeat_working_minutes: int,
) -> dt.datetime:
    """When the worker must look at an open matter next: the end of a pause, a due time, or the next reminder."""
    if paused_until is not None:
        return paused_until
    ahead = [moment for moment in (stage_due_at, due_at) if moment > now]
    if len(ahead) < 2:  # something is overdue already: remind again, unless the other clock runs out before
        ahead.append(calendar.add_minutes(now, repeat_working_minutes))
    return min(ahead)


def calendar_of(content: Mapping[str, Any]) -> WorkCalendar:
    """The working calendar of a place template (``work_hours``: pairs of "HH:MM")."""
    hours = tuple((dt.time.fromisoformat(start), dt.time.fromisoformat(end)) for start, end in content["work_hours"])
    return WorkCalendar(hours=hours, is_workday=is_workday, known_until=known_until(), holiday_name=holiday_name)
