"""Outside programs that are told of events, and what could not be delivered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.accounts.rules.roles import Permission
from jishi.flows.rounds import HANDLERS
from jishi.kernel.errors import DomainError
from jishi.notices import actions, queries
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import do_once

MANAGE = Permission.MANAGE_PLACE
KINDS = {
    "matter.step": gettext_lazy("事项办理的每一步"),
    "instruction.given": gettext_lazy("领导作出批办"),
    "instruction.answered": gettext_lazy("批办已反馈"),
    "order.step": gettext_lazy("点单办理的每一步"),
    "grid_plan.state": gettext_lazy("网格划分方案算出、批准"),
}


class HookForm(PageForm):
    url = forms.CharField(
        label=gettext_lazy("接收地址"), max_length=300, error_messages={"required": gettext_lazy("请填写接收地址")}
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("推送哪些事件"), choices=[(kind, KINDS[kind]) for kind in HANDLERS], required=False
    )


@page(permission=MANAGE, writes=True)
def hooks(request: HttpRequest) -> HttpResponse:
    """The addresses; a new one answers with its signing key, shown this once."""
    form = HookForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = _added(request, form.cleaned_data)
            form = HookForm()
        except DomainError as error:
            form.blame(error)
    known = {
        "form": form,
        "secret": secret,
        "hooks": queries.hooks(viewer_of(request)),
        "kind_names": KINDS,
        "stuck": queries.stuck(limit=50),
        "backlog": queries.backlog(now=timezone.now()),
    }
    return show(request, "admin/hooks.html", known, status=422 if form.errors else 200)


def _added(request: HttpRequest, given: dict[str, Any]) -> str:
    secrets: list[str] = []

    def act() -> dict[str, Any]:
        added = actions.add_hook(url=given["url"], kinds=given["kinds"], by=viewer_of(request), now=timezone.now())
        secrets.append(added.secret)
        return {}

    do_once(request, given, act)
    return secrets[0] if secrets else ""


@page(permission=MANAGE, writes=True)
def stop(request: HttpRequest, hook_id: int) -> HttpResponse:
    def act() -> dict[str, Any]:
        actions.stop_hook(hook_id=hook_id, by=viewer_of(request), now=timezone.now())
        return {}

    if request.method == "POST":
        do_once(request, hook_id, act)
        messages.success(request, _("已停止推送"))
    return redirect("hooks")
