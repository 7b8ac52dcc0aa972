"""R18 领导: on a phone, one number that opens to its rows, a dated task, and its answer."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.matters.actions.instructions import answer_instruction
from jishi.matters.models import Instruction, Matter
from tests.matters.town import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.capability("C39", "K25-I1")
def test_a_leader_opens_the_number_gives_a_task_and_follows_it(visitor, county):
    now = timezone.now()
    late = begin(county, text="垃圾堆了两周", now=now - dt.timedelta(days=40)).to("handling")
    begin(county, text="3栋门口的路灯不亮", now=now)
    page = visitor("zhang", phone=True).comes_to("/overview/")
    assert page.reads(".big-figure").split() == ["2", "在办"]
    assert page.reads(".big-late").split() == ["1", "超期"]
    page.sees("响石岭街道").reaches_everything_by_tab()

    page.tab.locator(".big-late").click()
    page.comes_to("/overview/matters/").sees("垃圾堆了两周").does_not_see("3栋门口的路灯不亮")
    page.presses("垃圾堆了两周").comes_to(f"/matters/{late.receipt.number}/")
    offered = page.tab.locator("a[href*='/steps/']").evaluate_all("all => all.map((it) => it.pathname.split('/')[4])")
    assert set(offered) <= {"comment"}  # a leader changes no stage

    page.presses("批办").comes_to("/instructions/new/")
    page.writes("批办意见", "两天内清运到位，查清为何反复").presses("批办", within="form.instruct-form")
    page.comes_to("/instructions/").sees("待反馈", "两天内清运到位，查清为何反复", "区城市管理局")
    task = Instruction.objects.get()
    assert (task.matter_id, task.organization_id) == (late.row.pk, county.city_management.pk)
    assert Matter.objects.get(pk=late.row.pk).stage == "handling"

    answer_instruction(instruction_id=task.pk, by=county.chen, text="已清运，加派早班", now=timezone.now())
    page.opens("/instructions/").sees("已反馈", "已清运，加派早班")
    page.presses("两天内清运到位").comes_to(f"/instructions/{task.pk}/").sees("已清运，加派早班")


@pytest.mark.capability("C39")
def test_the_numbers_of_the_parts_open_to_the_part(visitor, county):
    now = timezone.now()
    begin(county, text="3栋门口的路灯不亮", now=now)
    begin(county, text="下水道堵了", unit_id=county.other_grid.pk, now=now)
    page = visitor("zhang", phone=True)
    page.presses("清水塘街道").sees("映峰社区").does_not_see("响石岭街道")
    page.tab.locator(".big-figure").first.click()
    page.comes_to("/overview/matters/").sees("下水道堵了").does_not_see("3栋门口的路灯不亮")
