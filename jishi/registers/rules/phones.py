"""Telephone numbers as residents give them."""

import re
import unicodedata

from jishi.kernel.errors import Invalid

_FORM = re.compile(r"\+?[0-9]{5,15}")


def read_phone(text: str, field: str = "phone") -> str:
    """Digits only, perhaps with a plus in front; raises Invalid. Mobile, landline and foreign numbers are all taken."""
    number = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    if number and not _FORM.fullmatch(number):
        raise Invalid("电话应为5至15位数字，固定电话请带区号。", field=field)
    return number
