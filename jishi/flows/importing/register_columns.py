"""What the columns of a file of people and households may mean, and which heading usually means what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from jishi.flows.importing.layouts import heading
from jishi.kernel.errors import Invalid
from jishi.registers.rules.vocabulary import Source

# meaning -> (label, headings it usually has)
MEANINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("姓名", ("姓名", "人员姓名", "公民姓名")),
    "document_number": ("证件号码", ("证件号码", "身份证号码", "公民身份号码", "身份证号", "证件号")),
    "document_kind": ("证件类型", ("证件类型", "证件种类")),
    "sex": ("性别", ("性别",)),
    "birth_date": ("出生日期", ("出生日期", "出生年月日")),
    "former_name": ("曾用名", ("曾用名",)),
    "phone": ("联系电话", ("联系电话", "手机号码", "手机号", "电话", "联系方式")),
    "second_phone": ("备用电话", ("备用电话", "固定电话", "其他电话")),
    "registered_place": ("户籍地详址", ("户籍地详址", "户籍地址", "户籍地")),
    "household": ("户的标识", ("户编号", "家庭编号", "户标识", "户主证件号码", "户主身份证号")),
    "relation": ("与户主关系", ("与户主关系", "户主关系", "家庭关系")),
    "book_number": ("户号", ("户号", "户口簿号")),
    "household_kind": ("户类型", ("户类型", "户别")),
    "stay": ("居住类型", ("居住类型", "居住情况", "人口类型")),
    "door_code": ("门码", ("门码", "门牌码", "地址编码", "标准地址编码")),
    "address": ("标准地址", ("标准地址", "地址全称", "居住地址", "现住址")),
    "door": ("门牌", ("门牌", "房号", "门牌号", "楼栋房号")),
    "building_use": ("建筑用途", ("建筑用途", "房屋用途")),
    "floor_area": ("建筑面积", ("建筑面积", "面积")),
    "is_rented": ("出租", ("出租", "是否出租", "出租房屋")),
    "owner_name": ("房主姓名", ("房主姓名", "房主", "产权人")),
    "owner_phone": ("房主电话", ("房主电话", "房主联系电话")),
    "community": ("社区", ("社区", "社区名称", "村社区", "所属社区", "村（社区）")),
    "grid": ("网格", ("网格", "网格编码", "网格名称", "所属网格")),
    "verified_on": ("核实日期", ("核实日期", "采集日期", "更新日期", "登记日期")),
}
LABELS = {meaning: label for meaning, (label, _) in MEANINGS.items()}
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class RegisterLayout:
    """Where a source keeps what: for each meaning the heading of its column."""

    source_name: str
    source: Source
    columns: Mapping[str, str]

    def check(self) -> None:
        """Raise Invalid unless the columns say who and where."""
        if not self.source_name or len(self.source_name) > _LONGEST_NAME:
            raise Invalid("请写明来源名称，最多40个字。", field="source_name")
        unknown = sorted(set(self.columns) - set(MEANINGS))
        if unknown:
            raise Invalid(f"没有“{unknown[0]}”这一项，可用：{'、'.join(MEANINGS)}")
        doubled = sorted({one for one in self.columns.values() if list(self.columns.values()).count(one) > 1})
        if doubled:
            raise Invalid(f"“{doubled[0]}”一列对应了两项，请只留一项。", field="columns")
        if "name" not in self.columns:
            raise Invalid("请指明哪一列是姓名。", field="name")
        if not {"door_code", "address", "door"} & set(self.columns):
            raise Invalid("请指明住在哪里：门码、标准地址、门牌至少对应一列。", field="door_code")
        if "door_code" not in self.columns and "address" not in self.columns and "grid" not in self.columns:
            raise Invalid("只有门牌时，还要指明哪一列是网格。", field="grid")


def guessed(cells: Sequence[str]) -> dict[str, str]:
    """The meanings of a header by the headings that are usual; each heading is used once."""
    found = {heading(cell) for cell in cells if heading(cell)}
    columns: dict[str, str] = {}
    for meaning, (_, usual) in MEANINGS.items():
        fits = next((heading(name) for name in usual if heading(name) in found), None)
        if fits is not None:
            columns[meaning] = fits
            found.discard(fits)
    return columns


def understood(cells: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """What was remembered of the source where its headings still stand, the usual for all others."""
    here = {heading(cell) for cell in cells}
    kept = {meaning: name for meaning, name in remembered.items() if name in here}
    free = [cell for cell in cells if heading(cell) not in kept.values()]
    return kept if remembered and len(kept) == len(remembered) else guessed(free) | kept


def read_register_layout(path: Path, source_name: str) -> RegisterLayout:
    """A mapping file: ``name``, ``source`` (a value of Source) and ``columns`` (meaning: heading). Raises Invalid."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(f"对应文件 {path.name} 无法读取：{error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise Invalid(f"对应文件 {path.name}：缺少 columns（各项对应的列名）")
    try:
        source = Source(content.get("source", Source.IMPORT))
    except ValueError:
        raise Invalid(f"对应文件 {path.name}：source 只能是 {'、'.join(Source)}") from None
    columns = {str(meaning): heading(str(name)) for meaning, name in content["columns"].items()}
    layout = RegisterLayout(str(content.get("name", source_name)), source, columns)
    layout.check()
    return layout
