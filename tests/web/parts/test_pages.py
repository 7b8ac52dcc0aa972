"""The pages of components: lists, one tap, a fault, what each person is shown."""

import datetime as dt
import html
import re

import pytest
from django.utils import timezone

from jishi.audit.models import Entry
from jishi.duties.models import Category
from jishi.matters.models import Matter
from jishi.parts import actions, queries
from jishi.parts.models import Component, Inspection
from jishi.parts.rules.given import Body, Given
from jishi.parts.rules.inspections import Condition
from tests.flows.test_component_import import counts, refused, take_in
from tests.matters.town import Way, forget, report
from tests.parts.conftest import town as town
from tests.parts.square import code_of, put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06")]
KEY = "0123456789abcdef"


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def read_out(answer):
    """A file that was sent, to its end: then it is closed."""
    return b"".join(answer.streaming_content)


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
        f"/parts/?q={other[:-1]}": {lamp, other},
        f"/parts/?unit={town.other_grid.pk}": {other},
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
    assert "登记" in page
    assert "不定期" in page
    assert "data-map" not in page
    assert client.get(f"/parts/{code_of(serial=9)}/").status_code == 404
    assert queries.component(town.zhao, code).row.title == "古树名木"


@pytest.mark.capability("C95")
def test_sixteen_digits_lead_to_the_component_also_when_it_is_gone(client, town):
    code = put(town)
    town.login(client, "li")
    spaced = f"{code[:6]} {code[6:10]} {code[10:]}"
    assert client.get("/parts/", {"q": spaced}).url == f"/parts/{code}/"
    actions.retire(code=code, reason="已拆除", by=town.zhao, now=timezone.now())
    assert client.get("/parts/", {"q": code}).url == f"/parts/{code}/"
    page = text(client, f"/parts/{code}/")
    assert "已注销" in page
    assert "已拆除" in page
    assert "报告故障" not in page
    assert client.get(f"/parts/{code}/fault/").status_code == 409
    assert code not in text(client, "/parts/")
    assert client.get("/parts/", {"q": code_of(serial=9)}).status_code == 200


@pytest.mark.capability("C95")
def test_every_number_of_the_list_opens_as_many_rows(client, town):
    lamp, late, broken = put(town), put(town, serial=2), put(town, serial=3)
    long_ago(late)
    actions.inspect(code=broken, condition=Condition.FAULTY, by=town.li, now=timezone.now())
    town.login(client, "wang")
    page = text(client, "/parts/")
    chips = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)<span class="count">(\d+)<', page)
    opened = {"全部": [lamp, late, broken], "完好": [lamp], "待巡查": [late], "有故障": [broken]}
    assert [(label, int(number)) for _, label, number in chips] == [(each, len(opened[each])) for each in opened]
    for (address, *_), codes in zip(chips, opened.values(), strict=True):
        shown = text(client, html.unescape(address))
        assert [code for code in (lamp, late, broken) if f"/parts/{code}/" in shown] == codes


def test_the_history_of_a_component_tells_who_did_what_and_leads_on(client, town):
    code = put(town, name="12号杆", keeper=Body(town.city_management.pk))
    actions.inspect(code=code, condition=Condition.SOUND, note="灯亮", by=town.li, now=timezone.now())
    given = Given(code, town.next_grid.pk, name="13号杆", keeper=Body(name="某公司"))
    actions.change(code=code, given=given, by=town.zhao, now=timezone.now())
    town.login(client, "zhou")
    page = text(client, f"/parts/{code}/")
    for said in (
        "巡查：完好",
        "灯亮",
        "12号杆 → 13号杆",
        "区城市管理局 → 某公司",
        "此前在第一网格",
        f"unit={town.grid.pk}",
    ):
        assert said in page, said


def test_a_label_carries_the_address_of_the_component(client, town):
    code = put(town, name="12号杆")
    town.login(client, "li")
    page = text(client, f"/parts/{code}/label/")
    assert "<svg" in page
    assert f"{code[:6]} {code[6:10]} {code[10:]}" in page
    town.login(client, "sun")
    assert client.get(f"/parts/{code}/label/").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.capability("C94")
def test_a_list_goes_out_as_it_is_narrowed_and_comes_in_again(client, town, kind, tmp_path):
    lamp, cover = put(town, name="=1+1", keeper=Body(town.city_management.pk)), put(town, "0101", place="门口")
    town.login(client, "wang")
    answer = client.post("/parts/export/", {"once_key": KEY, "kind": "0118", "format": kind})
    path = tmp_path / f"部件.{kind}"
    path.write_bytes(read_out(answer))
    Component.objects.all().delete()
    run = take_in(path, source_name="搬家")
    assert (counts(run), refused(run)) == ((1, 0, 0), {})
    back = Component.objects.get()
    assert (back.code, back.name, back.keeper_id) == (lamp, "=1+1", town.city_management.pk)
    assert back.code != cover
    assert Entry.objects.filter(action="components_export").count() == 1


def test_a_workbook_nobody_would_wait_for_is_refused_with_what_to_do(client, town, monkeypatch):
    monkeypatch.setattr("jishi.web.parts.imports.IN_A_WORKBOOK", 1)
    put(town), put(town, serial=2), put(town, "0101")
    town.login(client, "wang")
    form = {"once_key": KEY, "format": "xlsx"}
    answer = client.post("/parts/export/", form | {"kind": "0118"}, follow=True)
    assert answer.redirect_chain[0][0] == "/parts/?q=&kind=0118&unit=&standing="
    assert "这份清单有2个部件，XLSX最多1个；请缩小范围，或导出为CSV" in answer.content.decode()
    assert read_out(client.post("/parts/export/", form | {"kind": "0101"})).startswith(b"PK")
    assert len(read_out(client.post("/parts/export/", form | {"format": "csv"})).splitlines()) == 4
    assert Entry.objects.filter(action="components_export").count() == 2
