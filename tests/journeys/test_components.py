"""R06 网格员: what is past its inspection comes up by itself; a fault becomes a matter that leads back."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.matters.models import Matter
from jishi.parts.models import Component
from jishi.parts.rules.given import Body
from tests.journeys.visitor import HERE
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
