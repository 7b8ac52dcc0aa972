"""R14 部门经办人: one queue, a clear ground for what is not theirs, and an answer for what is."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.matters.actions.instructions import instruct
from jishi.matters.models import Instruction, Part
from tests.matters.town import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FORM = "#step-form"


def item(words: str) -> str:
    return f'.queue-item:has-text("{words}")'


@pytest.mark.capability("C34")
def test_a_handler_signs_handles_and_answers_and_cannot_close(visitor, county):
    way = begin(county, text="3栋门口的路灯不亮", now=timezone.now()).to("dispatched")
    page = visitor("chen").comes_to("/queue/")
    page.sees("3栋门口的路灯不亮").reaches_everything_by_tab()
    page.presses("签收", within=item("路灯不亮")).sees("已办理：")
    assert way.row.stage == "accepted"

    page.opens("/queue/?lane=working").presses("报处置完成", within=item("路灯不亮"))
    page.writes("处置情况（内部）", "换了灯泡和触发器").photographs(within=FORM).ticks("已办理", within=FORM)
    page.writes("给居民的答复", "路灯已更换，今晚恢复照明。").presses("处置完成", within=FORM).sees("已办理：")
    assert (way.row.stage, way.row.handled_by_id) == ("verifying", county.chen.person_id)
    page.opens(f"/matters/{way.receipt.number}/").sees("待核实").does_not_see("答复结案", "核实通过")


@pytest.mark.capability("C41")
def test_a_matter_is_sent_back_once_with_a_ground_and_then_disputed(visitor, county):
    way = begin(county, text="水管漏水", now=timezone.now()).to("dispatched")
    page = visitor("chen").opens(f"/matters/{way.receipt.number}/").presses("退回", within=".matter-steps")
    page.ticks("不属于本单位职责", within=FORM).writes("具体情况", "是供水公司的管道").presses("退回", within=FORM)
    page.sees("已办理：")
    assert way.row.stage == "returned"

    way.take("dispatch", "wang", lead_id=county.city_management.pk)
    page.opens(f"/matters/{way.receipt.number}/").presses("再次退回并提请仲裁", within=".matter-steps")
    page.ticks("不属于本单位职责", within=FORM).writes("具体情况", "仍是供水公司的管道")
    page.presses("再次退回并提请仲裁", within=FORM).sees("已办理：")
    assert way.row.stage == "arbitration"


@pytest.mark.capability("C35", "C39")
def test_a_helper_does_its_part_and_a_leaders_task_is_answered(visitor, county):
    now = timezone.now()
    way = begin(county, text="路灯和水管都坏了", now=now)
    way.take("dispatch", "wang", lead_id=county.city_management.pk, helper_ids=(county.water.pk,), task="修水管")
    way.take("sign", "chen")
    instruct(
        by=county.zhang,
        organization_id=county.water.pk,
        text="三天内查清漏点",
        due_at=now + dt.timedelta(days=3),
        now=now,
        number=way.receipt.number,
    )
    page = visitor("he").opens("/queue/?lane=helping").presses("办理协办", within=item("路灯和水管"))
    page.presses("协办完成", within=".matter-steps").writes("完成情况", "漏点已修好")
    page.presses("协办完成", within=FORM).sees("已办理：")
    assert Part.objects.get(matter_id=way.row.pk, role="helper").done_at is not None

    page.opens("/queue/?lane=instructions").presses("反馈", within=item("三天内查清漏点"))
    page.tab.locator("main textarea").fill("漏点一处，已更换管段")
    page.presses("提交反馈").comes_to("/queue/")
    assert Instruction.objects.get().answer == "漏点一处，已更换管段"
