"""What was registered in a month, unit by unit, as the units stood then; a later split moves none of these figures."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import NotFound
from jishi.matters.queries.figures import seen_by_unit
from jishi.web.guards import page
from jishi.web.leader.areas import area_asked
from jishi.web.pages import show

FIRST = dt.date(2000, 1, 1)


@page(permission=Permission.INSTRUCT)
def month(request: HttpRequest) -> HttpResponse:
    """The month asked for (?month=2026-10), or the last one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.localtime()
    this = now.date().replace(day=1)
    since = month_asked(request.GET.get("month", ""), before(this))
    if not FIRST <= since <= this:
        raise NotFound("这个月没有数据")
    here = area_asked(viewer, "")
    units = seen_by_unit(viewer, since=start(since), until=start(after(since)), depth=here.depth + 1, as_of=now)
    known = {
        "unit": here,
        "month": since,
        "units": units,
        "total": [sum(getattr(row, name) for row in units) for name in ("count", "closed", "on_time")],
        "before": f"{before(since):%Y-%m}" if since > FIRST else "",
        "after": f"{after(since):%Y-%m}" if since < this else "",
    }
    return show(request, "leader/month.html", known)


def month_asked(asked: str, otherwise: dt.date) -> dt.date:
    """The first day of ``2026-10``; raises NotFound for what is no month."""
    if not asked:
        return otherwise
    try:
        return dt.datetime.strptime(asked, "%Y-%m").date()
    except ValueError as error:
        raise NotFound("没有这个月份") from error


def before(first: dt.date) -> dt.date:
    return (first - dt.timedelta(days=1)).replace(day=1)


def after(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)


def start(day: dt.date) -> dt.datetime:
    """Midnight, when the day begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
