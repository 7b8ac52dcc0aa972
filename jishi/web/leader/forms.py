"""What a leader writes, and what is reported back."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import calendar
from jishi.matters.queries.detail import Detail
from jishi.organizations.queries import OrganizationRow, dispatchable, organization
from jishi.web.forms import PageForm
from jishi.web.leader.areas import led_by
from jishi.web.matters.choices import Group, Offer
from jishi.web.matters.fields import IdField

USUAL_WORKING_DAYS = 3


class InstructionForm(PageForm):
    """A 批办: to whom, what, until which day. ``groups`` are the organisations offered."""

    organization_id = IdField(label="批给", error_messages={"required": "请选择承办单位"})
    text = forms.CharField(
        label="批办意见",
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": "请写明批办意见", "max_length": "批办意见最多500个字"},
    )
    due_on = forms.DateField(
        label="反馈期限", error_messages={"required": "请选择反馈期限", "invalid": "日期不对，请重新选择"}
    )

    def __init__(self, viewer: Viewer, matter: Detail | None, now: dt.datetime, data: Any = None) -> None:
        usual: dict[str, Any] = {
            "due_on": timezone.localdate(calendar().add_days(timezone.localtime(now), USUAL_WORKING_DAYS))
        }
        if matter is not None:
            usual["organization_id"] = matter.facts.lead_id or matter.facts.responsible_id
        super().__init__(data, auto_id="instruct_%s", initial=usual)
        self.groups = bodies_for(viewer, matter)

    @property
    def due_at(self) -> dt.datetime:
        """The close of business of the day chosen; only after ``is_valid()``."""
        closing = calendar().hours[-1][1]
        return timezone.make_aware(dt.datetime.combine(self.cleaned_data["due_on"], closing))


class AnswerForm(PageForm):
    text = forms.CharField(
        label="办理情况",
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": "请填写办理情况", "max_length": "反馈最多1000个字"},
    )


def bodies_for(viewer: Viewer, matter: Detail | None) -> list[Group]:
    """Who may be told: whoever has the matter now, then the bodies of the leader's area level by level."""
    first = _at_work(matter) if matter is not None else []
    known = {body.id for body in first}
    grants = led_by(viewer)
    others = [body for body in dispatchable() if any(grant.covers(body.unit_path) for grant in grants)]
    groups: dict[str, Group] = {}
    if first:
        groups["正在办理"] = Group("正在办理", [Offer(body.id, body.name) for body in first])
    for body in others:
        if body.id not in known:
            groups.setdefault(body.kind_label, Group(body.kind_label)).offers.append(Offer(body.id, body.name))
    return list(groups.values())


def _at_work(matter: Detail) -> list[OrganizationRow]:
    ids = dict.fromkeys([matter.facts.lead_id, matter.facts.responsible_id])
    return [body for each in ids if each is not None and (body := organization(each)) is not None]
