"""May this person take this step now, with what was given? ``check_step`` says why not; ``can_step`` hides a button."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.given import Given
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import Holder, Step
from jishi.matters.rules.vocabulary import PartRole, ReplyKind, RequestKind

NEEDED = {
    "note": "请填写说明",
    "ground": "请选择退回理由",
    "lead_id": "请选择主办单位",
    "organization_id": "请选择协办单位",
    "category_code": "请选择类别",
    "grade": "请选择等级",
    "unit_id": "请选择所在单元",
    "reply": "请填写给居民的答复",
    "reply_kind": "请选择答复类型",
    "basis": "请写明法律或事实依据",
    "reason": "请选择挂账理由",
    "until": "请填写日期",
    "working_days": "请填写延长的工作日数",
    "into": "请填写并入的受理编号",
    "how": "请选择核实方式",
    "solved": "请选择问题是否解决",
    "satisfied": "请选择满意度",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation as the checks see it: where it sits in the tree."""

    id: int
    name: str
    path: str
    depth: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a check looks at besides the step: the matter, the county's rules, the time, the bodies named."""

    facts: Facts
    handbook: Handbook
    now: dt.datetime
    organizations: Mapping[int, Place]
    pause_end_limit: dt.datetime | None = None  # the latest end a pause beginning now may have
    into: Facts | None = None  # the matter a duplicate would be merged into
    extensions: int = 0  # extensions granted since the clock began
    moved_path: str = ""  # the path of the unit a matter would be relocated to


def holding_grant(step: Step, facts: Facts, viewer: Viewer) -> Grant | None:
    """The posting by which the person may take the step on this matter, if any."""
    for grant in viewer.grants:
        if step.permission is not None and not grant.allows(step.permission):
            continue
        match step.holder:
            case Holder.AREA if grant.covers(facts.path):
                return grant
            case Holder.LEAD if grant.organization_id is not None and grant.organization_id == facts.lead_id:
                return grant
            case Holder.HELPER if grant.organization_id in {part.organization_id for part in facts.open_helpers}:
                return grant
            case Holder.READER:
                return grant
    return None


def check_offered(step: Step, facts: Facts, viewer: Viewer | None) -> None:
    """Raise unless the step exists for this matter, at this moment, for this person; what is given is not looked at."""
    if facts.stage not in step.sources:
        raise Conflict(f"事项目前是“{facts.stage.label}”，不能{step.label}。可能已有人办理，请刷新后再看。")
    if facts.paused and not step.while_paused:
        raise Conflict(f"事项正在挂账，恢复办理后才能{step.label}")
    _check_moment(step, facts)
    if step.holder in {Holder.SYSTEM, Holder.REPORTER}:
        if viewer is not None:
            raise Forbidden("这一步不由工作人员办理")
        return
    if viewer is None:
        raise Forbidden("请先登录")
    if holding_grant(step, facts, viewer) is None:
        raise Forbidden(f"您的岗位不能对这件事项{step.label}")
    if step.name in {"verify", "reject"} and viewer.person_id in facts.hands:
        raise Forbidden("核实要由没有经手处置的人来做")
    _check_not_ones_own(step, facts, viewer)


def _check_moment(step: Step, facts: Facts) -> None:
    """Steps that ask for more than a stage: a first or second return, an open request, a running pause."""
    refusal = MOMENTS.get(step.name)
    reason = refusal(facts) if refusal is not None else None
    if reason is not None:
        raise Conflict(reason)


def _waits(kind: RequestKind, otherwise: str) -> Callable[[Facts], str | None]:
    return lambda facts: None if facts.request(kind) is not None else otherwise


def _not_yet(kind: RequestKind, otherwise: str) -> Callable[[Facts], str | None]:
    return lambda facts: otherwise if facts.request(kind) is not None else None


def _first_return(facts: Facts) -> str | None:
    return "已退回过一次，再次退回须提请仲裁" if facts.returns else None


def _second_return(facts: Facts) -> str | None:
    if facts.returns == 0:
        return "第一次退回不需要仲裁"
    return "仲裁已有书面裁定，不能再退回" if facts.returns > 1 else None


def _helped(facts: Facts) -> str | None:
    return None if facts.open_helpers else "没有未完成的协办单位"


MOMENTS: dict[str, Callable[[Facts], str | None]] = {
    "return": _first_return,
    "dispute": _second_return,
    "resume": lambda facts: None if facts.paused else "事项没有挂账",
    "help_done": _helped,
    "release_helper": _helped,
    "ask_extension": _not_yet(RequestKind.EXTENSION, "已有一份延期申请在等待审批"),
    "grant_extension": _waits(RequestKind.EXTENSION, "没有待审批的延期申请"),
    "refuse_extension": _waits(RequestKind.EXTENSION, "没有待审批的延期申请"),
    "ask_abnormal": _not_yet(RequestKind.ABNORMAL, "已有一份非正常结案申请在等待审批"),
    "grant_abnormal": _waits(RequestKind.ABNORMAL, "没有待审批的非正常结案申请"),
    "refuse_abnormal": _waits(RequestKind.ABNORMAL, "没有待审批的非正常结案申请"),
    "ask_reopening": _not_yet(RequestKind.REOPENING, "您的重办申请已收到，正在等待答复"),
    "refuse_reopening": _waits(RequestKind.REOPENING, "没有待答复的重办申请"),
    "unmerge": lambda facts: (
        None if facts.main_open else "主事项已经结案，不能再撤销并案；如有未解决的问题，请重新登记"
    ),
}


