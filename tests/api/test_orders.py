"""Orders through the API: the whole way by programs, and who is refused what."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.orders.models import Order
from tests.orders.counter import PHONE, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(town):
    town.cast.everybody()
    town.repair = offer(town.city_management, town.county, "水电小修", price_fen=2000)
    return town


def place(shop, who="zhou", **more):
    day = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    body = {"offer_id": shop.repair.pk, "unit_id": shop.grid.pk, "wished_on": day, "place": "3栋201"}
    return shop.program(who).post("/api/v1/orders", body | {"price_fen": 2000, "name": "刘奶奶", "phone": PHONE} | more)


@pytest.mark.capability("C37", "C96")
def test_an_order_goes_its_whole_way_through_the_api(shop):
    placed = place(shop)
    assert placed.status_code == 201
    number, code = placed.json()["number"], placed.json()["code"]
    assert placed["Location"] == f"/api/v1/orders/{number}"

    def step(who, name, **given):
        return shop.program(who).post(f"/api/v1/orders/{number}/steps/{name}", given)

    lane = shop.program("zhou").get("/api/v1/orders", lane="queue", side="community").json()
    assert [row["number"] for row in lane] == [number]
    assert step("zhou", "dispatch", offer_id=shop.repair.pk, version=1).json()["stage"] == "offered"
    (row,) = shop.program("chen").get("/api/v1/orders", lane="offered").json()
    assert (row["phone"], row["taker_name"]) == ("000****0001", "区城市管理局")
    assert step("chen", "accept", server="刘师傅").json()["stage_label"] == "已接单"
    assert step("chen", "complete", note="已换").status_code == 200
    shown = shop.program("chen").get(f"/api/v1/orders/{number}").json()
    assert [line["step"] for line in shown["history"]] == ["place", "dispatch", "accept", "complete"]
    receipt = shop.program().get(f"/api/v1/orders/{number}/receipt").json()
    assert (receipt["may_rate"], receipt["server"], receipt["price_fen"]) == (True, "刘师傅", 2000)
    assert "刘奶奶" not in str(receipt)
    assert step("", "rate", solved=True, satisfied=5, code="0000-0000").status_code == 404
    assert step("", "rate", solved=True, satisfied=5).status_code == 401
    assert step("", "rate", solved=True, satisfied=5, code=code).json()["stage"] == "rated"
    assert Order.objects.get().stage == "rated"


@pytest.mark.capability("K21-B4")
def test_a_price_that_is_not_todays_is_a_conflict(shop):
    answer = place(shop, price_fen=1)
    assert (answer.status_code, "20元" in answer.json()["error"]["message"]) == (409, True)


def test_what_a_step_does_not_take_is_named(shop):
    number = place(shop).json()["number"]
    answer = shop.program("zhou").post(f"/api/v1/orders/{number}/steps/cancel", {"note": "x", "server": "y"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "server")
    assert shop.program("zhou").post(f"/api/v1/orders/{number}/steps/lapse", {}).status_code == 404
