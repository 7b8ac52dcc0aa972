"""The register for programs: households and people of the person's area, with masked numbers. Whole numbers are shown
on the page only, where a purpose is named."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_query
from jishi.api.v1.shapes import Id
from jishi.kernel.errors import Invalid, NotFound
from jishi.registers.queries import lists, pages
from jishi.registers.rules.household_numbers import parse_household_number

router = Router(tags=["住户"])

HouseholdNumber = Annotated[
    str,
    WithJsonSchema({"type": "string", "description": "户编号", "pattern": "^H[0-9]{10}$", "example": "H4827193654"}),
    Path(),
]


class RegisterWanted(Struct, forbid_unknown_fields=True, frozen=True):
    search: Annotated[str, Meta(max_length=60, description="姓名、姓名首字母、手机尾号四位、门牌或户编号")] = ""
    unit: Annotated[Id | None, Meta(description="只看这个单元（社区、网格）及其下级，单元编号")] = None
    page: Annotated[int, Meta(ge=1, le=100_000, description="第几页，一页30条")] = 1


class HouseholdLine(Struct, frozen=True):
    """名册中的一户。"""

    number: str
    head: str
    door: str
    people: int
    unit_id: int
    unit_name: str
    verified_on: dt.date


class Households(Struct, frozen=True):
    rows: list[HouseholdLine]
    page: int
    pages: int
    total: int


class ResidentLine(Struct, frozen=True):
    """名册中的一人。证件号码和电话只给出头尾；household 是所在户的编号，只有户籍在此的人没有。"""

    id: int
    name: str
    sex: str
    birth_date: dt.date | None
    phone: str
    document_number: str
    household: str
    relation: str
    doors: list[list[str]]


class Residents(Struct, frozen=True):
    rows: list[ResidentLine]
    page: int
    pages: int
    total: int


class MemberShown(Struct, frozen=True):
    """户内一人。separated 为 true 即人户分离，due 为 true 即超过核实周期。"""

    id: int
    name: str
    relation: str
    sex: str
    birth_date: dt.date | None
    phone: str
    document_number: str
    separated: bool
    due: bool


class HouseholdShown(Struct, frozen=True):
    """一户：所在网格、住处、成员。due 为 true 时待核实，不能当作现状；conflicts 是待裁定的来源不一致。"""

    number: str
    kind: str
    unit_id: int
    unit_name: str
    door: str
    address_code: str
    members: list[MemberShown]
    source: str
    recorded_at: dt.datetime
    verified_on: dt.date
    due: bool
    conflicts: int
    ended_on: dt.date | None


def _reader(request: HttpRequest) -> Viewer:
    by = viewer(request)
    by.check(Permission.READ_REGISTER)
    return by


@router.get(
    "/households",
    summary="住户名册",
    operation_id="list_households",
    **described(answer=Households, query=RegisterWanted),
)
def list_households(request: HttpRequest) -> HttpResponse:
    """本人辖区内的户，按门牌。"""
    by, wanted = _reader(request), read_query(request, RegisterWanted)
    found = lists.households(by, wanted.search, wanted.page, wanted.unit)
    return answered(_page(found, HouseholdLine))


@router.get(
    "/residents", summary="人员名册", operation_id="list_residents", **described(answer=Residents, query=RegisterWanted)
)
def list_residents(request: HttpRequest) -> HttpResponse:
    """住在本人辖区内的人和户籍在这里的人，按姓名。"""
    by, wanted = _reader(request), read_query(request, RegisterWanted)
    found = lists.residents(by, wanted.search, wanted.page, wanted.unit)
    return answered(_page(found, ResidentLine))


def _page(found: lists.ListPage, shape: type[Struct]) -> dict[str, Any]:
    rows = [picked(row, *shape.__struct_fields__) for row in found.rows]
    return {"rows": rows, "page": found.page, "pages": found.pages, "total": found.total}


@router.get(
    "/households/{household}",
    summary="一户",
    operation_id="show_household",
    **described(answer=HouseholdShown, refuses={404}),
)
def show_household(request: HttpRequest, household: HouseholdNumber) -> HttpResponse:
    """不在本人辖区内的户与不存在的户一样，答复 404。"""
    by = _reader(request)
    found = pages.household(by, number_in_path(household), timezone.localdate())
    home = found.home
    return answered(
        {
            **picked(found, "number", "kind", "ended_on"),
            **picked(found.stamp, "source", "recorded_at", "verified_on", "conflicts"),
            "unit_id": found.grid.id,
            "unit_name": found.grid.name,
            "door": home.door if home is not None else "",
            "address_code": home.address.code or "" if home is not None and home.address is not None else "",
            "members": [_member(member) for member in found.members],
            "due": found.stamp.is_due or home is None or not found.head,
        }
    )


def number_in_path(text: str) -> str:
    """The number of a household as it is kept; raises NotFound for one that cannot be."""
    try:
        return parse_household_number(text)
    except Invalid as error:
        raise NotFound(error.message, field="household") from error


def _member(member: pages.Member) -> dict[str, Any]:
    return {
        **picked(member, "id", "name", "sex", "birth_date", "phone", "document_number"),
        "relation": member.relation.label,
        "separated": member.is_separated,
        "due": member.stamp.is_due,
    }
