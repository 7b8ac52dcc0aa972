"""R07 社区工作者, R03 领导: grids are divided anew, changed by hand, explained, and approved by somebody else."""

import pytest
from django.utils import timezone

from jishi.flows.grid_proposals import PlanDesk
from jishi.planning.models import GridException, GridPlan
from jishi.planning.rules.vocabulary import Mode
from jishi.registers.queries.figures import households_by_grid
from jishi.registers.queries.living import sizes
from jishi.territory.queries import children
from tests.journeys.test_every_page import KNOWN
from tests.planning.village import Village

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FIGURES = {"每格户数": "4", "每格人数": "12", "容许偏差": "25"}


@pytest.fixture
def street(county):
    """Seven houses in 第一网格, one in 第二网格."""
    found = Village(county)
    found.move_in(*found.build(7), *found.build(1, county.next_grid))
    return found


def held_by_grid(street):
    grids = children(street.cast.community.pk)
    lived = sizes([grid.id for grid in grids])
    return {grid.name: lived.get(grid.id, (0, 0))[0] for grid in grids}


def ask(page):
    """Ask for a plan; the worker draws it; the page opens by itself."""
    page.opens("/grids/").comes_to("/grids/communities/").sees("第一网格", "待处理")
    for label, number in FIGURES.items():
        page.writes(label, number)
    page.presses("提出方案", within="#ask").comes_to("/grids/plans/").sees("正在计算")
    assert PlanDesk()(timezone.now()) is True
    page.sees("方案的网格")
    page.tab.locator("[data-plan-map][data-ready]").first.wait_for(state="attached")
    return page


def tick(page, *houses):
    for house in houses:
        page.tab.get_by_label(f"选中{house}", exact=True).check()


@pytest.mark.capability("C02", "C03", "C95", "K06-I1", "K06-I3", "K06-I4")
def test_a_plan_goes_from_the_asking_to_the_new_grids(visitor, street):
    yesterday = timezone.localdate()
    counted = households_by_grid(yesterday)
    page = ask(visitor("zhou"))
    page.sees("须由别人批准", "3户（38%）")

    box = page.tab.locator('[data-plan-map="after"] canvas').bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.tab.mouse.click(*middle)
    page.sees("已选1栋")
    page.tab.mouse.click(*middle)
    page.sees("在图上点楼栋")

    tick(page, "长街5号", "长街6号")
    page.sees("已选2栋，2户").chooses("移到", "第一网格（4户）").sees("移后：第一网格6户（+50%），第二网格2户（-50%）")
    page.presses("移动", within="#plan-move").sees("已调整2栋", "第一网格、第二网格还没有写明例外理由")
    page.does_not_see("已选2栋")
    page.writes("第一网格的例外理由", "两家隔河，不宜分开").presses("保存理由", within="tr:has(#plan-reason-0)")
    page.sees("例外理由已记下", "第二网格还没有写明例外理由")
    page.writes("第二网格的例外理由", "河东只有两户").presses("保存理由", within="tr:has(#plan-reason-1)")
    page.tab.get_by_text("还没有写明例外理由").wait_for(state="detached")
    page.sees("例外理由已记下").does_not_see("批准…")

    leader = visitor("zhang", phone=True)
    leader.presses("网格划分").comes_to("/grids/").presses("方案待定 2").comes_to("/grids/communities/")
    leader.presses("看方案").presses("批准…").sees("调整2个网格", "1户换网格员", "以前的统计不变", "河东只有两户")
    leader.presses("批准", within="form").sees("重划完成", "张区长批准")
    plan = GridPlan.objects.get()
    assert (plan.asked_by, plan.decided_by) == ("老周", "张区长")
    assert held_by_grid(street) == {"第一网格": 6, "第二网格": 2}
    assert GridException.objects.filter(approved_by="张区长").count() == 2
    assert sum(households_by_grid(timezone.localdate()).values()) == sum(counted.values()) == 8
    leader.opens("/grids/").sees("已批准例外 2")


@pytest.mark.capability("C02", "C95")
def test_a_reason_begun_for_one_grid_outlives_the_saving_of_another(visitor, street):
    plan = street.drawn(Mode.KEEP).plan
    page = visitor("zhou").opens(f"/grids/plans/{plan.id}/")
    page.writes("第二网格的例外理由", "河东只有").writes("第一网格的例外理由", "  两家隔河  ")
    page.presses("保存理由", within="tr:has(#plan-reason-0)").sees("例外理由已记下")
    assert page.tab.locator("#plan-reason-0").input_value() == "两家隔河"
    assert page.tab.locator("#plan-reason-1").input_value() == "河东只有"
    page.sees("第二网格还没有写明例外理由")
    page.presses("保存理由", within="tr:has(#plan-reason-1)")
    page.tab.get_by_text("还没有写明例外理由").wait_for(state="detached")
    assert [grid.reason for grid in street.look(plan.id).grids] == ["两家隔河", "河东只有"]


@pytest.mark.capability("C02", "C95", "L26")
def test_on_a_phone_the_maps_are_looked_at_by_turns_and_houses_are_moved_in_the_list(visitor, street):
    page = ask(visitor("zhou", phone=True))
    shown = page.tab.locator("[data-plan-map]:visible")
    assert shown.get_attribute("data-plan-map") == "after"
    page.presses("现状", within=".plan-switch")
    assert shown.get_attribute("data-plan-map") == "before"
    assert shown.locator("canvas").bounding_box()["width"] > 300
    page.presses("方案", within=".plan-switch")
    page.chooses("看哪些楼栋", "全部楼栋").sees("长街8号")
    tick(page, "长街5号")
    page.chooses("移到", "单独成新网格").presses("移动", within="#plan-move").sees("已调整1栋", "第三网格")
    page.chooses("看哪些楼栋", "手工调整过的").presses("恢复到第二网格").sees("已恢复为算出的方案")
    page.reaches_everything_by_tab()
    assert page.words_not_chinese(KNOWN) == []


@pytest.mark.capability("C02", "C95")
def test_every_page_of_planning_fits_the_phone_and_is_walked_by_keyboard(visitor, street):
    plan = street.drawn().plan
    for who, pages in {
        "zhao": ["/grids/", "/grids/?verdict=proposed", f"/grids/plans/{plan.id}/approve/"],
        "zhang": ["/grids/", f"/grids/plans/{plan.id}/"],
        "zhou": [f"/grids/communities/{street.cast.community.pk}/", f"/grids/plans/{plan.id}/withdraw/"],
    }.items():
        page = visitor(who, phone=True)
        for address in pages:
            page.opens(address).reaches_everything_by_tab()
            assert page.words_not_chinese(KNOWN) == [], address


@pytest.mark.capability("C02", "L26")
def test_without_script_a_house_is_moved_all_the_same(visitor, street):
    plan = street.drawn().plan
    page = visitor("zhou", scripts=False).opens(f"/grids/plans/{plan.id}/")
    page.does_not_see("地图加载中")
    tick(page, "长街5号")
    page.chooses("移到", "第一网格（4户）").presses("移动", within="#plan-move").sees("已调整1栋")
    assert [grid.households for grid in street.look(plan.id).after.grids] == [5, 3]
