"""What anybody holding a receipt number sees: the progress and the answers — never who reported."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from jishi.kernel.errors import NotFound
from jishi.kernel.receipt_codes import code_digest, code_matches, derive_code
from jishi.matters.models import Matter, Rating, Reporter, Request, Step
from jishi.matters.rules import steps as table
from jishi.matters.rules.stages import OFFICIAL, OPEN_STAGES, Stage
from jishi.matters.rules.vocabulary import RequestKind


@dataclass(frozen=True, slots=True)
class Progress:
    """A receipt as it stands now."""

    number: str
    title: str
    text: str
    place: str
    category: str
    stage: Stage
    official_stage: str
    unit_name: str  # the responsible unit
    registered_at: dt.datetime
    due_at: dt.datetime | None
    due_reason: str
    paused_until: dt.datetime | None
    lines: list[Mapping[str, Any]]  # label, at, organization, reply … of the public steps
    merged: bool  # handled together with another report of the same thing
    may_rate: bool
    may_ask_reopening: bool
    reopening_waits: bool
    closed_at: dt.datetime | None
    rating: Mapping[str, Any] | None


def receipt(number: str, *, now: dt.datetime, reopen_days: int) -> Progress:
    """The progress of one matter by its number. Raises ``NotFound``.

    A merged matter shows, under its own number, when it was registered and the progress and the answer of the matter
    it was merged into; never that one's number, by which anybody could read what somebody else said.
    """
    row = _row(number)
    main = _main(row)
    stage = Stage(main["stage"])
    window_open = main["closed_at"] is not None and now <= main["closed_at"] + dt.timedelta(days=reopen_days)
    own = main is row
    waits = Request.objects.filter(matter=row["id"], kind=RequestKind.REOPENING.value, decided_at__isnull=True).exists()
    reopenable = own and stage in table.REOPENABLE and window_open
    return Progress(
        number=row["number"],
        title=row["title"],
        text=row["text"],
        place=row["place"],
        category=row["category_name"],
        stage=stage,
        official_stage=next(name for name, stages in OFFICIAL.items() if stage in stages),
        unit_name=main["responsible__name"],
        registered_at=row["registered_at"],
        due_at=main["due_at"] if stage in OPEN_STAGES else None,
        due_reason=main["due_reason"] if own else f"主事项，{main['due_reason']}",
        paused_until=main["paused_until"],
        lines=_public_lines(row["id"]) if own else _merged_lines(row["id"], main["id"]),
        merged=not own,
        may_rate=own and stage is Stage.CLOSED,
        may_ask_reopening=reopenable and not waits,
        reopening_waits=waits,
        closed_at=main["closed_at"],
        rating=Rating.objects.filter(matter=row["id"])
        .order_by("-closing")
        .values("solved", "satisfied", "comment")
        .first(),
    )


FIELDS = (
    "id", "number", "title", "text", "place", "category_name", "stage", "responsible__name", "registered_at",
    "due_at", "due_reason", "paused_until", "merged_into_id", "closed_at",
)  # fmt: skip


def _row(number: str) -> Mapping[str, Any]:
    row = Matter.objects.filter(number=number).values(*FIELDS).first()
    if row is None:
        raise NotFound("没有找到这个受理编号，请核对后再试")
    return row


def _main(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The matter that is handled for this report: the end of a chain of merges, which has no circles."""
    while row["merged_into_id"] is not None:
        row = _row_by_id(row["merged_into_id"])
    return row


def _row_by_id(matter_id: int) -> Mapping[str, Any]:
    return Matter.objects.values(*FIELDS).get(pk=matter_id)


def _merged_lines(own_id: int, main_id: int) -> list[Mapping[str, Any]]:
    """Both ways as one, in the order of time; the other report's 登记 is that of somebody else."""
    theirs = [line for line in _public_lines(main_id) if line["name"] != table.REGISTER]
    return sorted(_public_lines(own_id) + theirs, key=lambda line: line["at"])


def _public_lines(matter_id: int) -> list[Mapping[str, Any]]:
    """The public part of the history. Notes are between offices; a reporter reads replies, reasons and dates."""
    lines = Step.objects.filter(matter=matter_id, public=True).order_by("seq")
    return [
        {
            "label": table.PAST_LABELS[line["name"]],
            "name": line["name"],
            "at": line["at"],
            "organization": line["organization__name"] or "",
            "reply": line["facts"].get("reply", "") if line["name"] in {"close", "grant_abnormal"} else "",
            "basis": line["facts"].get("basis", "") if line["name"] in {"close", "grant_abnormal"} else "",
            "reason": line["facts"].get("reason", ""),
            "until": line["facts"].get("until", ""),
            "answer": line["note"] if _answers(line) else "",
        }
        for line in lines.values("name", "at", "note", "facts", "organization__name")
    ]


def _answers(line: Mapping[str, Any]) -> bool:
    """Whether the note of a step was written for the reporter: it answers what the reporter asked."""
    return line["name"] == "refuse_reopening" or (line["name"] == "reopen" and line["facts"].get("asked", False))


def code_of(number: str) -> str:
    """The code to print on a receipt that was just registered, and again if its sender lost the answer.

    It follows from the number and the first of the deployment's receipt keys, so it lies nowhere readable. When a new
    key is put before the old one, codes printed before still open their receipts (``reporter_knows`` tries every key);
    only an answer of the last 30 days that is asked for once more would show another, which opens nothing.
    """
    return derive_code(number, settings.RECEIPT_KEYS[0])


def digest_of(number: str, code: str) -> str:
    """What is kept of the code of a new receipt."""
    return code_digest(code, number, settings.RECEIPT_KEYS[0])


def reporter_knows(number: str, code: str) -> bool:
    """Whether ``code`` is the one printed on the receipt of this matter."""
    row = Reporter.objects.filter(matter__number=number).values("code_digest").first()
    return row is not None and code_matches(code, number, row["code_digest"], settings.RECEIPT_KEYS)
