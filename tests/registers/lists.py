"""Files of people as another office sends them, with the columns tests need."""

import csv
from pathlib import Path
from typing import Any

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.flows import register_import
from jishi.registers.queries import imports
from jishi.registers.rules.imports import RunRow
from tests.cast import NOW
from tests.registers.town import citizen_number

HEADER = (
    "户编号", "与户主关系", "姓名", "证件类型", "证件号码", "性别", "出生日期", "联系电话", "居住类型", "门码",
    "标准地址", "门牌", "社区", "网格", "核实日期", "备注",
)  # fmt: skip


def row(name: str = "张清晓", **more: str) -> dict[str, str]:
    """张清晓, head of the household 1 in 3栋502 of the first grid."""
    usual = {
        "户编号": "1", "与户主关系": "户主", "姓名": name, "证件号码": citizen_number(), "居住类型": "常住",
        "门牌": "3栋502", "网格": "430204003001001",
    }  # fmt: skip
    return usual | more


def write(path: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_book(path: Path, *rows: dict[str, Any]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for at, each in enumerate(rows, start=1):
            for place, name in enumerate(HEADER):
                sheet.write(at, place, each.get(name, ""))
    return path


def take_in(
    path: Path, *, by: Viewer = SYSTEM, dry: bool = False, source_name: str = "派出所", all_or_nothing: bool = False
) -> RunRow:
    """Import a file and return the run as it stands afterwards."""
    run = register_import.begun(
        file=path, mapping=None, source_name=source_name, dry=dry, all_or_nothing=all_or_nothing, by=by, now=NOW
    )
    register_import.go_on(run, by, lambda: NOW)
    return imports.run(by, run.id)


def reasons(run: RunRow) -> dict[int, str]:
    return {line: reason for line, _, reason in imports.refusals(run.id)}
