"""What happens by the clock alone: overdue matters rise, pauses end. Called by the worker, again and again."""

import datetime as dt
import logging

from django.db import transaction
from django.utils.timezone import localdate

from jishi.kernel.errors import Conflict
from jishi.matters.actions.county import county_rules
from jishi.matters.actions.ledger import SYSTEM
from jishi.matters.actions.steps import advance
from jishi.matters.models import Matter
from jishi.matters.queries.detail import facts_for_step
from jishi.matters.rules.given import Given
from jishi.matters.rules.steps import STEPS

log = logging.getLogger(__name__)


def ring(*, now: dt.datetime, limit: int = 200) -> int:
    """Take the steps that are due by the clock; returns how many. Two workers ringing at once take each step once."""
    numbers = (
        Matter.objects.filter(alarm_at__lte=now, closed_at__isnull=True)
        .order_by("alarm_at")
        .values_list("number", flat=True)[:limit]
    )
    return sum(_ring_one(number, now) for number in list(numbers))


def _ring_one(number: str, now: dt.datetime) -> bool:
    """End a pause that is over, or escalate what is overdue. A step somebody took meanwhile settles it as well."""
    try:
        with transaction.atomic():
            facts = facts_for_step(number)
            if facts is None or not facts.open:
                return False
            if facts.paused_until is not None:
                if facts.paused_until > now:
                    return False
                step, given = STEPS["resume"], Given(note="挂账期满，自动恢复办理")
            else:
                if min(filter(None, (facts.due_at, facts.stage_due_at))) > now:
                    return False
                step, given = STEPS["escalate"], Given()
            advance(facts=facts, step=step, given=given, actor=SYSTEM, rules=county_rules(localdate(now)), now=now)
    except Conflict:
        return False
    except Exception:
        log.exception("the alarm of %s could not be settled; the others are", number)
        return False
    return True
