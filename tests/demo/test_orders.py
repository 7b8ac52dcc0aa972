"""The demo's orders: something at every stage for the community and the office whose logins are shown."""

import pytest

from jishi.demo.build import build
from jishi.orders.models import Order, Orderer, Step
from jishi.orders.queries.invariants import broken_invariants
from jishi.orders.queries.orders import hall_counts, queue_counts
from tests.demo.test_build import NOW, viewer

pytestmark = pytest.mark.django_db


@pytest.mark.capability("C37", "C97")
def test_the_hall_and_the_office_find_something_at_every_stage(db):
    built = build(now=NOW, matters=5, days=50)
    assert built.stumbled == ()
    assert min(hall_counts(viewer("community")).values()) >= 1
    counts = queue_counts(viewer("handler"))
    assert (counts["offered"], counts["working"]) == (2, 2)
    assert set(Step.objects.values_list("name", flat=True)) >= {
        "place", "dispatch", "accept", "return", "lapse", "begin", "complete", "rate", "withdraw",
    }  # fmt: skip
    assert all(phone.startswith("000") for phone in Orderer.objects.values_list("phone", flat=True))
    assert Order.objects.filter(channel="desk").exists()
    assert list(broken_invariants(now=NOW)) == []
