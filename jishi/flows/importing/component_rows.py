"""One row of a file of components: what is handed to the register, or everything that is wrong with it."""

import datetime as dt
import hashlib
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jishi.flows.importing.grounds import Point
from jishi.flows.importing.sheets import GARBLED
from jishi.kernel.errors import Invalid
from jishi.kernel.geo import gcj02_to_wgs84
from jishi.parts.queries import SubclassRow, bodies_by_name
from jishi.parts.rules.codes import clean_code, fault_of, subclass_of
from jishi.parts.rules.given import MAX_BODY, Body, Given, clean_given, clean_line, read_day
from jishi.territory.queries import UnitRow, full_name, units

SMALLEST = 2  # components lie in communities and grids
Row = Mapping[str, str | None]  # what a row says, by meaning; ``form`` is what is wrong with it as a whole


@dataclass(frozen=True, slots=True)
class ComponentReader:
    """Reads the rows of one file. ``meanings`` are those its columns have, ``county`` is six digits."""

    meanings: Collection[str]
    county: str
    subclasses: Mapping[str, SubclassRow]
    today: dt.date
    outline_is_true: bool
    gcj02: bool = False
    units: Mapping[str, UnitRow | None] = field(default_factory=lambda: units_by_name())
    bodies: Mapping[str, Body] = field(default_factory=bodies_by_name)

    def code(self, row: Row) -> str:
        return clean_code(_said(row, "code"))

    def point(self, row: Row) -> Point:
        """The point in WGS84 degrees; None where there is none, or none that could be one."""
        try:
            longitude, latitude = float(_said(row, "longitude")), float(_said(row, "latitude"))
        except ValueError:
            return None
        if not (math.isfinite(longitude) and abs(longitude) <= 180 and math.isfinite(latitude) and abs(latitude) <= 90):
            return None
        return gcj02_to_wgs84(longitude, latitude) if self.gcj02 else (longitude, latitude)

    def read(self, row: Row, point: Point, around: UnitRow | None) -> tuple[Given | None, list[str]]:
        """What the row says, or None and why it cannot be used; ``around`` is the unit that holds the point."""
        form = _form(row)
        if form:
            return None, [form]
        code = self.code(row)
        faults = self._of_code(code, row)
        unit = self._unit(row, point, around, faults)
        seen = self._day(row, faults)
        if unit is None or faults:
            return None, faults
        given = Given(
            code=code,
            unit_id=unit.id,
            name=_said(row, "name"),
            place=_said(row, "place"),
            longitude=point[0] if point is not None else None,
            latitude=point[1] if point is not None else None,
            authority=self._body("authority", row),
            owner=self._body("owner", row),
            keeper=self._body("keeper", row),
            inspected_on=seen,
            fingerprint=self.fingerprint(row),
        )
        try:
            return clean_given(given), []
        except Invalid as refusal:
            return None, [refusal.message]

    def fingerprint(self, row: Row) -> str:
        """Sixteen digits that tell two rows apart by what they say of the component."""
        said = "\x1f".join(f"{meaning}={_said(row, meaning)}" for meaning in sorted(self.meanings))
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()

    def _of_code(self, code: str, row: Row) -> list[str]:
        fault = fault_of(code, self.county)
        if fault:
            return [fault]
        kind = self.subclasses.get(subclass_of(code))
        if kind is None:
            return [f"目录中没有小类{subclass_of(code)}"]
        faults = []
        for meaning, known, label in (
            ("class", (kind.class_code, kind.class_name), "大类"),
            ("subclass", (kind.code, kind.name), "小类"),
        ):
            said = clean_line(_said(row, meaning))
            if said and said not in known and said.zfill(len(known[0])) != known[0]:
                faults.append(f"{label}“{said[:30]}”与部件代码不符，代码中是{known[0]}{known[1]}")
        return faults

    def _unit(self, row: Row, point: Point, around: UnitRow | None, faults: list[str]) -> UnitRow | None:
        """The unit the row names, or, nearer, the one around its point."""
        written = (_said(row, "longitude"), _said(row, "latitude"))
        if any(written) and point is None:
            faults.append(f"坐标“{','.join(written)[:40]}”不是经度和纬度")
            return None
        said = _key(_said(row, "unit"))
        named = self.units.get(said)
        if said and named is None:
            many = said in self.units
            faults.append(f"名为“{said[:30]}”的网格、社区{'不止一个，请写代码' if many else '不存在'}")
        elif point is not None and around is None and (self.outline_is_true or named is None):
            outline = "" if self.outline_is_true else "（示意轮廓），请写明所在网格或社区，或先装载真实轮廓"
            faults.append(f"坐标不在本县范围内{outline}")
        elif named is None and (around is None or around.depth < SMALLEST):
            faults.append("没有写明所在网格或社区，坐标也定不到网格、社区")
        elif around is not None and (named is None or around.is_within(named)):
            return around
        return named

    def _day(self, row: Row, faults: list[str]) -> dt.date | None:
        written = _said(row, "inspected_on")
        day = read_day(written) if written else None
        if written and (day is None or day > self.today):
            faults.append(f"巡查日期“{written[:20]}”{'晚于今天' if day else '不是日期'}")
        return day

    def _body(self, role: str, row: Row) -> Body:
        said = clean_line(_said(row, role))
        return self.bodies.get(said) or Body(name=said[: MAX_BODY + 1])


def _said(row: Row, meaning: str) -> str:
    return row.get(meaning) or ""


def _form(row: Row) -> str:
    """What is wrong with a row as a whole."""
    garbled = any(GARBLED in said for said in row.values() if isinstance(said, str))
    return row["form"] or ("有无法识别的字符，文件在传送中可能损坏" if garbled else "")


def _key(text: str) -> str:
    return re.sub(r"\s+", "", text)


def units_by_name() -> dict[str, UnitRow | None]:
    """Grids and communities by code, full name and name; None for a name that several have."""
    found: dict[str, UnitRow | None] = {}
    for unit in units():
        if unit.depth >= SMALLEST:
            for name in {_key(full_name(unit)), unit.name}:
                found[name] = unit if name not in found else None
    return found | {unit.code: unit for unit in units() if unit.depth >= SMALLEST}
