"""Every bad row of the duty files is named, and a grade without a limit is found."""

from dataclasses import replace

import pytest

from jishi.duties.rules.entries import (
    CategoryEntry,
    DutyEntry,
    LimitEntry,
    check_categories,
    check_duties,
    check_limits,
)
from jishi.duties.rules.limits import GRADE_LABELS, Clock

TOP = CategoryEntry("01", "市容环境", "", "small", False, (), "", "c.csv", 2)
SECOND = CategoryEntry("0101", "暴露垃圾", "01", "tiny", False, ("垃圾",), "清除", "c.csv", 3)
ITEM = DutyEntry("派单目录", "1", "暴露垃圾", "", "0101", "HWZX", "", ("CGJ", "town_office"), "d.csv", 2)
LIMITS = [
    LimitEntry(c, g, "", False, 2, "working_day", "", "p.yaml", n)
    for n, (c, g) in enumerate((clock.value, grade) for clock in Clock for grade in GRADE_LABELS)
]

BAD_CATEGORIES = {
    "重复": [TOP, replace(SECOND, code="01", parent_code="")],
    "不能为空": [TOP, replace(SECOND, name="")],
    "等级": [TOP, replace(SECOND, grade="huge")],
    "不存在": [TOP, replace(SECOND, parent_code="02")],
    "两级": [TOP, SECOND, replace(SECOND, code="010101", parent_code="0101")],
    "开头": [TOP, replace(SECOND, code="0201")],
}


@pytest.mark.parametrize("words", BAD_CATEGORIES)
def test_a_bad_class_is_told(words):
    assert any(words in problem.reason for problem in check_categories(BAD_CATEGORIES[words]))
    assert check_categories([TOP, SECOND]) == []


BAD_ITEMS = {
    "重复": [ITEM, ITEM],
    "不能为空": [replace(ITEM, name="")],
    "类别": [replace(ITEM, category_code="0909")],
    "其中一个": [replace(ITEM, organization_kind="department")],
    "单位代码和": [replace(ITEM, organization_code="")],
    "单位类别": [replace(ITEM, organization_code="", organization_kind="ministry")],
    "单位“XX”": [replace(ITEM, organization_code="XX")],
    "协办": [replace(ITEM, helpers=("XX",))],
}


@pytest.mark.parametrize("words", BAD_ITEMS)
def test_a_bad_item_is_told(words):
    def found(items):
        return check_duties(items, category_codes={"01", "0101"}, organization_codes={"HWZX", "CGJ"})

    assert any(words in problem.reason for problem in found(BAD_ITEMS[words]))
    assert found([ITEM]) == []


def test_every_grade_needs_a_limit_on_every_clock():
    assert check_limits(LIMITS, category_codes=()) == []
    for missing in LIMITS:
        problems = check_limits([limit for limit in LIMITS if limit is not missing], category_codes=())
        assert [f"({missing.clock})" in p.reason.translate(str.maketrans("\uff08\uff09", "()")) for p in problems] == [
            True
        ]
    assert len(check_limits([], category_codes=())) == len(LIMITS)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"category_code": "77"}, "不存在"),
        ({"category_code": "", "amount": 3}, "同一情形"),
        ({"category_code": "01", "amount": 0}, "大于0"),
    ],
)
def test_a_bad_limit_is_told(wrong, words):
    problems = check_limits([*LIMITS, replace(LIMITS[0], **wrong)], category_codes={"01"})
    assert any(words in problem.reason for problem in problems)
