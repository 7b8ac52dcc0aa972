"""The rows beside a matter that a step adds or ends: parts, pauses, requests, ratings."""

import datetime as dt
from functools import singledispatch
from typing import Any

from jishi.matters.models import Part, Pause, Rating, Request
from jishi.matters.rules import change as changes
from jishi.matters.rules.vocabulary import PartRole


def apply_side(side: changes.Side, *, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    """Write one side effect. ``closing`` counts how often the matter was or will be closed."""
    _apply(side, matter_id, by, closing, now)


@singledispatch
def _apply(side: Any, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    raise TypeError(f"no way to write {side!r}")


@_apply.register
def _assign(side: changes.Assign, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    Part.objects.create(
        matter_id=matter_id,
        organization_id=side.organization_id,
        role=side.role.value,
        task=side.task,
        assigned_at=now,
    )


def _live(matter_id: int, organization_id: int | None = None) -> Any:
    parts = Part.objects.filter(matter_id=matter_id, ended_at__isnull=True)
    return parts if organization_id is None else parts.filter(organization_id=organization_id)


@_apply.register
def _end_parts(side: changes.EndParts, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    _live(matter_id, side.organization_id).update(ended_at=now)


@_apply.register
def _pass(side: changes.PassPart, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    """The heir has one part: its own, unless the absorbed organisation led."""
    for part in list(_live(matter_id, side.organization_id)):
        _live(matter_id, side.organization_id).update(ended_at=now)
        own = _live(matter_id, side.heir_id)
        if part.role == PartRole.LEAD.value:
            own.update(ended_at=now)
        if not own.exists():
            part.pk, part.organization_id = None, side.heir_id
            part.save(force_insert=True)


@_apply.register
def _sign(side: changes.SignPart, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    _live(matter_id, side.organization_id).filter(role=PartRole.LEAD.value).update(signed_at=now)


@_apply.register
def _done(side: changes.DonePart, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    _live(matter_id, side.organization_id).update(done_at=now, done_by=by, done_note=side.note[:500])


@_apply.register
def _open_pause(side: changes.OpenPause, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    assert by is not None  # the step table lets only a dispatcher pause
    Pause.objects.create(
        matter_id=matter_id, reason=side.reason, note=side.note[:300], since=now, until=side.until, by_id=by
    )


@_apply.register
def _end_pause(side: changes.EndPause, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    Pause.objects.filter(matter_id=matter_id, ended_at__isnull=True).update(ended_at=now)


@_apply.register
def _ask(side: changes.Ask, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    Request.objects.create(
        matter_id=matter_id,
        kind=side.kind.value,
        reason=side.reason[:500],
        working_minutes=side.working_minutes,
        at=now,
        by_id=by,
    )


@_apply.register
def _decide(side: changes.Decide, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    Request.objects.filter(matter_id=matter_id, kind=side.kind.value, decided_at__isnull=True).update(
        decided_at=now, decided_by=by, granted=side.granted, answer=side.answer[:500]
    )


@_apply.register
def _lapse(side: changes.Lapse, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    Request.objects.filter(matter_id=matter_id, kind=side.kind.value, decided_at__isnull=True).update(
        decided_at=now, decided_by=by, granted=False, answer=side.why
    )


@_apply.register
def _rate(side: changes.Rate, matter_id: int, by: int | None, closing: int, now: dt.datetime) -> None:
    Rating.objects.create(
        matter_id=matter_id,
        closing=closing,
        solved=side.solved,
        satisfied=side.satisfied,
        comment=side.comment[:500],
        at=now,
        by_id=by,
    )
