"""Counting what nobody answers for: guesses at numbers, codes and passwords, reports without an account.

The counts are kept in Django's cache, which lies in the memory of each server process: two processes let twice as
much through, and a restart forgets. That is enough against guessing and against a flood from one place; a shared
cache makes it exact.
"""

from django.core.cache import cache
from django.http import HttpRequest

from jishi.kernel.errors import TooMany
from jishi.limits.queries import cache_key, client_address, counted

MISSES = 30  # unknown receipt numbers or wrong codes from one address in ten minutes
WINDOW = 10 * 60  # seconds


def count(kind: str, who: str, seconds: int) -> int:
    """Count one more; the window of so many seconds begins with the first. Returns how many there are in it."""
    key = cache_key(kind, who)
    if cache.add(key, 1, seconds):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two lines
        cache.set(key, 1, seconds)
        return 1


def forget(kind: str, who: str) -> None:
    cache.delete(cache_key(kind, who))


def check_may_look(request: HttpRequest) -> None:
    """Raise ``TooMany`` for an address that has been guessing receipt numbers, on the pages or through the API.

    A number that is found never counts, however many people follow theirs from one hall.
    """
    if counted("misses", client_address(request)) >= MISSES:
        raise TooMany("查不到的编号太多次了，请10分钟后再试")


def count_miss(request: HttpRequest) -> None:
    count("misses", client_address(request), WINDOW)
