"""Taking a step: one endpoint for every step of the table, and the table itself."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct, structs
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.accounts.rules.viewer import Viewer
from jishi.api.answers import answered, picked
from jishi.api.describing import described, step_table
from jishi.api.doors import NOBODY, Key, Login, Reporter
from jishi.api.reading import read_sent
from jishi.api.refusals import SENTENCES, Unknown
from jishi.api.throttle import check_may_guess, count_wrong_guess
from jishi.api.v1.paths import Number, number_of
from jishi.api.v1.shapes import Id, Latitude, Longitude, Moment
from jishi.api.writes import done_once
from jishi.kernel.errors import Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.matters.actions.steps import take_step
from jishi.matters.rules.given import Given
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import STEPS, Holder, Step
from jishi.matters.rules.vocabulary import Grade, ReplyKind

router = Router(tags=["事项"])
TAKEN = {name: step for name, step in STEPS.items() if step.holder is not Holder.SYSTEM}


class StepGiven(Struct, forbid_unknown_fields=True, frozen=True):
    """一步要给的内容。每一步只取它在步骤表中写明的字段，其余不要给。"""

    version: Annotated[
        Annotated[int, Meta(ge=1, le=2**31 - 1)] | None,
        Meta(description="读到的事项版本；给了而事项已被别人办理过，则答复 409"),
    ] = None
    code: Annotated[str, Meta(max_length=20, description="回执上的评价码，反映人评价或申请重新办理时给")] = ""
    note: Annotated[str, Meta(max_length=2000, description="说明")] = ""
    ground: Annotated[str, Meta(max_length=40, description="退回理由（见地方模板）")] = ""
    lead_id: Annotated[Id | None, Meta(description="主办单位编号")] = None
    helper_ids: Annotated[list[Id], Meta(max_length=30, description="协办单位编号")] = []
    task: Annotated[str, Meta(max_length=300, description="办理要求")] = ""
    category_code: Annotated[str, Meta(max_length=20, description="类别代码")] = ""
    grade: Annotated[Grade | None, Meta(description="等级")] = None
    unit_id: Annotated[Id | None, Meta(description="单元编号")] = None
    reply: Annotated[str, Meta(max_length=5000, description="给居民的答复")] = ""
    reply_kind: Annotated[ReplyKind | None, Meta(description="答复类型")] = None
    basis: Annotated[str, Meta(max_length=1000, description="法律或事实依据")] = ""
    reason: Annotated[str, Meta(max_length=40, description="挂账理由（见地方模板）")] = ""
    until: Annotated[Moment | None, Meta(description="挂账或督办的截止时间")] = None
    working_days: Annotated[int, Meta(ge=0, le=365, description="延长的工作日数")] = 0
    into: Annotated[str, Meta(max_length=40, description="并入的受理编号")] = ""
    how: Annotated[str, Meta(max_length=10, description="核实方式：on_site 现场，by_phone 电话")] = ""
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    solved: Annotated[bool | None, Meta(description="问题是否解决")] = None
    satisfied: Annotated[
        Annotated[int, Meta(ge=1, le=5)] | None, Meta(description="满意度，1（很不满意）到5（很满意）")
    ] = None
    organization_id: Annotated[Id | None, Meta(description="协办单位编号")] = None


class StepTakenShown(Struct, frozen=True):
    """办理之后事项所在的环节和新的版本。"""

    number: str
    step: str
    stage: Stage
    stage_label: str
    version: int


TABLE = step_table(
    "办理一步。能不能办由事项所在环节、本人的岗位和所在单位决定；同一版本上两个人同时办理，只有一个人办成。",
    TAKEN.values(),
)
StepName = Annotated[str, WithJsonSchema({"type": "string", "description": "步骤", "enum": list(TAKEN)}), Path()]


@router.post(
    "/matters/{number}/steps/{step}",
    summary="办理一步",
    description=TABLE,
    operation_id="take_step",
    auth=[Key(), Login(), Reporter()],
    **described(
        answer=StepTakenShown,
        body=StepGiven,
        photos=True,
        refuses={404, 429},
        example={"version": 3, "note": "已更换灯具", "reply": "路灯已于当日修复", "reply_kind": "done"},
    ),
)
def take(request: HttpRequest, number: Number, step: StepName) -> HttpResponse:
    wanted = TAKEN.get(step)
    if wanted is None:
        raise NotFound("没有这个步骤，请看 /api/v1/steps")
    by: Any = request.auth  # type: ignore[attr-defined]
    if by is NOBODY and wanted.holder is not Holder.REPORTER:
        raise Unknown(SENTENCES[401])
    sent = read_sent(request, StepGiven)
    body: StepGiven = sent.shape
    if by is NOBODY and not body.code:
        raise Unknown("请登录，或给出回执上的评价码")
    known = number_of(number)
    now = timezone.now()
    given = given_of(wanted, body, sent.photos)
    actor: Viewer | None = None if body.code or by is NOBODY else by

    def act() -> dict[str, Any]:
        taken = take_step(number=known, step=step, by=actor, now=now, given=given, version=body.version, code=body.code)
        return {**picked(taken, "number", "step", "stage", "version"), "stage_label": taken.stage.label}

    sender = f"receipt:{known}" if actor is None else f"person:{actor.person_id}"
    if actor is not None:
        return done_once(request, sender=sender, asked=sent.asked, now=now, act=act)
    check_may_guess(request, known)
    try:
        return done_once(request, sender=sender, asked=sent.asked, now=now, act=act)
    except NotFound:
        count_wrong_guess(request, known)
        raise


GIVEN_FIELDS = frozenset(StepGiven.__struct_fields__) - {"version", "code"}
DEFAULTS = structs.asdict(StepGiven())


def given_of(step: Step, body: StepGiven, photos: tuple[Any, ...]) -> Given:
    """What the step was given; raises ``Invalid`` for something it does not take, which would be lost silently."""
    given: dict[str, Any] = {
        name: getattr(body, name) for name in GIVEN_FIELDS if getattr(body, name) != DEFAULTS[name]
    }
    if photos:
        given["photos"] = photos
    for name in given:
        if name not in step.needs and name not in step.takes:
            raise Invalid(f"“{step.label}”不需要这一项", field=name)
    if "helper_ids" in given:
        given["helper_ids"] = tuple(given["helper_ids"])
    if "into" in given:
        given["into"] = parse_into(given["into"])
    return Given(**given)


def parse_into(text: str) -> str:
    try:
        return parse_number(text)
    except Invalid as error:
        raise Invalid(error.message, field="into") from error


class StepDescribed(Struct, frozen=True):
    """步骤表的一行：从哪些环节到哪个环节，要什么权限，事项须在谁手里，要给什么。"""

    name: str
    label: str
    sources: list[Stage]
    target: Stage | None
    permission: str | None
    holder: Holder
    needs: list[str]
    takes: list[str]
    public: bool
    while_paused: bool


@router.get(
    "/steps",
    summary="步骤表",
    operation_id="list_steps",
    **described(answer=list[StepDescribed]),
)
def list_steps(request: HttpRequest) -> HttpResponse:
    """事项的全部步骤。按钮、接口、权限和状态图都出自这一张表。"""
    return answered([picked(step, *StepDescribed.__struct_fields__) for step in STEPS.values()])
