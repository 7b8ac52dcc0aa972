"""What lies on whose desk: a handler's queue, a grid worker's day, a leader's area, requests to decide."""

import datetime as dt
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query
from jishi.api.v1.instructions import InstructionRow, instruction_row
from jishi.api.v1.naming import named, unit_name
from jishi.api.v1.shapes import MatterRow
from jishi.matters.queries import desks
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade, RequestKind

router = Router(tags=["工作台"])


class QueueShown(Struct, frozen=True):
    """经办单位的待办：待签收、在办、协办、批办、待核实和结案。每项最多100件。"""

    to_sign: list[MatterRow]
    working: list[MatterRow]
    helping: list[MatterRow]
    instructions: list[InstructionRow]
    finished: list[MatterRow]


@router.get("/queue", summary="单位待办", operation_id="show_queue", **described(answer=QueueShown))
def show_queue(request: HttpRequest) -> HttpResponse:
    """本人所在单位要办的事。"""
    by = viewer(request)
    by.check(Permission.HANDLE)
    found = desks.queue(by)
    return answered(
        {
            "to_sign": named(found.to_sign),
            "working": named(found.working),
            "helping": named(found.helping),
            "instructions": [instruction_row(row) for row in found.instructions],
            "finished": named(found.finished),
        }
    )


class DayShown(Struct, frozen=True):
    """网格员的一天：新登记、办理中、待核实、今日到期和超期、本人上报。"""

    new: list[MatterRow]
    handling: list[MatterRow]
    to_verify: list[MatterRow]
    due: list[MatterRow]
    mine: list[MatterRow]


@router.get("/day", summary="网格日程", operation_id="show_day", **described(answer=DayShown))
def show_day(request: HttpRequest) -> HttpResponse:
    """本人网格（社区）今天要看的事。"""
    by = viewer(request)
    by.check(Permission.SETTLE)
    found = desks.day(by, now=timezone.localtime())
    return answered({name: named(getattr(found, name)) for name in DayShown.__struct_fields__})


class AreaWanted(Struct, forbid_unknown_fields=True, frozen=True):
    depth: Annotated[int, Meta(ge=1, le=5, description="按哪一级单元分列：1 镇街，2 社区，3 网格")] = 1


class UnitFigures(Struct, frozen=True):
    unit_id: int | None
    unit_name: str
    open: int
    overdue: int


class GradeFigures(Struct, frozen=True):
    grade: Grade
    open: int
    overdue: int


class AreaShown(Struct, frozen=True):
    """辖区的未办结和超期件数，合计、按下级单元、按等级。"""

    open: int
    overdue: int
    urgent: int
    paused: int
    units: list[UnitFigures]
    grades: list[GradeFigures]


@router.get("/area", summary="辖区概况", operation_id="show_area", **described(answer=AreaShown, query=AreaWanted))
def show_area(request: HttpRequest) -> HttpResponse:
    """本人职责范围内的概况。"""
    by = viewer(request)
    by.check(Permission.READ_MATTERS)
    found = desks.area(by, now=timezone.localtime(), depth=read_query(request, AreaWanted).depth)
    return answered(
        {
            "open": found.open,
            "overdue": found.overdue,
            "urgent": found.urgent,
            "paused": found.paused,
            "units": [
                {**row, "unit_name": unit_name(row["unit_id"]) if row["unit_id"] is not None else ""}
                for row in found.units
            ],
            "grades": found.grades,
        }
    )


class RequestRow(Struct, frozen=True):
    """一份待审批的申请。"""

    id: int
    kind: RequestKind
    reason: str
    working_minutes: int
    at: dt.datetime
    by: str
    number: str
    title: str
    stage: Stage
    due_at: dt.datetime | None


@router.get("/requests", summary="待审批的申请", operation_id="list_requests", **described(answer=list[RequestRow]))
def list_requests(request: HttpRequest) -> HttpResponse:
    """等本人审批的延期、非正常结案和重新办理申请。用办理步骤的接口同意或不同意。"""
    by = viewer(request)
    by.check(Permission.APPROVE)
    return answered(
        [
            {
                **{name: row[name] for name in ("id", "kind", "reason", "at")},
                "working_minutes": row["working_minutes"] or 0,
                "by": row["by__name"] or "居民",
                "number": row["matter__number"],
                "title": row["matter__title"],
                "stage": row["matter__stage"],
                "due_at": row["matter__due_at"],
            }
            for row in desks.requests_to_decide(by)
        ]
    )
