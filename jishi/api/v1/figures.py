"""What was registered in a time, unit by unit, as the units stood then."""

import datetime as dt
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query
from jishi.kernel.errors import Invalid
from jishi.matters.queries.figures import seen_by_unit

router = Router(tags=["工作台"])
LONGEST = 366  # days


class FiguresWanted(Struct, forbid_unknown_fields=True, frozen=True):
    since: Annotated[dt.date | None, Meta(description="登记日期从这一天起，不写为上月1日")] = None
    until: Annotated[dt.date | None, Meta(description="到这一天止（含），不写为起始日所在月的最后一天")] = None
    as_of: Annotated[dt.date | None, Meta(description="结案件数截至这一天（含），不写为今天")] = None
    depth: Annotated[int, Meta(ge=0, le=5, description="按哪一级单元分列：0 县，1 镇街，2 社区，3 网格")] = 1


class RegisteredInUnit(Struct, frozen=True):
    """一个单元的登记件数，其中已结案、按期结案的件数；unit_id 为空是登记在更上级单元的。"""

    unit_id: int | None
    unit_name: str
    registered: int
    closed: int
    on_time: int


class FiguresShown(Struct, frozen=True):
    """一段时间的登记情况。单元按当时的建制和名称，以后拆分、合并不改变以往的数字。"""

    since: dt.date
    until: dt.date
    as_of: dt.date
    units: list[RegisteredInUnit]


@router.get(
    "/figures",
    summary="登记统计",
    operation_id="show_figures",
    **described(answer=FiguresShown, query=FiguresWanted),
)
def show_figures(request: HttpRequest) -> HttpResponse:
    """本人辖区内按单元统计登记、结案、按期结案的件数。登记件数不随日后的单元调整而变；重新办理的事项不再计入结案。"""
    by = viewer(request)
    by.check(Permission.READ_MATTERS)
    wanted = read_query(request, FiguresWanted)
    since, until = _period(wanted.since, wanted.until)
    as_of = wanted.as_of or timezone.localdate()
    found = seen_by_unit(
        by, since=_start(since), until=_start(_next(until)), depth=wanted.depth, as_of=_start(_next(as_of))
    )
    units = [
        {**picked(row, "unit_id", "closed", "on_time"), "unit_name": row.name, "registered": row.count} for row in found
    ]
    return answered({"since": since, "until": until, "as_of": as_of, "units": units})


def _period(since: dt.date | None, until: dt.date | None) -> tuple[dt.date, dt.date]:
    if since is None:
        last = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
        since = min(last, until or last).replace(day=1)
    if until is None:
        until = (since.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    if until < since:
        raise Invalid("结束日期不能早于起始日期", field="until")
    if (until - since).days > LONGEST:
        raise Invalid(f"一次最多统计{LONGEST}天", field="until")
    return since, until


def _next(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def _start(day: dt.date) -> dt.datetime:
    """Midnight, when the day begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
