"""What happens by the clock alone: an order nobody accepted in time goes back to the community."""

import datetime as dt
import logging

from django.db import transaction

from jishi.kernel.errors import Conflict
from jishi.orders.actions.ledger import SYSTEM
from jishi.orders.actions.steps import advance
from jishi.orders.models import Order
from jishi.orders.queries.orders import facts_for_step
from jishi.orders.rules.given import Given
from jishi.orders.rules.stages import Stage
from jishi.orders.rules.steps import STEPS
from jishi.organizations.queries import name_on_record

log = logging.getLogger(__name__)


def give_back_overdue(*, now: dt.datetime, limit: int = 200) -> int:
    """Give back what was not accepted in time; how many. Two workers at once give each order back once."""
    late = Order.objects.filter(stage=Stage.OFFERED.value, due_at__lte=now).order_by("due_at")
    return sum(_give_back(number, now) for number in list(late.values_list("number", flat=True)[:limit]))


def _give_back(number: str, now: dt.datetime) -> bool:
    """Somebody who accepts at the same moment settles it as well: exactly one of the two is written."""
    try:
        with transaction.atomic():
            facts = facts_for_step(number)
            if facts is None or facts.stage is not Stage.OFFERED or facts.due_at is None or facts.due_at > now:
                return False
            assert facts.taker_id is not None
            note = f"{name_on_record(facts.taker_id)}没有在期限内接单，自动退回社区"
            advance(facts=facts, step=STEPS["lapse"], given=Given(note=note), actor=SYSTEM, now=now)
    except Conflict:
        return False
    except Exception:
        log.exception("the order %s could not be given back; the others are", number)
        return False
    return True
