"""R13 调度员: every matter has a lead within the hour, by keyboard where it must go fast."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from jishi.matters.models import Matter, Part, Step
from tests.matters.town import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FORM = "#step-form"


def asked(page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(page.tab.url).query).items()}


def opened(page) -> str:
    page.tab.locator("#matter[data-number]").wait_for()
    return page.tab.locator("#matter").get_attribute("data-number")


def on_the_page_of(page, way, step: str, menu: bool = False):
    """Opens the matter and the form of one step."""
    page.opens(f"/matters/{way.receipt.number}/")
    if menu:
        page.unfolds("更多").presses(step, within=".more-list")
    else:
        page.presses(step, within=".matter-steps")
    page.tab.locator(FORM).wait_for()
    return page


def later(**span: int) -> str:
    return timezone.localtime(timezone.now() + dt.timedelta(**span)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.capability("C35", "C95")
def test_the_desk_is_narrowed_searched_and_walked_by_keyboard(visitor, county):
    now = timezone.now()
    lamp = begin(county, text="3栋门口的路灯不亮", now=now)
    begin(county, text="下水道堵了", unit_id=county.other_grid.pk, now=now)
    begin(county, text="夜里施工太吵", now=now).to("handling")
    page = visitor("wang").comes_to("/desk/")
    page.sees("3栋门口的路灯不亮", "下水道堵了", "夜里施工太吵").reaches_everything_by_tab()

    page.presses("新登记").sees("下水道堵了").does_not_see("夜里施工太吵")
    assert asked(page)["lane"] == "new"
    page.tab.get_by_label("单元").select_option(value=str(county.town.pk))
    page.tab.wait_for_url("**unit=*")
    page.sees("3栋门口的路灯不亮").does_not_see("下水道堵了")
    assert asked(page) == {"lane": "new", "unit": str(county.town.pk)}
    page.tab.reload()
    page.sees("3栋门口的路灯不亮").does_not_see("下水道堵了")

    page.opens("/desk/").types("/").tab.keyboard.type("路灯")
    page.types("Enter").tab.wait_for_url("**q=*")
    page.sees("3栋门口的路灯不亮").does_not_see("夜里施工太吵")
    page.opens("/desk/").types("j").types("j").types("k").types("Enter")
    first = opened(page)
    assert asked(page)["m"] == first
    page.tab.reload()
    assert opened(page) == first
    page.types("Escape").tab.wait_for_function("!document.querySelector('#matter').dataset.number")
    assert "m" not in asked(page)
    page.opens(f"/desk/?q={lamp.receipt.number}").presses("3栋门口的路灯不亮")
    assert opened(page) == lamp.receipt.number


@pytest.mark.capability("C35")
def test_a_matter_is_sent_to_one_lead_and_its_helper_on_the_ground_of_the_duty_list(visitor, county):
    way = begin(county, text="3栋门口的路灯不亮", now=timezone.now())
    page = visitor("wang").opens("/desk/?lane=new").types("j").types("Enter")
    opened(page)
    page.sees("区城市管理局", "路灯维护", "《城市照明管理规定》第二十条")
    page.types("a").tab.locator(FORM).wait_for()
    assert page.tab.locator(f"{FORM} [name=lead_id]:checked").input_value() == str(county.city_management.pk)
    page.types("Enter").sees("已办理：")
    assert way.row.stage == "dispatched"
    parts = dict(Part.objects.filter(matter_id=way.row.pk).values_list("role", "organization_id"))
    assert parts == {"lead": county.city_management.pk, "helper": county.water.pk}
    assert "路灯维护" in Step.objects.get(matter_id=way.row.pk, name="dispatch").note
    page.opens(f"/matters/{way.receipt.number}/").sees("1+1", "区城市管理局", "供水公司")


@pytest.mark.capability("C35", "C41")
def test_a_return_is_answered_and_a_second_one_decided(visitor, county):
    now = timezone.now()
    sent_back = begin(county, text="水管漏水", now=now).to("dispatched")
    sent_back.take("return", "chen", ground="not_ours", note="属供水公司")
    page = visitor("wang").opens("/desk/?lane=returned").sees("水管漏水")
    on_the_page_of(page, sent_back, "派发").ticks("供水公司", within=FORM).presses("派发", within=FORM).sees("已办理：")
    assert sent_back.row.stage == "dispatched"
    assert sent_back.row.responsible_id == county.water.pk

    sent_back.take("dispute", "he", ground="not_ours", note="管道是小区自己的")
    page.opens("/desk/?lane=arbitration").sees("水管漏水")
    on_the_page_of(page, sent_back, "仲裁裁定").ticks("区城市管理局", within=FORM)
    page.writes("裁定意见", "红线内由城管牵头，供水配合").presses("仲裁裁定", within=FORM).sees("已办理：")
    assert (sent_back.row.stage, sent_back.row.responsible_id) == ("dispatched", county.city_management.pk)


@pytest.mark.capability("C38")
def test_time_is_stopped_lengthened_and_pressed_for(visitor, county):
    now = timezone.now()
    slow = begin(county, text="行道树要等季节修剪", now=now).to("handling")
    asking = begin(county, text="路面大修", now=now).to("handling")
    asking.take("ask_extension", "chen", note="等材料", working_days=2)
    page = visitor("wang")

    on_the_page_of(page, slow, "催办").writes("催办意见", "居民又来问了").presses("催办", within=FORM).sees("已办理：")
    on_the_page_of(page, slow, "督办", menu=True).writes("督办要求", "本周内有说法")
    page.writes("督办期限", later(days=3)).presses("督办", within=FORM).sees("列入督办")
    on_the_page_of(page, slow, "挂账", menu=True).ticks("季节原因", within=FORM).writes("说明", "落叶后修剪")
    page.writes("挂账至", later(days=5)).presses("挂账", within=FORM).sees("已办理：")
    assert slow.row.paused_until is not None
    page.opens("/desk/?lane=paused").sees("行道树要等季节修剪")
    on_the_page_of(page, slow, "恢复办理").presses("恢复办理", within=FORM).sees("已办理：")
    assert slow.row.paused_until is None

    before = asking.row.due_at
    page.opens("/desk/?lane=requests").sees("路面大修", "等材料")
    on_the_page_of(page, asking, "同意延期").presses("同意延期", within=FORM).sees("已办理：")
    assert asking.row.due_at > before


@pytest.mark.capability("C42", "C34")
def test_the_same_thing_reported_twice_becomes_one_and_is_closed_with_an_answer(visitor, county):
    now = timezone.now()
    first = begin(county, text="3栋门口的路灯不亮", now=now).to("verified")
    again = begin(county, text="三栋那盏路灯还是黑的", now=now)
    page = visitor("wang")
    on_the_page_of(page, again, "并案", menu=True).writes("并入的受理编号", first.receipt.number)
    page.sees("3栋门口的路灯不亮").presses("并案", within=FORM).sees("已办理：")
    assert Matter.objects.get(pk=again.row.pk).merged_into_id == first.row.pk

    on_the_page_of(page, first, "答复结案").ticks("已办理", within=FORM)
    page.writes("给居民的答复", "路灯已换，今晚亮灯。").presses("答复结案", within=FORM).sees("已办理：")
    assert first.row.stage == "closed"
    resident = visitor(phone=True)
    resident.opens(f"/receipt/{again.receipt.number}/").sees("同一问题已有人反映", "路灯已换，今晚亮灯。")
