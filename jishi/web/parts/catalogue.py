"""The catalogue of components: its classes, how many components each has, how often each is inspected."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from jishi.accounts.rules.roles import Permission
from jishi.flows.component_catalogue import LONGEST_SOURCE, set_cycle
from jishi.kernel.errors import DomainError, NotFound
from jishi.parts import queries
from jishi.parts.queries import Filter, SubclassRow
from jishi.parts.rules.catalogue import LONGEST_CYCLE
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once

DAYS = _("巡查周期应是1至%(most)s天") % {"most": LONGEST_CYCLE}


class CycleForm(PageForm):
    """How many days a component may go without being looked at; empty for what is not inspected regularly."""

    days = forms.IntegerField(
        label=_("巡查周期（天）"),
        required=False,
        min_value=1,
        max_value=LONGEST_CYCLE,
        error_messages={"invalid": DAYS, "min_value": DAYS, "max_value": DAYS},
    )
    source = forms.CharField(
        label=_("依据"),
        max_length=LONGEST_SOURCE,
        error_messages={"required": _("请写明依据"), "max_length": _("最多%(limit_value)d个字")},
    )


@page(permission=Permission.READ_PARTS)
def classes(request: HttpRequest) -> HttpResponse:
    """Every class with its sub-classes; a number opens the components behind it."""
    viewer = viewer_of(request)
    counted = queries.figures(viewer)
    groups: dict[tuple[str, str], list[tuple[SubclassRow, int]]] = {}
    for kind in queries.subclasses():
        groups.setdefault((kind.class_code, kind.class_name), []).append((kind, counted.get(kind.code, 0)))
    known = {
        "groups": groups,
        "total": sum(counted.values()),
        "subclasses": sum(map(len, groups.values())),
        "may_change": viewer.may(Permission.MANAGE_PLACE),
    }
    return show(request, "parts/classes.html", known)


@page(permission=Permission.MANAGE_PLACE, writes=True)
def subclass(request: HttpRequest, code: str) -> HttpResponse:
    """The county sets how often it inspects a sub-class."""
    kind = queries.subclass(code)
    if kind is None:
        raise NotFound(said("目录中没有这个小类"))
    form = CycleForm(request.POST or None, initial={"days": kind.inspection_days})
    if request.method == "POST" and form.is_valid():
        try:
            _set_once(request, kind, form)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, said("已改，今天起按新周期巡查"))
            return redirect("part_classes")
    number = queries.count(viewer_of(request), Filter(subclass_code=code), today=timezone.localdate())
    known = {"kind": kind, "form": form, "number": number, "posted_key": request.POST.get("once_key")}
    return show(request, "parts/subclass.html", known, status=422 if form.errors else 200)


def _set_once(request: HttpRequest, kind: SubclassRow, form: CycleForm) -> None:
    def act() -> dict[str, Any]:
        set_cycle(code=kind.code, by=viewer_of(request), now=timezone.now(), **form.cleaned_data)
        return {}

    do_once(request, as_posted(request), act)