def _check_not_ones_own(step: Step, facts: Facts, viewer: Viewer) -> None:
    kind = {
        "grant_extension": RequestKind.EXTENSION,
        "refuse_extension": RequestKind.EXTENSION,
        "grant_abnormal": RequestKind.ABNORMAL,
        "refuse_abnormal": RequestKind.ABNORMAL,
    }.get(step.name)
    request = facts.request(kind) if kind is not None else None
    if request is not None and request.by == viewer.person_id:
        raise Forbidden("自己提出的申请要由别人审批")


def can_step(step: Step, facts: Facts, viewer: Viewer | None) -> bool:
    """Whether to show the button."""
    try:
        check_offered(step, facts, viewer)
    except DomainError:
        return False
    return True


def check_step(step: Step, scene: Scene, viewer: Viewer | None, given: Given) -> None:
    """Raise a ``DomainError`` in the person's words unless the step may be taken with exactly this."""
    check_offered(step, scene.facts, viewer)
    for name in step.needs:
        value = getattr(given, name)
        if value in (None, "", 0, ()) and not (name == "solved" and value is False):
            raise Invalid(NEEDED[name], field=name)
    _check_sizes(given)
    check = GIVEN.get(step.name)
    if check is not None:
        check(scene, given)


def _check_sizes(given: Given) -> None:
    for name, limit in {"note": 2000, "reply": 5000, "basis": 1000, "task": 300}.items():
        if len(getattr(given, name)) > limit:
            raise Invalid(f"最多{limit}个字", field=name)
    if len(given.photos) > 6:
        raise Invalid("一次最多6张照片", field="photos")


def _check_serves(scene: Scene, organization_id: int | None, field: str) -> Place:
    """A unit can be given a matter if it serves the place: its own area contains the matter's."""
    place = scene.organizations.get(organization_id) if organization_id is not None else None
    if place is None:
        raise Invalid("没有这个单位，或该单位已撤销", field=field)
    if not scene.facts.path.startswith(place.path):
        raise Invalid(f"{place.name}不负责该地点", field=field)
    return place


def _check_parts(scene: Scene, given: Given) -> None:
    lead = _check_serves(scene, given.lead_id, "lead_id")
    grade = given.grade or scene.facts.grade
    rule = scene.handbook.grades[grade]
    if lead.depth not in rule.depths:
        levels = "、".join(scene.handbook.level_name(depth) for depth in sorted(rule.depths))
        raise Invalid(
            f"{grade.label}由{levels}一级承办，{lead.name}不在其列；如确需由其主办，请先调整等级",
            field="lead_id",
        )
    if given.lead_id in given.helper_ids:
        raise Invalid("主办单位不能同时是协办单位", field="helper_ids")
    if len(set(given.helper_ids)) != len(given.helper_ids):
        raise Invalid("协办单位重复", field="helper_ids")
    for helper_id in given.helper_ids:
        _check_serves(scene, helper_id, "helper_ids")


def _check_added_helper(scene: Scene, given: Given) -> None:
    _check_serves(scene, given.organization_id, "organization_id")
    if any(part.organization_id == given.organization_id for part in scene.facts.parts):
        raise Conflict("该单位已在办理这件事项", field="organization_id")


def _check_released_helper(scene: Scene, given: Given) -> None:
    if given.organization_id not in {part.organization_id for part in scene.facts.open_helpers}:
        raise Conflict("该单位不是未完成的协办单位", field="organization_id")


def _check_ground(scene: Scene, given: Given) -> None:
    if given.ground not in scene.handbook.return_grounds:
        raise Invalid("退回理由须从清单中选择", field="ground")


def _named(scene: Scene, organization_id: int) -> str:
    body = scene.organizations.get(organization_id)
    return body.name if body is not None else "已撤销的单位"


def _check_finished(scene: Scene, given: Given) -> None:
    waiting = [_named(scene, part.organization_id) for part in scene.facts.open_helpers]
    if waiting:
        raise Conflict(f"协办单位尚未完成或解除：{'、'.join(waiting)}")
    _check_reply(scene, given)


EMPTY_ANSWERS = ("已转办", "已转交", "已转相关部门", "已反馈", "已收到")


