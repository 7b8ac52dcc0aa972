"""The worklist, the counts and registering.

The worklist and registering are asked for all day long: they go from bytes to a shape and from rows to bytes with
nothing in between.
"""

from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query, read_sent
from jishi.api.v1.naming import named
from jishi.api.v1.shapes import Id, Latitude, Longitude, MatterRow
from jishi.api.writes import done_once
from jishi.kernel.errors import Invalid
from jishi.matters.actions.registration import register
from jishi.matters.queries.receipt import code_of
from jishi.matters.queries.worklist import MAX_PAGE, Filter, counts, worklist
from jishi.matters.rules.given import Report
from jishi.matters.rules.stages import CLOSED_STAGES, Stage
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.territory.queries import unit

router = Router(tags=["事项"])

CURSOR = r"^([0-9]{1,11}\.[0-9]{6}_[0-9]{1,18})?$"


class Due(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


class Wanted(Struct, forbid_unknown_fields=True, frozen=True):
    """The filters of the worklist."""

    unit: Annotated[Id | None, Meta(description="只看这个单元（镇街、社区、网格）及其下级，单元编号")] = None
    stage: Annotated[
        list[Stage],
        Meta(max_length=12, description="环节，可写多次，只能同是未办结的或同是已办结的；不写为全部未办结环节"),
    ] = []
    due: Annotated[Due | None, Meta(description="overdue 已超期，today 今日到期，week 七日内到期")] = None
    category: Annotated[str, Meta(max_length=20, description="类别代码")] = ""
    grade: Annotated[Grade | None, Meta(description="等级")] = None
    channel: Annotated[Channel | None, Meta(description="渠道")] = None
    organization: Annotated[Id | None, Meta(description="责任单位编号")] = None
    urgent: Annotated[bool, Meta(description="只看紧急的")] = False
    escalated: Annotated[bool, Meta(description="只看超期升级的")] = False
    search: Annotated[str, Meta(max_length=100, description="受理编号，或标题、地点、内容中的词")] = ""
    closed: Annotated[bool, Meta(description="看已办结的，最近办结的在前；环节是已办结的，不写也是")] = False
    after: Annotated[str, Meta(pattern=CURSOR, description="翻页：上一页答复中的 next")] = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE, description="一页几件")] = 50


class Rows(Struct, frozen=True):
    """一页事项。next 为空表示没有下一页。"""

    rows: list[MatterRow]
    next: str


@router.get("/matters", summary="事项清单", operation_id="list_matters", **described(answer=Rows, query=Wanted))
def list_matters(request: HttpRequest) -> HttpResponse:
    """本人职责范围内的事项：未办结的按办结期限从近到远，办结的按办结时间从近到远。"""
    by = viewer(request)
    by.check(Permission.READ_MATTERS)
    wanted = read_query(request, Wanted)
    page = worklist(by, filter_of(wanted), now=timezone.localtime(), after=wanted.after, limit=wanted.limit)
    return answered({"rows": named(page.rows), "next": page.after})


def filter_of(wanted: Wanted) -> Filter:
    return Filter(
        unit=area_of(wanted.unit),
        stages=tuple(wanted.stage),
        due=wanted.due.value if wanted.due is not None else "",
        category_code=wanted.category,
        grade=wanted.grade,
        channel=wanted.channel.value if wanted.channel is not None else "",
        organization_id=wanted.organization,
        urgent=wanted.urgent,
        escalated=wanted.escalated,
        search=wanted.search,
        closed=closed_asked(wanted),
    )


def closed_asked(wanted: Wanted) -> bool:
    """Whether the list is one of closed matters; raises ``Invalid`` for stages no one list holds together."""
    if not wanted.stage:
        return wanted.closed
    closed = CLOSED_STAGES.issuperset(wanted.stage)
    if not closed and (wanted.closed or not CLOSED_STAGES.isdisjoint(wanted.stage)):
        raise Invalid("未办结的环节和已办结的环节不能一起查，请分两次查", field="stage")
    return closed


def area_of(unit_id: int | None) -> tuple[int, int] | None:
    """Depth and id as filters take them; raises ``Invalid`` for a unit that is not one of today's."""
    if unit_id is None:
        return None
    found = unit(unit_id)
    if found is None:
        raise Invalid("没有这个单元", field="unit")
    return found.depth, found.id


