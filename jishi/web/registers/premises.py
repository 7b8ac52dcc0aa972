"""Entering the premises of an organisation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import DomainError
from jishi.registers.actions.premises import enter_premises
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers.forms import PremisesForm, SourceForm


@page(permission=Permission.KEEP_REGISTER, writes=True)
def enter(request: HttpRequest) -> HttpResponse:
    form = PremisesForm(viewer_of(request), request.POST or None)
    source = SourceForm(request.POST or None, auto_id="from_%s")
    known = {"form": form, "source": source, "posted_key": request.POST.get("once_key")}
    if request.method != "POST":
        return show(request, "registers/premises.html", known)
    if all([form.is_valid(), source.is_valid()]):
        try:
            entered = enter_once(request, form, source)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "已登记")
            return redirect("record", "premises", entered)
    return show(request, "registers/premises.html", known, status=422)


def enter_once(request: HttpRequest, form: PremisesForm, source: SourceForm) -> int:
    values = {name: value for name, value in form.cleaned_data.items() if name != "unit_id"}

    def act() -> dict[str, Any]:
        made = enter_premises(
            unit_id=form.cleaned_data["unit_id"],
            values=values,
            origin=source.origin,
            by=viewer_of(request),
            now=timezone.now(),
        )
        return {"id": made}

    return int(do_once(request, as_posted(request), act)[0]["id"])
