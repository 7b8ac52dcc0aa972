"""部件: the catalogue, lists, one component, an inspection, a fault."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json, read_query, read_sent
from jishi.api.v1.shapes import Done, Id
from jishi.api.writes import done_once
from jishi.flows.component_faults import report_fault
from jishi.kernel.errors import Invalid
from jishi.matters.queries.at_component import matters_about
from jishi.matters.queries.receipt import code_of
from jishi.matters.rules.stages import Stage
from jishi.parts import actions, queries
from jishi.parts.queries.reading import MAX_PAGE
from jishi.parts.rules.given import MAX_NOTE
from jishi.parts.rules.history import Turn
from jishi.parts.rules.inspections import Condition, Standing
from jishi.territory.queries import unit

router = Router(tags=["部件"])

Code = Annotated[
    str,
    WithJsonSchema({"type": "string", "description": "部件代码", "pattern": "^[0-9]{16}$"}),
    Path(),
]


class SubclassShown(Struct, frozen=True):
    """部件小类；inspection_days 为空的不定期巡查。"""

    code: str
    name: str
    class_code: str
    class_name: str
    inspection_days: int | None


@router.get(
    "/part-classes", summary="部件分类目录", operation_id="list_part_classes", **described(answer=list[SubclassShown])
)
def list_part_classes(request: HttpRequest) -> HttpResponse:
    """今天的全部大类、小类。"""
    viewer(request)
    return answered([picked(row, *SubclassShown.__struct_fields__) for row in queries.subclasses()])


class ComponentsWanted(Struct, forbid_unknown_fields=True, frozen=True):
    unit: Annotated[Id | None, Meta(description="只看这个单元及其下级，单元编号")] = None
    major: Annotated[str, Meta(pattern="^([0-9]{2})?$", description="大类代码")] = ""
    subclass: Annotated[str, Meta(pattern="^([0-9]{4})?$", description="小类代码")] = ""
    standing: Annotated[
        Standing | None, Meta(description="sound 完好，due 待巡查（过了应巡查日期），faulty 有故障")
    ] = None
    search: Annotated[str, Meta(max_length=60, description="部件代码或其开头，或名称、位置中的词")] = ""
    after: Annotated[str, Meta(pattern="^([0-9]{16})?$", description="翻页：上一页答复中的 next")] = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE, description="一页几个")] = 50


class ComponentShown(Struct, frozen=True):
    """一个部件；standing 是今天可以怎么说它。"""

    code: str
    subclass_code: str
    subclass_name: str
    class_name: str
    name: str
    unit_id: int
    unit_name: str
    place: str
    longitude: float | None
    latitude: float | None
    standing: Standing
    inspected_on: dt.date | None
    inspect_by: dt.date | None


ROW = tuple(name for name in ComponentShown.__struct_fields__ if name != "standing")


class ComponentsShown(Struct, frozen=True):
    """一页部件，按代码排列；next 为空是最后一页。"""

    rows: list[ComponentShown]
    next: str


@router.get(
    "/parts", summary="部件清单", operation_id="list_parts", **described(answer=ComponentsShown, query=ComponentsWanted)
)
def list_parts(request: HttpRequest) -> HttpResponse:
    """本辖区的，或本单位主管、权属、养护的部件。"""
    by, today = viewer(request), timezone.localdate()
    by.check(Permission.READ_PARTS)
    asked = read_query(request, ComponentsWanted)
    if asked.unit is not None and unit(asked.unit) is None:
        raise Invalid("没有这个单元", field="unit")
    wanted = queries.Filter(asked.major, asked.subclass, asked.unit, asked.standing, asked.search)
    found = queries.components(by, wanted, today=today, after=asked.after, limit=asked.limit)
    return answered({"rows": [_row(row, today) for row in found.rows], "next": found.after})


def _row(row: queries.ComponentRow, today: dt.date) -> dict[str, Any]:
    return {**picked(row, *ROW), "standing": row.standing(today)}


class BodyShown(Struct, frozen=True):
    """一个单位；不是本县登记的单位时没有编号。"""

    organization_id: int | None
    name: str


class InspectionShown(Struct, frozen=True):
    """一次巡查；报告故障时有受理编号，本人看不到该事项时为空。"""

    at: dt.datetime
    by: str
    condition: Condition
    note: str
    number: str


class HappeningShown(Struct, frozen=True):
    """部件的其他变化：更正、注销、随事项修复或重新办理；有关的事项本人看不到时受理编号为空。"""

    at: dt.datetime
    turn: Turn
    by: str
    note: str
    number: str


class AboutShown(Struct, frozen=True):
    """一件与部件有关的事项，本人看得到的才在这里。"""

    number: str
    title: str
    stage: Stage
    registered_at: dt.datetime
    closed_at: dt.datetime | None


class ComponentWhole(ComponentShown, frozen=True):
    """一个部件的全部：由谁负责、周期、来源、巡查、变化和事项；已注销的有注销日期 until。"""

    authority: BodyShown
    owner: BodyShown
    keeper: BodyShown
    inspection_days: int | None
    source: str
    recorded_at: dt.datetime
    recorded_by: str
    until: dt.date | None
    inspections: list[InspectionShown]
    happenings: list[HappeningShown]
    matters: list[AboutShown]


@router.get(
    "/parts/{part_code}",
    summary="一个部件",
    operation_id="show_part",
    **described(answer=ComponentWhole, refuses={404}),
)
def show_part(request: HttpRequest, part_code: Code) -> HttpResponse:
    """给辖区内的人、负责它的单位，以及正在办理有关事项的单位看。"""
    by = viewer(request)
    by.check(Permission.READ_PARTS)
    matters = matters_about(by, part_code)
    found = queries.component(by, part_code, has_matter=bool(matters))
    seen = {matter["number"] for matter in matters}
    return answered(
        {
            **_row(found.row, timezone.localdate()),
            **picked(found, "inspection_days", "source", "recorded_at", "recorded_by", "until"),
            **{
                role: picked(getattr(found, role), "organization_id", "name")
                for role in ("authority", "owner", "keeper")
            },
            "inspections": _inspections(found.row.id, seen),
            "happenings": _happenings(found.row.id, seen),
            "matters": matters,
        }
    )


def _inspections(component_id: int, seen: set[str]) -> list[dict[str, Any]]:
    return [
        {
            **picked(one, "at", "condition", "note"),
            "by": one.by_name,
            "number": one.matter_number if one.matter_number in seen else "",
        }
        for one in queries.inspections(component_id)
    ]


def _happenings(component_id: int, seen: set[str]) -> list[dict[str, Any]]:
    return [
        {
            **picked(one, "at", "turn", "note"),
            "by": one.by_name,
            "number": one.matter_number if one.matter_number in seen else "",
        }
        for one in queries.happenings(component_id)
    ]


class Inspected(Struct, forbid_unknown_fields=True, frozen=True):
    """到现场看过，完好。有故障的用“报告故障”。"""

    note: Annotated[str, Meta(max_length=MAX_NOTE, description="说明")] = ""


@router.post(
    "/parts/{part_code}/inspections",
    summary="巡查：完好",
    operation_id="inspect_part",
    **described(answer=Done, body=Inspected, refuses={404}, example={"note": "灯亮，杆体完好"}),
)
def inspect_part(request: HttpRequest, part_code: Code) -> HttpResponse:
    """记下一次巡查，下次巡查从今天起算一个周期。"""
    by = viewer(request)
    by.check(Permission.INSPECT_PARTS)
    body = read_json(request, Inspected)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.inspect(code=part_code, condition=Condition.SOUND, note=body.note, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)


class Fault(Struct, forbid_unknown_fields=True, frozen=True):
    """部件的故障；地点就是部件所在的网格和位置。"""

    note: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE, description="故障情况")]
    category_code: Annotated[str, Meta(max_length=20, description="类别代码")] = ""
    urgent: Annotated[bool, Meta(description="紧急")] = False


class FaultReported(Struct, frozen=True):
    """由此登记的事项的回执。"""

    number: str
    code: str


@router.post(
    "/parts/{part_code}/faults",
    summary="报告故障",
    operation_id="report_part_fault",
    **described(answer=FaultReported, status=201, body=Fault, photos=True, refuses={404}, example={"note": "灯不亮"}),
)
def report_part_fault(request: HttpRequest, part_code: Code) -> HttpResponse:
    """记下故障，并在部件所在的网格登记一件事项。有照片时用 multipart/form-data。"""
    by = viewer(request)
    by.check(Permission.INSPECT_PARTS)
    sent = read_sent(request, Fault)
    now = timezone.now()

    def act() -> dict[str, Any]:
        given = sent.shape
        receipt = report_fault(
            code=part_code,
            note=given.note,
            category_code=given.category_code,
            urgent=given.urgent,
            photos=sent.photos,
            by=by,
            now=now,
        )
        return {"number": receipt.number}

    return done_once(
        request,
        sender=f"person:{by.person_id}",
        asked=sent.asked,
        now=now,
        act=act,
        status=201,
        location=lambda content: f"/api/v1/matters/{content['number']}",
        unkept=lambda content: {"code": code_of(content["number"])},
    )
