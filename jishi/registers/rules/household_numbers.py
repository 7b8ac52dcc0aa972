"""Household numbers (户编号): ``H`` and ten digits, the last to check. They embed no place, so no move changes them."""

import re
import unicodedata

from jishi.kernel.errors import Invalid
from jishi.kernel.numbers import check_digit

RANDOM_RANGE = 1_000_000_000

_FORM = re.compile(r"H?([0-9]{10})")


def household_number(digits: int) -> str:
    """The number for ``digits``, which the caller draws at random below RANDOM_RANGE."""
    body = f"{digits:09d}"
    return f"H{body}{check_digit(body)}"


def parse_household_number(text: str) -> str:
    """The number somebody typed; raises Invalid. The check digit finds one wrong digit and two swapped ones."""
    found = _FORM.fullmatch(re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper())
    if found is None or check_digit(found[1]):
        raise Invalid("户编号应为H加10位数字，请核对。", field="number")
    return f"H{found[1]}"
