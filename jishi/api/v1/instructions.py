"""批办: a leader's dated task to an organisation, and the answer to it."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json
from jishi.api.v1.paths import Identity
from jishi.api.v1.shapes import Done, Id, Moment
from jishi.api.writes import done_once
from jishi.kernel.errors import Forbidden, Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.matters.actions.instructions import answer_instruction, instruct
from jishi.matters.queries import desks
from jishi.matters.rules.stages import Stage

router = Router(tags=["批办"])


class InstructionRow(Struct, frozen=True):
    """一件批办；answered_at 为空表示还没有反馈。"""

    id: int
    text: str
    at: dt.datetime
    due_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None
    leader: str
    organization_id: int
    organization: str
    number: str | None
    title: str | None
    stage: Stage | None


def instruction_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``desks.INSTRUCTION_FIELDS`` as ``InstructionRow`` says."""
    return {
        **picked(row, "id", "text", "at", "due_at", "answered_at", "organization_id"),
        "answer": row["answer"] or "",
        "leader": row["leader_name"],
        "organization": row["organization__name"],
        "number": row["matter__number"],
        "title": row["matter__title"],
        "stage": row["matter__stage"],
    }


class InstructionLoad(Struct, frozen=True):
    """一个单位还没有反馈的批办件数，不论由谁批出。"""

    organization_id: int
    organization: str
    open: int
    overdue: int


class Instructions(Struct, frozen=True):
    """given 是本人批出的，received 是批给本单位、还没有反馈的，load 是领导可以批办的各单位还有多少件待反馈。"""

    given: list[InstructionRow]
    received: list[InstructionRow]
    load: list[InstructionLoad]


@router.get("/instructions", summary="批办清单", operation_id="list_instructions", **described(answer=Instructions))
def list_instructions(request: HttpRequest) -> HttpResponse:
    """领导看到自己批出的，经办单位看到批给自己的。"""
    by = viewer(request)
    leads, answers = by.may(Permission.INSTRUCT), by.may(Permission.ANSWER)
    if not leads and not answers:
        raise Forbidden("您的岗位没有这项权限")
    given = desks.instructions_of(by) if leads else []
    received = desks.queue(by).instructions if answers else []
    load = desks.instruction_load(by, now=timezone.now()) if leads else ()
    return answered(
        {
            "given": [instruction_row(row) for row in given],
            "received": [instruction_row(row) for row in received],
            "load": [{**picked(row, "organization_id", "open", "overdue"), "organization": row.name} for row in load],
        }
    )


@router.get(
    "/instructions/{instruction_id}",
    summary="一件批办",
    operation_id="show_instruction",
    **described(answer=InstructionRow, refuses={404}),
)
def show_instruction(request: HttpRequest, instruction_id: Identity) -> HttpResponse:
    """给批出的领导和承办单位看。"""
    found = desks.instruction(viewer(request), instruction_id)
    if found is None:
        raise NotFound("没有找到这件批办，或不在您的查看范围内")
    return answered(instruction_row(found))


class Instructed(Struct, forbid_unknown_fields=True, frozen=True):
    """要批办的事：给哪个单位、什么要求、何时反馈；可以针对一件事项。"""

    organization_id: Id
    text: Annotated[str, Meta(min_length=1, max_length=500, description="批办意见")]
    due_at: Annotated[Moment, Meta(description="反馈期限")]
    number: Annotated[str, Meta(max_length=40, description="受理编号；针对辖区整体工作时不写")] = ""


class InstructionGiven(Struct, frozen=True):
    id: int


@router.post(
    "/instructions",
    summary="批办",
    operation_id="give_instruction",
    **described(
        answer=InstructionGiven,
        status=201,
        body=Instructed,
        refuses={404},
        example={
            "organization_id": 5,
            "text": "请于周五前拿出整治方案",
            "due_at": "2026-11-27T18:00:00+08:00",
            "number": "SF261122-4827-1936-5",
        },
    ),
)
def give_instruction(request: HttpRequest) -> HttpResponse:
    """领导对本辖区的单位提出有期限的要求。批办不改变事项的环节和等级。"""
    by = viewer(request)
    by.check(Permission.INSTRUCT)
    body = read_json(request, Instructed)
    number = _number(body.number)
    now = timezone.now()

    def act() -> dict[str, Any]:
        given = instruct(
            by=by, organization_id=body.organization_id, text=body.text, due_at=body.due_at, now=now, number=number
        )
        return {"id": given}

    return done_once(
        request,
        sender=f"person:{by.person_id}",
        asked=request.body,
        now=now,
        act=act,
        status=201,
        location=lambda content: f"/api/v1/instructions/{content['id']}",
    )


def _number(text: str) -> str:
    try:
        return parse_number(text) if text else ""
    except Invalid as error:
        raise NotFound(error.message, field="number") from error


class InstructionAnswer(Struct, forbid_unknown_fields=True, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=1000, description="办理情况")]


@router.post(
    "/instructions/{instruction_id}/answer",
    summary="反馈批办",
    operation_id="answer_instruction",
    **described(answer=Done, body=InstructionAnswer, refuses={404}, example={"text": "已完成整治，照片附后"}),
)
def give_answer(request: HttpRequest, instruction_id: Identity) -> HttpResponse:
    """承办单位反馈办理情况，一件批办只反馈一次。"""
    by = viewer(request)
    by.check(Permission.ANSWER)
    body = read_json(request, InstructionAnswer)
    now = timezone.now()

    def act() -> dict[str, Any]:
        answer_instruction(instruction_id=instruction_id, by=by, text=body.text, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)
