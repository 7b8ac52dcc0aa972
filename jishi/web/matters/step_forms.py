"""Step forms made from the step table: the fields a step needs and takes, read into ``Given``."""

from collections.abc import Callable
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest

from jishi.matters.queries.detail import Detail
from jishi.matters.rules.checks import NEEDED
from jishi.matters.rules.given import Given
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.reports import clean_text
from jishi.matters.rules.steps import STEPS, Step
from jishi.matters.rules.vocabulary import Grade, ReplyKind
from jishi.web.forms import PageForm
from jishi.web.matters.choices import Group, Level, category_choices, helpers_at_work, serving, unit_levels
from jishi.web.matters.fields import IdField, IdsField, LastOfSeveral, NumberField, PhotosField

# In this order they stand on the form, whatever the order in the table.
ORDER = (
    "lead_id", "helper_ids", "organization_id", "task", "category_code", "grade", "unit_id", "into", "ground",
    "reason", "until", "working_days", "how", "photos", "longitude", "latitude", "solved", "satisfied",
    "reply_kind", "reply", "basis", "note",
)  # fmt: skip

LABELS = {
    "lead_id": "主办单位",
    "helper_ids": "协办单位",
    "organization_id": "协办单位",
    "task": "交办要求",
    "category_code": "类别",
    "grade": "等级",
    "unit_id": "所在单元",
    "into": "并入的受理编号",
    "ground": "退回理由",
    "reason": "挂账理由",
    "until": "截止时间",
    "working_days": "延长工作日",
    "how": "核实方式",
    "photos": "照片",
    "longitude": "位置",
    "latitude": "纬度",
    "solved": "问题是否解决",
    "satisfied": "满意度",
    "reply_kind": "答复类型",
    "reply": "给居民的答复",
    "basis": "法律或事实依据",
    "note": "说明",
}
PARTICULAR_LABELS = {
    ("settle", "note"): "处理情况",
    ("redispatch", "note"): "改派原因",
    ("arbitrate", "note"): "裁定意见",
    ("return", "note"): "具体情况",
    ("dispute", "note"): "具体情况",
    ("finish", "note"): "处置情况（内部）",
    ("help_done", "note"): "完成情况",
    ("verify", "note"): "核实情况",
    ("reject", "note"): "不通过的原因",
    ("reopen", "note"): "重新办理的原因",
    ("unmerge", "note"): "撤销并案的原因",
    ("release_helper", "note"): "解除原因",
    ("pause", "until"): "挂账至",
    ("supervise", "until"): "督办期限",
    ("urge", "note"): "催办意见",
    ("supervise", "note"): "督办要求",
    ("ask_extension", "note"): "申请理由",
    ("ask_abnormal", "note"): "申请理由",
    ("refuse_extension", "note"): "不同意的理由",
    ("refuse_abnormal", "note"): "不同意的理由",
    ("refuse_reopening", "note"): "给居民的理由",
    ("regrade", "note"): "调整理由",
    ("comment", "note"): "批注",
    ("follow_up", "note"): "居民意见",
}
HINTS = {
    "basis": "无法办理的必须写明，其余可不填",
    "reply": "居民在回执上看到的就是这段话，请写结果或理由，不写“已转办”",
    "task": "主办、协办单位看到的一句话要求",
}
PARTICULAR_HINTS = {
    ("unmerge", "note"): "本件恢复单独办理，须重新派发；办结期限仍从登记时起算，并案期间不扣除",
}
GRADE_HINT = "等级决定由哪一级承办"
SIZES = {"note": 2000, "reply": 5000, "basis": 1000, "task": 300}


class StepForm(PageForm):
    """The form of one step on one matter. ``groups`` are the organisations offered, nearest level first."""

    def __init__(self, step: Step, found: Detail, handbook: Handbook, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "step_%s"} | options))
        self.step = step
        self.found = found
        self.handbook = handbook
        self.groups: list[Group] = []
        wanted = {*step.needs, *step.takes}
        if "longitude" in wanted or "latitude" in wanted:
            wanted |= {"longitude", "latitude"}
        for name in ORDER:
            if name in wanted:
                self.fields[name] = self._field(name)

    def _field(self, name: str) -> forms.Field:
        field = MAKERS.get(name, _words)(self, name)
        field.required = name in self.step.needs
        field.label = PARTICULAR_LABELS.get((self.step.name, name), LABELS[name])
        hint = PARTICULAR_HINTS.get((self.step.name, name)) or HINTS.get(name, "")
        field.help_text = field.help_text or hint
        field.error_messages["required"] = NEEDED.get(name, "请填写")
        return field

    @property
    def levels(self) -> list[Level]:
        """The selects of the unit picker for the unit chosen."""
        chosen = str(self["unit_id"].value() or "")
        return unit_levels(int(chosen) if chosen.isascii() and chosen.isdigit() else None)

    def given(self) -> Given:
        """What was filled in, as the step takes it; only after ``is_valid()``."""
        known = {field.name for field in dataclass_fields(Given)}
        filled = {name: value for name, value in self.cleaned_data.items() if name in known and value is not None}
        words = {name: clean_text(value) for name, value in filled.items() if isinstance(value, str)}
        return replace(Given(), **(filled | words | _kinds(filled)))


def _kinds(filled: dict[str, Any]) -> dict[str, Any]:
    """Choices arrive as text; empty ones stay unknown."""
    kinds: dict[str, Any] = {}
    if "grade" in filled:
        kinds["grade"] = Grade(filled["grade"]) if filled["grade"] else None
    if "reply_kind" in filled:
        kinds["reply_kind"] = ReplyKind(filled["reply_kind"]) if filled["reply_kind"] else None
    if "solved" in filled:
        kinds["solved"] = filled["solved"] == "yes" if filled["solved"] else None
    if "satisfied" in filled:
        kinds["satisfied"] = int(filled["satisfied"]) if filled["satisfied"] else None
    return kinds


