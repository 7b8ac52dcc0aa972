"""The halls in which orders wait for the community and for the units."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.orders.models import Order
from jishi.orders.queries.orders import LANES
from jishi.orders.rules.stages import QUEUE, WITH_UNIT, Stage
from tests.orders.counter import at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.capability("C37")
def test_the_halls_mark_a_wished_day_that_passed_before_anybody_began(client, town, stage):
    lane = next(name for name, stages in LANES.items() if stage in stages)
    number, today = at(town, stage.value).row.number, timezone.localdate()
    doors = {"zhou": f"/orders/?lane={lane}"}
    if stage in WITH_UNIT | {Stage.SERVED, Stage.RATED}:
        doors["chen"] = f"/orders/queue/?lane={lane}"
    for who, door in doors.items():
        town.login(client, who)
        for day, passed in ((today - dt.timedelta(days=1), True), (today, False)):
            Order.objects.update(wished_on=day)
            page = client.get(door).content.decode()
            assert number in page
            assert ("希望日已过" in page) is (passed and stage in QUEUE | {Stage.OFFERED, Stage.TAKEN})
