"""One matter whole for those at work, its progress for whoever holds the number, and its photos."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Path, Router
from pydantic import WithJsonSchema

from jishi.accounts.rules.roles import Permission
from jishi.api.answers import answered, picked
from jishi.api.describing import described
from jishi.api.doors import viewer
from jishi.api.v1.naming import body_name, named
from jishi.api.v1.paths import Number, number_of
from jishi.api.v1.shapes import MatterRow
from jishi.kernel.errors import NotFound
from jishi.limits.actions import check_may_look, count_miss
from jishi.matters.actions.county import county_rules
from jishi.matters.actions.photos import photo_path
from jishi.matters.queries.detail import Detail, detail, photo_visible
from jishi.matters.queries.receipt import receipt
from jishi.matters.queries.worklist import ROW_FIELDS
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import PartRole, PhotoKind, RequestKind

router = Router(tags=["事项"])


class PartShown(Struct, frozen=True):
    """一个单位的一份分工。"""

    organization_id: int
    organization: str
    role: PartRole
    task: str
    assigned_at: dt.datetime
    signed_at: dt.datetime | None
    done_at: dt.datetime | None
    done_by: str
    done_note: str
    ended_at: dt.datetime | None


class RequestShown(Struct, frozen=True):
    """一份申请：延期、非正常结案或重新办理。"""

    id: int
    kind: RequestKind
    reason: str
    working_minutes: int
    at: dt.datetime
    by: str
    decided_at: dt.datetime | None
    decided_by: str
    granted: bool | None
    answer: str


class LineShown(Struct, frozen=True):
    """历史记录的一行。"""

    seq: int
    step: str
    label: str
    source: str
    target: str
    at: dt.datetime
    by: str
    organization: str
    note: str
    facts: dict[str, Any]


class PhotoShown(Struct, frozen=True):
    digest: str
    kind: PhotoKind
    width: int
    height: int
    at: dt.datetime
    address: str


class StepOffered(Struct, frozen=True):
    """现在可以办理的一步，和它要给的内容。"""

    name: str
    label: str
    needs: list[str]
    takes: list[str]


class InstructionShown(Struct, frozen=True):
    id: int
    leader: str
    organization: str
    text: str
    at: dt.datetime
    due_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None


class DuplicateShown(Struct, frozen=True):
    number: str
    title: str
    registered_at: dt.datetime


class ReporterShown(Struct, frozen=True):
    name: str
    phone: str


class MatterShown(MatterRow, frozen=True):
    """一件事项的全部。reporter 只给需要回访的人看，其他人看到的是 null。"""

    text: str
    grade_reason: str
    longitude: float | None
    latitude: float | None
    due_reason: str
    returns: int
    reopened: int
    paused_since: dt.datetime | None
    reply_kind: str | None
    parts: list[PartShown]
    requests: list[RequestShown]
    history: list[LineShown]
    photos: list[PhotoShown]
    instructions: list[InstructionShown]
    duplicates: list[DuplicateShown]
    reporter: ReporterShown | None
    steps: list[StepOffered]


WHOLE = (
    "text", "grade_reason", "longitude", "latitude", "due_reason", "returns", "reopened", "paused_since",
    "reply_kind",
)  # fmt: skip


@router.get(
    "/matters/{number}",
    summary="一件事项",
    operation_id="show_matter",
    **described(answer=MatterShown, refuses={404}),
)
def show_matter(request: HttpRequest, number: Number) -> HttpResponse:
    """事项的内容、期限、分工、历史、照片，以及现在可以由本人办理的步骤。"""
    by = viewer(request)
    by.check(Permission.READ_MATTERS)
    return answered(whole(detail(by, number_of(number))))


def whole(found: Detail) -> dict[str, Any]:
    """A detail as ``MatterShown`` says."""
    row = found.matter
    return {
        **named([picked(row, *ROW_FIELDS)])[0],
        **picked(row, *WHOLE),
        "parts": [_part(part) for part in found.parts],
        "requests": [_request(asked) for asked in found.requests],
        "history": [_line(line) for line in found.history],
        "photos": [_photo(photo) for photo in found.photos],
        "instructions": [_instruction(one) for one in found.instructions],
        "duplicates": found.duplicates,
        "reporter": found.reporter,
        "steps": [picked(step, "name", "label", "needs", "takes") for step in found.steps],
    }


def _part(part: Any) -> dict[str, Any]:
    return {
        **picked(part, "organization_id", "role", "task", "assigned_at", "signed_at", "done_at", "ended_at"),
        "organization": part["organization__name"],
        "done_by": part["done_by__name"] or "",
        "done_note": part["done_note"] or "",
    }


def _request(asked: Any) -> dict[str, Any]:
    return {
        **picked(asked, "id", "kind", "reason", "at", "decided_at", "granted"),
        "working_minutes": asked["working_minutes"] or 0,
        "by": asked["by__name"] or "居民",
        "decided_by": asked["decided_by__name"] or "",
        "answer": asked["answer"] or "",
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        **picked(line, "seq", "label", "source", "target", "at", "note", "facts"),
        "step": line["name"],
        "by": line["by_name"],
        "organization": line["organization__name"] or "",
    }


def _photo(photo: Any) -> dict[str, Any]:
    return {
        **picked(photo, "digest", "kind", "width", "height", "at"),
        "address": f"/api/v1/photos/{photo['digest']}",
    }


def _instruction(one: Any) -> dict[str, Any]:
    return {
        **picked(one, "id", "text", "at", "due_at", "answered_at"),
        "leader": one["leader_name"],
        "organization": body_name(one["organization_id"]),
        "answer": one["answer"] or "",
    }


class ProgressLine(Struct, frozen=True):
    label: str
    at: dt.datetime
    organization: str
    reply: str
    basis: str
    answer: str
    until: str


class ProgressShown(Struct, frozen=True):
    """持有受理编号的人看到的进度：环节、责任单位、期限和理由、答复。从不写明谁反映的。"""

    number: str
    title: str
    text: str
    place: str
    category: str
    stage: Stage
    stage_label: str
    official_stage: str
    unit: str
    registered_at: dt.datetime
    due_at: dt.datetime | None
    due_reason: str
    paused_until: dt.datetime | None
    closed_at: dt.datetime | None
    merged: bool
    may_rate: bool
    may_ask_reopening: bool
    lines: list[ProgressLine]


@router.get(
    "/matters/{number}/receipt",
    summary="办理进度（公开）",
    operation_id="show_progress",
    auth=None,
    **described(answer=ProgressShown, refuses={404, 429}, public=True),
)
def show_progress(request: HttpRequest, number: Number) -> HttpResponse:
    """凭受理编号查看进度，不需要登录。受理编号是随机的，别人猜不到。"""
    now = timezone.now()
    rules = county_rules(timezone.localdate(now))
    check_may_look(request)
    try:
        found = receipt(number_of(number), now=now, reopen_days=rules.handbook.reopen_days)
    except NotFound:
        count_miss(request)
        raise
    lines = [picked(line, *ProgressLine.__struct_fields__) for line in found.lines]
    same = (
        "number", "title", "text", "place", "category", "stage", "official_stage", "registered_at", "due_at",
        "due_reason", "paused_until", "closed_at", "merged", "may_rate", "may_ask_reopening",
    )  # fmt: skip
    return answered(
        {**picked(found, *same), "stage_label": found.stage.public_label, "unit": found.unit_name, "lines": lines}
    )


Digest = Annotated[
    str,
    WithJsonSchema({"type": "string", "description": "照片的指纹", "pattern": "^[0-9a-f]{64}$"}),
    Path(),
]


@router.get(
    "/photos/{digest}",
    summary="一张照片",
    operation_id="show_photo",
    **described(answer="image/jpeg", refuses={404}),
)
def show_photo(request: HttpRequest, digest: Digest) -> HttpResponse:
    """事项所附的照片（JPEG），只给能看到该事项的人。"""
    by = viewer(request)
    by.check(Permission.READ_MATTERS)
    plain = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    if not plain or not photo_visible(by, digest) or not photo_path(digest).exists():
        raise NotFound("没有这张照片，或不在您的查看范围内")
    kept = {"Cache-Control": "private, max-age=86400"}  # named by its content, it never changes
    return HttpResponse(photo_path(digest).read_bytes(), content_type="image/jpeg", headers=kept)
