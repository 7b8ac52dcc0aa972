"""Answers as JSON: plain dicts and rows straight to bytes."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

import orjson
from django.http import HttpResponse


def _listed(value: Any) -> list[Any]:
    """Sets come out sorted, so that equal answers are equal bytes."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def answered(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """``content`` (dicts, lists, dataclasses, dates, enums) as a JSON response; times keep their UTC offset."""
    response = HttpResponse(
        orjson.dumps(content, default=_listed), status=status, content_type="application/json", headers=headers
    )
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def picked(row: Any, *names: str) -> dict[str, Any]:
    """The named fields of a row (mapping or dataclass); what is not named never leaves."""
    if is_dataclass(row):
        return {name: getattr(row, name) for name in names}
    return {name: row[name] for name in names}
