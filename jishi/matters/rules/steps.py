"""The step table: the one truth for buttons, endpoints, permissions, the diagram and the tests.

A step has a name, the stages it may be taken in, the stage it leads to (none: the stage stays), the permission it
asks for, who must hold the matter, and what must be given. Nothing else in the program decides who may do what to a
matter.
"""

from dataclasses import dataclass
from enum import StrEnum

from jishi.accounts.rules.roles import Permission
from jishi.matters.rules.stages import OPEN_STAGES, Stage

P = Permission
S = Stage


class Holder(StrEnum):
    """Whose hands the matter must be in for the step."""

    AREA = "area"  # a posting of the person covers the place
    LEAD = "lead"  # the person works for the lead unit
    HELPER = "helper"  # the person works for a helping unit that is not done
    REPORTER = "reporter"  # whoever shows the code of the receipt
    READER = "reader"  # anybody who may see the matter
    SYSTEM = "system"  # the worker, by the clock


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    label: str
    sources: frozenset[Stage]
    target: Stage | None
    permission: Permission | None
    holder: Holder
    needs: tuple[str, ...] = ()  # fields of Given that must not be empty
    takes: tuple[str, ...] = ()  # fields of Given that may be given
    public: bool = False  # the reporter sees it on the receipt
    while_paused: bool = False
    in_title: str = ""  # the heading of its line in the history, where it differs from the button

    @property
    def past(self) -> str:
        return self.in_title or self.label


UNLED = frozenset({S.REGISTERED, S.RETURNED})
WITH_LEAD = frozenset({S.DISPATCHED, S.ACCEPTED, S.HANDLING})
WORKING = frozenset({S.ACCEPTED, S.HANDLING})
REOPENABLE = frozenset({S.CLOSED, S.FOLLOWED_UP})


def _step(
    name: str,
    label: str,
    sources: frozenset[Stage] | set[Stage],
    target: Stage | None,
    permission: Permission | None,
    holder: Holder,
    **more: object,
) -> tuple[str, Step]:
    return name, Step(name, label, frozenset(sources), target, permission, holder, **more)  # type: ignore[arg-type]


