"""Standard addresses: found by any name, opened by the code on the door."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.addresses import queries
from jishi.addresses.rules.codes import ALPHABET
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import AliasKind
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query
from jishi.api.v1.shapes import Id, Latitude, Longitude
from jishi.kernel.errors import Invalid, NotFound
from jishi.territory import queries as territory

router = Router(tags=["地方"])

DoorCode = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "门码，末位是校验位；可带短横，不分大小写",
            "pattern": f"^[{ALPHABET}]{{4}}-?[{ALPHABET}]{{4}}$",
            "example": "22222222",
        }
    ),
    Path(),
]


class AddressesWanted(Struct, forbid_unknown_fields=True, frozen=True):
    q: Annotated[str, Meta(max_length=80, description="路名、小区名、曾用名、首字母、门牌号、门码，或其中一部分")] = ""
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    unit: Annotated[Id | None, Meta(description="只找这个单元及其下级，单元编号")] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="最多几条")] = 20


class AddressRowShown(Struct, frozen=True):
    """一条地址。full_name 自路（村组）起，official_name 自县起；路和村组没有门码。"""

    id: int
    code: str | None
    level: Level
    name: str
    full_name: str
    official_name: str
    parent_id: int | None
    unit_id: int
    longitude: float | None
    latitude: float | None
    valid_from: dt.date
    valid_to: dt.date | None


class AddressesFound(Struct, frozen=True):
    """找到的地址，最相符的在前。complete 为 false 时没有完全相符的，给出的是最接近的；按坐标查找时带距离（米）。"""

    complete: bool
    metres: float | None
    addresses: list[AddressRowShown]


ROW = tuple(name for name in AddressRowShown.__struct_fields__ if name != "official_name")


@router.get(
    "/addresses",
    summary="查找地址",
    operation_id="list_addresses",
    **described(answer=AddressesFound, query=AddressesWanted),
)
def list_addresses(request: HttpRequest) -> HttpResponse:
    """按名称的任何一部分、拼音首字母、门牌号或门码查找；给出经纬度时找最近的门牌。"""
    viewer(request)
    wanted = read_query(request, AddressesWanted)
    if (wanted.longitude is None) != (wanted.latitude is None):
        raise Invalid("经度和纬度要么都给，要么都不给", field="longitude")
    if wanted.longitude is not None and wanted.latitude is not None:
        near = queries.nearest(wanted.longitude, wanted.latitude)
        rows = [_row(near.row)] if near is not None else []
        return answered({"complete": True, "metres": near.metres if near is not None else None, "addresses": rows})
    within = territory.unit(wanted.unit) if wanted.unit is not None else None
    if wanted.unit is not None and within is None:
        raise Invalid("没有这个单元", field="unit")
    found = queries.search(wanted.q, within=within, limit=wanted.limit)
    return answered({"complete": found.complete, "metres": None, "addresses": [_row(row) for row in found.rows]})


def _row(row: queries.AddressRow) -> Mapping[str, Any]:
    return {**picked(row, *ROW), "official_name": queries.official_name(row)}


class AliasShown(Struct, frozen=True):
    id: int
    name: str
    kind: AliasKind


class AddressShown(AddressRowShown, frozen=True):
    """一个地址和它的别名、上级、下级。注销的地址也能查到，valid_to 是注销日期。"""

    aliases: list[AliasShown]
    above: list[AddressRowShown]
    below: list[AddressRowShown]


@router.get(
    "/addresses/{code}",
    summary="按门码查地址",
    operation_id="show_address",
    **described(answer=AddressShown, refuses={404}),
)
def show_address(request: HttpRequest, code: DoorCode) -> HttpResponse:
    """门牌上的码对应的地址。码有一位不对或写反了，答复 404 并说明。"""
    viewer(request)
    try:
        row = queries.by_code(code)
    except Invalid as error:
        raise NotFound(error.message, field="code") from error
    names = queries.aliases([row.id]).get(row.id, [])
    return answered(
        {
            **_row(row),
            "aliases": [picked(alias, "id", "name", "kind") for alias in names],
            "above": [_row(each) for each in queries.line_of(row)[:-1]],
            "below": [_row(each) for each in queries.children(row.id)],
        }
    )
