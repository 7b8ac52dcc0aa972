"""Where two sources disagree: both values side by side, and a named person decides which one holds."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import DomainError
from jishi.registers.actions.values import decide as decide_between
from jishi.registers.queries.origins import disagreements
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once
from jishi.web.registers.forms import DecideForm

DECIDE = Permission.DECIDE_REGISTER


@page(permission=DECIDE)
def conflicts(request: HttpRequest) -> HttpResponse:
    return conflicts_page(request)


def conflicts_page(
    request: HttpRequest, *, status: int = 200, refused: tuple[int, DecideForm] | None = None
) -> HttpResponse:
    """All open disagreements; ``refused`` is the one whose form comes back with its errors."""
    known = {
        "records": disagreements(viewer_of(request)),
        "form": DecideForm(auto_id=False),
        "refused_id": refused[0] if refused else None,
        "refused": refused[1] if refused else None,
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "registers/conflicts.html", known, status=status)


@page(permission=DECIDE, writes=True)
def decide(request: HttpRequest, conflict_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("register_conflicts")
    form = DecideForm(request.POST, auto_id=False)
    if not form.is_valid():
        return conflicts_page(request, refused=(conflict_id, form), status=422)

    def act() -> dict[str, Any]:
        decide_between(
            conflict_id=conflict_id,
            accept=form.cleaned_data["accept"] == "1",
            reason=form.cleaned_data["reason"],
            by=viewer_of(request),
            now=timezone.now(),
        )
        return {}

    try:
        do_once(request, as_posted(request), act)
    except DomainError as error:
        form.blame(error)
        return conflicts_page(request, refused=(conflict_id, form), status=error.status)
    messages.success(request, "已裁定，两个来源的值都留有记录")
    return redirect("register_conflicts")
