"""What is handed in for a component: cleaned, and refused with a reason where it cannot be used."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field, replace

from jishi.kernel.errors import Invalid

MAX_NAME, MAX_PLACE, MAX_BODY, MAX_NOTE, MAX_REASON = 60, 120, 80, 500, 200
# Who answers for a component, by the name of the column.
ROLES = {"authority": "主管单位", "owner": "权属单位", "keeper": "养护单位"}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def clean_line(text: str) -> str:
    """One line as it will be kept: no control characters, single blanks."""
    return re.sub(r"\s+", " ", _UNPRINTABLE.sub(" ", text)).strip()


@dataclass(frozen=True, slots=True)
class Body:
    """A unit that answers for a component: one of the county's by id, or, where the county has none, by name."""

    organization_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of one component when it comes into the register. Coordinates are WGS84 degrees."""

    code: str
    unit_id: int
    name: str = ""
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    authority: Body = field(default_factory=Body)
    owner: Body = field(default_factory=Body)
    keeper: Body = field(default_factory=Body)
    inspected_on: dt.date | None = None
    fingerprint: str = ""  # of the row of a file it comes from


def clean_given(given: Given) -> Given:
    """Raises Invalid with the field for what is too long or half a point."""
    bodies = {role: replace(body, name=clean_line(body.name)) for role in ROLES for body in [getattr(given, role)]}
    found = replace(given, name=clean_line(given.name), place=clean_line(given.place), **bodies)
    for what, text, most in (("name", found.name, MAX_NAME), ("place", found.place, MAX_PLACE)):
        if len(text) > most:
            raise Invalid(f"{'名称' if what == 'name' else '位置'}最多{most}个字", field=what)
    for role, label in ROLES.items():
        body = getattr(found, role)
        if len(body.name) > MAX_BODY:
            raise Invalid(f"{label}名称最多{MAX_BODY}个字", field=role)
    if (found.longitude is None) != (found.latitude is None):
        raise Invalid("经度和纬度要么都写，要么都不写", field="longitude")
    return found


def read_day(text: str) -> dt.date | None:
    """A date as files write it, 2026-3-5 or 2026/03/05 or 2026年3月5日; None if it is none."""
    parts = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        return dt.date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None
