"""Writing households: entering one at its door, who joins and leaves, its moving and its end, and verifying it."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.api.answers import picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json
from jishi.api.v1.paths import Identity
from jishi.api.v1.registers import HouseholdNumber, number_in_path, router
from jishi.api.v1.registers_origins import OriginGiven
from jishi.api.v1.shapes import Done, Id, Nothing
from jishi.api.writes import done_once
from jishi.registers.actions import households
from jishi.registers.actions.verification import verify_household
from jishi.registers.queries.pages import household_id
from jishi.registers.rules.entries import MOST_PEOPLE, HouseholdEntry, PersonEntry
from jishi.registers.rules.vocabulary import (
    BuildingUse,
    DocumentKind,
    EndReason,
    HouseholdKind,
    Relation,
    Sex,
    StayKind,
)

KEEP = Permission.KEEP_REGISTER

Phone = Annotated[str, Meta(max_length=30)]
Day = Annotated[str, Meta(max_length=12, description="1980-05-12 或 19800512")]


class PersonGiven(OriginGiven, frozen=True, kw_only=True):
    """一个人。居民身份证号码得出性别和出生日期；moves 为 true 表示证件核对无误、人确已从原户搬来。"""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    relation: Relation
    stays: Annotated[list[StayKind], Meta(max_length=5, description="居住关系，不写即常住；户籍也在此的写两项")] = []
    document_kind: DocumentKind | None = None
    document_number: Annotated[str, Meta(max_length=40)] = ""
    sex: Sex | None = None
    birth_date: Day = ""
    phone: Phone = ""
    second_phone: Phone = ""
    former_name: Annotated[str, Meta(max_length=60)] = ""
    registered_place: Annotated[str, Meta(max_length=200)] = ""
    moves: bool = False

    def entry(self) -> PersonEntry:
        texts = (
            "name", "document_number", "birth_date", "phone", "second_phone", "former_name", "registered_place",
        )  # fmt: skip
        values = {name: getattr(self, name) for name in texts}
        if self.sex is not None:
            values["sex"] = self.sex.value
        if self.document_kind is not None:
            values["document_kind"] = self.document_kind.value
        stays = tuple(dict.fromkeys(self.stays)) or (StayKind.USUAL,)
        return PersonEntry(values, self.relation, stays, self.moves)


class HomeGiven(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """住处：门牌对得上标准地址的自动对上；同一门牌已登记的就是那处房屋。"""

    unit_id: Annotated[Id, Meta(description="所在网格，单元编号")]
    door: Annotated[str, Meta(min_length=1, max_length=120, description="门牌")]
    building_use: BuildingUse | None = None
    floor_area: Annotated[str, Meta(max_length=12, description="平方米")] = ""
    is_rented: bool | None = None
    owner_name: Annotated[str, Meta(max_length=60)] = ""
    owner_phone: Phone = ""

    def values(self) -> dict[str, str]:
        found = {name: getattr(self, name) for name in ("door", "floor_area", "owner_name", "owner_phone")}
        if self.building_use is not None:
            found["building_use"] = self.building_use.value
        if self.is_rented is not None:
            found["is_rented"] = "1" if self.is_rented else "0"
        return found


class HouseholdGiven(OriginGiven, frozen=True, kw_only=True):
    """一户：住处和全部成员，一次写入，有一处不对就全不写入。有且只有一个户主。"""

    home: HomeGiven
    people: Annotated[list[PersonGiven], Meta(min_length=1, max_length=MOST_PEOPLE)]
    kind: HouseholdKind = HouseholdKind.FAMILY
    book_number: Annotated[str, Meta(max_length=9, description="户口簿上的户号")] = ""


class HouseholdEntered(Struct, frozen=True):
    """登记下的户编号、房屋编号和成员编号（按提交的次序）。"""

    number: str
    dwelling_id: int
    resident_ids: list[int]


Act = Callable[[Viewer, Any], dict[str, Any]]
PERSON = {"name": "张清晓", "relation": "head", "stays": ["registered", "usual"], "phone": "13800131234"}
HOME = {"unit_id": 12, "door": "3栋2单元502"}


def written(request: HttpRequest, shape: type[Struct], act: Act, status: int = 200, location: Any = None) -> Any:
    """Read the body and act once, for somebody who keeps the register; ``act`` is given who and the body."""
    by = viewer(request)
    by.check(KEEP)
    body = read_json(request, shape)
    return done_once(
        request,
        sender=f"person:{by.person_id}",
        asked=request.body,
        now=timezone.now(),
        act=lambda: act(by, body),
        status=status,
        location=location,
    )


@router.post(
    "/households",
    summary="登记一户",
    operation_id="enter_household",
    **described(answer=HouseholdEntered, status=201, body=HouseholdGiven, example={"home": HOME, "people": [PERSON]}),
)
def enter_household(request: HttpRequest) -> HttpResponse:
    """有问题的字段写作 people.2.document_number，即第三个人的证件号码。"""

    def act(by: Viewer, body: HouseholdGiven) -> dict[str, Any]:
        entry = HouseholdEntry(
            body.home.unit_id,
            [person.entry() for person in body.people],
            body.home.values(),
            book_number=body.book_number,
            kind=body.kind,
        )
        entered = households.enter_household(entry=entry, origin=body.origin, by=by, now=timezone.now())
        return picked(entered, "number", "dwelling_id") | {"resident_ids": list(entered.resident_ids)}

    return written(request, HouseholdGiven, act, 201, lambda answer: f"/api/v1/households/{answer['number']}")


@router.post(
    "/households/{household}/verification",
    summary="核实一户",
    operation_id="verify_household",
    **described(answer=Done, body=Nothing, refuses={404}, example={}),
)
def verify(request: HttpRequest, household: HouseholdNumber) -> HttpResponse:
    """上门核对无误：户、户内的人和住处的核实日期都记为今天。"""

    def act(by: Viewer, body: Nothing) -> dict[str, Any]:
        verify_household(household_id=household_id(by, number_in_path(household)), by=by, now=timezone.now())
        return {"done": True}

    return written(request, Nothing, act)


class Joined(Struct, frozen=True):
    """加入的人的编号。"""

    resident_id: int


@router.post(
    "/households/{household}/members",
    summary="加入一人",
    operation_id="join_household",
    **described(
        answer=Joined, status=201, body=PersonGiven, refuses={404}, example={"name": "张星野", "relation": "son"}
    ),
)
def join(request: HttpRequest, household: HouseholdNumber) -> HttpResponse:
    """出生、嫁娶、搬来的人加入一户。"""

    def act(by: Viewer, body: PersonGiven) -> dict[str, Any]:
        joined = households.join(
            household_id=household_id(by, number_in_path(household)),
            person=body.entry(),
            origin=body.origin,
            by=by,
            now=timezone.now(),
        )
        return {"resident_id": joined}

    return written(request, PersonGiven, act, 201)


class Left(Struct, forbid_unknown_fields=True, frozen=True):
    """为什么不再登记。"""

    reason: EndReason


@router.post(
    "/households/{household}/members/{resident_id}/departure",
    summary="移出一人",
    operation_id="leave_household",
    **described(answer=Done, body=Left, refuses={404}, example={"reason": "moved"}),
)
def leave(request: HttpRequest, household: HouseholdNumber, resident_id: Identity) -> HttpResponse:
    """迁走、去世、登记有误。户主要先更换，最后一人要办整户注销。"""

    def act(by: Viewer, body: Left) -> dict[str, Any]:
        households.leave(
            household_id=household_id(by, number_in_path(household)),
            resident_id=resident_id,
            reason=body.reason,
            by=by,
            now=timezone.now(),
        )
        return {"done": True}

    return written(request, Left, act)


class HeadGiven(Struct, forbid_unknown_fields=True, frozen=True):
    """新户主，和原户主与新户主的关系。"""

    resident_id: Id
    former: Relation


@router.post(
    "/households/{household}/head",
    summary="更换户主",
    operation_id="change_household_head",
    **described(answer=Done, body=HeadGiven, refuses={404}, example={"resident_id": 7, "former": "parent"}),
)
def change_head(request: HttpRequest, household: HouseholdNumber) -> HttpResponse:
    """户内另一人成为户主。"""

    def act(by: Viewer, body: HeadGiven) -> dict[str, Any]:
        households.change_head(
            household_id=household_id(by, number_in_path(household)),
            resident_id=body.resident_id,
            former=body.former,
            by=by,
            now=timezone.now(),
        )
        return {"done": True}

    return written(request, HeadGiven, act)


class MoveGiven(OriginGiven, frozen=True, kw_only=True):
    """新的住处，和全户在那里怎样居住。户籍地不因搬家改变。"""

    home: HomeGiven
    stay: StayKind = StayKind.USUAL


@router.post(
    "/households/{household}/move",
    summary="全户搬家",
    operation_id="move_household",
    **described(answer=Done, body=MoveGiven, refuses={404}, example={"home": HOME, "stay": "rented"}),
)
def move(request: HttpRequest, household: HouseholdNumber) -> HttpResponse:
    """搬到本人辖区内的另一处；原住处留在历史里。"""

    def act(by: Viewer, body: MoveGiven) -> dict[str, Any]:
        households.move_household(
            household_id=household_id(by, number_in_path(household)),
            entry=HouseholdEntry(body.home.unit_id, (), body.home.values()),
            stay=body.stay,
            origin=body.origin,
            by=by,
            now=timezone.now(),
        )
        return {"done": True}

    return written(request, MoveGiven, act)


@router.post(
    "/households/{household}/end",
    summary="注销整户",
    operation_id="end_household",
    **described(answer=Done, body=Left, refuses={404}, example={"reason": "moved"}),
)
def end(request: HttpRequest, household: HouseholdNumber) -> HttpResponse:
    """户和它的居住关系终止，历史保留；户籍在此的人仍登记在册。"""

    def act(by: Viewer, body: Left) -> dict[str, Any]:
        households.end_household(
            household_id=household_id(by, number_in_path(household)), reason=body.reason, by=by, now=timezone.now()
        )
        return {"done": True}

    return written(request, Left, act)
