"""The page of a plan: who sees it, what it says, what changes by hand."""

import json
import re

import pytest

from jishi.accounts.models import Posting
from jishi.planning import actions as planning
from jishi.planning.models import PlannedBlock, PlannedGrid
from jishi.planning.rules.vocabulary import Mode
from tests.cast import NOW
from tests.web.planner.pages import HTMX, at, change, send, text

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C02")]

PARTS = ("", "ground/", "moves/")
CHANGES = ("move/", "restore/", "name/", "reason/", "withdraw/", "approve/")


def state_of(page):
    return json.loads(re.search(r"data-plan-state>(.*?)</script>", page, re.S).group(1))


def move(client, found, blocks, to, **more):
    return change(client, found, "move/", {"blocks": blocks, "to": to}, **more)


@pytest.mark.capability("C92")
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("zhou", True),
        ("zhao", True),
        ("zhang", True),
        ("li", False),
        ("sun", False),
        ("wang", False),
        ("qian", False),
        ("chen", False),
        ("wu", False),
    ],
)
def test_a_plan_is_seen_by_who_plans_or_approves_there(client, drawn, who, sees):
    street, found = drawn
    street.cast.login(client, who)
    assert {client.get(at(found.plan.id, part)).status_code for part in PARTS} == {200 if sees else 404}


@pytest.mark.capability("C92")
def test_the_stranger_from_the_next_community_neither_sees_nor_changes_it(client, drawn):
    street, found = drawn
    Posting.objects.filter(person=street.cast.person("zhou")).update(unit=street.cast.other_community)
    street.cast.login(client, "zhou")
    for part in PARTS:
        assert client.get(at(found.plan.id, part)).status_code == 404
    for part in CHANGES:
        given = {"version": found.plan.version, "blocks": [0], "to": "1", "grid": "0", "name": "别", "reason": "别"}
        assert send(client, at(found.plan.id, part), given).status_code == 404
    assert street.look(found.plan.id).plan.version == found.plan.version


