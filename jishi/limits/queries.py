"""Who is asking, and how often something was counted against them."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from jishi.kernel.canonical import digest
from jishi.limits.rules import client_of


def client_address(request: HttpRequest) -> str:
    """The client's IPv4 address or IPv6 network (/64), by the connection and the proxies the operator trusts."""
    return client_of(
        request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES
    )


def counted(kind: str, who: str) -> int:
    """How often ``kind`` was counted against ``who`` in the window that is running."""
    return int(cache.get(cache_key(kind, who), 0))


def cache_key(kind: str, who: str) -> str:
    return f"limit:{kind}:{digest(who)}"
