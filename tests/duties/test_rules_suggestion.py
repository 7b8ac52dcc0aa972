"""Suggestions rest on a duty-list item and say why."""

import pytest

from jishi.duties.rules.suggestion import Body, CategoryRow, DutyItemRow, spoken_categories, suggest

COUNTY, TOWN, COMMUNITY, NEXT = 1, 2, 3, 4
LINE = (COUNTY, TOWN, COMMUNITY)
CATEGORIES = (
    CategoryRow("02", "市政设施", "", "small", False, (), ""),
    CategoryRow("0204", "路灯不亮", "02", "small", False, ("路灯", "不亮"), ""),
    CategoryRow("11", "矛盾纠纷", "", "small", False, (), ""),
    CategoryRow("1101", "邻里纠纷", "11", "small", False, ("邻居", "楼上"), ""),
)
BODIES = (
    Body(10, "SZ", "市政中心", "utility", COUNTY),
    Body(11, "GD", "供电公司", "utility", COUNTY),
    Body(12, "B1", "东门社区居委会", "community_office", COMMUNITY),
    Body(13, "B2", "南峰社区居委会", "community_office", NEXT),
    Body(14, "T1", "田心街道办事处", "town_office", TOWN),
    Body(15, "W0", "区网格中心", "centre", COUNTY),
    Body(16, "W1", "田心网格中心", "centre", TOWN),
)
ITEMS = (
    DutyItemRow(1, "派单目录", "1", "路灯不亮", "", "0204", 10, "", ("GD", "town_office")),
    DutyItemRow(2, "派单目录", "2", "邻里纠纷", "", "1101", None, "community_office", ()),
    DutyItemRow(3, "派单目录", "3", "市政其他", "", "02", 11, "", ()),
    DutyItemRow(4, "公共服务清单", "9", "居家养老服务", "", "", None, "town_office", ()),
)


def ask(text="", category="", line=LINE, items=ITEMS, bodies=BODIES):
    return suggest(text=text, category_code=category, categories=CATEGORIES, items=items, bodies=bodies, line=line)


@pytest.mark.capability("C35")
def test_the_chosen_class_decides_and_the_item_is_cited():
    best = ask("随便什么", "0204")[0]
    assert (best.organization_id, best.helper_ids, best.item.id) == (10, (11, 14), 1)
    assert "《派单目录》第1项“路灯不亮”" in best.reason
    assert "市政中心" in best.reason


def test_words_of_the_text_decide_when_nobody_chose_and_are_quoted():
    best = ask("楼上邻居太吵")[0]
    assert (best.organization_id, best.category_code) == (12, "1101")
    assert "“楼上”" in best.reason


def test_a_chosen_class_outweighs_the_words():
    assert ask("楼上邻居太吵", "0204")[0].organization_id == 10


def test_the_office_of_the_place_is_meant_not_that_of_the_neighbour():
    assert ask("邻居", line=(COUNTY, TOWN, NEXT))[0].organization_id == 13
    assert [one.organization_id for one in ask("邻居", "1101", line=(COUNTY,))] == [15]


def test_a_first_level_item_stands_behind_that_of_the_class_itself():
    assert [one.organization_id for one in ask("", "0204")] == [10, 11]


def test_a_first_level_choice_is_narrowed_by_the_words():
    found = ask("路灯不亮", "02")
    assert {one.organization_id for one in found} == {10, 11}
    assert ask("路灯不亮", "11")[0].organization_id in {10, 12}


def test_likeness_to_the_name_of_an_item_counts():
    best = ask("想申请居家养老服务")[0]
    assert (best.item.id, best.organization_id) == (4, 14)


def test_without_any_sign_the_ground_answers_and_no_item_is_cited():
    found = ask("啊")
    assert [(one.organization_id, one.item) for one in found] == [(14, None)]
    assert "属地" in found[0].reason
    assert ask("啊", bodies=()) == ()


def test_one_organisation_is_suggested_once_and_at_most_five_are():
    many = tuple(DutyItemRow(n, "表", str(n), "路灯不亮", "", "0204", 10 + n % 7, "", ()) for n in range(30))
    found = ask("路灯", items=many)
    assert len(found) == 5
    assert len({one.organization_id for one in found}) == 5


def test_the_same_question_gets_the_same_answer_whatever_the_order_of_rows():
    assert ask("路灯和邻居") == ask("路灯和邻居", items=ITEMS[::-1], bodies=BODIES[::-1])


def test_classes_are_ranked_by_the_length_of_their_words():
    found = spoken_categories("路灯不亮,邻居说的", CATEGORIES)
    assert [(one.category.code, one.words) for one in found] == [("0204", ("路灯", "不亮")), ("1101", ("邻居",))]
    assert spoken_categories("", CATEGORIES) == ()
