"""Names of addresses: how they are written down, compared, and cut into the pieces they are found by."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from jishi.addresses.rules.levels import Level
from jishi.kernel.errors import Invalid
from jishi.kernel.pinyin import first_letters

MAX_NAME = 60


class AliasKind(StrEnum):
    FORMER = "former"
    EVERYDAY = "everyday"

    @property
    def label(self) -> str:
        return {AliasKind.FORMER: "曾用名", AliasKind.EVERYDAY: "俗称"}[self]


_DIGITS = "零一二三四五六七八九"
NUMERAL = "[一二三四五六七八九十]"
DASH = "[-‐‑‒–—―－之]"  # 12之1号 is 12-1号
# A number or letter with the word that says what is counted; the word is a matter of habit (栋, 幢, 座).
COUNTED = "号楼|号|栋|幢|座|单元|层|楼|室|房|户|组|队|村民小组"
_NUMBERED = re.compile(rf"第?([a-z]?\d+(?:{DASH}\d+)*[a-z]?|[a-z]|{NUMERAL}+)(?:{COUNTED})?")


def clean_name(text: str, level: Level, *, field: str = "name") -> str:
    """A name as it is written down: no spaces, half-width digits and letters. Raises Invalid."""
    name = unicodedata.normalize("NFKC", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    if not name:
        raise Invalid(f"请写明{level.label}的名称；没有这一级的，不用登记。", field=field)
    if len(name) > MAX_NAME:
        raise Invalid(f"名称最多{MAX_NAME}个字。", field=field)
    if not re.search(r"\w", name):
        raise Invalid("名称里要有字、字母或数字。", field=field)
    return name


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """A text in the form in which it is compared: half-width, lower case, without spaces and punctuation."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[^\w\-‐‑‒–—―－]+", "", text)


def key_of(name: str) -> str:
    """What tells a name from its neighbours: the number of a numbered one (12号, 十二号 → 12), or the folded name."""
    text = folded(name)
    found = _NUMBERED.fullmatch(text)
    if found is None:
        return text
    number = re.sub(DASH, "-", found[1])
    return str(arabic(number)) if re.fullmatch(f"{NUMERAL}+", number) else number


def is_numbered(name: str) -> bool:
    """Whether a name is only a number with its word: it is looked up below its parent, not by its characters."""
    return _NUMBERED.fullmatch(folded(name)) is not None


def arabic(numeral: str) -> int:
    """十二 → 12, 二十 → 20, 三 → 3."""
    if "十" not in numeral:
        return int("".join(str(_DIGITS.index(each)) for each in numeral))
    tens, _, units = numeral.partition("十")
    return (_DIGITS.index(tens[-1]) if tens else 1) * 10 + (_DIGITS.index(units[0]) if units else 0)


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """The first letters of the pinyin of every character, letters and digits as they are: 东门路 → dml."""
    letters = "".join(first_letters(folded(name)))
    return "".join(each.lower() for each in letters if each.isascii() and each.isalnum())


def pieces(text: str) -> list[str]:
    """The pairs of neighbouring characters of a text; of a single character, itself."""
    return [a + b for a, b in pairwise(text)] or [text]


def grams(names: Iterable[str]) -> set[str]:
    """Everything by which an address with these names is found: characters and pairs of them, of the names and of
    their initials. A number alone is not among them."""
    found: set[str] = set()
    for name in names:
        if is_numbered(name):
            continue
        for text in (folded(name), initials(name)):
            found.update(text)
            found.update(pieces(text))
    found.discard("")
    return found


_PARTS = re.compile(r"\d+|\D+")


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key for sorting names as people do: 2号 before 12号."""
    return tuple(
        (0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in _PARTS.findall(name)
    )
