"""The API for programs: its description, its endpoints, and how everything it refuses is told."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from jishi.api.describing import COMPONENTS, REFUSALS
from jishi.api.doors import Key, Login
from jishi.api.refusals import refusal, refused
from jishi.api.v1 import (
    addresses_writing,
    audit,
    desks,
    figures,
    instructions,
    matters,
    offers,
    orders,
    parts_keeping,
    people,
    place,
    records,
    registers_households,
    registers_origins,
    steps,
)
from jishi.kernel.errors import DomainError

ABOUT = """
程序通过这套接口登记、查询和办理事项，能做的与这个人在页面上能做的完全一样。

**身份。** 每个请求带请求头 `Authorization: Bearer jsk_…`。密钥由系统管理员签发，代表一个人，
权限随这个人今天的任职而定，离岗即刻失效。已登录的页面也可以直接调用，写操作另带 `X-CSRFToken`。
不在权限内的事项与不存在的事项一样，都答复 404。

**只办一次。** 每个写操作带请求头 `Idempotency-Key`，由调用方自选。没有收到答复时用同一个编号原样重发，不会重复办理，
得到的答复与第一次相同，并带 `Idempotent-Replay: true`。同一编号换了内容，答复 409。编号保留30天。

**错误。** 一律是 `{"error": {"code", "message", "field"}}`：`code` 给程序判断，`message` 可以直接给人看，
`field` 是有问题的字段。

**时间**都带时区。**先到先得**：两个人同时办理同一件事项，只有一个人办成，另一个得到 409。
"""
TAGS = [
    {"name": "事项", "description": "登记、查询、办理"},
    {"name": "工作台", "description": "各岗位今天要办的"},
    {"name": "批办", "description": "领导对单位的限期要求"},
    {"name": "点单", "description": "服务菜单、点单、派单、接单、评单"},
    {"name": "住户", "description": "本辖区的户和人，号码只给头尾"},
    {"name": "地方", "description": "单元、单位、类别和本地规矩"},
    {"name": "人员", "description": "人员和任职（管理员）"},
    {"name": "部件", "description": "公共设施的名册、巡查和故障"},
    {"name": "审计", "description": "只增不改的操作记录（管理员、审计员）"},
]


class ProgramsAPI(NinjaAPI):
    """Ninja's API whose document also holds the shapes our endpoints read and answer."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        shapes = document["components"]["schemas"]
        shapes |= dict(sorted(COMPONENTS.items()))
        document["components"]["responses"] = REFUSALS
        document["tags"] = TAGS
        return document


api = ProgramsAPI(
    title="基石 接口",
    version="1.0",
    description=ABOUT,
    docs=Swagger(settings={"validatorUrl": None, "defaultModelsExpandDepth": 0}),
    auth=[Key(), Login()],
    urls_namespace="api",
)
for room in (
    *(matters, records, steps, desks, figures, instructions, offers, orders),
    *(registers_households, registers_origins, parts_keeping, place, addresses_writing, people, audit),
):
    api.add_router("/v1", room.router)


@api.exception_handler(DomainError)
def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    return refusal(error)


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refused(401)


@api.exception_handler(ValidationError)
def _address(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Only what stands in the address is read by ninja; an address that cannot be one leads nowhere."""
    return refused(404)


@api.exception_handler(Http404)
def _nowhere(request: HttpRequest, error: Http404) -> HttpResponse:
    return refused(404)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refused(413)
