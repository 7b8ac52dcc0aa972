"""Reading and proving the record. No viewer is known down here: pages check READ_AUDIT before they ask."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from django.db.models import QuerySet

from jishi.audit.models import Entry, Seal
from jishi.audit.rules import Break, Fault, Line, SealLine, check_lines, check_seals

_BATCH = 2_000
_FIELDS = tuple(Line.__dataclass_fields__)
_SEAL_FIELDS = tuple(SealLine.__dataclass_fields__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; empty fields do not restrict. ``until`` is not included."""

    stream: str = ""
    subjects: tuple[str, ...] = ()  # any of these
    action: str = ""
    actor_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the latest first, and the id to ask ``before`` for the following page (None: that was all)."""

    entries: tuple[Line, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the whole record found."""

    entries: int
    seals: int
    unsealed: int  # written since the last seal; a few are normal
    breaks: tuple[Break, ...]

    @property
    def intact(self) -> bool:
        return not self.breaks


def entries(wanted: AuditFilter, *, before: int | None = None, limit: int = 50) -> AuditPage:
    """One page of the record."""
    conditions = {
        "stream": wanted.stream or None,
        "subject__in": wanted.subjects or None,
        "action": wanted.action or None,
        "actor_id": wanted.actor_id,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "id__lt": before,
    }
    rows = Entry.objects.filter(**{name: value for name, value in conditions.items() if value is not None})
    lines = tuple(_lines(rows.order_by("-id")[: limit + 1]))
    return AuditPage(lines[:limit], lines[limit - 1].id if len(lines) > limit else None)


def facts_of(streams: Collection[str]) -> dict[tuple[str, int], dict[str, Any]]:
    """The facts of every entry of these streams, by stream and place in it."""
    rows = Entry.objects.filter(stream__in=streams).values_list("stream", "seq", "facts")
    return {(stream, seq): orjson.loads(facts) for stream, seq, facts in rows}


def size() -> int:
    """How many entries there are, for a progress bar beside ``verify``."""
    return Entry.objects.count()


def last_seal() -> SealLine | None:
    """The newest seal. Its digest, noted on paper or sent elsewhere, stands for the whole record up to it."""
    row = Seal.objects.order_by("-id").values_list(*_SEAL_FIELDS).first()
    return SealLine(*row) if row else None


def verify(*, noted: Iterable[str] = (), each: Callable[[int], object] = lambda done: None) -> AuditReport:
    """Check the whole record and list every break.

    Parameters
    ----------
    noted
        Digests of seals that were noted elsewhere: each must still be there.
    each
        Called every few thousand entries with the number checked since the last call.

    Reads in batches; memory does not grow with the record. It may run while others write.
    """
    # The seals are settled before any entry is read: one made meanwhile would miss its entries.
    newest = last_seal()
    seals = Seal.objects.filter(id__lte=newest.id if newest else 0)
    counted = _Counted(each)
    breaks = list(check_lines(counted(_lines(Entry.objects.order_by("stream", "seq", "id")))))
    unsealed = 0
    rows = Entry.objects.order_by("id").values_list("id", "digest").iterator(chunk_size=_BATCH)
    for found in check_seals(_seal_lines(seals), rows):
        if isinstance(found, int):
            unsealed = found
        else:
            breaks.append(found)
    breaks += _gone(noted)
    return AuditReport(counted.total, seals.count(), unsealed, tuple(breaks))


def _gone(noted: Iterable[str]) -> Iterator[Break]:
    for digest in noted:
        if not Seal.objects.filter(digest=digest).exists():
            says = "曾经记下的这道封印已不存在，整个记录可能被换过。"
            yield Break(Fault.SEAL_GONE, f"封印 {digest[:12]}", says)


class _Counted:
    """Passes items on and tells now and then how many have gone by."""

    def __init__(self, each: Callable[[int], object]) -> None:
        self.total = 0
        self._each = each

    def __call__(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            yield item
            self.total += 1
            if self.total % _BATCH == 0:
                self._each(_BATCH)
        self._each(self.total % _BATCH)


def _seal_lines(rows: "QuerySet[Seal]") -> Iterator[SealLine]:
    return (SealLine(*row) for row in rows.order_by("id").values_list(*_SEAL_FIELDS).iterator(chunk_size=_BATCH))


def _lines(rows: "QuerySet[Entry]") -> Iterator[Line]:
    return (Line(*row) for row in rows.values_list(*_FIELDS).iterator(chunk_size=_BATCH))
