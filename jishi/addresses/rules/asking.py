"""What somebody types to find an address, cut into words and numbers: 东门路12号3栋301 → 东门路, 12, 3, 301."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from jishi.addresses.rules.naming import COUNTED, DASH, NUMERAL, arabic, folded

MAX_TYPED = 80
_MOST_TOKENS = 12
# 12h3dy201: letters after a number are the initials of the word that says what is counted.
_NUMBER = re.compile(
    rf"第?(?:(?P<digits>(?:(?<![a-z])[a-z])?\d+(?:{DASH}\d+)*)(?P<tail>[a-z]{{1,2}}(?=\d|$))?(?:{COUNTED})?"
    rf"|(?P<numeral>{NUMERAL}+)(?:{COUNTED})"
    r"|(?P<letter>(?<![a-z])[a-z])(?:号楼|号|栋|幢|座|单元|组))"
)
# Characters that stand in thousands of names: the other ones of a word narrow the search first.
_GENERIC = frozenset("路街巷道里弄区社村组花园苑城厦楼广场大小新东西南北中号栋")
_PAIRS_ASKED = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a name, or of its initials."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number with what it may stand for: ``12a`` is the key "12a", or else 12 with an initial."""

    keys: tuple[str, ...]


Token = Word | Number


def chunks(typed: str) -> list[str]:
    """What was typed, folded and split at spaces and punctuation."""
    text = unicodedata.normalize("NFKC", typed[:MAX_TYPED])
    return [part for part in (folded(piece) for piece in re.split(r"[\s,，、。;；/#()（）]+", text)) if part]


def tokens(typed: str, in_a_name: Callable[[str], bool]) -> Iterator[Token]:
    """The words and numbers of what was typed.

    ``in_a_name`` tells whether some name contains a text; nothing else can tell where 响石社区东门路 is to be cut.
    """
    count = 0
    for chunk in chunks(typed):
        rest = chunk
        while rest and count < _MOST_TOKENS:
            count += 1
            number = _NUMBER.match(rest)
            # A name may begin with a number: 五一路, 319国道.
            if number is not None and not (number.end() < len(rest) and in_a_name(rest[: number.end() + 1])):
                yield _number(number)
                rest = rest[number.end() :]
                continue
            stop = _end_of_word(rest)
            named = _longest(rest, stop, in_a_name)
            end = named if named > 1 else stop  # one character of several says nothing
            yield Word(rest[:end])
            rest = rest[end:]


def _longest(text: str, guess: int, in_a_name: Callable[[str], bool]) -> int:
    """How many characters at the beginning of a text are contained in one name.

    A name that contains a text contains its beginnings too, so halving finds the end. Most often it is the guess.
    """
    good, bad, middle = 0, len(text) + 1, guess
    while bad - good > 1:
        if in_a_name(text[:middle]):
            good = middle
        else:
            bad = middle
        middle = good + 1 if good == guess else (good + bad) // 2
    return good


def _end_of_word(text: str) -> int:
    """Where the first number begins after a word that no name contains."""
    for place in range(1, len(text)):
        if _NUMBER.match(text, place) and not text[place - 1].isdigit():
            return place
    return len(text)


def _number(found: re.Match[str]) -> Number:
    if found["numeral"]:
        return Number((str(arabic(found["numeral"])),))
    if found["letter"]:
        return Number((found["letter"],))
    plain = re.sub(DASH, "-", found["digits"])
    return Number((plain + found["tail"], plain) if found["tail"] else (plain,))


def narrowing(word: str) -> list[str]:
    """The pairs of characters of a word to look up, those that few names have first; at most four."""
    pairs = list(dict.fromkeys(a + b for a, b in pairwise(word))) or [word]
    return sorted(pairs, key=lambda pair: sum(character in _GENERIC for character in pair))[:_PAIRS_ASKED]
