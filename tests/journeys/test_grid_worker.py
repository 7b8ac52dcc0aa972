"""R06 网格员: one list on the phone; small things settled on the spot, others' work looked at where it was done."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jishi.matters.models import Matter, Photo, Step
from tests.journeys.visitor import HERE
from tests.matters.town import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def card(words: str) -> str:
    return f'.card-j:has-text("{words}")'


@pytest.mark.capability("C33", "C34")
def test_a_grid_worker_registers_settles_and_verifies_from_her_day(visitor, county):
    now = timezone.now()
    clutter = begin(county, text="楼道里堆了杂物", now=now)
    cover = begin(county, text="井盖松动，走过会响", now=now).to("verifying")
    begin(county, text="别的网格的事", unit_id=county.next_grid.pk, now=now)
    page = visitor("li", phone=True).comes_to("/day/")
    page.sees("楼道里堆了杂物", "井盖松动，走过会响").does_not_see("别的网格的事")

    page.presses("登记", within=".tab-bar").comes_to("/day/register/")
    page.writes("什么事", "小广告贴满了单元门").photographs().presses("登记", within="#phone-register")
    page.sees("登记成功")
    fresh = Matter.objects.order_by("-pk")[0]
    assert (fresh.unit_id, fresh.channel, fresh.registered_by_id) == (county.grid.pk, "grid", county.li.person_id)
    page.sees(fresh.number).presses("回到今天").comes_to("/day/")

    page.presses("自处理", within=card("楼道里堆了杂物"))
    page.writes("处理情况", "已和住户一起搬走").photographs(within="dialog").presses("办好了", within="dialog")
    page.sees("现场自处理")
    assert (clutter.row.stage, clutter.row.handled_by_id) == ("verifying", county.li.person_id)
    expect(page.tab.locator(card("楼道里堆了杂物")).get_by_role("link", name="核实")).to_have_count(0)

    page.presses("核实", within=card("井盖松动")).photographs(shade=20, within="dialog")
    page.sees("已标出位置").writes("核实情况", "井盖已垫稳").presses("核实通过", within="dialog")
    page.sees("核实通过")
    assert (cover.row.stage, cover.row.verified_by_id) == ("verified", county.li.person_id)
    seen = Step.objects.get(matter_id=cover.row.pk, name="verify")
    assert seen.facts["longitude"] == pytest.approx(HERE["longitude"])
    assert Photo.objects.filter(matter_id=cover.row.pk, kind="verified").count() == 1


@pytest.mark.capability("C34")
def test_what_is_not_solved_goes_back_from_the_day(visitor, county):
    cover = begin(county, text="井盖松动", now=timezone.now()).to("verifying")
    page = visitor("li", phone=True)
    page.presses("核实", within=card("井盖松动")).presses("没有解决，核实不通过", within="dialog")
    page.writes("不通过的原因", "还在响").presses("核实不通过", within="#step-form")
    page.comes_to("/day/").sees("核实不通过")
    assert cover.row.stage == "handling"
