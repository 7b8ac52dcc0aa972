"""Which column of a file of components means what: the headings that are known for each meaning, and what is chosen.

What is chosen for a file is one heading a meaning, and under ``COORDINATES`` the kind of its coordinates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from jishi.flows.importing.layouts import heading
from jishi.kernel.errors import Invalid

LABELS = {
    "code": "部件代码",
    "class": "大类",
    "subclass": "小类",
    "name": "名称",
    "unit": "所在网格或社区",
    "place": "位置",
    "longitude": "经度",
    "latitude": "纬度",
    "authority": "主管单位",
    "owner": "权属单位",
    "keeper": "养护单位",
    "inspected_on": "上次巡查日期",
}
MEANINGS = tuple(LABELS)
COORDINATES = "coordinates"
WGS84, GCJ02 = "wgs84", "gcj02"
SYSTEMS = {WGS84: "WGS84、CGCS2000", GCJ02: "火星坐标（GCJ-02）"}
# What became of the rows of a file, in the order it is told.
COUNTS = {"new": "新登记部件", "already": "此前已导入", "refused": "未导入"}
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class ComponentLayout:
    """A mapping. Of the headings of one meaning a file uses the first it has."""

    name: str
    label: str
    columns: Mapping[str, tuple[str, ...]]
    gcj02: bool = False

    def chosen(self, cells: Sequence[str]) -> dict[str, str]:
        """What the columns of a file with this header mean; each heading is used once."""
        free = [heading(cell) for cell in cells]
        found: dict[str, str] = {}
        for meaning in MEANINGS:
            fits = next((name for name in self.columns.get(meaning, ()) if name in free), None)
            if fits is not None:
                found[meaning] = fits
                free.remove(fits)
        return found | ({COORDINATES: GCJ02} if self.gcj02 else {})


@dataclass(frozen=True, slots=True)
class Columns:
    """What was chosen for one file."""

    by_meaning: Mapping[str, str]
    gcj02: bool


def columns_of(chosen: Mapping[str, str]) -> Columns:
    """Raise Invalid unless what is chosen says which component, and where it is."""
    by_meaning = {meaning: name for meaning, name in chosen.items() if meaning != COORDINATES}
    unknown = sorted(set(by_meaning) - set(MEANINGS))
    if unknown:
        raise Invalid(f"没有“{unknown[0]}”这一项，可用：{'、'.join(MEANINGS)}")
    names = list(by_meaning.values())
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise Invalid(f"“{doubled[0]}”一列对应了两项，请只留一项。", field="columns")
    if "code" not in by_meaning:
        raise Invalid("请指明哪一列是部件代码。", field="code")
    if ("longitude" in by_meaning) != ("latitude" in by_meaning):
        raise Invalid("经度和纬度要么都对应，要么都不对应。", field="longitude")
    if not {"unit", "longitude"} & set(by_meaning):
        raise Invalid("请指明部件在哪里：所在网格或社区，或者经度和纬度。", field="unit")
    system = chosen.get(COORDINATES, WGS84)
    if system not in SYSTEMS:
        raise Invalid(f"坐标只能是 {'、'.join(SYSTEMS)}", field=COORDINATES)
    return Columns(by_meaning, system == GCJ02)


def understood(cells: Sequence[str], remembered: Mapping[str, str], usual: ComponentLayout) -> dict[str, str]:
    """What was remembered of the source where its headings still stand, the usual for all others."""
    here = {heading(cell) for cell in cells}
    kept = {meaning: name for meaning, name in remembered.items() if name in here or meaning == COORDINATES}
    if remembered and len(kept) == len(remembered):
        return kept
    free = [cell for cell in cells if heading(cell) not in kept.values()]
    return usual.chosen(free) | kept


def check_source_name(name: str) -> None:
    if not name or len(name) > _LONGEST_NAME:
        raise Invalid(f"请写明来源名称，最多{_LONGEST_NAME}个字。", field="source_name")


def mappings_folder() -> Path:
    return Path(settings.PLACES_DIR) / "common" / "mappings" / "parts"


def usual_layout() -> ComponentLayout:
    """The headings that are usual in files of components."""
    return read_component_layout(mappings_folder() / "standard.yaml")


def named_layout(mapping: str | Path) -> ComponentLayout:
    """A mapping file, or one of those that came along, by name; raises Invalid."""
    if Path(mapping).is_file():
        return read_component_layout(Path(mapping))
    known = {path.stem: path for path in sorted(mappings_folder().glob("*.yaml"))}
    if str(mapping) not in known:
        raise Invalid(f"没有名为“{mapping}”的对应文件，现有：{'、'.join(known)}")
    return read_component_layout(known[str(mapping)])


def read_component_layout(path: Path) -> ComponentLayout:
    """A mapping file (YAML). Raises ``Invalid`` with the file and what is wrong in it."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _layout(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(f"对应文件 {path.name} 无法读取：{error}") from error
    except Invalid as error:
        raise Invalid(f"对应文件 {path.name}：{error.message}") from error


def _layout(content: Any) -> ComponentLayout:
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise Invalid("缺少 columns（各列的含义）")
    columns = {str(meaning): _headings(str(meaning), given) for meaning, given in content["columns"].items()}
    if not columns.get("code"):
        raise Invalid("columns 缺少 code（部件代码）")
    coordinates = content.get(COORDINATES, WGS84)
    if coordinates not in SYSTEMS:
        raise Invalid(f"coordinates 只能是 {'、'.join(SYSTEMS)}")
    name = str(content.get("name", ""))
    return ComponentLayout(name, str(content.get("label", name)), columns, coordinates == GCJ02)


def _headings(meaning: str, given: Any) -> tuple[str, ...]:
    if meaning not in MEANINGS:
        raise Invalid(f"columns 中没有“{meaning}”这一项，可用：{'、'.join(MEANINGS)}")
    return tuple(heading(str(column)) for column in (given if isinstance(given, list) else [given]))
