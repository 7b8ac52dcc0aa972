"""One way to write a value as bytes, and the fingerprint of bytes."""

import hashlib
from decimal import Decimal
from typing import Any

import orjson


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(obj: Any) -> bytes:
    """``obj`` as JSON with sorted keys and no spaces: equal values always give equal bytes.

    Takes what JSON takes and dates, times, UUIDs, enums and dataclasses; a Decimal becomes text. Raises
    TypeError for anything else.
    """
    return orjson.dumps(obj, default=_plain, option=orjson.OPT_SORT_KEYS)


def digest(data: bytes | str) -> str:
    """SHA-256 of ``data`` (text as UTF-8), 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
