"""Doing a request once, however often it arrives: a phone that lost the answer sends again, a finger clicks twice."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import orjson
from django.db import connection, transaction

from jishi.kernel.canonical import digest
from jishi.kernel.errors import Conflict, Invalid
from jishi.once.models import Reception

KEEP = dt.timedelta(days=30)
# A phone may be offline for 72 hours and then send what it has kept.
KEEP_AT_LEAST = dt.timedelta(days=4)

_KEY = re.compile(r"[!-~]{8,80}")  # visible ASCII
_BATCH = 5_000

_TAKE = """
    INSERT INTO once_reception (sender, key, fingerprint, answer, at) VALUES (%s, %s, %s, '', %s)
    ON CONFLICT (sender, key) DO NOTHING
"""
_ANSWER = "UPDATE once_reception SET answer = %s WHERE sender = %s AND key = %s"


def once(
    *, sender: str, key: str, request: bytes | str, now: dt.datetime, act: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Carry out ``act`` unless this sender has had it carried out under this key; the answer, and whether repeated.

    Parameters
    ----------
    sender
        Whose keys these are: ``"person:3"``, ``"token:9"``, ``"anonymous"``. Two senders never share a key.
    key
        8 to 80 visible ASCII characters, chosen by the sender; raises Invalid (field ``once_key``) otherwise.
    request
        What was asked, byte for byte as far as it matters. The same key with another request raises Conflict.
    act
        Does the work and returns the answer as JSON takes it. It runs in one transaction with the note that
        it was done: if it fails, nothing is left and the key is free. The answer returned is the one read
        back from JSON, so that the first and every repeated one are equal.

    The key is taken before the work is begun. Of two equal requests at the same time the second waits for the
    first and gets its answer, or does the work itself if the first has failed.
    """
    if not _KEY.fullmatch(key):
        raise Invalid("幂等键应为8至80个可见的英文字符，请刷新页面后重试。", field="once_key")
    fingerprint = digest(request)
    with transaction.atomic():
        if not _took(sender, key, fingerprint, now):
            return _earlier_answer(sender, key, fingerprint), True
        answer = orjson.dumps(act()).decode()
        with connection.cursor() as cursor:
            cursor.execute(_ANSWER, [answer, sender, key])
    return orjson.loads(answer), False


def answered_before(*, sender: str, key: str, request: bytes | str) -> dict[str, Any] | None:
    """The answer this very request got when it was carried out; None if it was not. Nothing is done.

    For whoever cannot even read anew what was asked: the first time may have taken the thing out of sight.
    """
    if not _KEY.fullmatch(key):
        return None
    found = Reception.objects.filter(sender=sender, key=key, fingerprint=digest(request))
    answer = found.values_list("answer", flat=True).first()
    known: dict[str, Any] | None = orjson.loads(answer) if answer else None
    return known


def _took(sender: str, key: str, fingerprint: str, now: dt.datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [sender, key, fingerprint, connection.ops.adapt_datetimefield_value(now)])
        return cursor.rowcount == 1


def _earlier_answer(sender: str, key: str, fingerprint: str) -> dict[str, Any]:
    earlier = Reception.objects.get(sender=sender, key=key)
    if earlier.fingerprint != fingerprint:
        raise Conflict("这份表单已经提交过，但内容与上次不同。请刷新页面，核对后重新填写。")
    answer: dict[str, Any] = orjson.loads(earlier.answer)
    return answer


def forget(*, now: dt.datetime, keep: dt.timedelta = KEEP) -> int:
    """Remove what was received more than ``keep`` ago (never less than four days); returns how many.

    A few thousand rows at a time, each in its own transaction, so that nobody waits long.
    """
    if keep < KEEP_AT_LEAST:
        raise ValueError("a phone may be offline for three days: receptions are kept for at least four")
    forgotten = 0
    while True:
        old = Reception.objects.filter(at__lt=now - keep).values_list("id", flat=True)[:_BATCH]
        count, _ = Reception.objects.filter(id__in=list(old)).delete()
        if not count:
            return forgotten
        forgotten += count
