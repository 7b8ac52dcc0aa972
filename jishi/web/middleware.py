"""What happens around every page: who is looking, the request's number, and what browsers may load."""

import logging
from collections.abc import Callable
from uuid import uuid4

from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from jishi.accounts.queries import viewer_of
from jishi.web.errors.views import too_large
from jishi.web.outside import outside_origins

log = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

# Nine photos as phones take them; the forms shrink them before sending.
MAX_BODY = 64 * 1024 * 1024


def security_policy() -> str:
    """The Content-Security-Policy: nothing but our own files, and the map's tile servers if some are set."""
    tile_origins = "".join(f" {origin}" for origin in outside_origins())
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{tile_origins}",
            f"connect-src 'self'{tile_origins}",
            "font-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


class RequestNumberMiddleware:
    """Gives each request a number that the error pages show and the log repeats; refuses bodies nobody sends."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = uuid4().hex[:10]  # type: ignore[attr-defined]
        # A NUL byte means nothing to anybody, and PostgreSQL refuses to compare a text with it.
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        request.is_htmx = request.headers.get("HX-Request") == "true"  # type: ignore[attr-defined]
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            response = too_large(request, RequestDataTooBig())
        else:
            response = self.handle(request)
        response.headers["X-Request-ID"] = request.number  # type: ignore[attr-defined]
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        log.error("request %s failed: %r", request.number, error)  # type: ignore[attr-defined]


class ContentSecurityMiddleware:
    def __init__(self, handle: Handler) -> None:
        self.handle = handle
        self.policy = security_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handle(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        return response


class ViewerMiddleware:
    """Sets ``request.viewer``: the person logged in with today's postings, None for everybody else.

    A request without a session cookie costs no query. What a person at work sees stays out of the browser's
    cache, for the computers at community desks are shared.
    """

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person_id = request.session.get(SESSION_KEY)
        viewer = viewer_of(int(person_id), timezone.localdate()) if person_id else None
        request.viewer = viewer  # type: ignore[attr-defined]
        response = self.handle(request)
        if viewer is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
