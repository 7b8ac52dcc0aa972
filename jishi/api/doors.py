"""Who is asking: a program with a key, a person on a logged-in page, or, where that is allowed, a reporter."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from jishi.accounts.queries import viewer_of_token
from jishi.accounts.rules.viewer import Viewer
from jishi.api.refusals import SENTENCES, Unknown
from jishi.kernel.canonical import digest
from jishi.kernel.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER = "bearer "
# Stands in ``request.auth`` for somebody without an account who will show the code of a receipt.
NOBODY = object()


def holder_of(key: str) -> Viewer:
    """Whose key this is; raises ``Unknown`` for a key that is wrong, revoked or past its time. One query."""
    viewer = viewer_of_token(digest(key.strip()), timezone.now())
    if viewer is None:
        raise Unknown("密钥不正确、已到期或已吊销")
    return viewer


class Key(AuthBase):
    """密钥：请求头 `Authorization: Bearer jsk_…`。密钥由系统管理员签发，代表一个人，权限随这个人的任职。"""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "由系统管理员签发的密钥，以 jsk_ 开头。它代表一个人，权限随这个人的任职而定。"

    def __call__(self, request: HttpRequest) -> Viewer | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        if header[: len(BEARER)].lower() != BEARER:
            raise Unknown(SENTENCES[401])
        return holder_of(header[len(BEARER) :])


class Login(APIKeyCookie):
    """登录状态：已登录页面的会话；写操作还要带请求头 `X-CSRFToken`。"""

    param_name = "sessionid"
    openapi_description = "已登录页面的会话。写操作还要在请求头 X-CSRFToken 中带上页面的防伪令牌。"

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        viewer: Viewer | None = getattr(request, "viewer", None)
        if viewer is not None and request.method not in SAFE and check_csrf(request) is not None:
            raise Forbidden("页面的防伪令牌缺失或已过期，请刷新页面后再试")
        return viewer


class Reporter:
    """Lets somebody without an account through to an endpoint that asks for the code of a receipt itself."""

    def __call__(self, request: HttpRequest) -> Any:
        return NOBODY


def viewer(request: HttpRequest) -> Viewer:
    """The person asking, on an endpoint that is not open to everybody."""
    found = request.auth  # type: ignore[attr-defined]
    if not isinstance(found, Viewer):
        raise Unknown(SENTENCES[401])
    return found
