"""A plate on a door is scanned: the report form opens with the place filled in, and the matter keeps the door."""

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.rules.codes import written
from jishi.kernel.errors import Invalid
from jishi.matters.models import Matter
from jishi.matters.queries.at_door import matters_at
from jishi.matters.queries.invariants import broken_invariants
from tests.addresses.street import POINT, street
from tests.cast import NOW
from tests.matters.town import forget, lay_down, report

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def scan(client, code: str) -> str:
    """What the page behind the QR code shows at the end of its redirects."""
    return client.get(f"/d/{code}/", follow=True).content.decode()


@pytest.mark.capability("C05", "C33")
def test_scanning_a_plate_opens_the_report_form_with_the_place_filled_in(client, town):
    here = street(town)
    for code in (here.courtyard.code, here.courtyard.code.lower(), written(here.courtyard.code)):
        page = scan(client, code)
        assert f'name="door" value="{here.courtyard.code}"' in page
        assert 'value="东门路12号"' in page
        assert f'value="{town.community.pk}" selected' in page
        assert f'name="longitude" value="{POINT[0]}"' in page
        assert "地点已按门牌填好" in page


@pytest.mark.capability("C05", "C33")
def test_what_is_reported_from_a_plate_keeps_its_door_and_lies_in_its_grid(client, town):
    here = street(town)
    said = {"text": "楼道灯不亮", "once_key": KEY, "door": here.rooms[0].code, "unit": town.community.pk}
    assert client.post("/report/", said).status_code == 302
    matter = Matter.objects.get()
    assert (matter.door_code, matter.unit_id) == (here.rooms[0].code, town.grid.pk)
    assert matter.place == "东门路12号3栋1单元101室"
    assert list(broken_invariants(now=NOW)) == []
    for who, sees in (("li", 1), ("wang", 1), ("sun", 0), ("wu", 0)):
        assert len(matters_at(town.viewer(who), here.rooms[0].code)) == sees


def test_who_names_another_community_speaks_of_another_place(town):
    here = street(town)
    report(town, unit_id=town.other_community.pk, door_code=here.house.code)
    matter = Matter.objects.get()
    assert (matter.door_code, matter.unit_id, matter.place) == (None, town.other_community.pk, "")


def test_what_was_typed_stands_before_what_the_plate_says(town):
    here = street(town)
    report(town, unit_id=None, place="12号大门口", longitude=113.2, latitude=27.9, door_code=here.courtyard.code)
    matter = Matter.objects.get()
    assert (matter.place, matter.longitude, matter.door_code) == ("12号大门口", 113.2, here.courtyard.code)


@pytest.mark.capability("C05", "K29-B4")
def test_a_plate_of_a_house_that_is_gone_says_so_and_offers_the_plain_form(client, town):
    here = street(town)
    actions.cancel(address_id=here.house.id, reason="拆除", by=SYSTEM, now=NOW)
    answer = client.get(f"/d/{here.house.code}/")
    assert answer.status_code == 410
    assert "已经注销" in answer.content.decode()
    assert 'name="door"' not in client.get(f"/report/?door={here.house.code}").content.decode()
    with pytest.raises(Invalid) as refusal:
        report(town, door_code=here.house.code)
    assert refusal.value.field == "door_code"


@pytest.mark.capability("C05", "K29-I4")
@pytest.mark.parametrize(("code", "status"), [("22222222", 404), ("22222223", 422), ("门码", 422), ("2", 422)])
def test_a_code_that_is_none_opens_no_form(client, town, code, status):
    answer = client.get(f"/d/{code}/")
    assert answer.status_code == status
    assert "请对照门牌核对" in answer.content.decode()
    assert client.get("/report/", {"door": code}).status_code == 200


def test_a_wrong_code_in_the_form_is_refused_in_words_and_nothing_typed_is_lost(client, town):
    answer = client.post("/report/", {"text": "路灯不亮", "once_key": KEY, "door": "2222-2223"})
    assert answer.status_code == 422
    assert "路灯不亮" in answer.content.decode()
    assert not Matter.objects.exists()
