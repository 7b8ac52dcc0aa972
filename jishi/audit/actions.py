"""Writing the record of changes, and sealing it.

What a crash can lose: nothing. An entry is written in the transaction of the change it tells of, so either
both are on the disk or neither. The seals are made afterwards, by the worker, from entries that are already
safe; a crash while sealing leaves them unsealed for the next round.

What the record can prove: the chain of each subject shows an entry that was altered, removed from the
middle, exchanged or slipped in. The seals bind all entries of the county in the order they came, so that
also the end of a chain, or a whole chain, cannot vanish once it is sealed (within about a minute). Against
somebody who rewrites the whole record together with all its seals, note a seal elsewhere from time to time
(``queries.last_seal``) and have ``queries.verify`` look for it.
"""

import datetime as dt
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max

from jishi.audit import rules
from jishi.audit.models import Entry, Seal
from jishi.kernel.canonical import canonical

_UNDER_ONE_SEAL = 5_000

_INSERT = """
    INSERT INTO audit_entry (stream, seq, at, actor_id, actor, action, subject, facts, previous, digest)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (stream, seq) DO NOTHING
"""
_END = "SELECT seq, digest FROM audit_entry WHERE stream = %s ORDER BY seq DESC LIMIT 1"


def record(
    *,
    stream: str,
    actor_id: int | None,
    actor: str,
    action: str,
    subject: str,
    facts: dict[str, Any],
    at: dt.datetime,
    first: bool = False,
) -> None:
    """Add one entry to the chain of ``stream``, inside the transaction of the change it tells of.

    Parameters
    ----------
    stream
        The chain, one for each subject: ``"matter:12"``, ``"person:3"``. At most 80 characters.
    actor_id, actor
        Who did it, as number (None without an account) and as the name then; longer than 120 is cut.
    action, subject
        What was done to what: ``"dispatch"``, ``"SF261122-4827-1936-5"``. At most 80 and 200 characters.
    facts
        What changed, as JSON takes it; no more personal data than the reader of the audit needs.
    first
        The caller has just made the subject, so that its chain is new: saves looking for its end.

    Two writers of one stream: the second waits for the first and follows it. Raises RuntimeError outside of a
    transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry belongs into the transaction of the change it tells of")
    content = {
        "stream": stream,
        "at": at,
        "actor_id": actor_id,
        "actor": actor[:120],
        "action": action,
        "subject": subject[:200],
        "facts": canonical(facts).decode(),
    }
    seq, previous = (0, rules.GENESIS) if first else _end_of(stream)
    while not _added(seq=seq + 1, previous=previous, **content):
        seq, previous = _end_of(stream)


def _end_of(stream: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_END, [stream])
        return cursor.fetchone() or (0, rules.GENESIS)


def _added(**entry: Any) -> bool:
    """Insert; False if somebody else has taken this place in the chain (their transaction is waited for)."""
    row = {
        **entry,
        "at": connection.ops.adapt_datetimefield_value(entry["at"]),
        "digest": rules.entry_digest(**entry),
    }
    columns = ("stream", "seq", "at", "actor_id", "actor", "action", "subject", "facts", "previous", "digest")
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [row[column] for column in columns])
        return cursor.rowcount == 1


def seal(*, now: dt.datetime) -> int:
    """Seal every entry written so far; returns how many. For the worker, outside of any transaction.

    Several sealers at once do no harm: of two that continue from the same seal one is refused by the
    database and leaves the work to the other.
    """
    end = _settled_end()
    sealed = 0
    while count := _seal_next(end, now):
        sealed += count
    return sealed


def _settled_end() -> int:
    """An entry id up to which nothing can be added any more.

    Ids are given out before the commit, so an entry with a lower id may still be on its way while a higher
    one is already visible. On PostgreSQL a short lock waits until no writer is inside; all that start later
    get higher ids. If writers do not leave soon the round is skipped, so that nobody queues behind this
    lock. On SQLite writers come one after the other, and what is visible is settled.
    """
    try:
        with transaction.atomic(durable=True):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '300ms'")
                    cursor.execute("LOCK TABLE audit_entry IN SHARE MODE")
            return Entry.objects.aggregate(end=Max("id"))["end"] or 0
    except OperationalError:
        return 0


def _seal_next(end: int, now: dt.datetime) -> int:
    """Make one seal over the next entries up to ``end``; returns how many it covers."""
    last = Seal.objects.order_by("-id").first()
    after, previous = (last.last_entry, last.digest) if last else (0, rules.GENESIS)
    bundle = rules.Bundle()
    rows = Entry.objects.filter(id__gt=after, id__lte=end).order_by("id").values_list("id", "digest")
    for entry_id, digest in rows[:_UNDER_ONE_SEAL]:
        bundle.add(entry_id, digest)
    if not bundle.count:
        return 0
    try:
        with transaction.atomic():
            Seal.objects.create(
                at=now,
                first_entry=bundle.first,
                last_entry=bundle.last,
                count=bundle.count,
                previous=previous,
                digest=bundle.sealed(previous=previous, at=now),
            )
    except IntegrityError:
        return 0
    return bundle.count
