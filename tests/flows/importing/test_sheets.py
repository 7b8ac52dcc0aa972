"""Reading files as people send them: encodings, separators, quotes, titles above the header, workbooks."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.flows.importing.layouts import Layout, fitting
from jishi.flows.importing.rows import looks_like_row
from jishi.flows.importing.sheets import read_sheet, written
from jishi.kernel.errors import Invalid
from tests.flows.importing.workbook import write_workbook

HEADER = ("编号", "时间", "内容")
LAYOUT = Layout("t", "t", {"id": ("编号",), "time": ("时间",), "text": ("内容",)})
ROWS = [
    ("1", "2020/1/1 8:00:00", "路灯不亮"),
    ("2", "2020/1/2 8:00:00", '\n\t\t多行\r\n正文,有逗号;和“引号”"内"\n\t'),
    ("3", "2020/1/3 8:00:00", "全角ＡＢＣ１２３，半角abc123,"),
    ("4", "2020/1/4 8:00:00", "长" * 5000),
]


def read(path: Path):
    def is_row(header, cells):
        return looks_like_row(LAYOUT, header, cells)

    return read_sheet(path, lambda cells: fitting([LAYOUT], cells) is not None, is_row)


def quoted(rows, delimiter=",") -> str:
    return "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    list(itertools.product(("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"), (",", "\t", ";"))),
)
def test_every_usual_encoding_and_separator_gives_the_same_rows(tmp_path, encoding, delimiter):
    file = tmp_path / "file.csv"
    file.write_bytes(quoted([HEADER, *ROWS], delimiter).encode(encoding))
    assert [line.cells for line in read(file).lines] == ROWS


def test_a_line_number_is_the_one_an_editor_shows(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text(
        '某平台导出\n\n编号,时间,内容\n1,2020/1/1,甲\n\n2,2020/1/1,"乙\n丙"\n3,2020/1/1,丁\n', encoding="utf-8"
    )
    assert [line.number for line in read(file).lines] == [4, 6, 8]


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path):
    file = tmp_path / "file.csv"
    lines = [
        "编号,时间,内容",
        "1,2020/1/1,甲",
        '2,2020/1/1,"乙',
        "3,2020/1/1,丙",
        '4,2020/1/1,"丁',
        '戊"',
        "5,2020/1/1,己",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    found = read(file).lines
    assert [(line.number, line.torn) for line in found] == [(2, False), (3, True), (4, False), (5, False), (7, False)]


def test_a_stray_quote_does_not_swallow_the_next_row(tmp_path):
    """Read carelessly, row 2 would take row 3 into its text and still have three columns."""
    file = tmp_path / "file.csv"
    rows = ["编号,时间,内容", '2,2020/1/1,"乙', '3,2020/1/1,"丙"', "4,2020/1/1,丁"]
    file.write_text("\n".join(rows), encoding="utf-8")
    found = read(file).lines
    assert [(line.number, line.torn) for line in found] == [(2, True), (3, False), (4, False)]


def test_a_quote_inside_a_plain_cell_is_a_character(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text('编号,时间,内容\n1,2020/1/1,所谓"整改"\n', encoding="utf-8")
    assert read(file).lines[0].cells[2] == '所谓"整改"'


def test_a_torn_byte_is_seen_in_its_row(tmp_path):
    file = tmp_path / "file.csv"
    file.write_bytes("编号,时间,内容\n1,2020/1/1,甲\n2,2020/1/1,乙".encode() + b"\xff\n" + "3,2020/1/1,丙\n".encode())
    assert ["\ufffd" in line.cells[2] for line in read(file).lines] == [False, True, False]


def test_a_workbook_reads_like_the_csv_it_could_have_been(tmp_path):
    file = tmp_path / "file.xlsx"
    write_workbook(file, [("某平台导出", "", ""), HEADER, *ROWS, (5, "2020/1/5 8:00:00", 7.0)])
    found = read(file).lines
    assert [line.cells[0] for line in found] == ["1", "2", "3", "4", "5"]
    assert found[0].number == 3
    assert found[1].cells[2].replace("\r\n", "\n") == ROWS[1][2].replace("\r\n", "\n")
    assert found[-1].cells == ("5", "2020/1/5 8:00:00", "7")


def test_numbers_in_a_workbook_are_written_without_a_point():
    assert written(188039.0) == "188039"
    assert written(0.5) == "0.5"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leer.csv", b""),
        ("foto.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
        ("kaputt.xlsx", b"PK\x03\x04" + b"nonsense" * 30),
        ("fremd.csv", "姓名,年龄\n甲,3\n".encode()),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Invalid, match=name):
        read(file)


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00\ufeff\ufffd"), max_size=30)


@given(st.lists(CELL, max_size=8))
def test_any_text_survives_the_way_through_a_file(tmp_path_factory, texts):
    rows = [(str(number), "2020/1/1", text) for number, text in enumerate(texts, start=1)]
    file = tmp_path_factory.mktemp("any") / "file.csv"
    file.write_bytes(quoted([HEADER, *rows]).encode())
    assert [line.cells for line in read(file).lines] == rows
