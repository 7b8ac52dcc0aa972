"""The sheets that go out: every row whole, no formula in any of their cells, a second sheet where one is full."""

import csv

import pytest
from python_calamine import CalamineWorkbook

from jishi.flows.importing import refused
from jishi.flows.importing.refused import write_refused, write_refused_lines, write_table
from jishi.flows.importing.sheets import Line, Sheet

EVIL = '=cmd|"/c calc"!A0'


def read(path):
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    book = CalamineWorkbook.from_path(str(path))
    return [list(map(str, row)) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_neither_note_nor_header_nor_cell_is_a_formula(tmp_path, kind):
    path = tmp_path / f"out.{kind}"
    write_table(path, ["=a", "位置"], [["@b", EVIL], ["1", "2"]], note=EVIL)
    rows = read(path)
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert (rows[0][0], rows[1], rows[2]) == (f"'{EVIL}", ["'=a", "位置"], ["'@b", f"'{EVIL}"])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_rows_that_stayed_out_come_with_line_outcome_and_reason(tmp_path, kind):
    source, path = tmp_path / "部件.csv", tmp_path / f"out.{kind}"
    source.write_text(f"代码,名称,网格\n1,甲,一\n2,{EVIL.replace(chr(34), '')},二\n3,丙\n", encoding="utf-8")
    write_refused(path, source, [(3, False, "代码重复"), (4, True, "住处未改")])
    assert read(path) == [
        ["代码", "名称", "网格", "行号", "结果", "原因"],
        ["2", "'=cmd|/c calc!A0", "二", "3", "未导入", "代码重复"],
        ["3", "丙", "", "4", "已导入，待核实", "住处未改"],
    ]


def test_the_rows_of_a_sheet_in_hand_come_with_line_and_reason(tmp_path):
    path = tmp_path / "out.csv"
    sheet = Sheet(Line(1, ("编号", "内容")), [Line(2, ("1", "好")), Line(3, ("2",)), Line(4, ("3", EVIL, "多"))])
    write_refused_lines(path, sheet, {3: "内容为空", 4: "列数不符"})
    assert read(path)[1:] == [["2", "", "3", "内容为空"], ["3", f"'{EVIL}", "4", "列数不符"]]


def test_a_sheet_that_is_full_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(refused, "_ROWS_OF_A_SHEET", 2)
    path = tmp_path / "out.xlsx"
    write_table(path, ["号"], [[str(n)] for n in range(5)])
    assert [row[0] for row in read(path)] == ["号", "0", "1", "号", "2", "3", "号", "4"]
