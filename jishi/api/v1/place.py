"""What everybody at work may know: the place, its units, bodies, classes, and who could handle a matter."""

import datetime as dt
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query
from jishi.api.v1.paths import Number, number_of
from jishi.api.v1.shapes import Id
from jishi.duties.queries import categories, suggest
from jishi.kernel.errors import Invalid, NotFound
from jishi.matters.queries.detail import detail
from jishi.matters.rules.handbook import read_handbook
from jishi.matters.rules.vocabulary import Grade
from jishi.organizations import queries as bodies
from jishi.organizations.rules.bodies import Kind
from jishi.territory import queries as territory

router = Router(tags=["地方"])


class ListedReason(Struct, frozen=True):
    key: str
    text: str


class LevelShown(Struct, frozen=True):
    depth: int
    name: str
    kinds: list[str]


class PlaceShown(Struct, frozen=True):
    """现行地方模板：层级、退回理由、挂账理由和几个限额。"""

    key: str
    name: str
    county_code: str
    version: int
    loaded_at: dt.datetime
    number_prefix: str
    levels: list[LevelShown]
    return_grounds: list[ListedReason]
    pause_reasons: list[ListedReason]
    reopen_days: int
    pause_max_working_days: int
    extension_max_times: int
    extension_max_working_days: int


@router.get(
    "/places/current", summary="现行地方模板", operation_id="show_place", **described(answer=PlaceShown, refuses={404})
)
def show_place(request: HttpRequest) -> HttpResponse:
    """这个县（市、区）自己定的规矩。"""
    viewer(request)
    place = territory.place()
    handbook = read_handbook(place.content)
    return answered(
        {
            **picked(place, "key", "name", "county_code", "version", "number_prefix"),
            "loaded_at": place.at,
            "levels": [picked(level, "depth", "name", "kinds") for level in place.ladder.levels],
            "return_grounds": [{"key": key, "text": text} for key, text in handbook.return_grounds.items()],
            "pause_reasons": [{"key": key, "text": text} for key, text in handbook.pause_reasons.items()],
            **picked(
                handbook,
                "reopen_days",
                "pause_max_working_days",
                "extension_max_times",
                "extension_max_working_days",
            ),
        }
    )


class UnitsWanted(Struct, forbid_unknown_fields=True, frozen=True):
    depth: Annotated[
        Annotated[int, Meta(ge=0, le=5)] | None, Meta(description="只要这一级：0 县，1 镇街，2 社区，3 网格")
    ] = None
    within: Annotated[Id | None, Meta(description="只要这个单元及其下级，单元编号")] = None


class UnitShown(Struct, frozen=True):
    """治理单元；由 parent_id 连成树，上级总在下级之前。"""

    id: int
    code: str
    name: str
    kind: str
    depth: int
    parent_id: int | None
    longitude: float | None
    latitude: float | None


@router.get(
    "/units", summary="治理单元", operation_id="list_units", **described(answer=list[UnitShown], query=UnitsWanted)
)
def list_units(request: HttpRequest) -> HttpResponse:
    """今天的单元树。"""
    viewer(request)
    wanted = read_query(request, UnitsWanted)
    tree = territory.tree()
    if wanted.within is None:
        found = tuple(tree)
    elif wanted.within in tree.by_id:
        found = tree.subtree(wanted.within)
    else:
        raise Invalid("没有这个单元", field="within")
    return answered(
        [
            picked(unit, *UnitShown.__struct_fields__)
            for unit in found
            if wanted.depth is None or unit.depth == wanted.depth
        ]
    )


class OrganizationsWanted(Struct, forbid_unknown_fields=True, frozen=True):
    kind: Annotated[Kind | None, Meta(description="类别")] = None
    search: Annotated[str, Meta(max_length=40, description="名称、简称或代码中的文字")] = ""


class OrganizationShown(Struct, frozen=True):
    """可以承办事项的单位。"""

    id: int
    code: str
    name: str
    short_name: str
    kind: Kind
    unit_id: int
    unit_name: str
    superior_id: int | None
    phone: str


@router.get(
    "/organizations",
    summary="单位",
    operation_id="list_organizations",
    **described(answer=list[OrganizationShown], query=OrganizationsWanted),
)
def list_organizations(request: HttpRequest) -> HttpResponse:
    """今天的全部单位，部门在前。"""
    viewer(request)
    wanted = read_query(request, OrganizationsWanted)
    if wanted.search:
        found = bodies.search(wanted.search, limit=100)
        found = tuple(body for body in found if wanted.kind is None or body.kind == wanted.kind)
    else:
        found = bodies.dispatchable(wanted.kind.value if wanted.kind is not None else "")
    return answered([picked(body, *OrganizationShown.__struct_fields__) for body in found])


class CategoryShown(Struct, frozen=True):
    """事项类别，分两级；parent_code 为空的是一级。"""

    code: str
    name: str
    parent_code: str
    grade: Grade
    urgent: bool
    closing_condition: str


@router.get("/categories", summary="事项类别", operation_id="list_categories", **described(answer=list[CategoryShown]))
def list_categories(request: HttpRequest) -> HttpResponse:
    """今天的全部类别。"""
    viewer(request)
    return answered([picked(row, *CategoryShown.__struct_fields__) for row in categories()])


class SuggestionShown(Struct, frozen=True):
    """一个可能的主办单位；citation 是所依据的清单条目，为空时只按属地。"""

    organization_id: int
    organization_name: str
    helper_ids: list[int]
    category_code: str
    citation: str
    basis: str
    reason: str


@router.get(
    "/matters/{number}/suggestions",
    summary="派发建议",
    operation_id="list_suggestions",
    tags=["事项"],
    **described(answer=list[SuggestionShown], refuses={404}),
)
def list_suggestions(request: HttpRequest, number: Number) -> HttpResponse:
    """可以派给谁，每条写明所依据的职责清单条目。系统只建议，派发由人决定。"""
    by = viewer(request)
    by.check(Permission.DISPATCH)
    matter = detail(by, number_of(number)).matter
    unit = territory.unit_on_record(matter["unit_id"])
    if unit is None:
        raise NotFound("没有找到事项所在的单元")
    found = suggest(
        text=f"{matter['title']} {matter['text']}",
        category_code=matter["category_code"],
        unit=territory.unit_at(unit.path),
    )
    return answered(
        [
            {
                **picked(one, "organization_id", "organization_name", "helper_ids", "category_code", "reason"),
                "citation": one.item.citation if one.item is not None else "",
                "basis": one.item.basis if one.item is not None else "",
            }
            for one in found
        ]
    )
