"""The pages of components: lists, one tap, a fault, what each person is shown."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.duties.models import Category
from jishi.matters.models import Matter
from jishi.parts import actions, queries
from jishi.parts.models import Component, Inspection
from jishi.parts.rules.given import Body
from jishi.parts.rules.inspections import Condition
from tests.matters.town import Way, forget, report
from tests.parts.conftest import town as town
from tests.parts.square import code_of, put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06")]
KEY = "0123456789abcdef"


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def long_ago(*codes):
    """These are past their day on the clock of the pages; all others have time."""
    today = timezone.localdate()
    Component.objects.update(inspect_by=today + dt.timedelta(days=30))
    Component.objects.filter(code__in=codes).update(inspect_by=today - dt.timedelta(days=3))


def test_the_list_is_narrowed_by_class_unit_and_standing(client, town):
    lamp, cover = put(town, name="一号灯杆"), put(town, "0101", name="二号井盖")
    other = put(town, serial=3, unit_id=town.other_grid.pk, name="别处的灯")
    long_ago(cover)
    town.login(client, "wang")
    shown = {
        "/parts/": {lamp, cover, other},
        "/parts/?kind=01": {lamp, cover, other},
        "/parts/?kind=0118": {lamp, other},
        f"/parts/?unit={town.town.pk}": {lamp, cover},
        "/parts/?standing=due": {cover},
        "/parts/?standing=faulty": set(),
        "/parts/?q=灯杆": {lamp},
        f"/parts/?q={other}": {other},
        "/parts/?unit=999999999&kind=x&standing=y&after=z&q=%00": {lamp, cover, other},
    }
    for address, codes in shown.items():
        page = text(client, address)
        assert {code for code in (lamp, cover, other) if f"/parts/{code}/" in page} == codes, address


def test_a_long_list_goes_on_where_it_stopped(client, town):
    codes = [put(town, serial=n) for n in range(1, 53)]
    town.login(client, "wang")
    first = text(client, "/parts/")
    assert "下一页" in first
    assert f"/parts/{codes[50]}/" not in first
    second = text(client, f"/parts/?after={codes[49]}")
    assert f"/parts/{codes[51]}/" in second
    assert "下一页" not in second


@pytest.mark.capability("K29-I6")
def test_a_tap_on_the_due_list_says_it_is_sound_and_takes_it_off(client, town):
    code = put(town)
    long_ago(code)
    town.login(client, "li")
    assert "1 个部件" in text(client, "/day/")
    assert f"/parts/{code}/" in text(client, "/parts/due/")
    for _ in range(2):
        assert client.post(f"/parts/{code}/inspect/", {"once_key": KEY, "from": "due"}).url == "/parts/due/"
    assert Inspection.objects.count() == 1
    assert "没有待巡查的部件" in text(client, "/parts/due/")
    assert "到期待巡查" not in text(client, "/day/")


def test_a_fault_opens_a_matter_that_leads_back_to_the_component(client, town):
    Category.objects.filter(code="0101").update(parent=Category.objects.get(code="01"))
    forget()
    code = put(town, name="12号杆", keeper=Body(town.city_management.pk))
    town.login(client, "li")
    page = text(client, f"/parts/{code}/fault/")
    assert '<option value="0101" selected>路灯</option>' in page
    given = {"once_key": KEY, "note": "灯不亮", "category_code": "0101"}
    for _ in range(2):
        assert client.post(f"/parts/{code}/fault/", given).url == f"/parts/{code}/"
    matter = Matter.objects.get()
    assert (matter.unit_id, matter.component_code, matter.category_code) == (town.grid.pk, code, "0101")
    shown = text(client, f"/parts/{code}/")
    assert shown.count(f"/matters/{matter.number}/") >= 2
    assert "报告故障" in shown
    assert f"/parts/{code}/" in text(client, f"/matters/{matter.number}/")
    assert "同一个问题不用再报" in text(client, f"/parts/{code}/fault/")


def test_a_fault_without_words_comes_back_with_what_was_filled_in(client, town):
    code = put(town)
    town.login(client, "li")
    answer = client.post(f"/parts/{code}/fault/", {"once_key": KEY, "note": "", "urgent": "on"})
    assert answer.status_code == 422
    assert "请写明故障情况" in answer.content.decode()
    assert Matter.objects.count() == 0


@pytest.mark.capability("C92")
@pytest.mark.parametrize(
    ("who", "sees"),
    [("li", True), ("zhou", True), ("qian", True), ("zhang", True), ("zhao", True), ("chen", True), ("sun", False)],
)
def test_the_page_opens_to_the_area_and_to_who_answers_for_it_and_offers_what_may_be_done(client, town, who, sees):
    code = put(town, keeper=Body(town.city_management.pk))
    actions.inspect(code=code, condition=Condition.SOUND, by=town.li, now=timezone.now())
    town.login(client, who)
    answer = client.get(f"/parts/{code}/")
    assert answer.status_code == (200 if sees else 404)
    if sees:
        page = answer.content.decode()
        assert "区城市管理局" in page
        assert "小李" in page
        assert ("component_inspect" in page or f"/parts/{code}/inspect/" in page) is (who in ("li", "zhou"))
    else:
        assert client.get(f"/parts/{code}/fault/").status_code == 404
        assert client.post(f"/parts/{code}/inspect/", {"once_key": KEY}).status_code == 404


def test_who_handles_a_matter_about_a_component_sees_it(client, town):
    """老陈's bureau answers for nothing there; it sees the component while a matter about it is sent to it."""
    code = put(town)
    town.login(client, "chen")
    assert client.get(f"/parts/{code}/").status_code == 404
    Way(town, report(town, component_code=code)).to("dispatched")
    assert "路灯" in text(client, f"/parts/{code}/")


def test_a_component_without_point_or_history_has_a_page_too(client, town):
    code = put(town, "0401", longitude=None, latitude=None)
    town.login(client, "zhao")
    page = text(client, f"/parts/{code}/")
    assert "还没有巡查记录" in page
    assert "不定期" in page
    assert "data-map" not in page
    assert client.get(f"/parts/{code_of(serial=9)}/").status_code == 404
    assert queries.component(town.zhao, code).row.title == "古树名木"
