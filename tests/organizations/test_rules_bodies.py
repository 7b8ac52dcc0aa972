"""Which bodies a county has, and what is wrong with a list of them."""

from dataclasses import replace

import pytest

from jishi.organizations.rules.bodies import Kind, check_bodies, load_order, standard_bodies
from jishi.territory.rules.tree import UnitEntry

COUNTY, TOWN, COMMUNITY = "430204000000", "430204001000", "430204001003"
UNITS = [
    UnitEntry(COUNTY, "石峰区", "区", "", line=1),
    UnitEntry(TOWN, "田心街道", "街道", COUNTY, line=2),
    UnitEntry("430204102000", "云田镇", "镇", COUNTY, line=3),
    UnitEntry(COMMUNITY, "东门社区", "社区", TOWN, line=2),
    UnitEntry(COMMUNITY + "001", "第一网格", "网格", COMMUNITY),
]
COMMITTEES = {COMMUNITY: "东门社区居委会"}


def bodies():
    return standard_bodies(UNITS, COMMITTEES)


def reasons(entries, standing=None):
    return [p.reason for p in check_bodies(entries, unit_codes=[u.code for u in UNITS], standing=standing or {})]


def test_every_level_gets_its_bodies_and_a_grid_gets_none():
    found = {(body.kind, body.unit_code): body.name for body in bodies()}
    assert found == {
        ("centre", COUNTY): "石峰区网格化服务中心",
        ("centre", TOWN): "田心街道网格化服务中心",
        ("town_office", TOWN): "田心街道办事处",
        ("centre", "430204102000"): "云田镇网格化服务中心",
        ("town_office", "430204102000"): "云田镇人民政府",
        ("community_office", COMMUNITY): "东门社区居委会",
    }
    assert reasons(bodies()) == []


def test_superiors_lead_up_to_the_county_centre():
    above = {body.code: body.superior_code for body in bodies()}
    at = f"BM{COMMUNITY}"
    line = []
    while at:
        line.append(at)
        at = above[at]
    assert line == [f"BM{COMMUNITY}", f"BM{TOWN}", f"WG{COUNTY}"]


def test_without_a_county_there_are_no_bodies():
    assert standard_bodies(UNITS[1:], {}) == []


BAD = {
    "名称不能为空": {"name": ""},
    "不认识": {"kind": "ministry"},
    "不存在": {"unit_code": "430204009000"},
    "上级单位": {"superior_code": "NOBODY"},
    "成环": {"superior_code": f"BM{COMMUNITY}"},
    "重复": {"code": f"WG{COUNTY}"},
    "最长": {"short_name": "长" * 21},
}


@pytest.mark.parametrize("words", BAD)
def test_a_bad_row_is_told(words):
    spoilt = [replace(body, **BAD[words]) if body.code == f"BM{TOWN}" else body for body in bodies()]
    assert any(words in reason for reason in reasons(spoilt))


@pytest.mark.parametrize("kind", [Kind.CENTRE, Kind.COMMUNITY_OFFICE])
def test_a_unit_has_one_centre_and_one_office(kind):
    first = next(body for body in bodies() if body.kind == kind)
    assert any("只能有一个" in reason for reason in reasons([*bodies(), replace(first, code="X")]))


def test_superiors_are_loaded_first_whatever_the_order():
    for order in (bodies(), bodies()[::-1]):
        seen = {""}
        for body in load_order(order):
            assert body.superior_code in seen
            seen.add(body.code)
