"""A list of units becomes a tree whatever its order, and every bad line is named."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.territory.rules.tree import Standing, Tree, check_rows
from tests.territory.woods import COUNTY, LADDER, Wood, county_entries, shapes

TOWN, COMMUNITY = "430204001000", "430204001001"


def reasons(entries, standing=None):
    return [(problem.line, problem.reason) for problem in check_rows(entries, LADDER, standing or {})[1]]


@given(shapes, st.randoms())
def test_the_order_of_a_file_makes_no_difference(shape, chance):
    entries = county_entries(shape)
    shuffled = entries[:]
    chance.shuffle(shuffled)
    assert check_rows(shuffled, LADDER, {}) == check_rows(entries, LADDER, {})
    placed, problems = check_rows(shuffled, LADDER, {})
    assert problems == []
    seen = {""}
    for _, entry in placed:
        assert entry.parent_code in seen
        seen.add(entry.code)


@pytest.mark.capability("C01")
@given(shapes)
def test_a_loaded_tree_has_no_orphan_and_every_path_follows_the_parents(shape):
    tree = Wood.planted(county_entries(shape)).tree()
    assert tree.faults() == []
    for unit in tree:
        assert [u.id for u in tree.ancestors(unit.id)] == list(unit.line)
        assert all(child.is_within(unit) for child in tree.subtree(unit.id))
        assert unit.area_ids[unit.depth - 1 if unit.depth else 0] == (unit.id if unit.depth else None)


def test_a_path_prefix_never_takes_a_longer_number_for_a_shorter_one():
    one = Wood.planted(county_entries([[[0]] * 12])).tree()
    units = list(one)
    assert [(a.id, b.id) for a in units for b in units if b.is_within(a)] == [
        (a.id, b.id) for a in units for b in units if a.id in b.line
    ]


BAD = {
    "上级“430204009000”不存在": lambda e: replace(e, parent_code="430204009000", code="430204009001"),
    "名称不能为空": lambda e: replace(e, name=""),
    "代码“43020400100X”": lambda e: replace(e, code="43020400100X"),
    "不在上级": lambda e: replace(e, code="430204002001"),
    "只能是": lambda e: replace(e, kind="网格"),
    "经度和纬度": lambda e: replace(e, longitude=113.0),
}


@pytest.mark.parametrize("words", BAD)
def test_a_bad_line_is_named_with_its_reason(words):
    entries = county_entries([[[]]])
    spoilt = [BAD[words](entry) if entry.code == COMMUNITY else entry for entry in entries]
    found = reasons(spoilt)
    assert len(found) >= 1
    assert all(line == 3 for line, _ in found)
    assert any(words in reason.replace("'", "") or words[:4] in reason for _, reason in found)


def test_all_bad_lines_are_told_at_once():
    entries = county_entries([[[1]], [[1]]])
    spoilt = [replace(entry, name="") if entry.kind in ("网格", "社区") else entry for entry in entries]
    assert len(reasons(spoilt)) == 4


def test_two_rows_with_one_code_are_refused_with_the_first_line():
    entries = county_entries([[[]]])
    found = reasons([*entries, replace(entries[-1], line=9)])
    assert found == [(9, f"代码“{COMMUNITY}”与第3行重复")]


def test_a_circle_is_found_in_any_order_and_told_once():
    a = replace(county_entries([[[]]])[1], code="430204001000", parent_code="430204002000", line=2)
    b = replace(a, code="430204002000", parent_code="430204001000", line=3)
    for order in permutations([county_entries([])[0], a, b]):
        found = reasons(order)
        assert len(found) == 1
        assert "成环" in found[0][1]


def test_a_second_county_is_refused():
    entries = county_entries([[[]]])
    other = replace(entries[0], code="430203000000", line=7)
    assert [line for line, _ in reasons([*entries, other])] == [7]
    assert [line for line, _ in reasons([other], {COUNTY: Standing(0, "区", "")})] == [7]


def test_a_unit_below_a_bad_one_is_not_blamed():
    entries = county_entries([[[1]]])
    spoilt = [replace(e, parent_code="430204009000") if e.code == COMMUNITY else e for e in entries]
    assert [line for line, reason in reasons(spoilt) if "不存在" in reason] == [3]
    assert {line for line, _ in reasons(spoilt)} == {3}


def test_a_row_may_hang_on_what_is_already_there():
    standing = {COUNTY: Standing(0, "区", ""), TOWN: Standing(1, "街道", COUNTY), COMMUNITY: Standing(2, "社区", TOWN)}
    grid = county_entries([[[0]]])[-1]
    placed, problems = check_rows([grid], LADDER, standing)
    assert (placed, problems) == ([(3, grid)], [])


def test_a_file_does_not_move_a_unit_by_the_way():
    standing = {COUNTY: Standing(0, "区", ""), TOWN: Standing(1, "街道", COUNTY), COMMUNITY: Standing(2, "社区", "X")}
    found = reasons([county_entries([[[]]])[2]], standing)
    assert any("划转" in reason for _, reason in found)


def test_faults_of_a_broken_tree_are_told():
    wood = Wood.planted(county_entries([[[1]]]))
    rows = list(wood.rows.values())
    assert Tree.of(rows[:1] + rows[2:]).faults()[0].endswith("没有上级")
    assert "路径" in Tree.of([*rows[:-1], replace(rows[-1], path="/9/")]).faults()[0]
    assert "县级单元" in Tree.of([rows[0], replace(rows[0], id=99, code="1", path="/99/")]).faults()[0]
