"""Reading requests: what anybody may know of any request, and what whoever holds its number may know of theirs.

The list is open to the whole world, and residents' own words may name people, illnesses and doors. So the list says
what kind of thing it is, how it stands, in which community and when — not the words, not the door, and not the
receipt number either, for with that number one reads the words: an entry of the list is named ``P`` and a running
number of its own, which opens no more than the list shows. Whoever shows a receipt number reads the words, the place
and the answers of that one request. Nobody, with whatever number, reads here who reported.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct

from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.api.open311.formats import georeport, moment, written
from jishi.api.open311.reports import post_request
from jishi.api.open311.services import check_jurisdiction, offered
from jishi.api.reading import fitted
from jishi.api.v1.naming import body_name
from jishi.api.v1.shapes import MOST, Moment
from jishi.kernel.errors import Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.limits.actions import check_may_look, count_miss
from jishi.matters.actions.county import county_rules
from jishi.matters.queries.receipt import Progress, receipt
from jishi.matters.queries.scope import visible
from jishi.matters.rules.stages import CLOSED_STAGES, Stage
from jishi.territory.queries import full_name, tree, unit_on_record

AT_MOST = 1000  # what the standard allows for one answer
LATEST = dt.timedelta(days=90)  # what it shows unless asked for other dates
PUBLIC_DEPTH = 2  # the community
IDS = 50  # numbers in one question

# The public sees every matter of the county, in the few columns below. This viewer never leaves this module.
PUBLIC = Viewer(0, "公众", (Grant(Role.LEADER, 0, "", 0, "/"),))
COLUMNS = (
    "id", "category_code", "category_name", "stage", "unit_id", "area_1", "area_2", "registered_at",
    "stage_since", "due_at", "responsible_id",
)  # fmt: skip


class Wanted(Struct, frozen=True):
    """The standard's filters; what else an address holds is not looked at."""

    service_request_id: Annotated[str, Meta(max_length=1500)] = ""
    service_code: Annotated[str, Meta(max_length=1000)] = ""
    start_date: Moment | None = None
    end_date: Moment | None = None
    status: Annotated[str, Meta(max_length=20)] = ""
    jurisdiction_id: Annotated[str, Meta(max_length=40)] = ""


