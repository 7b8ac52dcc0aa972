"""Sending an order to a service: what fits stands first, and what does not asks for a reason."""

import pytest

from tests.orders.counter import begin, offer
from tests.web.orders.test_pages import KEY, take

pytestmark = pytest.mark.django_db


@pytest.mark.capability("K21-I3")
def test_services_of_the_ordered_kind_stand_first_and_another_kind_asks_for_a_reason(client, town):
    errand = offer(town.water, town.county, "社保代办", kind="errand")
    number = begin(town).receipt.number
    page = town.login(client, "zhou").get(f"/orders/{number}/").content.decode()
    chosen = page[page.index("dispatch_offer_id") : page.index("dispatch_note")]
    places = [chosen.index(words) for words in ("同类：困难帮扶上门", "水管小修", "其他类别（须写明理由）", "社保代办")]
    assert places == sorted(places)
    answer = take(client, town, "zhou", number, "dispatch", offer_id=errand.pk)
    assert answer.status_code == 422
    assert "派另一类服务请写明理由" in answer.content.decode()
    take(client, town, "zhou", number, "dispatch", offer_id=errand.pk, note="先代办缴费", once_key=f"{KEY}again")
    receipt = client.get(f"/services/receipt/{number}/").content.decode()
    assert "派了另一类服务“社保代办”，理由：先代办缴费" in receipt
