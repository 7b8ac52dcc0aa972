"""Writing standard addresses: one more, a change, another name, its end. Written by id, for a road has no code."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.addresses import actions
from jishi.addresses.queries import AddressRow
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import MAX_NAME, AliasKind
from jishi.api.answers import picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json
from jishi.api.v1.addresses import router
from jishi.api.v1.paths import Identity
from jishi.api.v1.shapes import Done, Id, Latitude, Longitude, Nothing
from jishi.api.writes import done_once
from jishi.flows.address_ending import cancel_address
from jishi.kernel.errors import Invalid

MANAGE = Permission.MANAGE_PLACE
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]


class AddressGiven(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """一个新地址。写上级，或（最上一级）写所在单元；给出坐标的，单元由坐标定。"""

    level: Level
    name: Name
    parent_id: Annotated[Id | None, Meta(description="上级地址编号")] = None
    unit_id: Annotated[Id | None, Meta(description="所在社区或网格，单元编号")] = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None


class AddressMade(Struct, frozen=True):
    """地址编号、门码（路和村组没有）和全称。"""

    id: int
    code: str | None
    full_name: str


Act = Callable[[Viewer, Any], dict[str, Any]]


def written(request: HttpRequest, shape: type[Struct], act: Act, status: int = 200) -> HttpResponse:
    """Read the body and act once; ``act`` is given who and the body."""
    by = viewer(request)
    body = read_json(request, shape)
    now, sender = timezone.now(), f"person:{by.person_id}"
    return done_once(request, sender=sender, asked=request.body, now=now, act=lambda: act(by, body), status=status)


def _made(row: AddressRow) -> dict[str, Any]:
    return picked(row, *AddressMade.__struct_fields__)


@router.post(
    "/addresses",
    summary="登记地址",
    operation_id="add_address",
    **described(
        answer=AddressMade, status=201, body=AddressGiven, refuses={404},
        example={"level": "door", "name": "12号", "parent_id": 7, "longitude": 113.11, "latitude": 27.87},
    ),
)  # fmt: skip
def add_address(request: HttpRequest) -> HttpResponse:
    """系统管理员登记各级地址；网格员可在本网格的楼内补登单元、楼层和室。"""

    def act(by: Viewer, body: AddressGiven) -> dict[str, Any]:
        return _made(
            actions.create(
                level=body.level,
                name=body.name,
                parent_id=body.parent_id,
                unit_id=body.unit_id,
                longitude=body.longitude,
                latitude=body.latitude,
                by=by,
                now=timezone.now(),
            )
        )

    return written(request, AddressGiven, act, 201)


class AddressChanged(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """要变更的；没有写的不变。门码不变。keep_former 为 true 时原名称仍可查到。"""

    name: Name | None = None
    parent_id: Id | None = None
    unit_id: Id | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    keep_former: bool = True


@router.put(
    "/address-rows/{address_id}",
    summary="变更地址",
    operation_id="change_address",
    **described(answer=AddressMade, body=AddressChanged, refuses={404}, example={"name": "14号"}),
)
def change_address(request: HttpRequest, address_id: Identity) -> HttpResponse:
    """从今天起改名、改上级、改所在单元或坐标；以前的每一天仍查得到当时的样子。"""

    def act(by: Viewer, body: AddressChanged) -> dict[str, Any]:
        if (body.longitude is None) != (body.latitude is None):
            raise Invalid("经度和纬度要么都给，要么都不给", field="longitude")
        point = (body.longitude, body.latitude) if body.longitude is not None and body.latitude is not None else None
        row = actions.change(
            address_id=address_id,
            name=body.name,
            parent_id=body.parent_id,
            unit_id=body.unit_id,
            point=point,
            keep_former=body.keep_former,
            by=by,
            now=timezone.now(),
        )
        return _made(row)

    viewer(request).check(MANAGE)
    return written(request, AddressChanged, act)


class AliasGiven(Struct, forbid_unknown_fields=True, frozen=True):
    """大家用的另一个名称。"""

    name: Name
    kind: AliasKind


class AliasMade(Struct, frozen=True):
    """别名编号。"""

    id: int


@router.post(
    "/address-rows/{address_id}/aliases",
    summary="登记别名",
    operation_id="add_alias",
    **described(
        answer=AliasMade, status=201, body=AliasGiven, refuses={404}, example={"name": "幸福小区", "kind": "everyday"}
    ),
)
def add_alias(request: HttpRequest, address_id: Identity) -> HttpResponse:
    """从今天起用这个名称也查得到。"""

    def act(by: Viewer, body: AliasGiven) -> dict[str, Any]:
        made = actions.add_alias(address_id=address_id, name=body.name, kind=body.kind, by=by, now=timezone.now())
        return {"id": made}

    viewer(request).check(MANAGE)
    return written(request, AliasGiven, act, 201)


@router.post(
    "/address-aliases/{alias_id}/end",
    summary="停用别名",
    operation_id="end_alias",
    **described(answer=Done, body=Nothing, refuses={404}, example={}),
)
def end_alias(request: HttpRequest, alias_id: Identity) -> HttpResponse:
    """没有人再用的名称，或写错的。"""

    def act(by: Viewer, body: Nothing) -> dict[str, Any]:
        actions.end_alias(alias_id=alias_id, by=by, now=timezone.now())
        return {"done": True}

    viewer(request).check(MANAGE)
    return written(request, Nothing, act)


class Cancelled(Struct, forbid_unknown_fields=True, frozen=True):
    """为什么注销。"""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]


@router.post(
    "/address-rows/{address_id}/cancellation",
    summary="注销地址",
    operation_id="cancel_address",
    **described(answer=Done, body=Cancelled, refuses={404}, example={"reason": "房屋已拆除"}),
)
def cancel(request: HttpRequest, address_id: Identity) -> HttpResponse:
    """今天起注销，门码永不再用。还有下级地址、住房或单位场所的，答复 409。"""

    def act(by: Viewer, body: Cancelled) -> dict[str, Any]:
        cancel_address(address_id=address_id, reason=body.reason, by=by, now=timezone.now())
        return {"done": True}

    viewer(request).check(MANAGE)
    return written(request, Cancelled, act)
