"""What is typed into an order, cleaned; and a telephone number that is not to be read by everybody."""

import re
import unicodedata

from jishi.kernel.errors import Invalid

# Everything a keyboard cannot have meant: control characters except tab and line break, and stray surrogates.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PHONE = re.compile(r"\+?[\d\-() ]{5,20}")


def clean(text: str) -> str:
    """Text without control characters, with plain line breaks and no blank edges."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_phone(text: str) -> str:
    """A telephone number as it will be kept; raises Invalid (field ``phone``) if it cannot be one."""
    phone = unicodedata.normalize("NFKC", clean(text))
    if phone and not _PHONE.fullmatch(phone):
        raise Invalid("电话号码只能有数字，请核对", field="phone")
    return phone


def digits_of(phone: str) -> str:
    return "".join(filter(str.isdigit, phone))


def masked(phone: str) -> str:
    """``138****0001``: enough to know one's own, too little to call."""
    digits = digits_of(phone)
    if len(digits) >= 9:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""
