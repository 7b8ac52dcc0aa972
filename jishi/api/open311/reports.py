"""Posting a request: a resident's report from any client that speaks the standard."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from msgspec import Meta, Struct

from jishi.accounts.rules.viewer import Viewer
from jishi.api.doors import holder_of
from jishi.api.open311.formats import KeyRefused, written
from jishi.api.open311.services import check_jurisdiction, service
from jishi.api.reading import fitted, read_form
from jishi.api.refusals import Unknown, Unsupported
from jishi.api.throttle import check_may_report
from jishi.api.v1.shapes import Id, Latitude, Longitude
from jishi.api.writes import KEY, key_of
from jishi.kernel.canonical import canonical, digest
from jishi.kernel.errors import Invalid
from jishi.limits.queries import client_address
from jishi.matters.actions.registration import register
from jishi.matters.queries.receipt import code_of
from jishi.matters.rules.given import Report
from jishi.matters.rules.vocabulary import Channel
from jishi.once.actions import once

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
SAME = 10 * 60  # seconds


class Asked(Struct, frozen=True):
    """The standard's fields. Fields of other clients are not looked at."""

    service_code: Annotated[str, Meta(min_length=1, max_length=20)]
    description: Annotated[str, Meta(max_length=20_000)] = ""
    lat: Latitude | None = None
    long: Longitude | None = None
    address_string: Annotated[str, Meta(max_length=120)] = ""
    address_id: Id | None = None
    first_name: Annotated[str, Meta(max_length=30)] = ""
    last_name: Annotated[str, Meta(max_length=30)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    media_url: Annotated[str, Meta(max_length=2000)] = ""
    jurisdiction_id: Annotated[str, Meta(max_length=40)] = ""
    api_key: Annotated[str, Meta(max_length=200)] = ""


def post_request(request: HttpRequest, form: str) -> HttpResponse:
    """Register a request, with a key or without.

    Sent twice, done once. With the header ``Idempotency-Key`` that key counts. Clients of the standard do not know
    it; for them the same words from the same sender within ten minutes (at most twenty) are one request, and the
    second gets the answer of the first: a finger that tapped twice, a client that tries again. The same words a day
    later are a new request.

    ``media_url`` is not fetched: a server that opens any address a stranger names can be sent anywhere.
    """
    if request.content_type not in FORMS:
        raise Unsupported("请以 application/x-www-form-urlencoded 提交")
    sent = read_form(request)
    asked = read_asked(sent, request)
    check_jurisdiction(asked.jurisdiction_id)
    named = service(asked.service_code)
    if asked.address_id is None and not asked.address_string and asked.lat is None:
        raise Invalid("lat 和 long、address_string、address_id 至少要有一种", field="address_string")
    by = _holder(asked.api_key)
    if by is None:
        check_may_report(request)
    now = timezone.now()
    report = _report(asked, named.name)

    def act() -> dict[str, Any]:
        return {"number": register(report=report, by=by, now=now).number}

    sender = f"open311:{by.person_id}" if by is not None else f"open311:{client_address(request)}"
    said = canonical({name: values for name, values in sorted(sent.lists()) if name != "api_key"})
    content, _ = _once(request, sender, said, now, act)
    return written("service_requests", "request", [_receipt(content, asked)], form, 201)


def read_asked(sent: QueryDict, request: HttpRequest) -> Asked:
    """The standard's fields of the form; ``api_key`` and ``jurisdiction_id`` may also stand in the address."""
    known = QueryDict(mutable=True)
    for name in Asked.__struct_fields__:
        values = [value for value in sent.getlist(name) or request.GET.getlist(name) if value != ""]
        if values:
            known.setlist(name, values)
    return fitted(known, Asked)


def _holder(api_key: str) -> Viewer | None:
    if not api_key:
        return None
    try:
        return holder_of(api_key)
    except Unknown as error:
        raise KeyRefused(error.message) from error


def _report(asked: Asked, service_name: str) -> Report:
    return Report(
        channel=Channel.OPEN311,
        text=asked.description or service_name,
        unit_id=asked.address_id,
        place=asked.address_string,
        longitude=asked.long,
        latitude=asked.lat,
        category_code=asked.service_code,
        reporter_name=full_name(asked.first_name, asked.last_name),
        reporter_phone=asked.phone,
    )


def full_name(first: str, last: str) -> str:
    """Chinese names family name first and without a space, others the other way round."""
    return f"{first} {last}".strip() if f"{first}{last}".isascii() else f"{last}{first}"


class _NotYet(Exception):
    """Nobody has sent this in the earlier span of time."""


def _once(request: HttpRequest, sender: str, said: bytes, now: dt.datetime, act: Any) -> tuple[dict[str, Any], bool]:
    if KEY in request.headers:
        return once(sender=sender, key=key_of(request), request=said, now=now, act=act)
    span = int(now.timestamp()) // SAME

    def not_yet() -> dict[str, Any]:
        raise _NotYet

    try:
        return once(sender=sender, key=f"same:{span - 1}:{digest(said)[:40]}", request=said, now=now, act=not_yet)
    except _NotYet:
        return once(sender=sender, key=f"same:{span}:{digest(said)[:40]}", request=said, now=now, act=act)


def _receipt(content: dict[str, Any], asked: Asked) -> dict[str, Any]:
    notice = f"请记下受理编号，凭它查询进度。评价码 {code_of(content['number'])}，办结后凭它评价。"
    if asked.media_url:
        notice += "本系统不读取网上的照片，如有照片请在上报页面提交。"
    return {"service_request_id": content["number"], "service_notice": notice, "account_id": None}
