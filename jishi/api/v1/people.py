"""People and postings, for those who manage them; and who I am.

Passwords and keys are given out on the page only: an answer that is kept so that it can be repeated must not hold
a secret that opens a door.
"""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts import actions, queries
from jishi.accounts.rules.roles import GRANTS, Permission, Role
from jishi.accounts.rules.viewer import Viewer
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json, read_query
from jishi.api.v1.paths import Identity
from jishi.api.v1.shapes import Done, Id, Nothing
from jishi.api.writes import done_once

router = Router(tags=["人员"])


class GrantShown(Struct, frozen=True):
    """一项任职。"""

    role: Role
    role_label: str
    unit_id: int
    unit_name: str
    organization_id: int | None
    organization_name: str


class Me(Struct, frozen=True):
    """密钥或登录所代表的人，今天的任职和权限。"""

    id: int
    name: str
    postings: list[GrantShown]
    permissions: list[Permission]


@router.get("/me", summary="我是谁", operation_id="show_me", **described(answer=Me))
def show_me(request: HttpRequest) -> HttpResponse:
    """用来检查密钥是否可用、能做什么。"""
    by = viewer(request)
    postings = [
        {
            **picked(grant, "role", "unit_id", "unit_name", "organization_id", "organization_name"),
            "role_label": grant.role.label,
        }
        for grant in by.grants
    ]
    permissions = set().union(*(GRANTS[role] for role in by.roles))
    return answered({"id": by.person_id, "name": by.name, "postings": postings, "permissions": sorted(permissions)})


class PostingShown(Struct, frozen=True):
    """一段任职；valid_to 是不再任职的第一天，为空表示在任。"""

    id: int
    role: Role
    unit_id: int
    unit_name: str
    organization_id: int | None
    organization_name: str
    valid_from: dt.date
    valid_to: dt.date | None


class PersonShown(Struct, frozen=True):
    """一个人和没有结束的任职。"""

    id: int
    username: str
    name: str
    phone: str
    email: str
    is_active: bool
    left_at: dt.datetime | None
    postings: list[PostingShown]


class PeopleWanted(Struct, forbid_unknown_fields=True, frozen=True):
    search: Annotated[str, Meta(max_length=60, description="姓名、用户名或电话")] = ""
    page: Annotated[int, Meta(ge=1, le=100_000, description="第几页，一页50人")] = 1
    active: Annotated[bool, Meta(description="只看在岗的")] = False


class People(Struct, frozen=True):
    rows: list[PersonShown]
    page: int
    pages: int
    total: int


def _person(row: queries.PersonRow) -> dict[str, Any]:
    return {
        **picked(row, "id", "username", "name", "phone", "email", "is_active", "left_at"),
        "postings": [picked(posting, *PostingShown.__struct_fields__) for posting in row.postings],
    }


@router.get("/people", summary="人员名册", operation_id="list_people", **described(answer=People, query=PeopleWanted))
def list_people(request: HttpRequest) -> HttpResponse:
    """在岗的在前，按姓名。"""
    by = _manager(request)
    wanted = read_query(request, PeopleWanted)
    found = queries.people(by, search=wanted.search, page=wanted.page, only_active=wanted.active)
    rows = [_person(row) for row in found.rows]
    return answered({"rows": rows, "page": found.number, "pages": found.pages, "total": found.total})


@router.get(
    "/people/{person_id}", summary="一个人", operation_id="show_person", **described(answer=PersonShown, refuses={404})
)
def show_person(request: HttpRequest, person_id: Identity) -> HttpResponse:
    """管理员可看所有人，其他人只能看自己。"""
    return answered(_person(queries.person(viewer(request), person_id)))


@router.get(
    "/people/{person_id}/postings",
    summary="任职经历",
    operation_id="list_postings",
    **described(answer=list[PostingShown], refuses={404}),
)
def list_postings(request: HttpRequest, person_id: Identity) -> HttpResponse:
    """从最近的一段起。"""
    by = viewer(request)
    queries.person(by, person_id)
    held = queries.postings_of(by, person_id)
    return answered([picked(posting, *PostingShown.__struct_fields__) for posting in held])


class PersonAdded(Struct, forbid_unknown_fields=True, frozen=True):
    """新到岗的人。密码由管理员在页面上设置，设置之前不能登录。"""

    username: Annotated[
        str, Meta(min_length=2, max_length=60, pattern="^[a-z][a-z0-9._-]{1,59}$", description="用户名")
    ]
    name: Annotated[str, Meta(min_length=1, max_length=60, description="姓名")]
    phone: Annotated[str, Meta(max_length=20, description="电话")] = ""
    email: Annotated[str, Meta(max_length=254, description="邮箱")] = ""


class Identified(Struct, frozen=True):
    id: int


@router.post(
    "/people",
    summary="新增人员",
    operation_id="add_person",
    **described(answer=Identified, status=201, body=PersonAdded, example={"username": "wangfang", "name": "王芳"}),
)
def add_person(request: HttpRequest) -> HttpResponse:
    """新增之后再任职，任职之前没有任何权限。"""
    by = _manager(request)
    body = read_json(request, PersonAdded)
    now = timezone.now()
    return _written(
        request,
        by,
        now,
        lambda: {
            "id": actions.add_person(
                username=body.username, name=body.name, phone=body.phone, email=body.email, by=by, now=now
            )
        },
        status=201,
    )


