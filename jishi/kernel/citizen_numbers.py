"""The 18-digit citizen number (公民身份号码, GB 11643): division, birth date, sequence and a check character.

The check character (ISO 7064 MOD 11-2) finds every single wrong character and every swap of two neighbours. The
division in front is not looked up: it is the one of first registration, and many of those have long been dissolved.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from jishi.kernel.errors import Invalid

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FORM = re.compile(r"[0-9]{17}[0-9X]")
_EARLIEST = 1850  # nobody born before this year has ever had a number


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """A number that holds together, with what it tells of its bearer."""

    text: str
    birth_date: dt.date
    is_male: bool


def citizen_check(first17: str) -> str:
    """The check character that belongs behind 17 digits: ``0`` to ``9`` or ``X``."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def parse_citizen_number(text: str, today: dt.date) -> CitizenNumber:
    """The number somebody typed; raises Invalid (field ``document_number``) that says what is wrong with it.

    Forgives spaces, full-width characters and a small x.
    """
    found = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if not _FORM.fullmatch(found):
        raise _wrong(f"身份证号码应为18位，最后一位可以是X；现在是{len(found)}位或有别的字符")
    try:
        born = dt.datetime.strptime(found[6:14], "%Y%m%d").date()
    except ValueError:
        raise _wrong("身份证号码第7至14位不是一个日期") from None
    if born.year < _EARLIEST or born > today:
        raise _wrong("身份证号码中的出生日期不可能")
    if citizen_check(found[:17]) != found[17]:
        raise _wrong("身份证号码有一位不对，或相邻两位写反了")
    return CitizenNumber(found, born, int(found[16]) % 2 == 1)


def _wrong(message: str) -> Invalid:
    return Invalid(f"{message}，请对照证件核对。", field="document_number")
