"""Where an order can stand: 点单 派单 接单 办理 评单, and beside the way 退回 and 撤销."""

from enum import StrEnum


class Stage(StrEnum):
    PLACED = "placed"
    RETURNED = "returned"
    OFFERED = "offered"
    TAKEN = "taken"
    SERVING = "serving"
    SERVED = "served"
    RATED = "rated"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def public_label(self) -> str:
        """The word on the resident's receipt."""
        return PUBLIC_LABELS[self]


LABELS = {
    Stage.PLACED: "待派单",
    Stage.RETURNED: "退回待派",
    Stage.OFFERED: "待接单",
    Stage.TAKEN: "已接单",
    Stage.SERVING: "办理中",
    Stage.SERVED: "待评单",
    Stage.RATED: "已评单",
    Stage.CANCELLED: "已撤销",
}
PUBLIC_LABELS = {
    Stage.PLACED: "社区正在安排单位",
    Stage.RETURNED: "社区正在改派其他单位",
    Stage.OFFERED: "已派单，等待单位接单",
    Stage.TAKEN: "单位已接单",
    Stage.SERVING: "正在办理",
    Stage.SERVED: "已办完，请您评单",
    Stage.RATED: "已评单",
    Stage.CANCELLED: "已撤销",
}

QUEUE = frozenset({Stage.PLACED, Stage.RETURNED})  # the community must send it to a unit
WORKING = frozenset({Stage.TAKEN, Stage.SERVING})  # takes one of the unit's places
WITH_UNIT = frozenset({Stage.OFFERED}) | WORKING
CLOSED = frozenset({Stage.RATED, Stage.CANCELLED})
OPEN = frozenset(Stage) - CLOSED

# The five official stages, for the progress bar.
OFFICIAL = {
    "点单": QUEUE,
    "派单": frozenset({Stage.OFFERED}),
    "接单": frozenset({Stage.TAKEN}),
    "办理": frozenset({Stage.SERVING}),
    "评单": frozenset({Stage.SERVED, Stage.RATED}),
}
