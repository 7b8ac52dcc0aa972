"""What stands around a home is reached from its household, and the household from there; also as it once was."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.addresses.queries import addresses
from jishi.registers.actions import households
from jishi.registers.models import Dwelling
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.vocabulary import EndReason, Relation
from tests.addresses.street import POINT, street
from tests.cast import NOW
from tests.matters.town import begin
from tests.parts.square import load_catalogue, put
from tests.registers.town import enter, entry, person

pytestmark = pytest.mark.django_db

DOOR = "东门路12号3栋1单元101室"
NEAR = {"longitude": POINT[0] + 0.0005, "latitude": POINT[1]}  # some 50 m
FAR = {"longitude": POINT[0] + 0.005, "latitude": POINT[1]}  # some 500 m
DAY = timezone.localdate(NOW)


@pytest.fixture(autouse=True)
def three_weeks_later(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + dt.timedelta(weeks=3))


@pytest.fixture
def home(town):
    """张清晓 and 李月禾 at home in a room of the address book; the household, the street and the page's address."""
    town.street = street(town)
    load_catalogue()
    town.entered = enter(town, person("张清晓"), person("李月禾", Relation.SPOUSE), door=DOOR)
    town.page = f"/registers/households/{town.entered.number}/"
    return town


def on(days):
    return NOW + dt.timedelta(days=days)


def shown(home, client, who="li", **asked):
    return home.login(client, who).get(home.page, asked).content.decode()


@pytest.mark.capability("C24")
def test_components_within_a_hundred_metres_lead_to_the_household_and_back(home, client):
    lamp, far = put(home, **NEAR), put(home, serial=2, **FAR)
    text = shown(home, client)
    assert f"/parts/{lamp}/" in text
    assert f"/parts/{far}/" not in text
    assert home.page in client.get(f"/parts/{lamp}/").content.decode()
    assert home.page not in client.get(f"/parts/{far}/").content.decode()


@pytest.mark.capability("C24", "L05")
def test_a_component_shows_no_household_to_somebody_who_reads_none_there(home, client):
    lamp = put(home, **NEAR)
    for who in ("wang", "zhang", "zhao"):
        answer = home.login(client, who).get(f"/parts/{lamp}/")
        assert answer.status_code == 200
        assert home.page not in answer.content.decode()


def test_where_a_building_has_no_point_some_components_of_the_grid_are_named(town, client):
    load_catalogue()
    entered = enter(town)
    lamp = put(town)
    text = town.login(client, "li").get(f"/registers/households/{entered.number}/").content.decode()
    assert f"/parts/{lamp}/" in text
    assert "还没有坐标" in text


@pytest.mark.capability("C24")
def test_matters_are_those_registered_at_the_door_the_entrance_or_the_building(home, client):
    rooms = home.street.rooms
    at_home = begin(home, text="楼上漏水", place="", door_code=rooms[0].code)
    at_building = begin(home, text="单元门坏了", place="", door_code=home.street.building.code)
    next_door = begin(home, text="对门装修噪声", place="", door_code=rooms[1].code)
    named = begin(home, text=f"{DOOR}门口堆放杂物", place=DOOR)
    text = shown(home, client)
    for matter, told in ((at_home, True), (at_building, True), (next_door, False), (named, False)):
        assert (f"/matters/{matter.row.number}/" in text) is told
    assert f"q={rooms[0].code}" in client.get(f"/matters/{at_home.row.number}/").content.decode()
    found = client.get("/registers/", {"unit": home.grid.pk, "q": rooms[0].code}).content.decode()
    assert home.page in found


