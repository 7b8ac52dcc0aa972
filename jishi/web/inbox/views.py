"""What a person was told: newest first, each line leading to what it is about."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.kernel.errors import Invalid
from jishi.notices.actions import mark_read
from jishi.notices.queries import inbox, unread_count
from jishi.web.guards import page
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show

SHOWN = 50


@page()
def notices(request: HttpRequest) -> HttpResponse:
    person_id = viewer_of(request).person_id
    lines = inbox(person_id, before=_before(request), limit=SHOWN + 1)
    known = {
        "lines": lines[:SHOWN],
        "more": lines[SHOWN - 1].id if len(lines) > SHOWN else None,
        "unread": unread_count(person_id),
    }
    return show(request, "inbox/notices.html", known)


def _before(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18:
        raise Invalid("翻页标记无效，请从第一页看起")
    return int(asked)


@page(writes=True)
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read; pressing it twice changes nothing more."""
    if request.method == "POST":
        mark_read(person_id=viewer_of(request).person_id, now=timezone.now())
    return redirect("notices")