@georeport("GET", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    if request.method == "POST":
        return post_request(request, form)
    wanted = read_wanted(request)
    check_jurisdiction(wanted.jurisdiction_id)
    if wanted.service_request_id:
        ids = [text for text in wanted.service_request_id.split(",") if text.strip()]
        if len(ids) > IDS:
            raise Invalid(f"一次最多查{IDS}个编号", field="service_request_id")
        shown = [found for text in ids if (found := one_if_known(request, text)) is not None]
    else:
        shown = [public(row) for row in listed(wanted)]
    return written("service_requests", "request", shown, form)


def read_wanted(request: HttpRequest) -> Wanted:
    known = request.GET.copy()
    for name in list(known):
        if name not in Wanted.__struct_fields__ or known[name] == "":
            del known[name]
    return fitted(known, Wanted)


def listed(wanted: Wanted) -> list[Mapping[str, Any]]:
    """The latest requests of the services offered, at most a thousand."""
    end = wanted.end_date or timezone.now()
    start = wanted.start_date or end - LATEST
    codes = {row.code for row in offered()}
    if wanted.service_code:
        codes &= {code.strip() for code in wanted.service_code.split(",")}
    rows = visible(PUBLIC).filter(
        status_filter(wanted.status), registered_at__gte=start, registered_at__lte=end, category_code__in=sorted(codes)
    )
    return list(rows.order_by("-registered_at", "-id").values(*COLUMNS)[:AT_MOST])


def status_filter(status: str) -> Q:
    asked = {word.strip() for word in status.split(",")} - {""}
    if asked - {"open", "closed"}:
        raise Invalid("status 只有 open 和 closed", field="status")
    return Q(closed_at__isnull="open" in asked) if len(asked) == 1 else Q()


def public(row: Mapping[str, Any]) -> dict[str, Any]:
    """What anybody may know: class, status, community, times, and who is responsible."""
    stage = Stage(row["stage"])
    community = tree().by_id.get(row["area_2"] or row["area_1"] or 0)
    return {
        "service_request_id": f"P{row['id']}",
        "status": "closed" if stage in CLOSED_STAGES else "open",
        "status_notes": stage.public_label,
        "service_name": row["category_name"],
        "service_code": row["category_code"],
        "description": "",
        "agency_responsible": body_name(row["responsible_id"]),
        "service_notice": "",
        "requested_datetime": moment(row["registered_at"]),
        "updated_datetime": moment(row["stage_since"]),
        "expected_datetime": moment(row["due_at"]) if stage not in CLOSED_STAGES else None,
        "address": full_name(community) if community is not None else "",
        "address_id": str(community.id) if community is not None else "",
        "zipcode": "",
        "lat": community.latitude if community is not None else None,
        "long": community.longitude if community is not None else None,
        "media_url": "",
    }


def one(text: str) -> dict[str, Any]:
    """A request by the id of the list or by its receipt number; raises ``NotFound``."""
    listed_as = public_id(text)
    if listed_as is not None:
        return _by_public_id(listed_as)
    try:
        number = parse_number(text)
    except Invalid as error:
        raise NotFound(error.message) from error
    now = timezone.now()
    rules = county_rules(timezone.localdate(now))
    progress = receipt(number, now=now, reopen_days=rules.handbook.reopen_days)
    row = visible(PUBLIC).filter(number=number).values(*COLUMNS, "longitude", "latitude").get()
    return {**public(row), **of_holder(row, progress)}


def public_id(text: str) -> int | None:
    """The running number in an id of the list, ``P12``; None for anything else."""
    text = text.strip()
    written_so = text[:1] in {"P", "p"} and text[1:].isascii() and text[1:].isdigit() and len(text) < 20
    return int(text[1:]) if written_so else None


def looked_up(request: HttpRequest, text: str) -> dict[str, Any]:
    """``one``, for whoever does not guess receipt numbers; raises ``TooMany`` too. Ids of the list are no secret."""
    if public_id(text) is not None:
        return one(text)
    check_may_look(request)
    try:
        return one(text)
    except NotFound:
        count_miss(request)
        raise


def one_if_known(request: HttpRequest, text: str) -> dict[str, Any] | None:
    try:
        return looked_up(request, text)
    except NotFound:
        return None


def _by_public_id(listed_as: int) -> dict[str, Any]:
    codes = [row.code for row in offered()]
    known = visible(PUBLIC).filter(pk=min(listed_as, MOST), category_code__in=codes)
    row = known.values(*COLUMNS).first()
    if row is None:
        raise NotFound("没有找到这个编号")
    return public(row)


def of_holder(row: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """What whoever holds the receipt number reads beyond the public: the words, the place and the answer."""
    unit = unit_on_record(row["unit_id"])
    where = full_name(unit) if unit is not None else ""
    answers = [line["reply"] or line["answer"] for line in progress.lines if line["reply"] or line["answer"]]
    return {
        "service_request_id": progress.number,
        "status": "closed" if progress.stage in CLOSED_STAGES else "open",
        "status_notes": answers[-1] if answers else progress.stage.public_label,
        "description": progress.text,
        "agency_responsible": progress.unit_name,
        "service_notice": progress.due_reason if progress.due_at is not None else "",
        "updated_datetime": moment(progress.lines[-1]["at"] if progress.lines else progress.registered_at),
        "expected_datetime": moment(progress.due_at),
        "address": " ".join(part for part in (where, progress.place) if part),
        "address_id": str(row["unit_id"]),
        "lat": row["latitude"],
        "long": row["longitude"],
    }


@georeport("GET")
def show_request(request: HttpRequest, form: str, text: str) -> HttpResponse:
    check_jurisdiction(request.GET.get("jurisdiction_id", ""))
    return written("service_requests", "request", [looked_up(request, text)], form)


@georeport("GET")
def show_token(request: HttpRequest, form: str, text: str) -> HttpResponse:
    """Every request gets its number at once, so the token of a request is its number."""
    check_jurisdiction(request.GET.get("jurisdiction_id", ""))
    number = looked_up(request, text)["service_request_id"]
    return written("service_requests", "request", [{"service_request_id": number, "token": text}], form)
