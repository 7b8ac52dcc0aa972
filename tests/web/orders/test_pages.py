"""Ordering, sending, accepting and rating on pages; and what strangers and bad input meet."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from jishi.orders.models import Order, Rating, ServiceOffer
from jishi.orders.queries.orders import code_of
from tests.orders.counter import PHONE, begin

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


def wish(town, **more):
    day = timezone.localdate() + dt.timedelta(days=2)
    said = {"unit": town.community.pk, "place": "3栋201", "wished_on": day.isoformat(), "part": "morning"}
    return said | {"name": "刘奶奶", "phone": PHONE, "price_fen": 2000, "once_key": KEY} | more


def order(client, town, **more):
    return client.post(f"/services/{town.repair.pk}/", wish(town, **more))


def take(client, town, who, number, step, **given):
    version = Order.objects.get(number=number).version
    key = f"{KEY}{version}{step}"
    return town.login(client, who).post(
        f"/orders/{number}/steps/{step}/", {"version": version, "once_key": key} | given
    )


@pytest.mark.capability("C37", "K21-B4")
def test_a_resident_sees_the_price_before_ordering_and_gets_a_receipt(client, town):
    shown = client.get("/services/").content.decode()
    for words in ("水电小修", "20元", "材料费另计", "上门理发", "免费", "区城市管理局"):
        assert words in shown
    form = client.get(f"/services/{town.repair.pk}/").content.decode()
    assert "这是有偿服务" in form
    assert "点单（20元）" in form
    answer = order(client, town)
    receipt = client.get(answer.url).content.decode()
    assert answer.url == f"/services/receipt/{Order.objects.get().number}/"
    for words in ("社区正在安排单位", "20元", "上午", "评单码", "响石社区两委"):
        assert words in receipt
    for hidden in ("刘奶奶", PHONE, "3栋201"):
        assert hidden not in receipt


def test_a_double_click_orders_once(client, town):
    assert order(client, town).url == order(client, town).url
    assert Order.objects.count() == 1


@pytest.mark.capability("K21-B4")
def test_a_price_that_has_changed_meanwhile_is_shown_anew_and_nothing_is_ordered(client, town):
    ServiceOffer.objects.filter(pk=town.repair.pk).update(price_fen=3000)
    answer = order(client, town)
    assert answer.status_code == 409
    assert "价格已改为30元" in answer.content.decode()
    assert 'name="price_fen" value="3000"' in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"phone": ""}, "请留下联系电话"),
        ({"place": ""}, "请写明上门的地址"),
        ({"unit": ""}, "请选择社区"),
        ({"wished_on": "2020-01-01"}, "已经过去"),
        ({"wished_on": "x"}, "日期"),
        ({"unit": 10**15}, "请选择您所在的社区"),
    ],
)
def test_what_is_missing_is_said_at_its_field(client, town, more, said):
    answer = order(client, town, **more)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.capability("K21-B5")
def test_somebody_of_the_unit_who_is_logged_in_cannot_order_from_it(client, town):
    answer = order(town.login(client, "chen"), town)
    assert "本单位人员不能点本单位的服务" in answer.content.decode()
    assert not Order.objects.exists()


def test_services_are_narrowed_to_a_community(client, town):
    ServiceOffer.objects.filter(pk=town.haircut.pk).update(area=town.other_town)
    shown = client.get("/services/", {"unit": town.community.pk}).content.decode()
    assert "水电小修" in shown
    assert "上门理发" not in shown
    assert client.get("/services/", {"unit": "x"}).status_code == 200
    assert client.get("/services/999999/").status_code == 404


@pytest.mark.capability("C37", "K21-I1", "K21-I5")
def test_the_whole_way_on_pages(client, town):
    order(client, town)
    number = Order.objects.get().number
    town.login(client, "zhou")
    assert number in client.get("/orders/").content.decode()
    page = client.get(f"/orders/{number}/").content.decode()
    assert "水电小修 · 20元 · 区城市管理局（在办 0/2）" in page
    assert PHONE in page
    assert take(client, town, "zhou", number, "dispatch", offer_id=town.repair.pk).status_code == 302
    queue = town.login(client, "chen").get("/orders/queue/").content.decode()
    assert number in queue
    assert PHONE not in client.get(f"/orders/{number}/").content.decode()
    take(client, town, "chen", number, "accept", server="党员刘师傅")
    assert PHONE in client.get(f"/orders/{number}/").content.decode()
    take(client, town, "chen", number, "complete", note="水龙头已换")
    client.logout()
    receipt = client.get(f"/services/receipt/{number}/").content.decode()
    for words in ("已办完，请您评单", "党员刘师傅", "水龙头已换", "请您评单"):
        assert words in receipt
    said = {"solved": "yes", "satisfied": "5", "note": "很快", "code": code_of(number), "once_key": KEY + "rate"}
    assert client.post(f"/services/receipt/{number}/rate/", said).status_code == 302
    assert Rating.objects.get().satisfied == 5
    assert "很快" in client.get(f"/services/receipt/{number}/").content.decode()


@pytest.mark.capability("K21-I5")
def test_without_the_code_nobody_rates_or_withdraws(client, town):
    rated, withdrawn = begin(town).to("served"), begin(town)
    said = {"solved": "yes", "satisfied": "5", "code": "00000000", "once_key": KEY}
    for way, step in ((rated, "rate"), (withdrawn, "withdraw")):
        answer = client.post(f"/services/receipt/{way.receipt.number}/{step}/", said)
        assert answer.status_code == 422
        assert "评单码不对" in answer.content.decode()
    said["code"] = withdrawn.receipt.code
    client.post(f"/services/receipt/{withdrawn.receipt.number}/withdraw/", said | {"once_key": KEY + "1"})
    assert (rated.row.stage, withdrawn.row.stage) == ("served", "cancelled")


@pytest.mark.capability("K21-I3")
def test_what_came_back_stands_on_top_of_the_hall_with_a_word_of_warning(client, town):
    begin(town)
    back = begin(town).to("offered")
    back.take("return", "chen", note="人手不够")
    page = town.login(client, "zhou").get("/orders/").content.decode()
    assert "有 1 单被退回或超时没有单位接" in page
    numbers = re.findall(r"/orders/(SFD[\d-]+)/", page)
    assert numbers[0] == back.receipt.number
    shown = client.get(f"/orders/{back.receipt.number}/").content.decode()
    assert "水管小修 · 15元 · 供水公司" in shown
    assert "水电小修 · 20元" not in shown


@pytest.mark.capability("K21-I3", "K21-B1")
def test_a_hall_without_another_unit_says_what_can_be_done(client, town):
    ServiceOffer.objects.filter(pk=town.plumber.pk).update(valid_to=timezone.localdate())
    back = begin(town).to("offered")
    back.take("return", "chen", note="人手不够")
    assert (
        "没有别的单位有合适的服务" in town.login(client, "zhou").get(f"/orders/{back.receipt.number}/").content.decode()
    )


@pytest.mark.capability("C95", "K21-I5")
def test_a_desk_worker_orders_for_somebody_without_a_phone_and_rates_for_them(client, town):
    town.login(client, "zhou")
    said = wish(town, channel="desk", offer=town.repair.pk, phone="")
    assert "水电小修 · 20元" in client.get("/orders/new/").content.decode()
    answer = client.post("/orders/new/", said)
    number = Order.objects.get().number
    assert answer.url == f"/services/receipt/{number}/"
    for who, step, given in (
        ("zhou", "dispatch", {"offer_id": town.repair.pk}),
        ("chen", "accept", {}),
        ("chen", "complete", {"note": "已换"}),
        ("zhou", "rate", {"solved": "yes", "satisfied": "4"}),
    ):
        assert take(client, town, who, number, step, **given).status_code == 302, step
    assert Rating.objects.get().by_id == town.person("zhou").pk


def test_a_refused_step_comes_back_with_the_reason_and_changes_nothing(client, town):
    way = begin(town).to("offered")
    number = way.receipt.number
    answer = take(client, town, "chen", number, "return")
    assert answer.status_code == 422
    old = {"version": 1, "once_key": KEY}
    answer = client.post(f"/orders/{number}/steps/accept/", old)
    assert answer.status_code == 409
    assert "已有人办理过这张单" in answer.content.decode()
    assert client.post(f"/orders/{number}/steps/nothing/", old).status_code == 404
    assert client.get(f"/orders/{number}/steps/accept/").status_code == 302
    assert way.row.stage == "offered"


def test_a_full_unit_is_told_so_on_the_page(client, town):
    ServiceOffer.objects.filter(pk=town.repair.pk).update(at_once=1)
    begin(town).to("taken")
    second = begin(town).to("offered")
    answer = take(client, town, "chen", second.receipt.number, "accept")
    assert answer.status_code == 409
    assert "已满1单" in answer.content.decode()


@pytest.mark.capability("C37")
def test_a_unit_keeps_its_own_menu_and_no_other(client, town):
    town.login(client, "chen")
    terms = {"name": "开锁", "kind": "doorstep", "what": "开门锁", "price": "30.5", "at_once": 2, "per_day": 4}
    assert client.post("/orders/menu/new/", terms | {"once_key": KEY}).status_code == 302
    offer = ServiceOffer.objects.get(name="开锁")
    assert (offer.price_fen, offer.organization_id, offer.area_id) == (3050, town.city_management.pk, town.county.pk)
    same = client.post("/orders/menu/new/", terms | {"once_key": KEY + "2"})
    assert "本单位已有一项“开锁”" in same.content.decode()
    change = f"/orders/menu/{town.repair.pk}/"
    assert 'value="20.00"' in client.get(change).content.decode()
    for _ in range(2):
        begin(town, now=timezone.now(), wished_on=timezone.localdate() + dt.timedelta(days=2)).to("taken")
    said = terms | {"name": "水电小修", "price": "25", "at_once": 1, "once_key": KEY + "3"}
    assert "正在办理2单" in client.post(change, said).content.decode()
    assert "已接2单" in client.post(change, said | {"at_once": 5, "per_day": 1}).content.decode()
    assert client.post(change, said | {"at_once": 5, "once_key": KEY + "4"}).status_code == 302
    assert "25元" in client.get("/orders/menu/").content.decode()
    client.post(f"/orders/menu/{offer.pk}/stop/", {"once_key": KEY + "5"})
    assert "开锁" not in client.get("/orders/menu/").content.decode()
    assert client.get(f"/orders/menu/{town.plumber.pk}/").status_code == 404
    assert client.post(f"/orders/menu/{town.plumber.pk}/stop/", {"once_key": KEY + "6"}).status_code == 404


@pytest.mark.capability("C92")
@pytest.mark.parametrize("who", ["li", "wang", "zhang", "zhao", "wu", "chen", "zhou"])
def test_each_desk_is_open_to_those_whose_work_it_is(client, town, who):
    town.login(client, who)
    opened = {path: client.get(path).status_code for path in ("/orders/", "/orders/queue/", "/orders/menu/")}
    community, unit = who == "zhou", who in ("zhou", "chen")
    assert opened == {
        "/orders/": 200 if community else 403,
        "/orders/queue/": 200 if unit else 403,
        "/orders/menu/": 200 if unit else 403,
    }


def test_an_order_is_found_where_a_matter_is_looked_for(client, town):
    way = begin(town)
    answer = client.get("/receipt/", {"number": way.receipt.number.lower().replace("-", " ")})
    assert answer.url == f"/services/receipt/{way.receipt.number}/"
    assert client.get("/services/receipt/SFD261118-0000-0000-0/").status_code in (404, 422)
