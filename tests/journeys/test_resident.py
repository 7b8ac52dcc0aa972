"""R01 居民: one page, one receipt, one answer; and a second word when the answer is not enough."""

import re

import pytest
from django.utils import timezone

from jishi.matters.models import Matter
from jishi.matters.queries.receipt import reporter_knows
from jishi.matters.rules.given import Receipt
from tests.cast import Cast
from tests.matters.town import ON_SITE, REPLY, Way

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WORDS = "3栋门口的路灯坏了一个星期，\n晚上老人出门看不清路。"


def code_of(page) -> str:
    return re.sub(r"\D", "", page.reads(".receipt-code strong"))


def answered(county: Cast, row: Matter, code: str) -> Way:
    """The matter handled by 城管局, looked at by the community, answered by the centre."""
    way = Way(county, Receipt(row.number, code, row.pk), timezone.now()).to("verifying")
    way.take("verify", "zhou", **ON_SITE)
    way.take("close", "wang", **REPLY)
    return way


@pytest.mark.capability("C33", "C34")
def test_a_resident_reports_follows_rates_and_asks_again(visitor, county):
    page = visitor(phone=True)
    page.opens("/").presses("我要反映").comes_to("/report/")
    page.writes("是什么事", WORDS).photographs()
    page.unfolds("在地图上点一下位置")
    page.tab.locator("[data-map][data-ready]").wait_for()
    page.tab.locator("[data-map]").click(position={"x": 150, "y": 150})
    chosen = page.tab.locator("#id_unit option:checked").inner_text()
    assert chosen in {"响石社区", "映峰社区"}
    page.chooses("在哪个社区", "响石社区").writes("具体地点", "3栋与4栋之间")
    page.presses("提交").comes_to("/receipt/SF")

    row = Matter.objects.get()
    code = code_of(page)
    page.sees("已登记，正在安排承办单位", row.number, "责任单位", "办结期限", "工作时")
    assert (row.unit_id, row.text) == (county.community.pk, WORDS)
    assert row.longitude == pytest.approx(113.12, abs=0.05)
    assert reporter_knows(row.number, code)

    way = answered(county, row, code)
    page.opens(f"/receipt/?number={row.number.lower().replace('-', ' ')}").comes_to("/receipt/SF")
    page.sees("已结案", "路灯已更换,今晚恢复照明。", "请您评价").does_not_see("老陈", "小李", "王阿姨")
    page.ticks("没有解决").ticks("不满意").writes("想说的话", "亮了两天又灭了").presses("提交评价")
    page.sees("您的评价", "问题没有解决，不满意", "亮了两天又灭了")

    page.unfolds("要求重新办理").writes("还有什么没有办好", "两天后又不亮").presses("申请重新办理")
    page.sees("您的重办申请已收到")
    way.take("reopen", "wang", note="情况属实")
    page.opens(f"/receipt/{row.number}/").sees("已登记，正在安排承办单位")


@pytest.mark.capability("C33")
def test_going_back_to_a_form_that_was_taken_does_not_report_twice(visitor, county):
    page = visitor(phone=True)
    page.opens("/report/").writes("是什么事", WORDS).presses("提交").comes_to("/receipt/SF")
    page.tab.go_back()
    page.sees("刚才的内容已经提交").comes_to("/report/")
    assert page.tab.input_value("#id_text") == ""
    page.writes("是什么事", "另一件事：井盖松了").presses("提交").comes_to("/receipt/SF")
    assert Matter.objects.count() == 2


@pytest.mark.capability("C33", "C95")
def test_a_resident_whose_browser_runs_no_scripts_reports_as_well(visitor, county):
    page = visitor(phone=True, scripts=False)
    page.opens("/").presses("我要反映")
    page.writes("是什么事", WORDS).chooses("在哪个社区", "映峰社区").presses("提交").comes_to("/receipt/SF")
    row = Matter.objects.get()
    assert row.unit_id == county.other_community.pk
    assert reporter_knows(row.number, code_of(page))
    page.opens("/").tab.fill("#receipt-number", row.number)
    page.presses("查询").sees(row.number, "已登记，正在安排承办单位")


@pytest.mark.capability("C33")
def test_someone_who_knows_only_the_number_reads_the_progress_and_cannot_rate(visitor, county):
    page = visitor()
    page.opens("/report/").writes("是什么事", WORDS).writes("怎么称呼您", "王阿姨").writes("联系电话", "073155550100")
    page.chooses("在哪个社区", "响石社区").presses("提交").comes_to("/receipt/")
    row = Matter.objects.get()
    answered(county, row, code_of(page))

    neighbour = visitor()
    neighbour.opens(f"/receipt/{row.number}/").sees("已结案").does_not_see("王阿姨", "073155550100")
    neighbour.ticks("解决了").ticks("很满意").writes("评价码", "00000000")
    with neighbour.tab.expect_response(lambda response: response.status == 422):
        neighbour.presses("提交评价")
    neighbour.sees("评价码不对")
    neighbour.trouble.clear()  # the refusal just seen
    row.refresh_from_db()
    assert row.stage == "closed"
