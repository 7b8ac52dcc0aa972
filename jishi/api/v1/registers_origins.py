"""Values with their origin: reading them, giving others, verifying a record, deciding between two sources."""

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json
from jishi.api.v1.paths import Identity
from jishi.api.v1.shapes import Done, Nothing
from jishi.api.writes import done_once
from jishi.kernel.errors import NotFound
from jishi.registers.actions.values import decide, give_values
from jishi.registers.actions.verification import verify
from jishi.registers.queries import origins as queries
from jishi.registers.rules.claims import Outcome
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.vocabulary import RecordKind, Source

router = Router(tags=["住户"])
READ, KEEP, DECIDE = Permission.READ_REGISTER, Permission.KEEP_REGISTER, Permission.DECIDE_REGISTER
Kind = Annotated[
    str,
    WithJsonSchema({"type": "string", "description": "登记类别", "enum": [kind.value for kind in RecordKind]}),
    Path(),
]


class OriginGiven(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """来源：上门采集、本人申报或查看证件。别的来源随名册导入。"""

    source: Literal["door", "self", "document"] = "door"
    source_note: Annotated[str, Meta(max_length=120, description="向谁问的、看了什么证件")] = ""

    @property
    def origin(self) -> Origin:
        return Origin(Source(self.source), self.source_note)


class ValueSaid(Struct, frozen=True):
    """一个来源给出的值，号码只给头尾。待裁定的有 id，裁定时用。"""

    id: int | None
    value: str
    source: Source
    source_note: str
    at: dt.datetime
    by: str
    state: str
    decided_by: str
    reason: str


class FieldShown(Struct, frozen=True):
    """一项：现在采用的值、并列待裁定的、曾用或未采用的；truth 是这一项以谁为准。"""

    name: str
    label: str
    truth: Source
    current: ValueSaid
    waiting: list[ValueSaid]
    past: list[ValueSaid]


class Disputed(Struct, frozen=True):
    """来源不一致的一条登记。"""

    kind: RecordKind
    record_id: int
    title: str
    fields: list[FieldShown]


def kind_in_path(text: str) -> RecordKind:
    """The kind in an address; raises NotFound."""
    if text not in {kind.value for kind in RecordKind}:
        raise NotFound("没有这个登记类别", field="kind")
    return RecordKind(text)


@router.get(
    "/registers/conflicts",
    summary="来源不一致",
    operation_id="list_conflicts",
    **described(answer=list[Disputed]),
)
def list_conflicts(request: HttpRequest) -> HttpResponse:
    """本人有权裁定的，等得最久的在前，最多50条登记。"""
    by = viewer(request)
    by.check(DECIDE)
    return answered(list(queries.disagreements(by)))


@router.get(
    "/registers/{kind}/{record_id}",
    summary="一条登记的来历",
    operation_id="show_record",
    **described(answer=list[FieldShown], refuses={404}),
)
def show_record(request: HttpRequest, kind: Kind, record_id: Identity) -> HttpResponse:
    """每一项的值、来源、经手人和时间。不在本人辖区内的与不存在的一样，答复 404。"""
    by = viewer(request)
    by.check(READ)
    return answered(list(queries.origins(by, kind_in_path(kind), record_id)))


class ValuesGiven(OriginGiven, frozen=True, kw_only=True):
    """要补充或更正的项：项目名和值。没有写的不变，空的不抹去已知的。"""

    values: Annotated[
        dict[str, Annotated[str, Meta(max_length=200)]],
        Meta(min_length=1, max_length=20, description="项目名和值，例如 phone"),
    ]


class Outcomes(Struct, frozen=True):
    """每一项怎样了：fills 补上，succeeds 同一来源更正，same 与已知相同，conflicts 与别的来源不一致、等待裁定。"""

    outcomes: dict[str, Outcome]


@router.post(
    "/registers/{kind}/{record_id}/values",
    summary="补充、更正",
    operation_id="give_values",
    **described(answer=Outcomes, body=ValuesGiven, refuses={404}, example={"values": {"phone": "13800131234"}}),
)
def give(request: HttpRequest, kind: Kind, record_id: Identity) -> HttpResponse:
    """不会覆盖别的来源给出的值：不一致的并列记下，由有权的人裁定。"""
    by = viewer(request)
    by.check(KEEP)
    body = read_json(request, ValuesGiven)
    now = timezone.now()

    def act() -> dict[str, Any]:
        told = give_values(
            kind=kind_in_path(kind), record_id=record_id, values=body.values, origin=body.origin, by=by, now=now
        )
        return {"outcomes": {name: outcome.value for name, outcome in told.items()}}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)


@router.post(
    "/registers/{kind}/{record_id}/verification",
    summary="核实一条登记",
    operation_id="verify_record",
    **described(answer=Done, body=Nothing, refuses={404}, example={}),
)
def verify_record(request: HttpRequest, kind: Kind, record_id: Identity) -> HttpResponse:
    """核对无误，核实日期记为今天。整户一起核实的用“核实一户”。"""
    by = viewer(request)
    by.check(KEEP)
    read_json(request, Nothing)
    now = timezone.now()

    def act() -> dict[str, Any]:
        verify(kind=kind_in_path(kind), record_id=record_id, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)


class Decision(Struct, forbid_unknown_fields=True, frozen=True):
    """accept 为 true 采用待定的值，为 false 保留原来的；都要写明依据。"""

    accept: bool
    reason: Annotated[str, Meta(min_length=1, max_length=200, description="依据")]


@router.post(
    "/registers/conflicts/{conflict_id}/decision",
    summary="裁定",
    operation_id="decide_conflict",
    **described(answer=Done, body=Decision, refuses={404}, example={"accept": True, "reason": "已看身份证原件"}),
)
def decide_conflict(request: HttpRequest, conflict_id: Identity) -> HttpResponse:
    """两个来源的值都留有记录。别人已经裁定的，答复 409。"""
    by = viewer(request)
    by.check(DECIDE)
    body = read_json(request, Decision)
    now = timezone.now()

    def act() -> dict[str, Any]:
        decide(conflict_id=conflict_id, accept=body.accept, reason=body.reason, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)
