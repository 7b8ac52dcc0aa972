"""The unified social credit code of an organisation (统一社会信用代码, GB 32100): 18 characters, the last to check."""

import re
import unicodedata

from jishi.kernel.errors import Invalid

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z: they are misread
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


def credit_check(first17: str) -> str:
    """The check character behind 17 characters of the alphabet."""
    total = sum(_VALUES[character] * weight for character, weight in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def parse_credit_code(text: str) -> str:
    """The code somebody typed; raises Invalid (field ``uscc``) that says what is wrong with it."""
    found = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(found) != 18:
        raise Invalid(f"统一社会信用代码应为18位，现在是{len(found)}位，请对照证照核对。", field="uscc")
    strange = sorted(set(found) - set(_ALPHABET))
    if strange:
        raise Invalid(f"统一社会信用代码里不会有“{'、'.join(strange)}”，请对照证照核对。", field="uscc")
    if credit_check(found[:17]) != found[17]:
        raise Invalid("统一社会信用代码有一位不对，或相邻两位写反了，请对照证照核对。", field="uscc")
    return found
