"""Which column of a foreign file means what: mapping files, and finding the one that fits a file's header."""

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from jishi.kernel.errors import Invalid

FORMATS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
)
CELL = "%Y-%m-%d %H:%M:%S"  # how a date cell of a workbook is written out
SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE = ("id", "time", "reporter", "longitude", "latitude", "class", "reply", "reply_time")
MANY = ("title", "text", "place")
NEEDED = ("id", "time", "text")


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file. ``columns`` holds, for each meaning, the headings of its columns (most have one)."""

    name: str
    label: str
    columns: Mapping[str, tuple[str, ...]]
    formats: tuple[str, ...] = FORMATS
    zone: ZoneInfo = SHANGHAI
    classes: Mapping[str, str] | None = None  # value of the class column -> category code of the county
    kept: tuple[str, ...] = ()  # further columns to keep as they are, where the file has them

    @property
    def headings(self) -> frozenset[str]:
        """The columns a file must have."""
        return frozenset(heading for headings in self.columns.values() for heading in headings)

    def moment(self, written: str) -> dt.datetime | None:
        """A time as the file writes it; None if it is none."""
        plain = unicodedata.normalize("NFKC", written).strip()
        for form in (*self.formats, CELL):
            try:
                return dt.datetime.strptime(plain, form).replace(tzinfo=self.zone)
            except ValueError:
                continue
        return None


def heading(cell: str) -> str:
    """A heading as it is compared: full-width and half-width alike, without blanks around."""
    return unicodedata.normalize("NFKC", cell).replace("\ufeff", "").strip()


def fitting(layouts: Sequence[Layout], cells: Sequence[str]) -> Layout | None:
    """The layout all of whose columns stand in this header; of several the one that uses most of them."""
    found = {heading(cell) for cell in cells}
    fits = [layout for layout in layouts if layout.headings <= found]
    return max(fits, key=lambda layout: len(layout.headings), default=None)


def read_layout(path: Path) -> Layout:
    """A mapping file (YAML). Raises ``Invalid`` with the file and what is wrong in it."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _layout(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(f"对应文件 {path.name} 无法读取：{error}") from error
    except Invalid as error:
        raise Invalid(f"对应文件 {path.name}:{error.message}") from error


def _layout(content: Any) -> Layout:
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise Invalid("缺少 columns（各列的含义）")
    name = content.get("name")
    if not isinstance(name, str) or not name or ":" in name or len(name) > 40:
        raise Invalid("缺少 name（来源名称，不含冒号，最多40个字符）")
    columns = {meaning: _headings(meaning, given) for meaning, given in content["columns"].items()}
    missing = [meaning for meaning in NEEDED if meaning not in columns]
    if missing:
        raise Invalid(f"columns 缺少 {'、'.join(missing)}")
    time, classes = _section(content, "time"), _section(content, "classes")
    return Layout(
        name=name,
        label=str(content.get("label", name)),
        columns=columns,
        formats=tuple(time.get("formats", FORMATS)),
        zone=_zone(time.get("zone", "Asia/Shanghai")),
        classes={str(value): str(code) for value, code in classes.items()},
        kept=tuple(heading(str(column)) for column in content.get("kept", ())),
    )


def _section(content: dict[str, Any], name: str) -> dict[str, Any]:
    section = content.get(name, {})
    if not isinstance(section, dict):
        raise Invalid(f"{name} 要写成“名称: 值”的样子")
    return section


def _headings(meaning: str, given: Any) -> tuple[str, ...]:
    if meaning not in ONE + MANY:
        raise Invalid(f"columns 中没有“{meaning}”这一项，可用：{'、'.join(ONE + MANY)}")
    columns = given if isinstance(given, list) else [given]
    if meaning in ONE and len(columns) != 1:
        raise Invalid(f"{meaning} 只能对应一列")
    return tuple(heading(str(column)) for column in columns)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(f"没有时区“{name}”") from error


def known_layouts(folder: Path) -> tuple[Layout, ...]:
    """The layouts that come with the program or were put beside them, by name."""
    return tuple(read_layout(path) for path in sorted(folder.glob("*.yaml")))
