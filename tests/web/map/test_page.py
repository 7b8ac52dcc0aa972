"""The map page says the same without script; what is chosen on it stands beside it or on a page of its own."""

import re
from html import unescape

import pytest
from django.utils import timezone

from jishi.accounts.models import Person
from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.models import Address
from jishi.addresses.rules.posts import BuildingPost
from tests.cast import PEOPLE
from tests.matters.town import begin
from tests.web.map.scenery import SECRETS, features

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def building(client, numbers, town):
    """The page of the building in 小李's grid."""
    Person.objects.filter(pk=town.person("li").pk).update(phone="0000-2202")
    town.login(client, "li")
    own = next(each for each in features(client, "buildings", 16) if each["properties"]["name"] == "1栋")
    client.logout()
    return f"/map/buildings/{own['id']}/"


@pytest.mark.capability("C04")
@pytest.mark.parametrize("who", ["li", "zhou", "wang", "zhang"])
def test_without_script_every_count_leads_to_the_list_of_its_matters(client, numbers, town, who):
    town.login(client, who)
    page = client.get("/map/").text
    counted = re.findall(r'class="map-line-open" href="([^"]+)"[^>]*>(\d+) 件', page)
    assert counted
    for address, count in counted:
        rows = client.get(unescape(address))
        assert rows.status_code == 200
        assert len(set(re.findall(r"SF\d{6}-\d{4}-\d{4}-\d", rows.text))) == int(count), address


@pytest.mark.capability("C04")
def test_a_resident_finds_the_units_and_no_counts(client, numbers, town):
    page = client.get("/map/")
    assert page.status_code == 200
    assert town.town.name in page.text
    assert "map-line-open" not in page.text
    assert "CGCS2000" in page.text
    below = client.get(f"/map/?unit={town.town.pk}").text
    assert town.community.name in below
    assert "上一级" in below


def test_the_layers_that_are_on_stand_in_the_address(client, numbers, town):
    town.login(client, "li")

    def checked(address):
        return set(re.findall(r'name="layers" value="(\w+)" checked', client.get(address).text))

    every = {"units", "grids", "stations", "buildings", "parts", "matters"}
    assert checked("/map/") == every
    assert checked("/map/?layers=units&layers=matters") == {"units", "matters"}
    assert checked("/map/?layers=none") == set()


@pytest.mark.parametrize("asked", ["x", "0", "9" * 30, "²", "-1"])
def test_a_unit_that_is_none_is_as_if_not_asked_for(client, numbers, town, asked):
    assert client.get("/map/", {"unit": asked}).status_code == 200


@pytest.mark.capability("C04")
def test_a_building_shows_its_code_its_posts_and_its_open_matters(client, building, numbers, town):
    town.login(client, "li")
    for headers in ({}, HTMX):
        page = client.get(building, headers=headers).text
        assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page)
        assert "网格员" in page
        assert "小李" in page
        assert "0000-2202" in page
        assert numbers["grid"] in page
        assert ("<html" in page) is (headers == {})


@pytest.fixture
def warden(building, town):
    """A neighbour who looks after the building, and nobody who is its 中心户."""
    at = int(building.rstrip("/").rsplit("/", 1)[1])
    given = {"name": SECRETS[0], "phone": SECRETS[1], "agreed": True, "now": timezone.now(), "by": town.li}
    actions.take_post(address_id=at, post=BuildingPost.WARDEN, **given)
    actions.leave_post(
        holder_id=actions.take_post(address_id=at, post=BuildingPost.HEARTH, **given), now=given["now"], by=town.li
    )
    elsewhere = Address.objects.filter(level="building").exclude(pk=at).first()
    actions.take_post(address_id=elsewhere.pk, post=BuildingPost.HEARTH, **given | {"by": SYSTEM})


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", PEOPLE)
def test_a_building_shows_its_posts_and_names_a_neighbour_only_with_the_role(client, building, warden, town, who):
    town.login(client, who)
    page = client.get(building).text
    posts = re.sub(r"<[^>]+>|\s", "", page[page.index("楼栋岗位") : page.index("联系岗位")])
    assert re.search(r"红管家.+中心户空缺", posts)
    assert (SECRETS[0] in page) is (SECRETS[1] in page) is (who in {"li", "zhou"})
    assert ("已有人担任" in posts) is (who not in {"li", "zhou"})


@pytest.mark.capability("C04")
def test_the_count_of_open_matters_of_a_building_opens_to_all_of_them(client, building, numbers, town):
    at = Address.objects.get(pk=int(building.rstrip("/").rsplit("/", 1)[1]))
    point = {"longitude": at.longitude, "latitude": at.latitude}
    more = [begin(town, unit_id=town.grid.pk, now=timezone.now(), **point).receipt.number for _ in range(9)]
    scanned = begin(town, unit_id=town.grid.pk, now=timezone.now(), door_code=at.code).receipt.number
    town.login(client, "li")
    page = client.get(building, headers=HTMX).text
    opens = re.search(r'<a href="([^"#]+)#matters"><b>11</b>', page)
    assert opens
    rows = client.get(unescape(opens[1])).text
    assert all(number in rows for number in [*more, scanned, numbers["grid"]])


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", PEOPLE)
def test_the_matters_and_telephones_of_a_building_are_for_who_works_there(client, building, numbers, town, who):
    town.login(client, who)
    page = client.get(building).text
    works_there = who in {"li", "zhou", "qian", "wang", "zhang"}
    assert (numbers["grid"] in page) is works_there
    assert ("0000-2202" in page) is (works_there or who in {"chen", "he"})  # they are posted to the whole county
    assert "小李" in page


@pytest.mark.capability("C04", "C92")
def test_a_stranger_gets_no_building_and_no_names(client, building, numbers, town):
    assert client.get(building).status_code == 302
    page = client.get(f"/map/units/{town.grid.pk}/").text
    assert town.grid.name in page
    assert "小李" not in page
    assert "件在办" not in page


def test_a_post_that_nobody_holds_is_said_to_be_vacant(client, numbers, town):
    town.login(client, "wang")
    assert "空缺" in client.get(f"/map/units/{town.other_grid.pk}/").text


def test_what_is_not_there_is_not_found(client, numbers, town):
    town.login(client, "wang")
    assert client.get("/map/units/999999/").status_code == 404
    assert client.get("/map/buildings/999999/").status_code == 404
