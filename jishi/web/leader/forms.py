"""What a leader writes, and what is reported back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import calendar
from jishi.matters.queries.desks import Load, instruction_load
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
        self.groups = bodies_for(viewer, matter, now)

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


def bodies_for(viewer: Viewer, matter: Detail | None, now: dt.datetime) -> list[Group]:
    """Who may be told: whoever has the matter now, then the bodies of the leader's area level by level.

    Beside each stands how many instructions it has not answered yet, whoever gave them.
    """
    first = _at_work(matter) if matter is not None else []
    known = {body.id for body in first}
    waiting = {load.organization_id: load for load in instruction_load(viewer, now=now, also=known)}
    grants = led_by(viewer)
    others = [body for body in dispatchable() if any(grant.covers(body.unit_path) for grant in grants)]
    groups: dict[str, Group] = {}
    if first:
        groups["正在办理"] = Group("正在办理", [_offer(body, waiting) for body in first])
    for body in others:
        if body.id not in known:
            groups.setdefault(body.kind_label, Group(body.kind_label)).offers.append(_offer(body, waiting))
    return list(groups.values())


def _offer(body: OrganizationRow, waiting: Mapping[int, Load]) -> Offer:
    load = waiting.get(body.id)
    return Offer(body.id, body.name, said_of(load) if load is not None else "", body.short_name)


def said_of(load: Load) -> str:
    """«待反馈批办 3 件，其中 1 件逾期»."""
    if not load.overdue:
        return _("待反馈批办 %(n)s 件") % {"n": load.open}
    return _("待反馈批办 %(n)s 件，其中 %(late)s 件逾期") % {"n": load.open, "late": load.overdue}


def _at_work(matter: Detail) -> list[OrganizationRow]:
    ids = dict.fromkeys([matter.facts.lead_id, matter.facts.responsible_id])
    return [body for each in ids if each is not None and (body := organization(each)) is not None]
