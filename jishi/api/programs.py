"""The short way for programs: a request with a key needs no session, no message and no page."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_resolver

from jishi.api.refusals import refused

log = logging.getLogger(__name__)

API = "/api/"
DOCS = "/api/docs"  # a page
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"


class ProgramsMiddleware:
    """Stands before everything that serves pages.

    A request under /api/ with an ``Authorization`` header goes straight to its endpoint. That is safe because
    nothing it skips protects it: it has no session to fix and no cookie that counts, so nobody's browser can be made
    to send it (a foreign page cannot set that header without asking first, and is never allowed to); the host is
    checked here; and the answer, which is never a page, gets its own strict policy. Every other request goes the
    long way. Whatever comes back as an error from either way is told in the API's one shape.
    """

    def __init__(self, handle: Callable[[HttpRequest], HttpResponse]) -> None:
        self.handle = handle
        self.resolver = get_resolver()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            return self.handle(request)
        way = self.straight if "HTTP_AUTHORIZATION" in request.META else self.handle
        response = way(request)
        if response.status_code >= 400 and not request.path_info.startswith(DOCS):
            return in_one_shape(response)
        return response

    def straight(self, request: HttpRequest) -> HttpResponse:
        number = uuid4().hex[:10]
        try:
            request.get_host()
            match = request.resolver_match = self.resolver.resolve(request.path_info)
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except Http404:
            response = refused(404)
        except RequestDataTooBig:
            response = refused(413)
        except (SuspiciousOperation, BadRequest):
            response = refused(400)
        except Exception:
            got_request_exception.send(sender=type(self), request=request)
            log.exception("request %s failed", number)
            response = refused(500)
        headers = response.headers
        headers["X-Request-ID"] = number
        headers.setdefault("Content-Security-Policy", NO_PAGE)
        headers["X-Content-Type-Options"] = "nosniff"
        if not response.streaming:
            headers.setdefault("Content-Length", str(len(response.content)))
        return response


def in_one_shape(response: HttpResponse) -> HttpResponse:
    """An error that was made for a browser, or by the framework, as programs read errors."""
    if response.headers.get("Content-Type", "").startswith("application/json"):
        return response
    plain = refused(response.status_code)
    for name in ("Allow", "X-Request-ID"):
        if name in response.headers:
            plain.headers[name] = response.headers[name]
    return plain
