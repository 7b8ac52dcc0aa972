"""Every write is done once: the header ``Idempotency-Key`` names it, and sending it again gives the same answer."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from jishi.api.answers import answered
from jishi.kernel.errors import Conflict, Invalid
from jishi.once.actions import once

KEY = "Idempotency-Key"
PATTERN = r"^[!-~]{8,80}$"
_KEY = re.compile(PATTERN)


def key_of(request: HttpRequest) -> str:
    """The key the sender chose; raises ``Invalid`` without one.

    A header with other letters than English ones reaches us empty: the web server gives none it cannot read.
    """
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        raise Invalid(f"写操作要带请求头 {KEY}：为每一次新的操作自选一个不重复的编号，重发时用同一个", field=KEY)
    if not _KEY.match(key):
        raise Invalid(f"{KEY} 应为8至80个可见的英文字符，不能有汉字和空格", field=KEY)
    return key


def done_once(
    request: HttpRequest,
    *,
    sender: str,
    asked: bytes,
    now: dt.datetime,
    act: Callable[[], dict[str, Any]],
    status: int = 200,
    location: Callable[[dict[str, Any]], str] | None = None,
    unkept: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> HttpResponse:
    """Run ``act`` unless it was run under this key before; the same answer and status either way.

    ``asked`` is the body as it was sent; the same key with another body, method or address is a conflict.
    ``unkept`` makes, from the answer that is kept for the next time, what belongs to it and must not lie in a table.
    """
    key = key_of(request)
    whole = f"{request.method} {request.path}\n".encode() + asked
    begun = False

    def first_time() -> dict[str, Any]:
        nonlocal begun
        begun = True
        return act()

    try:
        content, repeated = once(sender=sender, key=key, request=whole, now=now, act=first_time)
    except Conflict as error:
        if begun:
            raise
        raise Conflict(f"这个 {KEY} 已用于另一个内容不同的请求，新的操作请换一个编号", field=KEY) from error
    headers = {"Idempotent-Replay": "true"} if repeated else {}
    if location is not None:
        headers["Location"] = location(content)
    return answered(content | unkept(content) if unkept is not None else content, status, headers)