@pytest.mark.capability("C92")
def test_who_only_approves_changes_nothing(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhang")
    page = text(client, at(found.plan.id))
    assert 'id="plan-move"' not in page
    assert "批准…" in page
    assert move(client, found, [0], "1").status_code == 403
    assert change(client, found, "name/", {"grid": "0", "name": "东格"}).status_code == 403
    assert send(client, at(found.plan.id, "withdraw/"), {}).status_code == 403
    assert street.look(found.plan.id).plan.version == found.plan.version


def test_both_divisions_stand_side_by_side_in_figures(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    page = text(client, at(found.plan.id))
    figures = re.sub(r"<[^>]+>|\s+", " ", page[page.index('class="plan-compare"') : page.index("</table>")])
    figures = re.sub(r"\s+", " ", figures)
    assert "符合标准 户数在容许偏差以内的网格 0/2 2/2 更好" in figures
    assert "最小、最大网格户数 1～7 4～4" in figures
    assert "3户（38%）" in figures
    assert "第一网格3户" in page  # where 第二网格 takes them from
    assert "须由别人批准：系统管理员 小赵、领导 张区长" in page


@pytest.mark.capability("L02")
def test_the_ground_is_drawn_without_anybodys_name(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    answer = client.get(at(found.plan.id, "ground/"))
    shapes = answer.json()["features"]
    assert [one["properties"]["n"] for one in shapes] == list(range(8))
    assert {one["geometry"]["type"] for one in shapes} <= {"Polygon", "MultiPolygon"}
    assert [one["properties"]["households"] for one in shapes] == [1] * 8
    assert shapes[0]["properties"]["label"] == "长街1号"
    assert shapes[0]["properties"]["present"] == street.cast.grid.pk
    assert "张" not in answer.content.decode()


@pytest.mark.capability("C92", "L02")
@pytest.mark.parametrize(("who", "reads"), [("zhou", True), ("zhang", False), ("zhao", False)])
def test_how_many_live_in_a_house_is_for_who_reads_the_register_there(client, street, who, reads):
    together = street.build(1, street.cast.next_grid)
    street.move_in(*street.build(7), *together, *together, *together)
    found = street.drawn()
    street.cast.login(client, who)
    rows = [one["properties"] for one in client.get(at(found.plan.id, "ground/")).json()["features"]]
    small = next(one for one in rows if one["households"] == 1)
    assert (small["people"], small["load"]) == ((2, 1.0) if reads else (None, None))
    assert [(one["people"], one["load"]) for one in rows if one["households"] == 3] == [(6, 3.0)]
    moves = client.get(at(found.plan.id, "moves/")).content.decode().splitlines()[1:]
    assert moves
    assert all(line.endswith(",1,2" if reads else ",1,") for line in moves)
    page = text(client, f"{at(found.plan.id)}?show=all")
    assert page.count('plan-unsaid">—</td>') == (0 if reads else 7)
    assert ("不足3户的楼栋不显示人数" in page) is not reads


def test_a_building_moved_by_hand_changes_figures_maps_and_the_list_of_moves(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    before = state_of(text(client, at(found.plan.id)))
    assert before["moving"] == [4, 5, 6]
    answer = move(client, found, [4], "0")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert "已调整1栋" in page
    now = state_of(page)
    assert now["moving"] == [5, 6]
    assert [grid["households"] for grid in now["after"]] == [5, 3]
    assert {one["colour"] for one in now["after"]} == {one["colour"] for one in before["after"]}
    assert "长街5号" not in page[page.index('id="plan-buildings"') :]
    assert PlannedBlock.objects.get(number=4).moved_by == "老周"


def test_several_buildings_become_a_grid_of_their_own(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    page = move(client, found, [0, 1], "new").content.decode()
    assert "第三网格" in page
    assert "新设：第一网格2户" in page
    now = state_of(page)
    assert [grid["name"] for grid in now["after"]] == ["第一网格", "第二网格", "第三网格"]
    assert len({grid["colour"] for grid in now["after"]}) == 3


def test_the_list_keeps_what_it_shows_after_a_move(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    answer = change(client, found, "move/", {"blocks": [4], "to": "0", "show": "all", "q": "8号"})
    rows = answer.content.decode()
    rows = rows[rows.index('id="plan-buildings"') :]
    assert "长街8号" in rows
    assert "长街1号" not in rows


def test_a_building_goes_back_to_where_it_was_drawn(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    moved = change(client, found, "move/", {"blocks": [4], "to": "0", "show": "hand"})
    assert "恢复到第二网格" in moved.content.decode()
    again = street.look(found.plan.id)
    back = change(client, again, "restore/", {"block": "4"})
    assert "已恢复为算出的方案" in back.content.decode()
    assert street.look(found.plan.id).blocks[4].grid == found.blocks[4].grid
    gone = change(client, street.look(found.plan.id), "restore/", {"block": "77"})
    assert gone.status_code == 409
    assert "方案里没有这栋楼" in gone.content.decode()


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"to": "1"}, 422, "请先选择要调整的楼栋"),
        ({"blocks": [1, 2]}, 422, "请选择移到哪个网格"),
        ({"blocks": [1], "to": "9"}, 409, "方案里没有这个网格"),
        ({"blocks": ["x"], "to": "1"}, 422, "请先选择要调整的楼栋"),
        ({"blocks": [1], "to": "1", "version": "x"}, 422, "页面不完整"),
        ({"blocks": [1], "to": "1", "version": "99"}, 409, "方案刚刚被别人改过"),
    ],
)
def test_a_move_that_is_refused_says_why_and_keeps_what_was_chosen(client, drawn, given, status, said):
    street, found = drawn
    street.cast.login(client, "zhou")
    answer = change(client, found, "move/", {"show": "all", **given})
    page = answer.content.decode()
    assert answer.status_code == status
    assert said in page
    assert f'name="version" value="{found.plan.version}"' in page
    for number in given.get("blocks", []):
        if isinstance(number, int):
            assert re.search(rf'value="{number}" form="plan-move"[^>]* checked', page)
    if given.get("to") == "1":
        assert re.search(r'<option value="1" selected>', page)
    assert street.look(found.plan.id).plan.version == found.plan.version


def test_without_script_the_same_forms_lead_back_to_the_page(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    address = at(found.plan.id, "move/")
    answer = send(client, address, {"version": found.plan.version, "blocks": [4], "to": "0"})
    assert answer.url == at(found.plan.id)
    assert "已调整1栋" in text(client, at(found.plan.id))
    refused = send(client, address, {"version": found.plan.version, "blocks": [4], "to": "0"})
    assert refused.status_code == 409
    assert "<html" in refused.content.decode()
    assert client.get(address).url == at(found.plan.id)


def test_a_form_that_arrives_twice_moves_once(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    given = {"once_key": "0123456789abcdef", "version": found.plan.version, "blocks": [4], "to": "0"}
    for _ in range(2):
        assert client.post(at(found.plan.id, "move/"), given, **HTMX).status_code == 200
    assert street.look(found.plan.id).plan.version == found.plan.version + 1


def test_a_grid_is_called_differently_and_a_taken_name_is_refused_as_typed(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    assert "网格已改名" in change(client, found, "name/", {"grid": "0", "name": "长街西"}).content.decode()
    again = street.look(found.plan.id)
    assert again.grids[0].name == "长街西"
    for name, said in [("第二网格", "已被本社区另一个网格使用"), ("", "请填写网格名称")]:
        refused = change(client, again, "name/", {"grid": "0", "name": name})
        assert refused.status_code == 422
        page = refused.content.decode()
        assert said in page
        assert re.search(rf'id="plan-name-0" value="{name}"[^>]*aria-invalid="true"', page)
    assert change(client, again, "name/", {"grid": "x", "name": "长街"}).status_code == 422


@pytest.mark.capability("K06-I3")
def test_a_grid_off_the_standard_asks_for_a_reason_and_keeps_it(client, crowded):
    found = crowded.drawn(Mode.KEEP)
    crowded.cast.login(client, "zhou")
    page = text(client, at(found.plan.id))
    assert "第一网格、第二网格还没有写明例外理由" in page
    assert 'id="plan-reason-0"' in page
    told = change(client, found, "reason/", {"grid": "0", "reason": "同一单位宿舍"}).content.decode()
    assert "例外理由已记下" in told
    assert "第二网格还没有写明例外理由" in told
    assert PlannedGrid.objects.get(number=0).reason_by == "老周"
    again = crowded.look(found.plan.id)
    long = change(client, again, "reason/", {"grid": "1", "reason": "长" * 301})
    assert long.status_code == 422
    assert "理由最多300字" in long.content.decode()
    assert "长" * 301 in long.content.decode()
    assert "例外理由已清除" in change(client, again, "reason/", {"grid": "0", "reason": " "}).content.decode()


def test_the_buildings_are_narrowed_by_what_they_are_and_by_words(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")

    def listed(query):
        part = text(client, f"{at(found.plan.id)}?buildings=1&{query}", **HTMX)
        assert "<html" not in part
        return re.findall(r'class="plan-block">(.*?)</td>', part)

    assert listed("show=") == ["长街5号", "长街6号", "长街7号"]
    assert len(listed("show=all")) == 8
    assert listed("show=all&q=8号") == ["长街8号"]
    assert listed("show=1") == ["长街5号", "长街6号", "长街7号", "长街8号"]
    assert listed("show=hand") == []
    assert len(listed("show=nonsense&page=99&q=%00")) == 8


@pytest.mark.capability("L22")
def test_the_moves_go_out_as_a_table_that_carries_no_formula(client, drawn):
    street, found = drawn
    PlannedBlock.objects.filter(number=4).update(name="=1+1")
    street.cast.login(client, "zhou")
    answer = client.get(at(found.plan.id, "moves/"))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert lines == [
        "楼栋,原网格,新网格,户数,人数",
        "'=1+1,第一网格,第二网格,1,2",
        "长街6号,第一网格,第二网格,1,2",
        "长街7号,第一网格,第二网格,1,2",
    ]


def test_what_was_withdrawn_meanwhile_is_told_and_cannot_be_changed(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    planning.withdraw(plan_id=found.plan.id, by=street.cast.zhao, now=NOW)
    assert move(client, found, [4], "0").headers["HX-Redirect"] == at(found.plan.id)
    page = text(client, at(found.plan.id))
    assert "小赵撤回" in page
    assert "这份方案已撤回，不能再改" in page


def test_the_page_costs_few_statements(client, drawn, django_assert_max_num_queries):
    street, found = drawn
    street.cast.login(client, "zhou")
    text(client, at(found.plan.id))
    with django_assert_max_num_queries(8):
        text(client, at(found.plan.id))
    with django_assert_max_num_queries(5):
        client.get(at(found.plan.id, "ground/"))