@pytest.mark.capability("C24")
def test_a_household_is_shown_as_it_stood_on_a_day(home, client):
    """李月禾 leaves on the third day, 张星野 joins on the fourth, all move on the sixth."""
    li, origin = home.viewer("li"), Origin()
    households.leave(
        household_id=home.entered.id, resident_id=home.entered.resident_ids[1], reason=EndReason.MOVED, by=li, now=on(2)
    )
    households.join(
        household_id=home.entered.id, person=person("张星野", Relation.SON), origin=origin, by=li, now=on(3)
    )
    moved = entry(home, door="东门路14号")
    households.move_household(
        household_id=home.entered.id, entry=moved, stay=person().stays[1], origin=origin, by=li, now=on(5)
    )

    def then(days):
        return shown(home, client, day=(DAY + dt.timedelta(days=days)).isoformat()).partition("变动")[0]

    assert ("李月禾" in then(1), "张星野" in then(1), DOOR in then(1)) == (True, False, True)
    assert ("李月禾" in then(2), "张星野" in then(3)) == (False, True)
    assert "常住 东门路14号" not in then(4)
    assert "常住 东门路14号" in then(5)
    assert "没有登记" in then(-1)
    today = shown(home, client)
    for days, words in ((2, "李月禾离户"), (3, "张星野（子）入户"), (5, "住进东门路14号")):
        assert f"day={(DAY + dt.timedelta(days=days)).isoformat()}" in today
        assert words in today


@pytest.mark.capability("C24")
def test_every_link_of_a_past_day_opens_or_is_no_link(home, client):
    li = home.viewer("li")
    gone = home.entered.resident_ids[1]
    households.leave(household_id=home.entered.id, resident_id=gone, reason=EndReason.DECEASED, by=li, now=on(2))
    text = shown(home, client, day=DAY.isoformat())
    assert "李月禾" in text
    assert f"/registers/resident/{gone}/" not in text
    opened = client.get(f"/registers/resident/{home.entered.resident_ids[0]}/")
    assert opened.status_code == 200


def test_an_address_is_spelled_as_it_was_that_day(home, client):
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.addresses import actions

    actions.change(address_id=home.street.road.id, name="迎宾路", by=SYSTEM, now=on(4))
    room = Dwelling.objects.get(pk=home.entered.dwelling_id).address_id
    assert addresses([room])[room].full_name.startswith("迎宾路")
    text = shown(home, client, day=(DAY + dt.timedelta(days=1)).isoformat())
    assert "迎宾路" not in text
    assert "迎宾路12号" in shown(home, client)


@pytest.mark.capability("C24")
def test_a_matter_that_was_open_that_day_is_shown_as_open(home, client):
    way = begin(home, text="楼上漏水", place="", door_code=home.street.rooms[0].code, now=NOW)
    way.wait(days=2).to("closed")
    then = shown(home, client, day=(DAY + dt.timedelta(days=1)).isoformat())
    assert "当时未办结" in then
    assert "楼上漏水" not in shown(home, client, day=(DAY - dt.timedelta(days=1)).isoformat())
    assert "当时未办结" not in shown(home, client, day=(DAY + dt.timedelta(days=5)).isoformat())


@pytest.mark.parametrize("day", ["", "2026-13-01", "昨天", "9999-12-31", "2026-11-18T00:00", "0000-00-00"])
def test_a_day_that_is_none_shows_today(home, client, day):
    text = shown(home, client, day=day)
    assert "看今天的" not in text
    assert "张清晓" in text


@pytest.mark.capability("C24", "L05")
@pytest.mark.parametrize("who", ["sun", "wang", "chen", "zhang", "zhao", "wu", "qian"])
def test_a_past_day_is_no_way_around(home, client, who):
    answer = home.login(client, who).get(home.page, {"day": DAY.isoformat()})
    assert answer.status_code in (403, 404)
    assert "张清晓" not in answer.content.decode()


@pytest.mark.capability("C24", "L05")
def test_somebody_registered_here_and_living_elsewhere_is_no_way_into_the_other_area(town, client):
    from jishi.registers.actions.dwellings import tie
    from jishi.registers.rules.vocabulary import StayKind

    here = enter(town)
    there = enter(
        town, person("李月禾", stays=(StayKind.USUAL,)), by="sun", unit=town.next_grid, door="8栋101", now=NOW
    )
    tie(
        resident_id=there.resident_ids[0], dwelling_id=here.dwelling_id, kind=StayKind.REGISTERED,
        by=town.viewer("zhou"), now=NOW,
    )  # fmt: skip
    text = town.login(client, "li").get(f"/registers/resident/{there.resident_ids[0]}/").content.decode()
    assert "8栋101" in text
    for behind in (f"/registers/dwelling/{there.dwelling_id}/", f"/registers/households/{there.number}/"):
        assert behind not in text
        assert client.get(behind).status_code == 404
    assert there.number not in text
