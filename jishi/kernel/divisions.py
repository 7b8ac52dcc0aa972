"""Division codes of the statistics office (统计用区划代码): county six digits, town three, community three.

Sources: GB/T 2260 for the first six digits, 统计用区划代码和城乡划分代码编制规则 (NBS) for the others.
Farms, development zones and fishing teams have quasi-codes: 400 to 599 in the town digits, 400 and above in
the community digits. They are in official use and are valid here.
"""

import unicodedata
from enum import IntEnum

from jishi.kernel.errors import Invalid

# Numbers of the province-level units, region by region (华北, 东北, 华东, …).
_PROVINCES = frozenset(
    str(number)
    for region in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82),
    )
    for number in region
)
# Cities without counties, whose towns stand directly below: 东莞, 中山, 儋州, 嘉峪关.
_CITIES_WITHOUT_COUNTIES = frozenset({"441900", "442000", "460400", "620200"})

_TOWN_KINDS = ((99, "街道"), (199, "镇"), (399, "乡"), (599, "类似乡级单位"))
_COMMUNITY_KINDS = ((199, "居民委员会"), (399, "村民委员会"), (999, "类似村级单位"))


class Level(IntEnum):
    """How deep a code goes; equal to the depth of such a unit in the unit tree."""

    COUNTY = 0
    TOWN = 1
    COMMUNITY = 2


def parse_code(text: str, *, field: str | None = None) -> str:
    """The twelve digits of a code given with 6, 9 or 12; raises Invalid saying what is wrong with it."""
    code = unicodedata.normalize("NFKC", text).strip()
    if not code:
        raise Invalid("区划代码不能为空。", field=field)
    if not (code.isascii() and code.isdigit()):
        raise Invalid(f"区划代码“{text}”只能由数字组成。", field=field)
    if len(code) not in (6, 9, 12):
        allowed = "6位（县）、9位（乡镇街道）或12位（村社区）"
        raise Invalid(f"区划代码“{code}”有{len(code)}位，应为{allowed}。", field=field)
    code = code.ljust(12, "0")
    fault = _fault(code[:6], int(code[6:9]), int(code[9:]))
    if fault:
        raise Invalid(f"区划代码“{code}”{fault}。", field=field)
    return code


def _fault(county: str, town: int, community: int) -> str:
    if county[:2] not in _PROVINCES:
        return f"的前两位“{county[:2]}”不是省级代码"
    if county[2:4] == "00":
        return "的第3、4位不能是“00”：没有指明市"
    if county[4:] == "00" and county not in _CITIES_WITHOUT_COUNTIES:
        return "的第5、6位不能是“00”：没有指明县（市、区）"
    if town > 599:
        return f"的第7至9位“{town:03d}”超出乡级代码范围（001—599）"
    if town == 0 and community:
        return "有村级代码而没有乡级代码（第7至9位为“000”）"
    return ""


def level_of(code: str) -> Level:
    """How deep a valid twelve-digit code goes."""
    if code[9:] != "000":
        return Level.COMMUNITY
    return Level.TOWN if code[6:9] != "000" else Level.COUNTY


def parent_of(code: str) -> str | None:
    """The code one level up, or None for a county: whatever stands above it is not ours."""
    level = level_of(code)
    if level is Level.COUNTY:
        return None
    return code[:9].ljust(12, "0") if level is Level.COMMUNITY else code[:6].ljust(12, "0")


def county_part(code: str) -> str:
    """The six digits of the county."""
    return code[:6]


def town_part(code: str) -> str:
    """The three digits of the town, ``000`` in the code of a county."""
    return code[6:9]


def community_part(code: str) -> str:
    """The three digits of the community, ``000`` in the code of a town or county."""
    return code[9:]


def kind_of(code: str) -> str:
    """What kind of unit the digits say it is, in Chinese: 街道, 镇, 乡, 居民委员会, 村民委员会 and so on."""
    level = level_of(code)
    if level is Level.COUNTY:
        return "县（市、区）"
    kinds = _TOWN_KINDS if level is Level.TOWN else _COMMUNITY_KINDS
    part = int(town_part(code) if level is Level.TOWN else community_part(code))
    return next(kind for last, kind in kinds if part <= last)
