"""Which column of a file of components means what: for each meaning the headings that are known for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from jishi.flows.importing.layouts import heading
from jishi.kernel.errors import Invalid

MEANINGS = (
    "code", "class", "subclass", "name", "unit", "place", "longitude", "latitude", "authority", "owner", "keeper",
    "inspected_on",
)  # fmt: skip
COORDINATES = ("wgs84", "gcj02")


@dataclass(frozen=True, slots=True)
class ComponentLayout:
    """A mapping. Of the headings of one meaning a file uses the first it has."""

    name: str
    label: str
    columns: Mapping[str, tuple[str, ...]]
    gcj02: bool = False

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether these cells are a header: one of them is the code."""
        return not {heading(cell) for cell in cells}.isdisjoint(self.columns["code"])

    def places(self, cells: Sequence[str]) -> dict[str, int]:
        """Where each meaning stands in a file with this header; of two columns alike the first."""
        at = {heading(cell): place for place, cell in reversed(list(enumerate(cells)))}
        found = {meaning: [at[name] for name in names if name in at] for meaning, names in self.columns.items()}
        return {meaning: columns[0] for meaning, columns in found.items() if columns}


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
    coordinates = content.get("coordinates", COORDINATES[0])
    if coordinates not in COORDINATES:
        raise Invalid(f"coordinates 只能是 {'、'.join(COORDINATES)}")
    name = str(content.get("name", ""))
    return ComponentLayout(name, str(content.get("label", name)), columns, coordinates == "gcj02")


def _headings(meaning: str, given: Any) -> tuple[str, ...]:
    if meaning not in MEANINGS:
        raise Invalid(f"columns 中没有“{meaning}”这一项，可用：{'、'.join(MEANINGS)}")
    return tuple(heading(str(column)) for column in (given if isinstance(given, list) else [given]))