class CountsWanted(Struct, forbid_unknown_fields=True, frozen=True):
    unit: Annotated[Id | None, Meta(description="只数这个单元及其下级，单元编号")] = None


class CountsShown(Struct, frozen=True):
    """未办结事项的件数：合计、各环节、已超期、今日到期、紧急。"""

    open: int
    stages: dict[str, int]
    overdue: int
    today: int
    urgent: int


@router.get(
    "/counts", summary="件数", operation_id="count_matters", **described(answer=CountsShown, query=CountsWanted)
)
def count_matters(request: HttpRequest) -> HttpResponse:
    """本人职责范围内未办结事项的件数。"""
    by = viewer(request)
    by.check(Permission.READ_MATTERS)
    found = counts(by, now=timezone.localtime(), unit=area_of(read_query(request, CountsWanted).unit))
    return answered(picked(found, "open", "stages", "overdue", "today", "urgent"))


class ReportChannel(StrEnum):
    """The channels a program may name; imports and Open311 register their own."""

    API = "api"
    RESIDENT = "resident"
    GRID = "grid"
    QUICK = "quick"
    VISIT = "visit"
    MEETING = "meeting"
    DESK = "desk"
    PHONE = "phone"
    PAPER = "paper"


class Reported(Struct, forbid_unknown_fields=True, frozen=True):
    """要登记的一件事。只有内容必填；地点可给单元编号、经纬度或文字，都不给则由县级网格中心核定。"""

    text: Annotated[str, Meta(min_length=1, max_length=20_000, description="内容，居民怎么说就怎么写")]
    channel: Annotated[ReportChannel, Meta(description="渠道")] = ReportChannel.API
    title: Annotated[str, Meta(max_length=120, description="标题；不写则取内容的第一句")] = ""
    unit_id: Annotated[Id | None, Meta(description="所在单元（社区、网格）编号")] = None
    place: Annotated[str, Meta(max_length=120, description="地点的文字说明")] = ""
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    door_code: Annotated[str, Meta(max_length=20, description="门码；单元、地点、坐标没有给的，按这个门牌")] = ""
    category_code: Annotated[str, Meta(max_length=20, description="类别代码")] = ""
    grade: Annotated[Grade | None, Meta(description="等级；不写则按规则提出")] = None
    urgent: Annotated[bool, Meta(description="紧急")] = False
    reporter_name: Annotated[str, Meta(max_length=60, description="反映人姓名，只有需要回访的人能看到")] = ""
    reporter_phone: Annotated[str, Meta(max_length=20, description="反映人电话，同上")] = ""


class Registered(Struct, frozen=True):
    """回执。code 是给反映人的评价码，凭它评价和申请重新办理；只在这里给出，请转交反映人。"""

    number: str
    code: str


EXAMPLE = {
    "text": "响石社区3栋楼下路灯不亮，晚上老人出行不安全",
    "channel": "phone",
    "unit_id": 12,
    "place": "3栋东侧",
    "reporter_phone": "13800000000",
}


@router.post(
    "/matters",
    summary="登记",
    operation_id="register_matter",
    **described(answer=Registered, status=201, body=Reported, photos=True, example=EXAMPLE),
)
def register_matter(request: HttpRequest) -> HttpResponse:
    """登记一件事项，得到受理编号。责任单位和办结期限随即确定。有照片时用 multipart/form-data。"""
    by = viewer(request)
    by.check(Permission.REPORT)
    sent = read_sent(request, Reported)
    now = timezone.now()

    def act() -> dict[str, Any]:
        given = sent.shape
        report = Report(
            channel=Channel(given.channel.value),
            text=given.text,
            title=given.title,
            unit_id=given.unit_id,
            place=given.place,
            longitude=given.longitude,
            latitude=given.latitude,
            door_code=given.door_code,
            category_code=given.category_code,
            grade=given.grade,
            urgent=given.urgent,
            reporter_name=given.reporter_name,
            reporter_phone=given.reporter_phone,
            photos=sent.photos,
        )
        return {"number": register(report=report, by=by, now=now).number}

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
