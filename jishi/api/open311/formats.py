"""Answers as GeoReport v2 writes them: XML or JSON, as the address asks; errors in its own shape."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.views.decorators.csrf import csrf_exempt

from jishi.kernel.errors import DomainError

TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# What XML 1.0 cannot hold, however it is written.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Plain = Mapping[str, Any] | Sequence[Any] | str | int | float | bool | None


class ServiceMissing(DomainError):
    """The standard answers 404 to an unknown service or jurisdiction, in a request as in an address."""

    status = 404


class KeyRefused(DomainError):
    """The standard answers 403, not 401, to an unknown api_key."""

    status = 403


def moment(value: dt.datetime | None) -> str | None:
    """A time as the standard wants it: to the second, with the local offset."""
    return localtime(value).isoformat(timespec="seconds") if value is not None else None


def written(root: str, item: str, content: Any, form: str, status: int = 200) -> HttpResponse:
    """``content`` (a list of flat mappings, or one mapping) under its XML names, or as the same in JSON."""
    if form == "json":
        body = orjson.dumps(content)
    else:
        top = Element(root)
        for entry in content if isinstance(content, list) else [content]:
            _fill(SubElement(top, item) if item else top, entry)
        body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(top, encoding="utf-8", xml_declaration=False)
    return HttpResponse(body, status=status, content_type=TYPES[form])


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(value, list):
        # <endpoints><endpoint/></endpoints>: the one inside is named as the many outside, without the s.
        for inner in value:
            _fill(SubElement(element, element.tag.removesuffix("s")), inner)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = UNWRITABLE.sub("", text)


def failed(status: int, description: str, form: str) -> HttpResponse:
    """An error in the standard's shape; ``code`` is the HTTP status."""
    return written("errors", "error", [{"code": status, "description": description}], form, status)


def georeport(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view of the standard: takes these methods, tells every refusal in the standard's shape.

    No cookie counts here, so no foreign page gains anything by making a browser send one: no CSRF token is asked.
    """

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, form: str, **found: str) -> HttpResponse:
            if request.method not in methods:
                refusal = failed(405, "这个地址不接受这种请求方法", form)
                refusal.headers["Allow"] = ", ".join(methods)
                return refusal
            try:
                return view(request, form=form, **found)
            except DomainError as error:
                status = 400 if error.status == 422 else error.status
                return failed(status, error.message, form)

        return csrf_exempt(guarded)

    return guard
