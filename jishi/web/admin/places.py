"""The place template: what this county has laid down, its earlier versions, and changing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jishi.accounts.rules.roles import Permission
from jishi.duties.queries import categories, duty_lists, limits
from jishi.duties.rules.limits import Clock
from jishi.flows.place_editing import change_template, template_text
from jishi.kernel.errors import DomainError
from jishi.matters.actions.county import county_rules
from jishi.organizations.queries import dispatchable
from jishi.territory import queries as territory
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import do_once

MANAGE = Permission.MANAGE_PLACE


@page(permission=MANAGE)
def place(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    here = territory.place()
    known = {
        "place": here,
        "versions": territory.place_versions(),
        "levels": [(level["name"], len(territory.units(level["depth"]))) for level in here.content["levels"]],
        "handbook": county_rules(today).handbook,
        "limits": [(Clock(limit.clock), limit) for limit in limits(today)],
        "organizations": len(dispatchable()),
        "categories": len(categories()),
        "duty_lists": duty_lists(today),
    }
    return show(request, "admin/place.html", known)


class TemplateForm(PageForm):
    text = forms.CharField(
        label=_("模板（YAML）"), strip=False, error_messages={"required": _("模板不能为空")}, widget=forms.Textarea
    )


@page(permission=MANAGE, writes=True)
def edit(request: HttpRequest) -> HttpResponse:
    """The template as text; every mistake is named with its line, and nothing changes until there is none."""
    form = TemplateForm(request.POST or None, initial={"text": template_text()})
    if request.method == "POST" and form.is_valid():
        try:
            said = _change_once(request, form.cleaned_data["text"])
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, said)
            return redirect("place")
    return show(request, "admin/place_edit.html", {"form": form}, status=422 if form.errors else 200)


def _change_once(request: HttpRequest, text: str) -> str:
    def act() -> dict[str, Any]:
        return {"said": str(change_template(text=text, by=viewer_of(request), now=timezone.now()))}

    return str(do_once(request, text, act)[0]["said"])
