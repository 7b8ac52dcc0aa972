"""Codes, catalogue and cycles, without a database."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Invalid
from jishi.parts.rules.catalogue import OWN_CLASSES, SubclassEntry, check_catalogue, check_extension
from jishi.parts.rules.codes import MOST, clean_code, fault_of, make_code, serial_of, subclass_of
from jishi.parts.rules.given import read_day
from jishi.parts.rules.inspections import Condition, Standing, first_inspection, next_inspection, standing

COUNTY = "430204"
TODAY = dt.date(2026, 11, 18)
LAMP = SubclassEntry("0118", "路灯", "01", "公用设施", "90")


@pytest.mark.capability("C06", "K29-I4")
@given(st.integers(101, 9999), st.integers(1, MOST))
def test_a_code_is_read_back_as_it_was_made(subclass, serial):
    code = make_code(COUNTY, f"{subclass:04d}", serial)
    assert fault_of(code, COUNTY) == ""
    assert (len(code), subclass_of(code), serial_of(code)) == (16, f"{subclass:04d}", serial)
    assert clean_code(f" {code[:6]} {code[6:10]} {code[10:]} ") == code


def test_the_numbers_of_a_sub_class_end():
    with pytest.raises(Invalid, match="已经用完"):
        make_code(COUNTY, "0118", MOST + 1)


@pytest.mark.capability("C06")
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "为空"),
        ("43020401180000O1", "只能由数字"),
        ("430204011800001", "有15位"),
        ("4302040118000001X", "只能由数字"),
        ("4302050118000001", "不是本县代码"),
        ("4302040118000000", "不能是000000"),
        ("²302040118000001", "只能由数字"),
    ],
)
def test_a_code_that_cannot_be_one_is_told_why(code, fault):
    assert fault in fault_of(code, COUNTY)


def test_full_width_digits_are_the_same_code():
    assert clean_code("４３０２０４０１１８００００２７") == "4302040118000027"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (SubclassEntry("0218", "地灯", "01", "公用设施"), "不属于大类01"),
        (SubclassEntry("118", "地灯", "01", "公用设施"), "应是四位数字"),
        (SubclassEntry("0018", "地灯", "00", "公用设施"), "应是两位数字"),
        (SubclassEntry("0119", "", "01", "公用设施"), "不能为空"),
        (SubclassEntry("0119", "地灯", "01", "公用设施", "每月"), "应是1至"),
        (SubclassEntry("0119", "地灯", "01", "公用设施", "0"), "应是1至"),
        (SubclassEntry("0119", "地灯", "01", "公共设施"), "有两个名称"),
        (SubclassEntry("0118", "地灯", "01", "公用设施"), "重复"),
        (SubclassEntry("0119", "路灯", "01", "公用设施"), "重复"),
        (SubclassEntry("0119", "地灯", "01", "公用设施", "", "源" * 61), "来源"),
    ],
)
@pytest.mark.capability("C06", "K29-I5")
def test_a_line_of_the_catalogue_that_cannot_stand_is_told_why(entry, fault):
    problems = check_catalogue([LAMP, entry])
    assert len(problems) == 1
    assert fault in problems[0].reason


@pytest.mark.parametrize("number", range(1, 100))
def test_a_county_adds_classes_in_its_own_range_alone(number):
    own = SubclassEntry(f"{number:02d}01", "防蚊闸", f"{number:02d}", "本地")
    assert (check_extension([own], common={"0118"}) == []) is (number in OWN_CLASSES)


def test_a_county_may_give_a_common_sub_class_its_own_cycle():
    assert check_extension([LAMP], common={"0118"}) == []


@pytest.mark.capability("C06", "K29-I6")
@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize(("inspect_by", "late"), [(None, False), (TODAY, False), (TODAY - dt.timedelta(days=1), True)])
def test_what_is_past_its_day_is_not_called_sound(condition, inspect_by, late):
    found = standing(condition, inspect_by, TODAY)
    assert found is (Standing.FAULTY if condition is Condition.FAULTY else Standing.DUE if late else Standing.SOUND)


@given(st.integers(1, MOST), st.integers(1, 400))
def test_components_of_one_file_are_spread_over_their_first_cycle(serial, days):
    first = first_inspection(make_code(COUNTY, "0118", serial), None, TODAY, days)
    assert TODAY < first <= TODAY + dt.timedelta(days=days)


def test_one_that_was_looked_at_is_due_a_cycle_later_and_one_without_a_cycle_never():
    seen = dt.date(2026, 11, 1)
    assert first_inspection("4302040118000001", seen, TODAY, 90) == next_inspection(seen, 90) == dt.date(2027, 1, 30)
    assert first_inspection("4302040118000001", seen, TODAY, None) is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-3-5", dt.date(2026, 3, 5)),
        ("2026/03/05", dt.date(2026, 3, 5)),
        ("2026年3月5日", dt.date(2026, 3, 5)),
        ("2026-03-05 00:00:00", dt.date(2026, 3, 5)),
        ("２０２６．３．５", dt.date(2026, 3, 5)),
        ("2026-2-30", None),
        ("上个月", None),
    ],
)
def test_days_are_read_as_files_write_them(written, day):
    assert read_day(written) == day
