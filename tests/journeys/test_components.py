"""R06 网格员: what is past its inspection comes up by itself; a fault becomes a matter that leads back.

What is missing is entered where the phone stands, and when its fault is closed as repaired the component knows.
"""

import datetime as dt
import threading

import pytest
from django.utils import timezone

from jishi.flows import rounds, worker
from jishi.flows.component_faults import report_fault
from jishi.matters.models import Matter
from jishi.parts.models import Component
from jishi.parts.rules.given import Body
from tests.journeys.visitor import HERE
from tests.matters.town import Way
from tests.parts.square import load_catalogue, put

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def card(words: str) -> str:
    return f'.card-j:has-text("{words}")'


@pytest.mark.capability("C06", "C95", "K29-I6")
def test_a_grid_worker_inspects_a_component_and_reports_a_fault_that_becomes_a_matter(visitor, county):
    load_catalogue()
    there = {"longitude": HERE["longitude"], "latitude": HERE["latitude"], "inspected_on": dt.date(2026, 1, 5)}
    sound = put(county, "0101", name="东门路井盖", place="3栋旁", **there)
    broken = put(county, "0118", name="东门路12号灯", keeper=Body(county.city_management.pk), **there)

    page = visitor("li", phone=True).comes_to("/day/")
    page.sees("到期待巡查", "2 个部件").presses("到期待巡查").comes_to("/parts/due/")
    page.presses("完好", within=card("东门路井盖")).sees("已记下：完好").does_not_see("东门路井盖")
    assert Component.objects.get(code=sound).inspected_on == timezone.localdate()

    page.presses("报告故障", within=card("东门路12号灯")).comes_to(f"/parts/{broken}/fault/")
    page.writes("故障情况", "灯不亮，灯罩快掉下来了").photographs().presses("报告故障", within="form.parts-form")
    page.sees("已报告故障", "有故障")
    matter = Matter.objects.get()
    assert (matter.unit_id, matter.component_code) == (county.grid.pk, broken)
    page.presses(matter.number, within=".timeline-j").comes_to(f"/matters/{matter.number}/")
    page.sees("养护单位：区城市管理局").presses(broken).comes_to(f"/parts/{broken}/")
    page.sees("正在办理")


@pytest.mark.capability("C06", "C95")
def test_a_grid_worker_enters_a_lamp_that_is_missing_where_the_phone_stands(visitor, county):
    load_catalogue()
    page = visitor("li", phone=True).opens("/parts/").presses("登记部件").comes_to("/parts/new/")
    page.chooses("小类", "路灯").presses("用我现在的位置").sees("已标出位置")
    page.writes("位置", "3栋东侧").presses("登记", within="form.parts-form").sees("已登记，部件代码", "完好", "3栋东侧")
    row = Component.objects.get()
    assert (row.unit_id, row.longitude, row.latitude) == (county.grid.pk, HERE["longitude"], HERE["latitude"])


@pytest.mark.capability("C06")
def test_a_repair_that_is_closed_stands_in_the_history_of_the_component(visitor, county):
    load_catalogue()
    lamp, now = put(county, name="东门路12号灯"), timezone.now()
    Way(county, report_fault(code=lamp, note="灯不亮", by=county.li, now=now), now).to("closed")
    worker.run(worker="w", stop=threading.Event(), once=True, handlers=rounds.HANDLERS, sweeps=(), clock=lambda: now)
    page = visitor("wang").opens("/parts/").sees("完好").presses("东门路12号灯").sees("故障已修复", "报告故障")
    page.presses(Matter.objects.get().number, within=".timeline-j").comes_to(f"/matters/{Matter.objects.get().number}/")


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        ("li", ("", "new/", "due/", "{code}/", "{code}/fault/", "{code}/label/")),
        ("zhao", ("", "new/", "classes/", "classes/0118/", "imports/", "{code}/", "{code}/change/")),
    ],
)
@pytest.mark.capability("C95")
def test_the_pages_of_components_fit_the_phone_and_are_walked_by_keyboard(visitor, county, who, pages):
    load_catalogue()
    lamp = put(county, name="很长的名称" * 12, place="很长的位置" * 20, keeper=Body(county.city_management.pk))
    page = visitor(who, phone=True)
    for address in pages:
        page.opens(f"/parts/{address.format(code=lamp)}").reaches_everything_by_tab()
        assert page.words_not_chinese({"csv", "xls", "xlsx", "choose", "file", "no", "chosen"}) == [], address