def _check_reply(scene: Scene, given: Given) -> None:
    if given.reply.strip().rstrip("。.!！") in EMPTY_ANSWERS:
        raise Invalid("“已转办”不是答复，请写明办理结果或理由", field="reply")
    if given.reply_kind is ReplyKind.CANNOT and not given.basis.strip():
        raise Invalid("无法办理的，要写明法律或事实依据", field="basis")


def _check_verified(scene: Scene, given: Given) -> None:
    if given.how not in {"on_site", "by_phone"}:
        raise Invalid("请选择现场核实或电话核实", field="how")
    if given.how == "on_site":
        if not given.photos:
            raise Invalid("现场核实请附一张现场照片", field="photos")
        if given.longitude is None or given.latitude is None:
            raise Invalid("现场核实请标出所在位置", field="longitude")


def _check_in_future(scene: Scene, given: Given) -> None:
    if given.until is None or given.until <= scene.now:
        raise Invalid("日期要晚于现在", field="until")


def _check_pause(scene: Scene, given: Given) -> None:
    if given.reason not in scene.handbook.pause_reasons:
        raise Invalid("挂账理由须从清单中选择", field="reason")
    _check_in_future(scene, given)
    if scene.pause_end_limit is not None and given.until is not None and given.until > scene.pause_end_limit:
        raise Invalid(f"挂账最长{scene.handbook.pause_max_working_days}个工作日", field="until")


def _check_extension(scene: Scene, given: Given) -> None:
    if scene.facts.urgent:
        raise Invalid("紧急事项不能延期")
    if scene.extensions >= scene.handbook.extension_max_times:
        raise Invalid(f"最多延期{scene.handbook.extension_max_times}次")
    if not 0 < given.working_days <= scene.handbook.extension_max_working_days:
        raise Invalid(f"一次最多延长{scene.handbook.extension_max_working_days}个工作日", field="working_days")


def _check_merge(scene: Scene, given: Given) -> None:
    if scene.into is None:
        raise Invalid("没有找到这个受理编号", field="into")
    if scene.into.id == scene.facts.id:
        raise Invalid("不能并入自己", field="into")
    if scene.into.stage is Stage.MERGED:
        raise Invalid("该编号本身已并入别的事项，请填写最终的主事项编号", field="into")
    if not scene.into.open:
        raise Invalid("主事项已经结案，不能再并入", field="into")


def _check_grade(scene: Scene, given: Given) -> None:
    """A grade the present lead may not hold would leave the matter with a unit that cannot answer for it."""
    grade = given.grade
    if grade is None or grade is scene.facts.grade:
        raise Invalid("请选择一个不同的等级", field="grade")
    lead_id = scene.facts.lead_id
    if lead_id is None or not any(part.role is PartRole.LEAD for part in scene.facts.parts):
        return
    lead = scene.organizations.get(lead_id)
    if lead is None:
        raise Invalid("主办单位已撤销，请先改派再调整等级", field="grade")
    rule = scene.handbook.grades[grade]
    if lead.depth not in rule.depths:
        raise Invalid(f"{grade.label}不由{lead.name}这一级承办，请先改派再调整等级", field="grade")


def _check_relocated(scene: Scene, given: Given) -> None:
    """A lead keeps the matter only where it serves the new place too."""
    lead = scene.organizations.get(scene.facts.lead_id) if scene.facts.lead_id is not None else None
    if lead is not None and not scene.moved_path.startswith(lead.path):
        raise Invalid(f"{lead.name}不负责新的地点，请先改派", field="unit_id")


def _check_satisfied(scene: Scene, given: Given) -> None:
    if given.satisfied is None or not 1 <= given.satisfied <= 5:
        raise Invalid("满意度从1到5", field="satisfied")


def _check_reopening(scene: Scene, given: Given) -> None:
    """The window is for asking. What was asked in time may be granted however long the office thought about it."""
    if scene.facts.request(RequestKind.REOPENING) is not None:
        return
    closed_at = scene.facts.closed_at
    window = dt.timedelta(days=scene.handbook.reopen_days)
    if closed_at is not None and scene.now > closed_at + window:
        raise Conflict(f"结案已超过{scene.handbook.reopen_days}天，请重新上报；新事项会与这一件关联")


GIVEN: dict[str, Callable[[Scene, Given], None]] = {
    "dispatch": _check_parts,
    "redispatch": _check_parts,
    "arbitrate": _check_parts,
    "add_helper": _check_added_helper,
    "release_helper": _check_released_helper,
    "return": _check_ground,
    "dispute": _check_ground,
    "finish": _check_finished,
    "close": _check_reply,
    "grant_abnormal": _check_reply,
    "verify": _check_verified,
    "pause": _check_pause,
    "ask_extension": _check_extension,
    "merge": _check_merge,
    "regrade": _check_grade,
    "relocate": _check_relocated,
    "supervise": _check_in_future,
    "rate": _check_satisfied,
    "follow_up": _check_satisfied,
    "ask_reopening": _check_reopening,
    "reopen": _check_reopening,
}
