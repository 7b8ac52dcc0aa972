"""Mapping files, and finding the one that fits."""

import datetime as dt
import re
from pathlib import Path

import pytest

from jishi.flows.importing.layouts import SHANGHAI, fitting, known_layouts, read_layout
from jishi.kernel.errors import Invalid

MAPPINGS = Path(__file__).parents[3] / "places" / "common" / "mappings"
MESSAGES = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数")
WITH_REPLIES = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")


@pytest.fixture(scope="module")
def layouts():
    return known_layouts(MAPPINGS)


def test_the_mappings_of_the_four_files_are_there(layouts):
    assert [layout.name for layout in layouts] == ["chicago311", "messages", "messages_with_replies", "nyc311"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (MESSAGES, "messages"),
        (WITH_REPLIES, "messages_with_replies"),
        (tuple(reversed(MESSAGES)), "messages"),
        (("\ufeff留言编号", " 留言用户", "留言主题 ", "留言时间", "留言详情"), "messages"),
        (MESSAGES[:3], None),
        (("Unique Key", "Created Date"), None),
    ],
)
def test_the_header_tells_the_layout(layouts, header, name):
    found = fitting(layouts, header)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2019/8/19 11:48:23", dt.datetime(2019, 8, 19, 11, 48, 23)),
        ("2020-01-02 03:04:05", dt.datetime(2020, 1, 2, 3, 4, 5)),
        ("2019/5/9", dt.datetime(2019, 5, 9)),
        ("２０１９/５/９ 9:08", dt.datetime(2019, 5, 9, 9, 8)),
        ("2019年5月9日", dt.datetime(2019, 5, 9)),
        ("2019/2/30 9:00:00", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_a_time_is_read_as_it_is_written_in_real_files(layouts, written, moment):
    found = fitting(layouts, MESSAGES).moment(written)
    assert found == (moment.replace(tzinfo=SHANGHAI) if moment else None)


def test_a_foreign_time_is_the_time_there(layouts):
    new_york = next(layout for layout in layouts if layout.name == "nyc311")
    found = new_york.moment("06/26/2018 10:58:54 AM")
    assert found.astimezone(dt.UTC) == dt.datetime(2018, 6, 26, 14, 58, 54, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("just words", "缺少 columns"),
        ("columns: {id: a, time: b, text: c}", "缺少 name"),
        ("{name: x, columns: {id: a}}", "columns 缺少 time、text"),
        ("{name: x, columns: {id: a, time: b, text: c, colour: d}}", "没有“colour”这一项"),
        ("{name: x, columns: {id: [a, b], time: b, text: c}}", "id 只能对应一列"),
        ("{name: x, columns: {id: a, time: b, text: c}, time: {zone: Mars/Base}}", "没有时区“Mars/Base”"),
        ("{name: x, columns: {id: a, time: b, text: c}, time: soon}", "time 要写成"),
        ("{name: x, columns: {id: a, time: b, text: c}, classes: [1]}", "classes 要写成"),
        ("[unclosed", "无法读取"),
    ],
)
def test_a_bad_mapping_says_what_is_wrong(tmp_path, content, says):
    file = tmp_path / "mine.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Invalid, match=re.escape(says)) as refusal:
        read_layout(file)
    assert "mine.yaml" in refusal.value.message
