"""Slows down guessing: after too many wrong passwords one must wait, but nobody is locked out by others' tries."""

from django.http import HttpRequest

from jishi.kernel.errors import TooMany
from jishi.limits.actions import count, forget
from jishi.limits.queries import client_address, counted

TRIES = 10
WINDOW = 5 * 60  # seconds


def _who(request: HttpRequest, username: str) -> str:
    return f"{client_address(request)} {username}"


def check_may_try(request: HttpRequest, username: str) -> None:
    """Raise TooMany after ten failures in five minutes for this name from this address."""
    if counted("passwords", _who(request, username)) >= TRIES:
        raise TooMany("密码输错次数过多，请5分钟后再试。忘记密码请联系系统管理员重置。")


def count_failure(request: HttpRequest, username: str) -> None:
    count("passwords", _who(request, username), WINDOW)


def forget_failures(request: HttpRequest, username: str) -> None:
    forget("passwords", _who(request, username))
