"""Slowing down what nobody answers for: reports without an account, and guesses at the code of a receipt.

Programs with a key are never slowed down. Limits are wide, for a whole community hall has one address.
"""

from django.http import HttpRequest

from jishi.kernel.errors import TooMany
from jishi.limits.actions import WINDOW, count
from jishi.limits.queries import client_address, counted

REPORTS = 120  # from one address in ten minutes
GUESSES = 10  # wrong codes for one receipt from one address in an hour
GUESSES_AT_ALL = 50  # wrong codes for one receipt from everywhere in an hour
HOUR = 60 * 60


def check_may_report(request: HttpRequest) -> None:
    """Count an anonymous report; raises ``TooMany`` past the limit."""
    if count("api-reports", client_address(request), WINDOW) > REPORTS:
        raise TooMany("这个网络在短时间内上报太多，请10分钟后再试；急事请打电话")


def _guessers(request: HttpRequest, number: str) -> tuple[tuple[str, int], tuple[str, int]]:
    return (f"{client_address(request)} {number}", GUESSES), (number, GUESSES_AT_ALL)


def check_may_guess(request: HttpRequest, number: str) -> None:
    """Raises ``TooMany`` after too many wrong codes for this receipt."""
    if any(counted("codes", who) >= limit for who, limit in _guessers(request, number)):
        raise TooMany("评价码错误次数过多，请一小时后再试")


def count_wrong_guess(request: HttpRequest, number: str) -> None:
    for who, _ in _guessers(request, number):
        count("codes", who, HOUR)
