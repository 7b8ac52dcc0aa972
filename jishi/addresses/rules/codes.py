"""Door codes (门码): ``7KRM-2A9X``, seven random characters and a check character.

The alphabet has 23 characters that cannot be taken for each other: no 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, U V side by side.
23 is prime, so the characters are the numbers of a field. Character i counts with weight 5**i, and a code is good if
the sum is 0. The powers of 5 run through all 22 numbers but 0 before they repeat: no weight is 0, so one wrong
character always shows, and no two weights of a code are equal, so two exchanged characters always show, neighbours or
not.

A code says nothing about the place. It stays with the door when grids, communities and road names change.
"""

import re
import unicodedata

from jishi.kernel.errors import Invalid

ALPHABET = "234679ACEFGHJKMNPRTUWXY"
BASE = len(ALPHABET)
BODY = 7
LENGTH = BODY + 1
RANDOM_RANGE = BASE**BODY  # the random part is below this: 3.4 thousand million

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_GENERATOR = 5  # a primitive root of 23
WEIGHTS = tuple(pow(_GENERATOR, place, BASE) for place in range(LENGTH))
_SEPARATORS = re.compile(r"[\s\-‐-―−－_·.。/]+")


def syndrome(code: str) -> int:
    """The weighted sum of the characters; 0 for a good code. Raises KeyError for other characters."""
    return sum(weight * _VALUES[character] for weight, character in zip(WEIGHTS, code, strict=True)) % BASE


def make_code(drawn: int) -> str:
    """The code for a number drawn at random, 0 to RANDOM_RANGE - 1. Different numbers give different codes."""
    if not 0 <= drawn < RANDOM_RANGE:
        raise ValueError("the number drawn has more than seven characters")
    characters = []
    for _ in range(BODY):
        drawn, value = divmod(drawn, BASE)
        characters.append(ALPHABET[value])
    body = "".join(characters)
    rest = sum(weight * _VALUES[character] for weight, character in zip(WEIGHTS, body, strict=False))
    check = -rest * pow(WEIGHTS[BODY], -1, BASE) % BASE
    return body + ALPHABET[check]


def parse_code(text: str, *, field: str | None = "code") -> str:
    """The eight characters of a code as somebody typed it; raises Invalid, saying what is wrong with it.

    Forgives lower case, full-width characters, spaces and dashes.
    """
    code = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not code:
        raise Invalid("请输入门牌上的门码。", field=field)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise Invalid("门码应为8位字母和数字，例如 7KRM-2A9X，请对照门牌核对。", field=field)
    if syndrome(code):
        raise Invalid("门码有一位不对或两位写反了，请对照门牌核对。", field=field)
    return code


def looks_like_code(text: str) -> bool:
    """Whether a text typed into a search box is a good code."""
    try:
        parse_code(text)
    except Invalid:
        return False
    return True


def written(code: str) -> str:
    """A code as it is printed: two groups of four."""
    return f"{code[:4]}-{code[4:]}"
