"""Matter numbers (受理编号): ``SF261122-4827-1936-5``.

A prefix of letters, the day as yymmdd, eight random digits and a check digit. The check digit (H. M. Damm,
2004) is over all digits and finds every single wrong digit and every swap of two neighbours, which is how
people mistype a number they read aloud or copy from a slip.
"""

import datetime as dt
import re
import unicodedata

from jishi.kernel.errors import Invalid

# The totally anti-symmetric quasigroup of order 10 from Damm's thesis; its diagonal is zero.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

RANDOM_RANGE = 100_000_000  # the random part is below this

_PREFIX = re.compile(r"[A-Z]{1,4}")
_SEPARATORS = re.compile(r"[\s\-‐-―−－_·.。/]+")
_MISREAD = str.maketrans("OIL", "011")  # letters read for digits; there are no letters after the prefix
_TAIL = 15  # six of the day, eight random, one to check


def check_digit(digits: str) -> int:
    """Damm's check digit of a text of decimal digits; of digits that end with theirs it is 0."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def make_number(prefix: str, day: dt.date, digits: int) -> str:
    """The number for ``digits`` (0 to 99,999,999, drawn at random by the caller) on ``day``.

    ``prefix`` is one to four capital letters. Raises ValueError for anything else.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("the prefix must be one to four capital letters")
    if not 0 <= digits < RANDOM_RANGE:
        raise ValueError("the random part must have at most eight digits")
    return _written(prefix, f"{day:%y%m%d}{digits:08d}")


def parse_number(text: str, *, noun: str = "受理编号", example: str = "SF261122-4827-1936-5") -> str:
    """The canonical form of a number as somebody typed it; raises Invalid, saying what is wrong with it.

    ``noun`` is what the number is called where it is asked for. Forgives lower case, full-width characters, spaces,
    missing or other dashes, and O, I, L for 0 and 1.
    """
    compact = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not compact:
        raise Invalid(f"请输入{noun}。", field="number")
    prefix, tail = compact[:-_TAIL], compact[-_TAIL:].translate(_MISREAD)
    if not _PREFIX.fullmatch(prefix) or not (tail.isascii() and tail.isdigit()):
        raise Invalid(f"{noun}应为字母开头加15位数字，例如 {example}，请对照回执核对。", field="number")
    try:
        dt.datetime.strptime(tail[:6], "%y%m%d")
    except ValueError:
        raise Invalid(f"{noun}中的日期（字母后的6位数字）不存在，请对照回执核对。", field="number") from None
    if check_digit(tail):
        raise Invalid(f"{noun}有一位数字不对或相邻两位写反了，请对照回执核对。", field="number")
    return _written(prefix, tail[:-1])


def _written(prefix: str, body: str) -> str:
    return f"{prefix}{body[:6]}-{body[6:10]}-{body[10:14]}-{check_digit(body)}"
