"""Names of people and organisations, and the initials by which they are found."""

import re

from jishi.kernel.pinyin import first_letters

# Characters that are read otherwise when they are a surname.
_SURNAMES = {
    "曾": "z", "单": "s", "仇": "q", "解": "x", "查": "z", "翟": "z", "盖": "g", "区": "o", "朴": "p", "冼": "x",
    "种": "c", "缪": "m", "折": "s", "繁": "p", "任": "r", "华": "h", "覃": "q", "尉": "y", "乐": "y", "黑": "h",
}  # fmt: skip
# Between Chinese characters every one of these is meant as the dot of 阿依古丽·买买提.
_DOTS = re.compile(r"(?<=[\u3400-\u9fff])\s?[·•‧・∙⋅.]\s?(?=[\u3400-\u9fff])")


def one_dot(name: str) -> str:
    """A name with the dot between its parts written as the papers write it, so that it is found however it is typed."""
    return _DOTS.sub("·", name)


def initials(name: str) -> str:
    """``zqx`` for 张清晓: the first letter of every syllable, small; letters and digits stay as they are."""
    found = "".join(first_letters(name)).lower().replace(" ", "")
    return _SURNAMES[name[0]] + found[1:] if name[:1] in _SURNAMES else found
