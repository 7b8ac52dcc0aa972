"""The claim engine: several workers share rows of work, and no row is done twice.

1. A worker claims some rows: in one short transaction it locks those that are free, passing over rows another
   worker is just locking, and writes its name and the end of its lease into them.
2. It does the work.
3. It hands the row in by compare-and-set: the row is finished only if it still carries this very claim
(worker and
   end of lease). Whoever was too slow, and whose row another worker has meanwhile claimed, gets
   ``LostClaim``; what it wrote in the same transaction is undone.
4. A worker that dies leaves its claims behind; they run out and the rows are free again. Tries are counted
when a
   row is claimed, so that a row whose worker dies every time is given up as well.

On SQLite a transaction is alone in writing, so that the same statements do without row locks.
"""

import datetime as dt
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet

from jishi.notices.models import Claimable, Delivery, Event
from jishi.notices.rules.work import MAX_TRIES, Claim, Kind, LostClaim, wait_after

_MODELS: dict[Kind, type[Event] | type[Delivery]] = {Kind.EVENT: Event, Kind.DELIVERY: Delivery}
_FREE = {"claimed_by": None, "claimed_until": None}

Row = TypeVar("Row", Event, Delivery)


def claim(
    model: type[Row], *, now: dt.datetime, worker: str, limit: int, lease: dt.timedelta
) -> list[tuple[Claim, Row]]:
    """Take up to ``limit`` rows that are due, the longest waiting first, for the time of ``lease``."""
    kind = Kind.EVENT if issubclass(model, Event) else Kind.DELIVERY
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    free = model.objects.filter(unclaimed, done_at=None, given_up_at=None, due_at__lte=now)
    if not free.exists():  # an idle worker only reads, and disturbs no writer
        return []
    with transaction.atomic():
        rows = list(free.select_for_update(skip_locked=True).order_by("due_at", "id")[:limit])
        worn_out = [row.pk for row in rows if row.tries >= MAX_TRIES]
        _of(model, worn_out).update(given_up_at=now, last_error="处理它的进程每次都中断了", **_FREE)
        taken = [row for row in rows if row.tries < MAX_TRIES]
        until = now + lease
        _of(model, [row.pk for row in taken]).update(claimed_by=worker, claimed_until=until, tries=F("tries") + 1)
    return [(Claim(kind, row.pk, worker, until, row.tries + 1), row) for row in taken]


def _of(model: type[Row], ids: list[int]) -> QuerySet[Row]:
    return model.objects.filter(id__in=ids)


def _held(held: Claim) -> QuerySet[Claimable]:
    mine = {"pk": held.id, "claimed_by": held.worker, "claimed_until": held.until}
    rows: QuerySet[Claimable] = _MODELS[held.kind].objects.filter(**mine)
    return rows


def finish(held: Claim, *, now: dt.datetime) -> None:
    """Hand a row in as done; raises LostClaim."""
    if not _held(held).update(done_at=now, last_error="", **_FREE):
        raise LostClaim(held)


def fail(held: Claim, *, error: str, now: dt.datetime) -> None:
    """Hand a row in as failed: it waits for its next try, or is given up after the tenth; raises LostClaim."""
    wait = wait_after(held.tries)
    after = {"given_up_at": now} if wait is None else {"due_at": now + wait}
    if not _held(held).update(last_error=error[:300], **after, **_FREE):
        raise LostClaim(held)


def give_up(held: Claim, *, error: str, now: dt.datetime) -> None:
    """Hand a row in as hopeless, without further tries; raises LostClaim."""
    if not _held(held).update(last_error=error[:300], given_up_at=now, **_FREE):
        raise LostClaim(held)


def release(held: Claim) -> None:
    """Give a row back that was not begun; it does not count as a try. A claim already lost is no harm."""
    _held(held).update(tries=F("tries") - 1, **_FREE)
