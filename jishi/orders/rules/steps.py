"""The step table of orders: the one truth for buttons, endpoints, permissions and tests.

A step has a name, the stages it may be taken in, the stage it leads to, the permission it asks for, in whose hands the
order must be, and what must be given. Nothing else decides who may do what to an order.
"""

from dataclasses import dataclass
from enum import StrEnum

from jishi.accounts.rules.roles import Permission
from jishi.orders.rules.stages import OPEN, QUEUE, WITH_UNIT, WORKING, Stage


class Holder(StrEnum):
    """Whose step it is."""

    COMMUNITY = "community"  # works for the community the place lies in
    UNIT = "unit"  # works for the unit the order was sent to
    ORDERER = "orderer"  # shows the code of the receipt, or wrote the order down for the resident
    SYSTEM = "system"  # the worker, by the clock


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    label: str
    sources: frozenset[Stage]
    target: Stage
    permission: Permission | None
    holder: Holder
    needs: tuple[str, ...] = ()  # fields of Given that must not be empty
    takes: tuple[str, ...] = ()  # fields of Given that may be given
    told: bool = False  # the resident reads its note on the receipt


_SEND, _TAKE = Permission.DISPATCH_ORDERS, Permission.TAKE_ORDERS
_BEFORE = QUEUE | {Stage.OFFERED, Stage.TAKEN}
_OFFERED, _SERVED = frozenset({Stage.OFFERED}), frozenset({Stage.SERVED})

STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("dispatch", "派单", QUEUE, Stage.OFFERED, _SEND, Holder.COMMUNITY, ("offer_id",), ("note",)),
        Step("redispatch", "改派", WITH_UNIT, Stage.OFFERED, _SEND, Holder.COMMUNITY, ("offer_id", "note")),
        Step("accept", "接单", _OFFERED, Stage.TAKEN, _TAKE, Holder.UNIT, (), ("server",)),
        Step("return", "退回社区", WITH_UNIT, Stage.RETURNED, _TAKE, Holder.UNIT, ("note",)),
        Step("lapse", "超时退回社区", _OFFERED, Stage.RETURNED, None, Holder.SYSTEM),
        Step("begin", "开始办理", frozenset({Stage.TAKEN}), Stage.SERVING, _TAKE, Holder.UNIT, (), ("note",)),
        Step("complete", "办完", WORKING, Stage.SERVED, _TAKE, Holder.UNIT, ("note",), told=True),
        Step("rate", "评单", _SERVED, Stage.RATED, None, Holder.ORDERER, ("solved", "satisfied"), ("note",)),
        Step("withdraw", "撤单", _BEFORE, Stage.CANCELLED, None, Holder.ORDERER, (), ("note",)),
        Step("cancel", "撤销", OPEN - _SERVED, Stage.CANCELLED, _SEND, Holder.COMMUNITY, ("note",), told=True),
    )
}

# What no button does: the beginning.
PLACE = "place"
PAST_LABELS = {PLACE: "点单"} | {name: step.label for name, step in STEPS.items()}
