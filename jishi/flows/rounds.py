"""What the worker does in its rounds: who handles which event, and what is swept how often."""

import datetime as dt

from jishi.accounts.actions import forget_sessions
from jishi.flows.component_following import follow_step
from jishi.flows.grid_proposals import PlanDesk
from jishi.flows.order_telling import tell_of_order_step
from jishi.flows.plan_telling import PLAN_MOVED, tell_of_plan
from jishi.flows.register_desk import ImportDesk
from jishi.flows.register_files import forget_files
from jishi.flows.telling import tell_of_instruction, tell_of_step
from jishi.flows.unit_changes import catch_up
from jishi.flows.worker import Every, Handler, Sweep
from jishi.matters.actions.alarms import ring
from jishi.notices.rules.messages import Spread
from jishi.notices.rules.work import ClaimedEvent
from jishi.orders.actions.overdue import give_back_overdue


def follow_and_tell(event: ClaimedEvent, now: dt.datetime) -> Spread:
    """The components a matter is about follow it, in the transaction that tells of the step."""
    follow_step(event, now)
    return tell_of_step(event, now)


HANDLERS: dict[str, Handler] = {
    "matter.step": follow_and_tell,
    "instruction.given": tell_of_instruction,
    "instruction.answered": tell_of_instruction,
    "order.step": tell_of_order_step,
    PLAN_MOVED: tell_of_plan,
}

SWEEPS: tuple[Sweep, ...] = (
    Every(dt.timedelta(seconds=5), lambda now: ring(now=now)),
    Every(dt.timedelta(seconds=5), lambda now: give_back_overdue(now=now)),
    Every(dt.timedelta(minutes=5), lambda now: catch_up(now=now)),
    Every(dt.timedelta(hours=1), lambda now: forget_sessions(now=now)),
    Every(dt.timedelta(hours=6), forget_files),
    ImportDesk(),
    PlanDesk(),
)
