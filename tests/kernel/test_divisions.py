from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.divisions import (
    Level,
    community_part,
    county_part,
    kind_of,
    level_of,
    parent_of,
    parse_code,
    town_part,
)
from jishi.kernel.errors import Invalid


@pytest.mark.capability("C01")
@pytest.mark.parametrize(
    ("given", "code", "level", "parent", "kind"),
    [
        ("430204", "430204000000", Level.COUNTY, None, "县（市、区）"),
        ("430204001", "430204001000", Level.TOWN, "430204000000", "街道"),
        ("430204001002", "430204001002", Level.COMMUNITY, "430204001000", "居民委员会"),
        ("422802400502", "422802400502", Level.COMMUNITY, "422802400000", "类似村级单位"),  # 药林场分场
        ("422802400", "422802400000", Level.TOWN, "422802000000", "类似乡级单位"),
        ("421081500503", "421081500503", Level.COMMUNITY, "421081500000", "类似村级单位"),  # 渔业队
        ("320281404498", "320281404498", Level.COMMUNITY, "320281404000", "类似村级单位"),  # 虚拟社区
        ("420583101", "420583101000", Level.TOWN, "420583000000", "镇"),
        ("422802201203", "422802201203", Level.COMMUNITY, "422802201000", "村民委员会"),
        ("441900003", "441900003000", Level.TOWN, "441900000000", "街道"),  # 东莞 has no counties
        ("\uff14\uff130204", "430204000000", Level.COUNTY, None, "县（市、区）"),  # full-width digits
    ],
)
def test_real_codes_are_read(given, code, level, parent, kind):
    assert parse_code(given) == code
    assert level_of(code) is level
    assert parent_of(code) == parent
    assert kind_of(code) == kind


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "不能为空"),
        ("4302O4", "只能由数字组成"),
        ("4302040010021", "13位"),
        ("43020", "5位"),
        ("990204", "省级代码"),
        ("430000", "没有指明市"),
        ("430200", "没有指明县"),
        ("430204600", "乡级代码范围"),
        ("430204000002", "没有乡级代码"),
        ("-30204", "只能由数字组成"),
    ],
)
def test_a_wrong_code_is_refused_with_its_fault(given, says):
    with pytest.raises(Invalid, match=says) as refusal:
        parse_code(given, field="code")
    assert refusal.value.field == "code"


def test_every_town_and_community_number_is_valid_exactly_where_the_rules_say():
    for town, community in product((0, 1, 99, 100, 199, 200, 399, 400, 599, 600, 999), range(0, 1000, 7)):
        code = f"430204{town:03d}{community:03d}"
        allowed = town <= 599 and (town > 0 or community == 0)
        try:
            assert parse_code(code) == code
        except Invalid:
            assert not allowed
        else:
            assert allowed


@given(town=st.integers(1, 599), community=st.integers(1, 999))
def test_the_parts_make_the_whole_and_parents_lead_to_the_county(town, community):
    code = f"430204{town:03d}{community:03d}"
    assert county_part(code) + town_part(code) + community_part(code) == code
    parent = parent_of(code)
    assert parent is not None
    assert level_of(parent) is Level.TOWN
    county = parent_of(parent)
    assert county == "430204000000"
    assert parent_of(county) is None