def _choice(choices: list[tuple[str, str]], coerce: Callable[[str], Any] = str, **options: Any) -> forms.ChoiceField:
    words = {"invalid_choice": "请从列出的选项中选择"}
    return forms.TypedChoiceField(choices=choices, coerce=coerce, error_messages=words, **options)


def _words(form: StepForm, name: str) -> forms.Field:
    size = SIZES.get(name, 200)
    words = {"max_length": f"最多{size}个字"}
    return forms.CharField(max_length=size, widget=forms.Textarea, error_messages=words)


def _lead(form: StepForm, name: str) -> forms.Field:
    form.groups = serving(form.found.facts.path, form.handbook, form.found.facts.grade)
    return IdField()


def _helpers(form: StepForm, name: str) -> forms.Field:
    return IdsField()


def _helper(form: StepForm, name: str) -> forms.Field:
    if form.step.name == "release_helper":
        return _choice(helpers_at_work(form.found.parts), int, empty_value=None)
    at_work = {part.organization_id for part in form.found.facts.parts}
    form.groups = serving(form.found.facts.path, form.handbook, None, without=at_work)
    return IdField()


def _category(form: StepForm, name: str) -> forms.Field:
    return _choice([("", "暂不分类"), *category_choices()])


def _grade(form: StepForm, name: str) -> forms.Field:
    return _choice([(grade.value, grade.label) for grade in Grade], help_text=GRADE_HINT)


def _unit(form: StepForm, name: str) -> forms.Field:
    return IdField(widget=LastOfSeveral)


def _ground(form: StepForm, name: str) -> forms.Field:
    return _choice(list(form.handbook.return_grounds.items()))


def _reason(form: StepForm, name: str) -> forms.Field:
    return _choice(list(form.handbook.pause_reasons.items()))


def _moment(form: StepForm, name: str) -> forms.Field:
    limit = f"最长{form.handbook.pause_max_working_days}个工作日" if form.step.name == "pause" else ""
    return forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M"),
        help_text=limit,
        error_messages={"invalid": "日期不对，请重新选择"},
    )


def _days(form: StepForm, name: str) -> forms.Field:
    most = form.handbook.extension_max_working_days
    words = {"invalid": "请填写整数", "min_value": "至少1个工作日", "max_value": f"一次最多延长{most}个工作日"}
    return forms.IntegerField(
        min_value=1, max_value=most, error_messages=words, help_text=f"一次最多{most}个工作日，须经审批"
    )


def _number(form: StepForm, name: str) -> forms.Field:
    return NumberField(max_length=40, help_text="填写主事项的编号；本件的反映人会收到主事项的答复")


def _how(form: StepForm, name: str) -> forms.Field:
    return _choice([("on_site", "现场核实"), ("by_phone", "电话核实")])


def _degrees(form: StepForm, name: str) -> forms.Field:
    most = 180 if name == "longitude" else 90
    words = dict.fromkeys(("invalid", "min_value", "max_value"), "位置不对，请重新定位或点选")
    return forms.FloatField(min_value=-most, max_value=most, error_messages=words)


def _photos(form: StepForm, name: str) -> forms.Field:
    return PhotosField()


def _solved(form: StepForm, name: str) -> forms.Field:
    return _choice([("yes", "已解决"), ("no", "未解决")])


def _satisfied(form: StepForm, name: str) -> forms.Field:
    words = ("很不满意", "不满意", "一般", "满意", "很满意")
    return _choice([(str(stars), word) for stars, word in enumerate(words, start=1)])


def _reply_kind(form: StepForm, name: str) -> forms.Field:
    return _choice([(kind.value, kind.label) for kind in ReplyKind])


MAKERS: dict[str, Callable[[StepForm, str], forms.Field]] = {
    "lead_id": _lead,
    "helper_ids": _helpers,
    "organization_id": _helper,
    "category_code": _category,
    "grade": _grade,
    "unit_id": _unit,
    "ground": _ground,
    "reason": _reason,
    "until": _moment,
    "working_days": _days,
    "into": _number,
    "how": _how,
    "longitude": _degrees,
    "latitude": _degrees,
    "photos": _photos,
    "solved": _solved,
    "satisfied": _satisfied,
    "reply_kind": _reply_kind,
}


def read_step_form(
    request: HttpRequest, step: str, found: Detail, handbook: Handbook, *, initial: dict[str, Any] | None = None
) -> StepForm:
    """The form of a step: empty with ``initial`` on GET, bound to what was posted on POST."""
    wanted = STEPS[step]
    if request.method == "POST":
        return StepForm(wanted, found, handbook, request.POST, request.FILES)
    return StepForm(wanted, found, handbook, initial=starting_values(wanted, found) | (initial or {}))


def starting_values(step: Step, found: Detail) -> dict[str, Any]:
    """What the form shows before anything is typed: the lead's draft answer, the present grade and class."""
    draft = found.draft_reply
    values: dict[str, Any] = {
        "category_code": found.facts.category_code,
        "unit_id": found.facts.unit_id,
        "how": "on_site",
    }
    if step.name == "dispatch":
        values["grade"] = found.facts.grade.value
    if step.name in {"close", "grant_abnormal", "finish"} and draft:
        values |= {name: draft.get(name, "") for name in ("reply", "reply_kind", "basis")}
    return values
