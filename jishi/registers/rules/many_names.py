"""The initials of hundreds of thousands of names."""

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

from jishi.kernel.pinyin import first_letters
from jishi.registers.rules.names import initials


def _is_chinese(character: str) -> bool:
    return "一" <= character <= "龥"


@cache
def _only_letter(character: str) -> str:
    """The one letter with which every reading of a character begins; empty if readings differ or it is no Chinese."""
    if not _is_chinese(character):
        return ""
    found = {reading[:1].lower() for reading in pinyin(character, style=Style.FIRST_LETTER, heteronym=True)[0]}
    return found.pop() if len(found) == 1 else ""


@cache
def _beginnings() -> frozenset[tuple[str, str]]:
    """How the phrases begin that decide a reading: 重 in 重庆 is read otherwise than alone."""
    return frozenset((phrase[0], phrase[1]) for phrase in PHRASES_DICT)


@cache
def _alone(character: str) -> str:
    return "".join(first_letters(character)).lower()


# The same names come again in every batch of a file.
_asked = lru_cache(maxsize=100_000)(initials)
_surname = cache(initials)


def _letters(name: str) -> str:
    only = [_only_letter(character) for character in name]
    if all(only):
        return "".join(only)
    if all(map(_is_chinese, name)) and _beginnings().isdisjoint(pairwise(name)):
        return _surname(name[0]) + "".join(map(_alone, name[1:]))
    return _asked(name)


def many_initials(names: Iterable[str]) -> dict[str, str]:
    """What ``names.initials`` gives for each name.

    Only those with a phrase in them that may decide how a character is read are asked as a whole.
    """
    return {name: _letters(name) for name in names}
