"""The main job: five people in five browsers, from a resident's words to a closed and rated matter."""

import re

import pytest

from jishi.matters.models import Matter, Step
from jishi.matters.queries.invariants import broken_invariants

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FORM = "#step-form"


@pytest.mark.capability("C33", "C34", "C35", "C39")
def test_from_words_to_a_closed_and_rated_matter(visitor, county):
    resident, leader = visitor(phone=True), visitor("zhang", phone=True)
    dispatcher, handler = visitor("wang"), visitor("chen")
    verifier = visitor("zhou")

    resident.opens("/report/").writes("是什么事", "3栋门口的路灯坏了一个星期，晚上看不清路。")
    resident.chooses("在哪个社区", "响石社区").presses("提交").comes_to("/receipt/SF")
    matter = Matter.objects.get()
    receipt = f"/receipt/{matter.number}/"
    code = re.sub(r"\D", "", resident.reads(".receipt-code strong"))

    dispatcher.opens("/desk/?lane=new").types("j").types("Enter").sees("路灯维护")
    dispatcher.types("a").tab.locator(FORM).wait_for()
    dispatcher.types("Enter").sees("已办理：")
    resident.opens(receipt).sees("已派发，等待承办单位签收", "区城市管理局")

    handler.opens("/queue/").presses("签收", within=".queue-item").sees("已办理：")
    helper = visitor("he").opens(f"/matters/{matter.number}/").presses("协办完成", within=".matter-steps")
    helper.writes("完成情况", "已断水配合").presses("协办完成", within=FORM).sees("已办理：")
    handler.opens("/queue/?lane=working").presses("报处置完成")
    handler.writes("处置情况（内部）", "换了灯泡").ticks("已办理", within=FORM)
    handler.writes("给居民的答复", "路灯已更换，今晚恢复照明。").presses("处置完成", within=FORM).sees("已办理：")
    resident.opens(receipt).sees("已处置，正在核实").does_not_see("路灯已更换")

    leader.opens("/overview/matters/").sees("3栋门口的路灯坏了一个星期")

    verifier.opens(f"/matters/{matter.number}/").presses("核实通过", within=".matter-steps")
    verifier.ticks("现场核实", within=FORM).photographs(within=FORM).presses("用我现在的位置").sees("已标出位置")
    verifier.writes("核实情况", "晚上看过，亮了").presses("核实通过", within=FORM).sees("已办理：")

    dispatcher.opens(f"/matters/{matter.number}/").presses("答复结案", within=".matter-steps")
    dispatcher.presses("答复结案", within=FORM).sees("已办理：")
    resident.opens(receipt).sees("已结案", "路灯已更换，今晚恢复照明。").ticks("解决了").ticks("很满意")
    resident.presses("提交评价").sees("问题已解决，很满意")

    matter.refresh_from_db()
    assert matter.stage == "followed_up"
    assert len(code) == 8
    steps = list(Step.objects.filter(matter_id=matter.pk).order_by("seq").values_list("name", flat=True))
    assert steps == ["register", "dispatch", "sign", "help_done", "finish", "verify", "close", "rate"]
    assert list(broken_invariants(now=matter.closed_at)) == []
