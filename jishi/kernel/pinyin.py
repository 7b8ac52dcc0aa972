"""First letters of Chinese words, as people type them to find a name."""

from functools import cache
from typing import Any


@cache
def _reader() -> Any:
    # Its dictionary takes 30 MB: only a process that writes names down loads it, not every web worker.
    from pypinyin import Style, lazy_pinyin

    return lambda text: lazy_pinyin(text, style=Style.FIRST_LETTER)


def first_letters(text: str) -> list[str]:
    """``["c", "q"]`` for 重庆: the first letter of every syllable; runs of anything else stay whole."""
    found: list[str] = _reader()(text)
    return found
