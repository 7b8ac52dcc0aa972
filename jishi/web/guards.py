"""The mark every view carries: who may open it, and whether it writes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from jishi.accounts.rules.roles import Permission
from jishi.kernel.errors import DomainError
from jishi.web.errors.views import method_not_allowed, refused
from jishi.web.readonly import read_only

View = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Mark:
    permission: Permission | None
    public: bool
    writes: bool


def page(*, permission: Permission | None = None, public: bool = False, writes: bool = False) -> Callable[[View], View]:
    """Guard a view.

    Without ``public`` a login is asked for; with ``permission`` some posting must grant it. GET never writes;
    POST is taken only where ``writes`` is said. A DomainError the view lets through becomes a page in the words
    of the error. After a successful POST the form's ``once_key`` goes back as a cookie, by which the browser
    knows that what it kept of the typed text may go.
    """
    mark = Mark(permission, public, writes)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in SAFE and not (writes and request.method == "POST"):
                return method_not_allowed(request, ["GET", "POST"] if writes else ["GET"])
            viewer = request.viewer  # type: ignore[attr-defined]
            if viewer is None and not public:
                return ask_login(request)
            try:
                if permission is not None:
                    viewer.check(permission)
                return answer(view, request, *args, **kwargs)
            except DomainError as error:
                return refused(request, error)

        guarded.mark = mark  # type: ignore[attr-defined]
        return guarded

    return guard


def answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Run the view: without writing for GET; for POST tell the browser what was taken."""
    if request.method in SAFE:
        with read_only():
            return view(request, *args, **kwargs)
    response = view(request, *args, **kwargs)
    key = request.POST.get("once_key", "")
    if response.status_code < 400 and key.replace("-", "").isalnum() and len(key) <= 40:
        response.set_cookie(f"taken_{key}", "1", max_age=86400, samesite="Lax")
    return response


def ask_login(request: HttpRequest) -> HttpResponse:
    """Send to the login page and back afterwards; for a form, back to the page it was typed on."""
    here = request.get_full_path()
    if request.method not in SAFE or request.is_htmx:  # type: ignore[attr-defined]
        shown = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
        here = own_path(request, shown) or "/"
    if request.method not in SAFE:
        messages.warning(request, "登录已过期，刚才的内容没有提交，但已保存在本机。重新登录后会自动恢复。")
    target = f"{settings.LOGIN_URL}?{urlencode({'next': here})}"
    if request.is_htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def own_path(request: HttpRequest, address: str) -> str | None:
    """Path and query of an address on this site; None for anywhere else."""
    if not address or not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return None
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if path.startswith("/") and not path.startswith("//") else None