class PersonChanged(Struct, forbid_unknown_fields=True, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=60, description="姓名")]
    phone: Annotated[str, Meta(max_length=20, description="电话")] = ""
    email: Annotated[str, Meta(max_length=254, description="邮箱")] = ""


@router.put(
    "/people/{person_id}",
    summary="更正人员信息",
    operation_id="change_person",
    **described(answer=Done, body=PersonChanged, refuses={404}, example={"name": "王芳", "phone": "13800000000"}),
)
def change_person(request: HttpRequest, person_id: Identity) -> HttpResponse:
    """三项一起给出；没有给的改为空。"""
    by = _manager(request)
    body = read_json(request, PersonChanged)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.change_person(person_id=person_id, name=body.name, phone=body.phone, email=body.email, by=by, now=now)
        return {"done": True}

    return _written(request, by, now, act)


class Posted(Struct, forbid_unknown_fields=True, frozen=True):
    """任职：什么角色、哪个单元；社区工作者、调度员、经办人还要写明单位。"""

    role: Role
    unit_id: Id
    organization_id: Id | None = None
    valid_from: Annotated[dt.date | None, Meta(description="起始日，不写为今天")] = None


@router.post(
    "/people/{person_id}/postings",
    summary="任职",
    operation_id="open_posting",
    **described(
        answer=Identified, status=201, body=Posted, refuses={404}, example={"role": "grid_worker", "unit_id": 12}
    ),
)
def open_posting(request: HttpRequest, person_id: Identity) -> HttpResponse:
    """自即日（或起始日）起有这个岗位的权限。不能给自己任职。"""
    by = _manager(request)
    body = read_json(request, Posted)
    now = timezone.now()
    return _written(
        request,
        by,
        now,
        lambda: {
            "id": actions.open_posting(
                person_id=person_id,
                role=body.role,
                unit_id=body.unit_id,
                organization_id=body.organization_id,
                valid_from=body.valid_from,
                by=by,
                now=now,
            )
        },
        status=201,
    )


class PostingEnded(Struct, forbid_unknown_fields=True, frozen=True):
    on: Annotated[dt.date | None, Meta(description="不再任职的第一天，不写为今天")] = None


@router.post(
    "/postings/{posting_id}/end",
    summary="结束任职",
    operation_id="end_posting",
    **described(answer=Done, body=PostingEnded, refuses={404}, example={"on": "2026-12-01"}),
)
def end_posting(request: HttpRequest, posting_id: Identity) -> HttpResponse:
    """自这一天起不再有这个岗位的权限。"""
    by = _manager(request)
    body = read_json(request, PostingEnded)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.end_posting(posting_id=posting_id, by=by, now=now, on=body.on)
        return {"done": True}

    return _written(request, by, now, act)


@router.post(
    "/people/{person_id}/dismiss",
    summary="离岗",
    operation_id="dismiss_person",
    **described(answer=Done, body=Nothing, refuses={404}, example={}),
)
def dismiss_person(request: HttpRequest, person_id: Identity) -> HttpResponse:
    """即刻生效：登录、密钥和全部任职当场失效。"""
    by = _manager(request)
    read_json(request, Nothing)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.dismiss(person_id=person_id, by=by, now=now)
        return {"done": True}

    return _written(request, by, now, act)


class TokenShown(Struct, frozen=True):
    """一把密钥的用途和期限；密钥本身只在签发时出现一次。"""

    id: int
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None


@router.get(
    "/people/{person_id}/tokens",
    summary="密钥清单",
    operation_id="list_tokens",
    **described(answer=list[TokenShown], refuses={404}),
)
def list_tokens(request: HttpRequest, person_id: Identity) -> HttpResponse:
    """管理员可看所有人的，其他人只能看自己的。"""
    by = viewer(request)
    queries.person(by, person_id)
    return answered([picked(token, *TokenShown.__struct_fields__) for token in queries.tokens_of(by, person_id)])


@router.post(
    "/tokens/{token_id}/revoke",
    summary="吊销密钥",
    operation_id="revoke_token",
    **described(answer=Done, body=Nothing, refuses={404}, example={}),
)
def revoke_token(request: HttpRequest, token_id: Identity) -> HttpResponse:
    """即刻生效。"""
    by = _manager(request)
    read_json(request, Nothing)
    now = timezone.now()

    def act() -> dict[str, Any]:
        actions.revoke_token(token_id=token_id, by=by, now=now)
        return {"done": True}

    return _written(request, by, now, act)


def _manager(request: HttpRequest) -> Viewer:
    by = viewer(request)
    by.check(Permission.MANAGE_PEOPLE)
    return by


def _written(request: HttpRequest, by: Viewer, now: dt.datetime, act: Any, status: int = 200) -> HttpResponse:
    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act, status=status)
