"""The audit record, for administrators and auditors."""

import datetime as dt
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query
from jishi.api.v1.shapes import Id, Moment
from jishi.audit.queries import AuditFilter, entries

router = Router(tags=["审计"])


class EntriesWanted(Struct, forbid_unknown_fields=True, frozen=True):
    stream: Annotated[str, Meta(max_length=80, description="记录链，如 matter:12、person:3")] = ""
    subject: Annotated[str, Meta(max_length=200, description="对象，如受理编号")] = ""
    action: Annotated[str, Meta(max_length=80, description="动作，如 matter.dispatch")] = ""
    actor_id: Annotated[Id | None, Meta(description="办理人编号")] = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[Id | None, Meta(description="翻页：上一页答复中的 before")] = None
    limit: Annotated[int, Meta(ge=1, le=200, description="一页几条")] = 50


class EntryShown(Struct, frozen=True):
    """审计记录的一条。previous 和 digest 把同一对象的记录连成链。"""

    id: int
    stream: str
    seq: int
    at: dt.datetime
    actor_id: int | None
    actor: str
    action: str
    subject: str
    facts: Any
    previous: str
    digest: str


class Entries(Struct, frozen=True):
    """最近的在前；before 为空表示没有更早的。"""

    rows: list[EntryShown]
    before: int | None


@router.get(
    "/audit/entries",
    summary="审计记录",
    operation_id="list_audit_entries",
    **described(answer=Entries, query=EntriesWanted),
)
def list_entries(request: HttpRequest) -> HttpResponse:
    """谁在什么时候对什么做了什么。只增不改，可以用 `jishi check` 验证。"""
    viewer(request).check(Permission.READ_AUDIT)
    wanted = read_query(request, EntriesWanted)
    page = entries(
        AuditFilter(
            stream=wanted.stream,
            subjects=(wanted.subject,) if wanted.subject else (),
            action=wanted.action,
            actor_id=wanted.actor_id,
            since=wanted.since,
            until=wanted.until,
        ),
        before=wanted.before,
        limit=wanted.limit,
    )
    fields = [name for name in EntryShown.__struct_fields__ if name != "facts"]
    rows = [{**picked(line, *fields), "facts": orjson.loads(line.facts)} for line in page.entries]
    return answered({"rows": rows, "before": page.before})
