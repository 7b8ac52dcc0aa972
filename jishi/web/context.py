"""What every template knows: who is looking, where, when, and what stands in the navigation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils import timezone

from jishi.accounts.rules.viewer import Viewer
from jishi.web import navigation
from jishi.web.surroundings import lazy_surroundings

LARGE_TYPE = "large_type"  # the cookie of the large-type mode (大字版)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """The variables every page has beside its own.

    ``viewer`` (None for a resident), ``here`` (place name, demo flag), ``now``, ``nav`` (links), ``layout`` (for
    pages several roles share), ``messages``, ``large_type``, ``request``, ``csrf_input``, ``csrf_token``.
    """
    viewer: Viewer | None = getattr(request, "viewer", None)
    return {
        "request": request,
        "viewer": viewer,
        "here": lazy_surroundings(),
        "now": timezone.now(),
        "nav": navigation.links(viewer, request.path) if viewer is not None else [],
        "layout": navigation.layout_of(viewer),
        "messages": messages.get_messages(request),
        "large_type": request.COOKIES.get(LARGE_TYPE) == "1",
        "csrf_input": csrf_input_lazy(request),
        "csrf_token": csrf_token_lazy(request),
    }
