"""Orders follow their ground: when a community is renamed or moved, nothing is out of its people's sight."""

import pytest

from jishi.accounts.queries import viewer_of
from jishi.flows import unit_changes
from jishi.orders.actions.overdue import give_back_overdue
from jishi.orders.queries.invariants import broken_invariants
from jishi.orders.queries.orders import detail, hall
from tests.cast import NOW, TODAY
from tests.orders.counter import begin

pytestmark = pytest.mark.django_db


@pytest.mark.capability("C03", "C37", "K21-I2")
def test_an_order_placed_before_its_community_is_renamed_goes_on_in_the_same_hands(town):
    waiting, sent = begin(town, unit_id=town.grid.pk), begin(town).to("offered")
    unit_changes.rename(unit_id=town.community.pk, name="响石岭社区", by=town.zhao, now=NOW)
    zhou = viewer_of(town.person("zhou").pk, TODAY)
    assert zhou.grants[0].unit_id != town.community.pk
    assert [row["number"] for row in hall(zhou, "queue")] == [waiting.receipt.number]
    assert detail(zhou, sent.receipt.number).may_call
    waiting.take("dispatch", zhou, offer_id=town.repair.pk)
    late = max(waiting.row.due_at, sent.row.due_at)
    assert give_back_overdue(now=late) == 2
    assert {row["number"] for row in hall(zhou, "queue")} == {waiting.receipt.number, sent.receipt.number}
    assert list(broken_invariants(now=late)) == []
