"""A house that is gone leaves the address book only after the registers have said who left it."""

import datetime as dt

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses.queries import address
from jishi.flows.address_ending import cancel_address
from jishi.kernel.errors import Conflict
from jishi.registers.actions.dwellings import end_dwelling
from jishi.registers.models import Dwelling
from jishi.registers.rules.vocabulary import EndReason
from tests.addresses.street import street
from tests.cast import NOW
from tests.matters.town import forget, lay_down
from tests.registers.town import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def cancel(address_id: int) -> None:
    cancel_address(address_id=address_id, by=SYSTEM, now=NOW + dt.timedelta(days=1), reason="房屋已拆除")


@pytest.mark.capability("C05", "K29-B4")
def test_a_house_in_which_a_home_is_registered_is_not_cancelled(town):
    here = street(town)
    enter(town, now=NOW)
    Dwelling.objects.update(address_id=here.house.id)
    with pytest.raises(Conflict, match="还有1处住房"):
        cancel(here.house.id)
    assert address(here.house.id).is_live
    end_dwelling(dwelling_id=Dwelling.objects.get().pk, reason=EndReason.DEMOLISHED, by=town.li, now=NOW)
    cancel(here.house.id)
    assert not address(here.house.id).is_live
