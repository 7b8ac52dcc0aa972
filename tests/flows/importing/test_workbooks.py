"""Workbooks as people send them: several sheets, merged cells, cells far away, passwords, and very long ones."""

import datetime as dt
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from jishi.flows.importing import workbooks
from jishi.flows.importing.frames import header_of, read_rows, samples_of
from jishi.kernel.errors import Invalid, TooLarge

pytestmark = pytest.mark.capability("C24")
HEADER = ("姓名", "证件号码", "门牌", "网格")
COLUMNS = {"name": "姓名", "document_number": "证件号码", "door": "门牌", "grid": "网格"}


def book(path: Path, **sheets) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def repacked(path: Path, member: str, change) -> Path:
    """The workbook with one member written anew."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    content[member] = change(content[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, given in content.items():
            new.writestr(name, given)
    return path


def people(count: int, grid: str = "第一网格"):
    return [HEADER, *[(f"人{number}", f"{number:018d}", f"{number}栋", grid) for number in range(count)]]


CELL = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0x9FFF), max_size=8),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


@settings(deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=60), st.booleans())
def test_a_workbook_in_pieces_holds_what_it_holds_as_a_whole(tmp_path_factory, rows, shared):
    path = tmp_path_factory.mktemp("any") / "any.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": not shared, "strings_to_formulas": False}) as made:
        sheet, day = made.add_worksheet("表"), made.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(at, place, dt.datetime.combine(cell, dt.time()), day)
                elif isinstance(cell, str):
                    sheet.write_string(at, place, cell)
                else:
                    sheet.write(at, place, cell)
    whole = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    pieces = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbooks, "_PIECE", 200)
        with workbooks.opened(path) as opened:
            strings = list(opened.strings())
            for block in opened.sheets[0].blocks():
                for line, row in enumerate(block.rows, start=block.line):
                    told = [strings[n] if (n := workbooks.string_number(cell)) is not None else cell for cell in row]
                    pieces[line] = [""] * block.left + told
    for line, row in enumerate(whole, start=1):
        found = pieces.get(line, [])
        assert found + [""] * (len(row) - len(found)) == row


def test_the_sheet_with_people_is_found_behind_the_one_that_explains(tmp_path):
    file = book(
        tmp_path / "a.xlsx", 填表说明=[("请按要求填写",)], 名册=people(2), 代码表=[("甲", "乙", "丙"), (1, 2, 3)]
    )
    assert header_of(file) == list(HEADER)
    assert samples_of(file)["姓名"] == ["人0", "人1"]
    assert read_rows(file, COLUMNS)["name"].to_list() == ["人0", "人1"]


def test_two_sheets_with_people_are_refused_lest_one_be_forgotten(tmp_path):
    file = book(tmp_path / "a.xlsx", 第一网格=people(2), 第二网格=people(2, "第二网格"))
    with pytest.raises(Invalid, match="有2张名册：“第一网格”、“第二网格”"):
        header_of(file)


def test_a_cell_merged_over_several_rows_holds_for_each_of_them(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("名册")
        sheet.merge_range(0, 0, 0, 3, "某社区居民名册")
        sheet.write_row(1, 0, HEADER)
        for at, name in enumerate(("张一", "张二", "李三"), start=2):
            sheet.write(at, 0, name)
        sheet.merge_range(2, 2, 3, 2, "3栋502")
        sheet.write(4, 2, "4栋101")
        sheet.merge_range(2, 3, 6, 3, "第一网格")
    rows = read_rows(path, COLUMNS)
    assert rows["line"].to_list() == [3, 4, 5]  # rows with nothing of their own are no people
    assert rows["door"].to_list() == ["3栋502", "3栋502", "4栋101"]
    assert rows["grid"].to_list() == ["第一网格"] * 3


@pytest.mark.parametrize(
    ("row", "column", "says"), [(5, 16383, "右边很远处还有内容"), (1048575, 0, "下面很远处还有内容（第1048576行）")]
)
def test_a_cell_far_away_is_said_before_it_fills_the_memory(tmp_path, row, column, says):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("名册")
        for at, cells in enumerate(people(3)):
            sheet.write_row(at, 0, cells)
        sheet.write(row, column, "x")
    with pytest.raises(Invalid, match=says):
        read_rows(path, COLUMNS)


def test_a_workbook_that_unpacks_to_very_much_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "UNPACKED_AT_MOST", 100_000)
    bomb = repacked(
        book(tmp_path / "a.xlsx", 名册=people(1)), "xl/styles.xml", lambda style: style + b"<!--" + b" " * 200_000
    )
    with pytest.raises(TooLarge, match="请分成几个文件"):
        header_of(bomb)


def test_styles_without_end_are_not_read(tmp_path):
    file = book(tmp_path / "a.xlsx", 名册=people(1))
    heavy = repacked(file, "xl/styles.xml", lambda style: style + b" " * 40_000_000)
    with pytest.raises(TooLarge, match="样式太多"):
        header_of(heavy)


def test_a_shared_string_that_does_not_end_is_a_damaged_file(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "WHOLE_AT_MOST", 10_000)
    monkeypatch.setattr(workbooks, "_PIECE", 5_000)
    file = book(tmp_path / "a.xlsx", 名册=people(1))
    endless = repacked(
        file, "xl/sharedStrings.xml", lambda xml: xml.replace(b"</si>", b"").replace(b"<si>", b"a" * 9_999)
    )
    with pytest.raises(Invalid, match="已损坏"):
        header_of(endless)


def test_rows_that_never_end_are_a_damaged_file(tmp_path):
    file = book(tmp_path / "a.xlsx", 名册=people(9))
    cut = repacked(file, "xl/worksheets/sheet1.xml", lambda xml: xml[: xml.find(b"</sheetData")])
    with pytest.raises(Invalid, match="已损坏"):
        read_rows(cut, COLUMNS)


def test_rows_that_are_not_numbered_count_from_above(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "_PIECE", 300)
    numbers = re.compile(rb' r="\w+"')
    file = book(tmp_path / "a.xlsx", 名册=people(40))
    bare = repacked(file, "xl/worksheets/sheet1.xml", lambda xml: numbers.sub(b"", xml))
    rows = read_rows(bare, COLUMNS)
    assert rows["line"].to_list() == list(range(2, 42))
    assert rows["name"].to_list() == [f"人{number}" for number in range(40)]


def test_a_workbook_behind_a_password_says_so(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbooks.OLE + bytes(508) + "EncryptedPackage".encode("utf-16-le") + bytes(500))
    with pytest.raises(Invalid, match="设了打开密码"):
        header_of(path)


def test_strings_in_several_fonts_and_with_readings_are_one_text(tmp_path):
    def rich(xml: bytes) -> bytes:
        runs = '<r><t>张</t></r><r><rPr/><t xml:space="preserve">一 &amp;</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh>'
        return xml.replace("<si><t>人0</t></si>".encode(), f"<si>{runs}</si>".encode())

    file = repacked(book(tmp_path / "a.xlsx", 名册=people(1)), "xl/sharedStrings.xml", rich)
    assert read_rows(file, COLUMNS)["name"].to_list() == ["张一 &"]


@pytest.mark.parametrize("content", [b"", b"\0" * 3000, workbooks.ZIP + b"rubbish" * 99, workbooks.OLE + b"x" * 600])
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=r"空的|不是"):
        header_of(path)
