"""The menus of services: what may be ordered, and each unit's own to keep."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Router

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.reading import read_json, read_query
from jishi.api.v1.paths import Identity
from jishi.api.v1.shapes import Done, Id, Nothing
from jishi.api.writes import done_once
from jishi.kernel.errors import Invalid
from jishi.orders.actions.offers import add_offer, change_offer, stop_offer
from jishi.orders.queries.offers import offers, own_organizations
from jishi.orders.rules.offers import MOST_PLACES, Terms
from jishi.orders.rules.prices import MOST_FEN
from jishi.orders.rules.vocabulary import ServiceKind
from jishi.territory.queries import unit

router = Router(tags=["点单"])

Places = Annotated[int, Meta(ge=1, le=MOST_PLACES)]


class OfferShown(Struct, frozen=True):
    """一项可以点的服务。价格以分为单位，0 为免费；taken 是在办单数，到 at_once 为满。"""

    id: int
    organization_id: int
    organization_name: str
    area_id: int
    area_name: str
    kind: ServiceKind
    name: str
    what: str
    price_fen: int
    price_note: str
    at_once: int
    per_day: int
    taken: int
    since: dt.date


class OffersWanted(Struct, forbid_unknown_fields=True, frozen=True):
    unit: Annotated[Id | None, Meta(description="只看这个单元点得到的服务，单元编号")] = None


@router.get(
    "/offers",
    summary="服务菜单",
    operation_id="list_offers",
    **described(answer=list[OfferShown], query=OffersWanted),
)
def list_offers(request: HttpRequest) -> HttpResponse:
    """全部单位今天提供的服务。"""
    wanted = read_query(request, OffersWanted)
    here = unit(wanted.unit) if wanted.unit is not None else None
    if wanted.unit is not None and here is None:
        raise Invalid("没有这个单元", field="unit")
    rows = offers(here.path if here is not None else "")
    return answered([picked(row, *OfferShown.__struct_fields__) for row in rows])


class OfferTerms(Struct, forbid_unknown_fields=True, frozen=True):
    """一项服务怎么说：名称、内容、价格、接单能力。"""

    name: Annotated[str, Meta(min_length=1, max_length=40, description="服务名称")]
    kind: Annotated[ServiceKind, Meta(description="类别")]
    what: Annotated[str, Meta(min_length=1, max_length=300, description="服务内容")]
    at_once: Annotated[Places, Meta(description="同时最多办几单")]
    per_day: Annotated[Places, Meta(description="一天最多接几单")]
    price_fen: Annotated[int, Meta(ge=0, le=MOST_FEN, description="价格（分），免费写0")] = 0
    price_note: Annotated[str, Meta(max_length=60, description="价格说明")] = ""


class OfferAdded(Struct, frozen=True):
    id: int


def _terms(given: OfferTerms) -> Terms:
    return Terms(**{name: getattr(given, name) for name in Terms.__dataclass_fields__})


EXAMPLE = {
    "name": "水电小修",
    "kind": "doorstep",
    "what": "换水龙头、灯泡",
    "at_once": 3,
    "per_day": 5,
    "price_fen": 2000,
}


@router.post(
    "/offers",
    summary="添加服务",
    operation_id="add_offer",
    **described(answer=OfferAdded, status=201, body=OfferTerms, refuses={404}, example=EXAMPLE),
)
def add(request: HttpRequest) -> HttpResponse:
    """在本单位的菜单中添加一项服务。"""
    by = viewer(request)
    by.check(Permission.TAKE_ORDERS)
    terms, now = _terms(read_json(request, OfferTerms)), timezone.now()

    def act() -> dict[str, Any]:
        return {"id": add_offer(organization_id=own_organizations(by)[0], terms=terms, by=by, now=now)}

    return done_once(
        request,
        sender=f"person:{by.person_id}",
        asked=request.body,
        now=now,
        act=act,
        status=201,
        location=lambda _: "/api/v1/offers",
    )


@router.put(
    "/offers/{offer_id}",
    summary="修改服务",
    operation_id="change_offer",
    **described(answer=Done, body=OfferTerms, refuses={404}, example=EXAMPLE),
)
def change(request: HttpRequest, offer_id: Identity) -> HttpResponse:
    """修改本单位的一项服务。已经点的单按居民当时看到的价格。"""
    by = viewer(request)
    by.check(Permission.TAKE_ORDERS)
    terms, now = _terms(read_json(request, OfferTerms)), timezone.now()

    def act() -> dict[str, Any]:
        change_offer(offer_id=offer_id, terms=terms, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)


@router.post(
    "/offers/{offer_id}/stop",
    summary="停止服务",
    operation_id="stop_offer",
    **described(answer=Done, body=Nothing, refuses={404}, example={}),
)
def stop(request: HttpRequest, offer_id: Identity) -> HttpResponse:
    """不再提供这项服务；接下的单继续办完。"""
    by = viewer(request)
    by.check(Permission.TAKE_ORDERS)
    read_json(request, Nothing)
    now = timezone.now()

    def act() -> dict[str, Any]:
        stop_offer(offer_id=offer_id, by=by, now=now)
        return {"done": True}

    return done_once(request, sender=f"person:{by.person_id}", asked=request.body, now=now, act=act)
