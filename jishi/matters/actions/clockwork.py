"""The clocks of a matter after a step: worked out from the ledgers, written with the step."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from jishi.matters.actions.county import County
from jishi.matters.models import Pause, Request
from jishi.matters.rules.change import Change
from jishi.matters.rules.clocks import STAGE_CLOCK, Running, Stretch, next_alarm, wind
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.stages import CLOSED_STAGES, Stage
from jishi.matters.rules.vocabulary import Grade, RequestKind


def clock_sets(facts: Facts, change: Change, target: Stage, rules: County, now: dt.datetime) -> dict[str, Any]:
    """The clock fields to set with ``change``. Words beside the way set none: a comment never restarts a clock."""
    if target in CLOSED_STAGES:
        return {"alarm_at": None}
    begins_anew = change.restarts_clock or _begins_stage_clock(facts, change, target)
    if not begins_anew and not change.moves_clock:
        return _ring_again(facts, rules, now) if change.rings else {}
    started = now if change.restarts_clock else facts.clock_started_at
    stage_since = now if begins_anew else facts.stage_since
    running = Running(
        stage=target,
        grade=Grade(change.sets.get("grade", facts.grade)),
        urgent=change.sets.get("urgent", facts.urgent),
        category_code=change.sets.get("category_code", facts.category_code),
        clock_started_at=started,
        stage_since=stage_since,
        pauses=_pauses(facts, change, now),
        extra_working_minutes=change.extends_by + _granted_before(facts, started),
    )
    clocks = wind(running, calendar=rules.calendar, limits=rules.limits)
    return {
        "clock_started_at": started,
        "stage_since": stage_since,
        "due_at": clocks.due_at,
        "due_reason": clocks.due_reason,
        "stage_due_at": clocks.stage_due_at,
        "alarm_at": next_alarm(
            now=now,
            due_at=clocks.due_at,
            stage_due_at=clocks.stage_due_at,
            paused_until=change.sets.get("paused_until", facts.paused_until),
            calendar=rules.calendar,
            repeat_working_minutes=rules.handbook.escalation_repeat_working_minutes,
        ),
    }


def _begins_stage_clock(facts: Facts, change: Change, target: Stage) -> bool:
    """A stage's own clock begins with the stage; 接收 and 处置 share one, a new lead gets a new one."""
    if not facts.open or "lead_id" in change.sets:
        return True
    return STAGE_CLOCK[target] != STAGE_CLOCK[facts.stage]


def _ring_again(facts: Facts, rules: County, now: dt.datetime) -> dict[str, Any]:
    assert facts.due_at is not None
    assert facts.stage_due_at is not None
    return {
        "alarm_at": next_alarm(
            now=now,
            due_at=facts.due_at,
            stage_due_at=facts.stage_due_at,
            paused_until=None,
            calendar=rules.calendar,
            repeat_working_minutes=rules.handbook.escalation_repeat_working_minutes,
        )
    }


def _pauses(facts: Facts, change: Change, now: dt.datetime) -> tuple[Stretch, ...]:
    """All pauses as they stand after the change: a running one counts to its planned end, an ended one to its end."""
    paused_until = change.sets.get("paused_until", facts.paused_until)
    stretches = []
    if facts.adjustments:
        for row in Pause.objects.filter(matter=facts.id).values("since", "until", "ended_at"):
            end = row["ended_at"] or (row["until"] if paused_until is not None else now)
            stretches.append(Stretch(row["since"], min(end, row["until"])))
    if paused_until is not None and not facts.paused:
        stretches.append(Stretch(now, paused_until))
    return tuple(stretches)


def _granted_before(facts: Facts, started: dt.datetime) -> int:
    """Working minutes of extensions granted since the clock began."""
    if not facts.adjustments:
        return 0
    return sum(granted_extensions(facts.id, started).values_list("working_minutes", flat=True))


def granted_extensions(matter_id: int, since: dt.datetime) -> QuerySet[Request]:
    """The extensions granted since a clock began; those of an earlier round of a reopened matter do not count."""
    return Request.objects.filter(
        matter=matter_id, kind=RequestKind.EXTENSION.value, granted=True, decided_at__gte=since
    )
