"""Orders of services: the lists of a community and a unit, placing one for a resident, and every step of the table."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.api.answers import answered, picked
from jishi.api.describing import described, step_table
from jishi.api.doors import NOBODY, Key, Login, Reporter, viewer
from jishi.api.reading import read_json, read_query
from jishi.api.refusals import SENTENCES, Unknown
from jishi.api.throttle import check_may_guess, count_wrong_guess
from jishi.api.v1.paths import order_number_of
from jishi.api.v1.shapes import Id
from jishi.api.writes import done_once
from jishi.kernel.errors import NotFound
from jishi.limits.actions import check_may_look, count_miss
from jishi.orders.actions.placing import place_order
from jishi.orders.actions.steps import take_step
from jishi.orders.queries import orders
from jishi.orders.queries.orders import code_of
from jishi.orders.rules.given import Given, Wish
from jishi.orders.rules.prices import MOST_FEN
from jishi.orders.rules.stages import Stage
from jishi.orders.rules.steps import STEPS
from jishi.orders.rules.steps import Holder as OrderHolder
from jishi.orders.rules.vocabulary import DayPart, OrderChannel

router = Router(tags=["点单"])
TAKEN = {name: step for name, step in STEPS.items() if step.holder is not OrderHolder.SYSTEM}
OrderStage = Annotated[str, Meta(description="环节：" + "、".join(f"{one.value} {one.label}" for one in Stage))]
OrderNumber = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "点单编号",
            "pattern": r"^[A-Z]{1,4}[0-9]{6}-[0-9]{4}-[0-9]{4}-[0-9]$",
            "example": "SFD261122-4827-1936-5",
        }
    ),
    Path(),
]


class OrderRow(Struct, frozen=True):
    """清单中的一张单。phone 是遮住中间几位的电话。"""

    number: str
    stage: OrderStage
    stage_label: str
    service: str
    price_fen: int
    price_note: str
    wished_on: dt.date
    part: DayPart
    channel: OrderChannel
    unit_id: int
    unit_name: str
    place: str
    text: str
    taker_id: int | None
    taker_name: str
    holder_name: str
    server: str
    returns: int
    name: str
    phone: str
    placed_at: dt.datetime
    accepted_at: dt.datetime | None
    completed_at: dt.datetime | None
    closed_at: dt.datetime | None
    due_at: dt.datetime | None
    due_reason: str
    version: int


SAME = tuple(
    name
    for name in OrderRow.__struct_fields__
    if name not in {"stage_label", "unit_name", "taker_name", "holder_name", "name", "phone"}
)


def _row(row: Any) -> dict[str, Any]:
    return {
        **picked(row, *SAME),
        "stage_label": Stage(row["stage"]).label,
        "unit_name": row["unit__name"],
        "taker_name": row["taker__name"] or "",
        "holder_name": row["holder__name"] or "",
        "name": row["orderer__name"],
        "phone": row["orderer__phone"],
    }


class Side(StrEnum):
    COMMUNITY = "community"
    UNIT = "unit"


class Lane(StrEnum):
    QUEUE = "queue"
    OFFERED = "offered"
    WORKING = "working"
    SERVED = "served"
    CLOSED = "closed"


class OrdersWanted(Struct, forbid_unknown_fields=True, frozen=True):
    lane: Annotated[
        Lane, Meta(description="queue 待派单，offered 待接单，working 办理中，served 待评单，closed 已结束")
    ]
    side: Annotated[Side, Meta(description="community 本社区的单，unit 派给本单位的单")] = Side.UNIT


@router.get(
    "/orders",
    summary="点单清单",
    operation_id="list_orders",
    **described(answer=list[OrderRow], query=OrdersWanted),
)
def list_orders(request: HttpRequest) -> HttpResponse:
    """一个环节的单：退回的在最前，其余按期限从近到远。最多200张。"""
    by = viewer(request)
    by.check(Permission.READ_ORDERS)
    wanted = read_query(request, OrdersWanted)
    lane = orders.hall if wanted.side is Side.COMMUNITY else orders.queue
    return answered([_row(row) for row in lane(by, wanted.lane.value)])


class Ordered(Struct, forbid_unknown_fields=True, frozen=True):
    """代居民点单。price_fen 是念给居民听的价格，与现价不符则答复 409。"""

    offer_id: Annotated[Id, Meta(description="服务编号")]
    unit_id: Annotated[Id, Meta(description="居民所在的社区或网格编号")]
    wished_on: Annotated[dt.date, Meta(description="希望的日期")]
    place: Annotated[str, Meta(min_length=1, max_length=120, description="上门地址")]
    channel: Annotated[OrderChannel, Meta(description="desk 窗口代点，phone 电话代点")] = OrderChannel.DESK
    price_fen: Annotated[int, Meta(ge=0, le=MOST_FEN, description="价格（分）")] = 0
    part: Annotated[DayPart, Meta(description="时段")] = DayPart.ANY
    text: Annotated[str, Meta(max_length=1000, description="补充说明")] = ""
    name: Annotated[str, Meta(max_length=60, description="称呼")] = ""
    phone: Annotated[str, Meta(max_length=20, description="联系电话")] = ""


class OrderPlaced(Struct, frozen=True):
    """回执。code 是评单码，凭它撤单、评单；只在这里给出，请转交居民。"""

    number: str
    code: str


@router.post(
    "/orders",
    summary="代居民点单",
    operation_id="place_order",
    **described(
        answer=OrderPlaced,
        status=201,
        body=Ordered,
        example={"offer_id": 3, "unit_id": 12, "wished_on": "2026-11-24", "place": "3栋201", "price_fen": 2000},
    ),
)
def place(request: HttpRequest) -> HttpResponse:
    """社区工作者为没有手机的居民点单。"""
    by = viewer(request)
    by.check(Permission.DISPATCH_ORDERS)
    given = read_json(request, Ordered)
    wish = Wish(**{name: getattr(given, name) for name in Ordered.__struct_fields__})
    now = timezone.now()

    def act() -> dict[str, Any]:
        return {"number": place_order(wish=wish, by=by, now=now).number}

    return done_once(
        request,
        sender=f"person:{by.person_id}",
        asked=request.body,
        now=now,
        act=act,
        status=201,
        location=lambda content: f"/api/v1/orders/{content['number']}",
        unkept=lambda content: {"code": code_of(content["number"])},
    )


class OrderLine(Struct, frozen=True):
    seq: int
    step: str
    label: str
    source: str
    target: str
    at: dt.datetime
    by: str
    organization: str
    note: str
    facts: dict[str, Any]


class OrderRated(Struct, frozen=True):
    solved: bool
    satisfied: int
    comment: str


class OrderStepOffered(Struct, frozen=True):
    name: str
    label: str
    needs: list[str]
    takes: list[str]


class OrderShown(OrderRow, frozen=True):
    """一张单的全部。派单的社区、已接单的单位看得到完整电话。"""

    history: list[OrderLine]
    rating: OrderRated | None
    steps: list[OrderStepOffered]


@router.get(
    "/orders/{order}",
    summary="一张单",
    operation_id="show_order",
    **described(answer=OrderShown, refuses={404}),
)
def show(request: HttpRequest, order: OrderNumber) -> HttpResponse:
    """单的内容、期限、历史，以及现在可以由本人办理的步骤。"""
    found = orders.detail(viewer(request), order_number_of(order))
    return answered(
        {
            **_row(found.order),
            "history": [_line(line) for line in found.history],
            "rating": found.rating,
            "steps": [picked(step, "name", "label", "needs", "takes") for step in found.steps],
        }
    )


def _line(line: Any) -> dict[str, Any]:
    return {
        **picked(line, "seq", "label", "source", "target", "at", "note", "facts"),
        "step": line["name"],
        "by": line["by_name"],
        "organization": line["organization__name"] or "",
    }


class OrderProgressLine(Struct, frozen=True):
    label: str
    at: dt.datetime
    organization: str
    note: str


class OrderProgress(Struct, frozen=True):
    """持有点单编号的人看到的进度。从不写明谁点的单、住在哪里。"""

    number: str
    service: str
    price_fen: int
    price_note: str
    stage: OrderStage
    stage_label: str
    community: str
    unit_name: str
    server: str
    wished_on: dt.date
    part: DayPart
    placed_at: dt.datetime
    due_at: dt.datetime | None
    due_reason: str
    may_rate: bool
    may_withdraw: bool
    lines: list[OrderProgressLine]


@router.get(
    "/orders/{order}/receipt",
    summary="点单进度（公开）",
    operation_id="show_order_progress",
    auth=None,
    **described(answer=OrderProgress, refuses={404, 429}, public=True),
)
def progress(request: HttpRequest, order: OrderNumber) -> HttpResponse:
    """凭点单编号查进度，不用登录。"""
    check_may_look(request)
    try:
        found = orders.receipt(order_number_of(order))
    except NotFound:
        count_miss(request)
        raise
    same = (name for name in OrderProgress.__struct_fields__ if name not in {"stage_label", "lines"})
    lines = [picked(line, *OrderProgressLine.__struct_fields__) for line in found.lines]
    return answered({**picked(found, *same), "stage_label": found.stage.public_label, "lines": lines})


class OrderStepGiven(Struct, forbid_unknown_fields=True, frozen=True):
    """一步要给的内容。每一步只取它在步骤表中写明的字段，其余不要给。"""

    version: Annotated[
        Annotated[int, Meta(ge=1, le=2**31 - 1)] | None,
        Meta(description="读到的版本；给了而单已被别人办理过，则答复 409"),
    ] = None
    code: Annotated[str, Meta(max_length=20, description="回执上的评单码，居民撤单或评单时给")] = ""
    note: Annotated[str, Meta(max_length=500, description="说明")] = ""
    offer_id: Annotated[Id | None, Meta(description="派给哪项服务（它的单位）")] = None
    server: Annotated[str, Meta(max_length=40, description="谁上门，居民看得到")] = ""
    solved: Annotated[bool | None, Meta(description="事情是否办好")] = None
    satisfied: Annotated[Annotated[int, Meta(ge=1, le=5)] | None, Meta(description="1到5，5为很满意")] = None


class OrderStepTaken(Struct, frozen=True):
    """办理之后单所在的环节和新的版本。"""

    number: str
    step: str
    stage: OrderStage
    stage_label: str
    version: int


TABLE = step_table("办理一步。接单能力满了答复 409；两个人同时办理，只有一个人办成。", TAKEN.values())
StepName = Annotated[str, WithJsonSchema({"type": "string", "description": "步骤", "enum": list(TAKEN)}), Path()]


@router.post(
    "/orders/{order}/steps/{step}",
    summary="办理点单的一步",
    description=TABLE,
    operation_id="take_order_step",
    auth=[Key(), Login(), Reporter()],
    **described(answer=OrderStepTaken, body=OrderStepGiven, refuses={404, 429}, example={"server": "刘师傅"}),
)
def take(request: HttpRequest, order: OrderNumber, step: StepName) -> HttpResponse:
    wanted = TAKEN.get(step)
    if wanted is None:
        raise NotFound("没有这个步骤，请看接口说明")
    by: Any = request.auth  # type: ignore[attr-defined]
    if by is NOBODY and wanted.holder is not OrderHolder.ORDERER:
        raise Unknown(SENTENCES[401])
    body = read_json(request, OrderStepGiven)
    if by is NOBODY and not body.code:
        raise Unknown("请登录，或给出回执上的评单码")
    actor: Viewer | None = None if body.code or by is NOBODY else by
    return _taken(request, order_number_of(order), step, body, actor)


def _taken(request: HttpRequest, number: str, step: str, body: OrderStepGiven, actor: Viewer | None) -> HttpResponse:
    now = timezone.now()
    given = Given(**{name: getattr(body, name) for name in Given.__dataclass_fields__})

    def act() -> dict[str, Any]:
        done = take_step(number=number, step=step, by=actor, now=now, given=given, version=body.version, code=body.code)
        return {**picked(done, "number", "step", "stage", "version"), "stage_label": done.stage.label}

    if actor is not None:
        return done_once(request, sender=f"person:{actor.person_id}", asked=request.body, now=now, act=act)
    check_may_guess(request, number)
    try:
        return done_once(request, sender=f"receipt:{number}", asked=request.body, now=now, act=act)
    except NotFound:
        count_wrong_guess(request, number)
        raise
