"""Files of people as text: any encoding and separator, titles above the header, two columns of one name."""

import itertools

import pytest

from jishi.flows.importing import frames
from jishi.flows.importing.frames import beginning_of, header_of, read_rows, samples_of

pytestmark = pytest.mark.capability("C24")
COLUMNS = {"name": "姓名", "phone": "联系电话", "door": "门牌"}
LINES = ["姓名;联系电话;门牌;备注", "张晓;13800000000;3栋502;甲", "李四;13900000000;4栋101;乙"]
TITLES = ["响石社区居民名册", "填报单位：响石社区;填报人：周某;填报时间：2026-11-01"]


@pytest.mark.parametrize(
    ("encoding", "delimiter", "titles"),
    list(itertools.product(("utf-8", "utf-8-sig", "gb18030", "utf-16"), (",", "\t", ";"), (True, False))),
)
def test_every_usual_text_is_read_at_once(tmp_path, monkeypatch, encoding, delimiter, titles):
    monkeypatch.setattr(frames, "_patiently", lambda path, columns: pytest.fail("the slow way"))
    file = tmp_path / "a.csv"
    lines = [*(TITLES if titles else []), *LINES]
    file.write_bytes("\r\n".join(lines).replace(";", delimiter).encode(encoding))
    rows = read_rows(file, COLUMNS)
    first = 4 if titles else 2
    assert rows["line"].to_list() == [first, first + 1]
    assert rows["name"].to_list() == ["张晓", "李四"]
    assert samples_of(file)["备注"] == ["甲", "乙"]


def test_a_text_torn_in_a_foreign_encoding_loses_its_own_row_only(tmp_path):
    file = tmp_path / "a.csv"
    torn = LINES[2].encode("gb18030")
    file.write_bytes("\n".join(LINES[:2]).encode("gb18030") + b"\n" + torn[:2] + b"\xff" + torn[2:] + b"\n")
    rows = read_rows(file, COLUMNS)
    assert [bool(why) for why in rows[frames.TORN].to_list()] == [False, True]


def test_of_two_columns_with_one_name_both_can_be_named(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("姓名,联系电话,门牌,联系电话\n张晓,1,3栋,2\n", encoding="utf-8")
    assert header_of(file) == ["姓名", "联系电话", "门牌", "联系电话（2）"]
    rows = read_rows(file, {"name": "姓名", "phone": "联系电话", "second_phone": "联系电话（2）"})
    assert rows.select("phone", "second_phone").rows() == [("1", "2")]


def test_a_header_nobody_knows_is_the_first_line_with_three_headings(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("某表\n甲列,乙列,丙列\n1,2,3\n", encoding="utf-8")
    assert (beginning_of(file).headings, beginning_of(file).line) == (["甲列", "乙列", "丙列"], 2)