STEPS: dict[str, Step] = dict(
    [
        # the way of a matter
        _step(
            "settle",
            "自处理",
            {S.REGISTERED},
            S.VERIFYING,
            P.SETTLE,
            Holder.AREA,
            needs=("note",),
            takes=("photos", "reply", "reply_kind"),
            public=True,
            in_title="现场自处理",
        ),
        _step(
            "dispatch",
            "派发",
            UNLED,
            S.DISPATCHED,
            P.DISPATCH,
            Holder.AREA,
            needs=("lead_id",),
            takes=("helper_ids", "task", "note", "category_code", "grade"),
            public=True,
        ),
        _step(
            "redispatch",
            "改派",
            WITH_LEAD,
            S.DISPATCHED,
            P.DISPATCH,
            Holder.AREA,
            needs=("lead_id", "note"),
            takes=("helper_ids", "task"),
            public=True,
        ),
        _step("sign", "签收", {S.DISPATCHED}, S.ACCEPTED, P.HANDLE, Holder.LEAD, public=True),
        _step("return", "退回", {S.DISPATCHED}, S.RETURNED, P.HANDLE, Holder.LEAD, needs=("ground", "note")),
        _step(
            "dispute",
            "再次退回并提请仲裁",
            {S.DISPATCHED},
            S.ARBITRATION,
            P.HANDLE,
            Holder.LEAD,
            needs=("ground", "note"),
            in_title="提请仲裁",
        ),
        _step(
            "arbitrate",
            "仲裁裁定",
            {S.ARBITRATION},
            S.DISPATCHED,
            P.ARBITRATE,
            Holder.AREA,
            needs=("lead_id", "note"),
            takes=("helper_ids", "task"),
            public=True,
        ),
        _step("begin", "开始处置", {S.ACCEPTED}, S.HANDLING, P.HANDLE, Holder.LEAD, takes=("note",), public=True),
        _step(
            "finish",
            "处置完成",
            WORKING,
            S.VERIFYING,
            P.HANDLE,
            Holder.LEAD,
            needs=("note", "reply", "reply_kind"),
            takes=("basis", "photos"),
            public=True,
        ),
        _step(
            "verify",
            "核实通过",
            {S.VERIFYING},
            S.VERIFIED,
            P.VERIFY,
            Holder.AREA,
            needs=("how", "note"),
            takes=("photos", "longitude", "latitude"),
            public=True,
        ),
        _step(
            "reject",
            "核实不通过",
            {S.VERIFYING},
            S.HANDLING,
            P.VERIFY,
            Holder.AREA,
            needs=("note",),
            takes=("photos",),
            in_title="核实不通过，退回处置",
        ),
        _step(
            "close",
            "答复结案",
            {S.VERIFIED},
            S.CLOSED,
            P.DISPATCH,
            Holder.AREA,
            needs=("reply", "reply_kind"),
            takes=("basis",),
            public=True,
        ),
        _step(
            "follow_up",
            "回访",
            {S.CLOSED},
            S.FOLLOWED_UP,
            P.DISPATCH,
            Holder.AREA,
            needs=("solved", "satisfied"),
            takes=("note",),
            in_title="电话回访",
        ),
        _step(
            "rate",
            "评价",
            {S.CLOSED},
            S.FOLLOWED_UP,
            None,
            Holder.REPORTER,
            needs=("solved", "satisfied"),
            takes=("note",),
            public=True,
            in_title="居民评价",
        ),
        _step(
            "reopen",
            "重新办理",
            REOPENABLE,
            S.REGISTERED,
            P.DISPATCH,
            Holder.AREA,
            needs=("note",),
            public=True,
        ),
        _step(
            "merge",
            "并案",
            OPEN_STAGES,
            S.MERGED,
            P.DISPATCH,
            Holder.AREA,
            needs=("into",),
            takes=("note",),
            public=True,
            while_paused=True,
        ),
        _step(
            "unmerge",
            "撤销并案",
            {S.MERGED},
            S.REGISTERED,
            P.DISPATCH,
            Holder.AREA,
            needs=("note",),
            public=True,
            in_title="撤销并案，恢复单独办理",
        ),
        _step(
            "grant_abnormal",
            "同意非正常结案",
            OPEN_STAGES,
            S.ABNORMAL,
            P.APPROVE,
            Holder.AREA,
            needs=("reply", "reply_kind", "basis"),
            takes=("note",),
            public=True,
            while_paused=True,
            in_title="非正常结案",
        ),
        # helpers
        _step(
            "add_helper",
            "增加协办",
            WITH_LEAD,
            None,
            P.DISPATCH,
            Holder.AREA,
            needs=("organization_id",),
            takes=("task",),
        ),
        _step(
            "release_helper", "解除协办", WITH_LEAD, None, P.DISPATCH, Holder.AREA, needs=("organization_id", "note")
        ),
        _step("help_done", "协办完成", WORKING, None, P.HANDLE, Holder.HELPER, needs=("note",), takes=("photos",)),
        # time
        _step(
            "pause",
            "挂账",
            WITH_LEAD,
            None,
            P.DISPATCH,
            Holder.AREA,
            needs=("reason", "note", "until"),
            public=True,
        ),
        _step(
            "resume",
            "恢复办理",
            OPEN_STAGES,
            None,
            P.DISPATCH,
            Holder.AREA,
            takes=("note",),
            public=True,
            while_paused=True,
        ),
        _step("ask_extension", "申请延期", WORKING, None, P.HANDLE, Holder.LEAD, needs=("note", "working_days")),
        _step(
            "grant_extension",
            "同意延期",
            OPEN_STAGES,
            None,
            P.APPROVE,
            Holder.AREA,
            takes=("note",),
            public=True,
            in_title="批准延期",
        ),
        _step("refuse_extension", "不同意延期", OPEN_STAGES, None, P.APPROVE, Holder.AREA, needs=("note",)),
        _step("escalate", "超期升级", OPEN_STAGES, None, None, Holder.SYSTEM),
        # asking and deciding
        _step(
            "ask_abnormal",
            "申请非正常结案",
            WORKING,
            None,
            P.HANDLE,
            Holder.LEAD,
            needs=("note", "basis"),
            while_paused=True,
        ),
        _step(
            "refuse_abnormal",
            "不同意非正常结案",
            OPEN_STAGES,
            None,
            P.APPROVE,
            Holder.AREA,
            needs=("note",),
            while_paused=True,
        ),
        _step(
            "ask_reopening",
            "申请重新办理",
            REOPENABLE,
            None,
            None,
            Holder.REPORTER,
            needs=("note",),
            public=True,
        ),
        _step(
            "refuse_reopening",
            "不予重新办理",
            REOPENABLE,
            None,
            P.DISPATCH,
            Holder.AREA,
            needs=("note",),
            public=True,
        ),
        # setting right
        _step(
            "regrade",
            "调整等级",
            OPEN_STAGES,
            None,
            P.DISPATCH,
            Holder.AREA,
            needs=("grade", "note"),
            while_paused=True,
        ),
        _step(
            "reclassify",
            "调整类别",
            OPEN_STAGES,
            None,
            P.DISPATCH,
            Holder.AREA,
            needs=("category_code",),
            takes=("note",),
            while_paused=True,
        ),
        _step(
            "relocate",
            "核定地点",
            OPEN_STAGES,
            None,
            P.DISPATCH,
            Holder.AREA,
            needs=("unit_id",),
            takes=("note",),
            while_paused=True,
        ),
        # words beside the way
        _step(
            "comment",
            "批注",
            frozenset(Stage),
            None,
            P.READ_MATTERS,
            Holder.READER,
            needs=("note",),
            while_paused=True,
        ),
        _step("urge", "催办", WITH_LEAD | {S.VERIFYING}, None, P.SUPERVISE, Holder.AREA, needs=("note",)),
        _step(
            "supervise",
            "督办",
            OPEN_STAGES - UNLED,
            None,
            P.SUPERVISE,
            Holder.AREA,
            needs=("note", "until"),
            in_title="列入督办",
        ),
    ]
)
del P, S

# What the system writes on its own: the beginning, and the move of open matters when their unit is divided.
REGISTER = "register"
HAND_OVER = "hand_over"
PAST_LABELS = {REGISTER: "登记", HAND_OVER: "随单元调整划转"} | {name: step.past for name, step in STEPS.items()}
PUBLIC_STEPS = frozenset({REGISTER} | {name for name, step in STEPS.items() if step.public})
