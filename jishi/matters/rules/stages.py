"""Where a matter can stand. The official stages are 登记 派发 接收 处置 核实 结案 回访."""

from enum import StrEnum


class Stage(StrEnum):
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    ARBITRATION = "arbitration"
    ACCEPTED = "accepted"
    HANDLING = "handling"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    CLOSED = "closed"
    FOLLOWED_UP = "followed_up"
    ABNORMAL = "abnormal"
    MERGED = "merged"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def ended_otherwise(self) -> bool:
        return self in ENDED_OTHERWISE

    @property
    def public_label(self) -> str:
        """The word on a resident's receipt: what happens now, not which desk it lies on."""
        return PUBLIC_LABELS[self]


LABELS = {
    Stage.REGISTERED: "待派发",
    Stage.DISPATCHED: "待签收",
    Stage.RETURNED: "已退回",
    Stage.ARBITRATION: "仲裁中",
    Stage.ACCEPTED: "已签收",
    Stage.HANDLING: "处置中",
    Stage.VERIFYING: "待核实",
    Stage.VERIFIED: "待结案",
    Stage.CLOSED: "已结案",
    Stage.FOLLOWED_UP: "已回访",
    Stage.ABNORMAL: "非正常结案",
    Stage.MERGED: "已并案",
}

PUBLIC_LABELS = {
    Stage.REGISTERED: "已登记，正在安排承办单位",
    Stage.DISPATCHED: "已派发，等待承办单位签收",
    Stage.RETURNED: "正在重新安排承办单位",
    Stage.ARBITRATION: "正在确定承办单位",
    Stage.ACCEPTED: "承办单位已签收",
    Stage.HANDLING: "正在处置",
    Stage.VERIFYING: "已处置，正在核实",
    Stage.VERIFIED: "已核实，正在答复",
    Stage.CLOSED: "已结案",
    Stage.FOLLOWED_UP: "已结案，已回访",
    Stage.ABNORMAL: "已终止办理",
    Stage.MERGED: "已与同一问题合并办理",
}

CLOSED_STAGES = frozenset({Stage.CLOSED, Stage.FOLLOWED_UP, Stage.ABNORMAL, Stage.MERGED})
OPEN_STAGES = frozenset(Stage) - CLOSED_STAGES
# Ended without having gone the official way: neither in time nor late, and no stage of it can be ticked off.
ENDED_OTHERWISE = frozenset({Stage.ABNORMAL, Stage.MERGED})
# From here on a lead unit answers for the handling.
LED_STAGES = frozenset({Stage.DISPATCHED, Stage.ACCEPTED, Stage.HANDLING, Stage.VERIFYING, Stage.VERIFIED})

# The seven official stages, for progress bars and the diagram.
OFFICIAL = {
    "登记": frozenset({Stage.REGISTERED, Stage.RETURNED, Stage.ARBITRATION}),
    "派发": frozenset({Stage.DISPATCHED}),
    "接收": frozenset({Stage.ACCEPTED}),
    "处置": frozenset({Stage.HANDLING}),
    "核实": frozenset({Stage.VERIFYING, Stage.VERIFIED}),
    "结案": frozenset({Stage.CLOSED, Stage.ABNORMAL, Stage.MERGED}),
    "回访": frozenset({Stage.FOLLOWED_UP}),
}
