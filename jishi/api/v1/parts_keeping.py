"""部件: entering a component, putting it right, taking it down."""

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct

from jishi.accounts.rules.roles import Permission
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json
from jishi.api.v1.parts import Code, router
from jishi.api.v1.shapes import Done, Id, Latitude, Longitude
from jishi.api.writes import done_once
from jishi.flows.component_faults import correct_condition
from jishi.parts import actions
from jishi.parts.rules.given import MAX_BODY, MAX_NAME, MAX_PLACE, MAX_REASON, Body, Given
from jishi.parts.rules.inspections import Condition

__all__ = ["router"]  # that of the reading half: one address, one router


class BodyGiven(Struct, forbid_unknown_fields=True, frozen=True):
    """写编号，或者写本县没有登记的单位的名称。"""

    organization_id: Id | None = None
    name: Annotated[str, Meta(max_length=MAX_BODY)] = ""


class ComponentKnown(Struct, forbid_unknown_fields=True, frozen=True):
    """一个部件的登记内容；没有写的就是没有。"""

    unit_id: Annotated[Id, Meta(description="所在网格或社区，单元编号")]
    name: Annotated[str, Meta(max_length=MAX_NAME)] = ""
    place: Annotated[str, Meta(max_length=MAX_PLACE, description="位置")] = ""
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    authority: BodyGiven = BodyGiven()
    owner: BodyGiven = BodyGiven()
    keeper: BodyGiven = BodyGiven()

    @property
    def given(self) -> Given:
        authority, owner, keeper = (
            Body(one.organization_id, one.name) for one in (self.authority, self.owner, self.keeper)
        )
        return Given(
            code="",
            unit_id=self.unit_id,
            name=self.name,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            authority=authority,
            owner=owner,
            keeper=keeper,
        )


class ComponentGiven(ComponentKnown, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """一个新部件；代码由小类和下一个顺序号组成。"""

    subclass_code: Annotated[str, Meta(pattern="^[0-9]{4}$", description="小类代码")]


class CodeGiven(Struct, frozen=True):
    """新部件的代码。"""

    code: str


@router.post(
    "/parts",
    summary="登记部件",
    operation_id="register_part",
    **described(
        answer=CodeGiven,
        status=201,
        body=ComponentGiven,
        example={"subclass_code": "0118", "unit_id": 12, "place": "东门路口", "keeper": {"name": "市政养护公司"}},
    ),
)
def register_part(request: HttpRequest) -> HttpResponse:
    """由系统管理员登记，或由巡查人员在本人辖区内补登。大批部件用文件导入。"""
    by = viewer(request)
    body = read_json(request, ComponentGiven)
    now = timezone.now()

    def act() -> dict[str, Any]:
        return {"code": actions.register(subclass_code=body.subclass_code, given=body.given, by=by, now=now)}

    return done_once(
        request,
        sender=f"person:{by.person_id}",
        asked=request.body,
        now=now,
        act=act,
        status=201,
        location=lambda content: f"/api/v1/parts/{content['code']}",
    )


@router.post(
    "/parts/{part_code}/changes",
    summary="更正部件",
    operation_id="change_part",
    **described(
        answer=Done,
        body=ComponentKnown,
        refuses={404},
        example={"unit_id": 12, "place": "东门路口", "keeper": {"name": "市政养护公司"}},
    ),
)
def change_part(request: HttpRequest, part_code: Code) -> HttpResponse:
    """由系统管理员更正登记的内容：全部重写，没有写的就是没有。代码和小类不变；每次更正记入部件的历史。"""
    by = viewer(request)
    by.check(Permission.MANAGE_PLACE)
    body = read_json(request, ComponentKnown)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.change(code=part_code, given=replace(body.given, code=part_code), by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)


class ConditionCorrected(Struct, forbid_unknown_fields=True, frozen=True):
    condition: Annotated[Condition, Meta(description="sound 完好，faulty 有故障")]
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON, description="更正的原因")]


@router.post(
    "/parts/{part_code}/condition",
    summary="更正部件状况",
    operation_id="correct_part_condition",
    **described(answer=Done, body=ConditionCorrected, refuses={404}, example={"condition": "sound", "reason": "误记"}),
)
def correct_part_condition(request: HttpRequest, part_code: Code) -> HttpResponse:
    """登记的状况与实际不符时由系统管理员更正。现场看过的用“巡查”，坏了的用“报告故障”。"""
    by = viewer(request)
    by.check(Permission.MANAGE_PLACE)
    body = read_json(request, ConditionCorrected)
    now = timezone.now()

    def act() -> dict[str, Any]:
        correct_condition(code=part_code, condition=body.condition, reason=body.reason, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)


class Retired(Struct, forbid_unknown_fields=True, frozen=True):
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON, description="注销的原因")]


@router.post(
    "/parts/{part_code}/retirement",
    summary="注销部件",
    operation_id="retire_part",
    **described(answer=Done, body=Retired, refuses={404}, example={"reason": "道路改造，已拆除"}),
)
def retire_part(request: HttpRequest, part_code: Code) -> HttpResponse:
    """部件已经拆除。它的代码不再使用。"""
    by = viewer(request)
    by.check(Permission.MANAGE_PLACE)
    body = read_json(request, Retired)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.retire(code=part_code, reason=body.reason, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)
