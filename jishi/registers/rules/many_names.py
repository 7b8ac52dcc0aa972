"""The initials of hundreds of thousands of names."""

from collections.abc import Iterable
from functools import cache, lru_cache

from pypinyin import Style, pinyin

from jishi.registers.rules.names import initials


@cache
def _only_letter(character: str) -> str:
    """The one letter with which every reading of a character begins; empty if readings differ or it is no Chinese."""
    if not "一" <= character <= "龥":
        return ""
    found = {reading[:1].lower() for reading in pinyin(character, style=Style.FIRST_LETTER, heteronym=True)[0]}
    return found.pop() if len(found) == 1 else ""


# The same names come again in every batch of a file.
_asked = lru_cache(maxsize=100_000)(initials)


def many_initials(names: Iterable[str]) -> dict[str, str]:
    """What ``names.initials`` gives for each name. Only those with a character of several readings are asked one by
    one; for the others there is nothing to decide."""
    found = {}
    for name in names:
        letters = [_only_letter(character) for character in name]
        found[name] = "".join(letters) if all(letters) else _asked(name)
    return found
