"""The posts neighbours hold for a building: 红管家, 楼栋长, 中心户. They help and pass on; they decide nothing."""

import re
import unicodedata
from enum import StrEnum

from jishi.addresses.rules.levels import Level
from jishi.kernel.errors import Invalid

MAX_HOLDER = 30
MAX_PHONE = 20
# Where somebody may hold a post: what stands outside, and an entrance with its staircase.
POSTED = frozenset({Level.DOOR, Level.BUILDING, Level.ENTRANCE})
_PHONE = re.compile(r"\+?[0-9][0-9\- ]{4,18}")


class BuildingPost(StrEnum):
    WARDEN = "warden"
    HEAD = "head"
    HEARTH = "hearth"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {BuildingPost.WARDEN: "红管家", BuildingPost.HEAD: "楼栋长", BuildingPost.HEARTH: "中心户"}


def check_posted(level: Level) -> None:
    """Raises Invalid for a level nobody holds a post for: a road is too wide, a room is a home."""
    if level not in POSTED:
        raise Invalid(f"“{level.label}”不设楼栋岗位，请登记在门牌、楼栋或单元上。")


def clean_holder(name: str, *, field: str = "name") -> str:
    """The name of a holder as it is written down; raises Invalid."""
    cleaned = " ".join(unicodedata.normalize("NFKC", name).split())
    if not cleaned:
        raise Invalid("请写明任职人的姓名。", field=field)
    if len(cleaned) > MAX_HOLDER:
        raise Invalid(f"姓名最多{MAX_HOLDER}个字。", field=field)
    return cleaned


def clean_phone(phone: str, *, field: str = "phone") -> str:
    """The telephone the holder is reached at in this post, or nothing; raises Invalid."""
    cleaned = unicodedata.normalize("NFKC", phone).strip()
    if cleaned and (len(cleaned) > MAX_PHONE or not _PHONE.fullmatch(cleaned)):
        raise Invalid("电话只写数字，可以带区号和短横线。", field=field)
    return cleaned
