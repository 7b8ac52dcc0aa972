"""Every step of an order is told to whom it concerns, and to nobody twice or by name."""

import pytest

from jishi.flows.rounds import HANDLERS
from jishi.flows.worker import run
from jishi.notices.models import Delivery, Event, Notice
from jishi.orders.rules.steps import PLACE, STEPS
from jishi.orders.rules.telling import TOLD
from tests.cast import NOW
from tests.orders.counter import PHONE, begin

pytestmark = pytest.mark.django_db


def told() -> dict[int, list[str]]:
    """Let the worker spread what waits; the texts of the notices by person."""
    import threading

    run(worker="w", stop=threading.Event(), once=True, handlers=HANDLERS, sweeps=(), clock=lambda: NOW)
    found: dict[int, list[str]] = {}
    for person, text in Notice.objects.order_by("id").values_list("person_id", "text"):
        found.setdefault(person, []).append(text[: text.index("】") + 1])
    return found


def test_every_step_says_whom_it_concerns():
    assert set(TOLD) == {PLACE, *STEPS}


@pytest.mark.capability("C37")
def test_the_community_hears_of_a_new_order_and_the_unit_of_one_sent_to_it(town):
    begin(town).to("rated")
    found = told()
    assert found[town.person("zhou").pk] == ["【点单】", "【办完】", "【评单】"]
    assert found[town.person("chen").pk] == ["【派单】", "【评单】"]
    assert set(found) == {town.person("zhou").pk, town.person("chen").pk}
    assert all(link.startswith("/orders/SFD") for link in Notice.objects.values_list("link", flat=True))
    said = " ".join(Notice.objects.values_list("text", flat=True))
    assert PHONE not in said
    assert "刘奶奶" not in said
    assert not Event.objects.filter(done_at=None).exists()
    assert not Delivery.objects.exists()


@pytest.mark.capability("K21-I3")
def test_a_unit_from_which_an_order_is_taken_hears_of_it_too(town):
    way = begin(town).to("offered")
    way.take("redispatch", "zhou", offer_id=town.plumber.pk, note="更近")
    way.take("return", "he", note="人手不够")
    found = told()
    assert found[town.person("he").pk] == ["【改派】"]
    assert found[town.person("zhou").pk] == ["【点单】", "【退回社区】"]
