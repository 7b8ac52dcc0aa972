"""The address book on its pages: browsing, searching, adding, renaming, cancelling, printing; finding a door."""

import pymupdf
import pytest
from django.urls import reverse

from jishi.addresses.models import Address, Alias, PostHolder
from jishi.addresses.queries import address, search
from jishi.addresses.rules.codes import written
from jishi.addresses.rules.levels import Level
from jishi.matters.models import Matter
from jishi.web.addresses import views
from tests.addresses.street import add, street
from tests.cast import PEOPLE
from tests.matters.town import forget, lay_down, report

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


@pytest.fixture
def here(town):
    return street(town)


@pytest.fixture
def admin(town, client):
    return town.login(client, "zhao")


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.capability("C05")
def test_from_the_county_down_to_the_room(here, town, admin):
    assert "响石岭街道" in text(admin.get("/addresses/"))
    assert "响石社区" in text(admin.get("/addresses/", {"unit": town.town.pk}))
    assert "东门路" in text(admin.get("/addresses/", {"unit": town.community.pk}))
    assert "12号" in text(admin.get(f"/addresses/{here.road.id}/"))
    room = text(admin.get(f"/addresses/{here.rooms[0].id}/"))
    for said in ("石峰区响石岭街道响石社区东门路12号3栋1单元101室", written(here.rooms[0].code), "第一网格"):
        assert said in room


@pytest.mark.capability("C05")
def test_a_search_shows_the_address_with_its_other_names(here, admin):
    page = text(admin.get("/addresses/", {"q": "xfxq"}))
    assert "东门路12号" in page
    assert "幸福小区" in page
    assert "最接近的" in text(admin.get("/addresses/", {"q": "东门路99号"}))
    assert "没有找到地址" in text(admin.get("/addresses/", {"q": "无此路"}))


@pytest.mark.capability("C05")
def test_the_administrator_adds_a_road_a_door_and_a_room(town, admin):
    answer = admin.post(f"/addresses/new/?unit={town.grid.pk}", {"level": "road", "name": "西门路", "once_key": KEY})
    road = Address.objects.get(name="西门路")
    assert answer.url == f"/addresses/{road.pk}/"
    said = {"level": "door", "name": "1号", "longitude": "113.11", "latitude": "27.87", "once_key": "b" * 16}
    admin.post(f"/addresses/new/?below={road.pk}", said)
    admin.post(f"/addresses/new/?below={road.pk}", said)  # a double click
    door = Address.objects.get(name="1号")
    assert (door.full_name, door.longitude, door.unit_id) == ("西门路1号", 113.11, town.grid.pk)
    again = admin.post(f"/addresses/new/?below={road.pk}", said | {"once_key": "c" * 16})
    assert again.status_code == 422
    assert "已经登记过了" in again.content.decode()


@pytest.mark.capability("C05")
def test_a_renamed_road_keeps_its_old_name_as_an_alias(here, admin):
    page = f"/addresses/{here.road.id}/"
    said = {"change-name": "解放路", "change-keep_former": "on", "once_key": KEY}
    assert admin.post(f"{page}change/", said).status_code == 302
    assert address(here.house.id).full_name == "解放路14号"
    assert "曾用名" in text(admin.get(page))
    assert [row.id for row in search("东门路14号").rows] == [here.house.id]


def test_another_name_is_given_and_ended(here, admin):
    page = f"/addresses/{here.house.id}/"
    admin.post(f"{page}names/", {"name-name": "老供销社", "name-kind": "everyday", "once_key": KEY})
    alias = Alias.objects.get(name="老供销社")
    assert "老供销社" in text(admin.get(page))
    admin.post(f"{page}names/{alias.pk}/end/", {"once_key": "b" * 16})
    alias.refresh_from_db()
    assert alias.valid_to is not None
    assert admin.get(f"{page}names/{alias.pk}/end/").status_code == 302


@pytest.mark.capability("C05", "K29-B4")
def test_a_demolished_house_is_cancelled_with_a_reason(here, admin):
    page = f"/addresses/{here.house.id}/"
    assert admin.post(f"{page}cancel/", {"cancel-reason": "", "once_key": KEY}).status_code == 422
    assert admin.post(f"{page}cancel/", {"cancel-reason": "房屋已拆除", "once_key": "b" * 16}).status_code == 302
    assert not address(here.house.id).is_live
    assert "已注销" in text(admin.get(page))
    answer = admin.post(f"/addresses/{here.courtyard.id}/cancel/", {"cancel-reason": "拆除", "once_key": "c" * 16})
    assert "请先注销下级" in answer.content.decode()


@pytest.mark.capability("C04")
def test_a_grid_worker_enters_who_looks_after_a_building_and_takes_it_back(here, town, client):
    town.login(client, "li")
    page = f"/addresses/{here.building.id}/"
    said = {"post-post": "warden", "post-name": "孔大妈", "post-phone": "0000-3301", "once_key": KEY}
    refused = client.post(f"{page}posts/", said)
    assert refused.status_code == 422
    assert "要先征得本人同意" in refused.content.decode()
    assert 'value="孔大妈"' in refused.content.decode()
    client.post(f"{page}posts/", said | {"post-agreed": "on", "once_key": "b" * 16})
    assert "孔大妈" in text(client.get(page))
    held = PostHolder.objects.get()
    assert client.post(f"{page}posts/{held.pk}/end/", {"once_key": "c" * 16}).status_code == 302
    assert "孔大妈" not in text(client.get(page))
    town.login(client, "zhao")
    assert client.post(f"{page}posts/", said | {"once_key": "d" * 16}).status_code == 403


@pytest.mark.capability("C05")
def test_the_sheet_of_plates_shows_chinese_names_codes_and_qr(here, town, admin):
    answer = admin.get("/addresses/plates/", {"unit": town.community.pk})
    assert answer["Content-Type"] == "application/pdf"
    with pymupdf.open(stream=answer.content, filetype="pdf") as sheet:
        said = sheet[0].get_text()
        assert len(sheet) == 1
        assert len(sheet[0].get_images()) == 3
        assert all(font[1] != "n/a" for font in sheet[0].get_fonts())  # the font is in the file
    for shown in ("东门路", "12号", "3栋", "14号", "响石岭街道 响石社区", written(here.house.code)):
        assert shown in said
    assert admin.get("/addresses/plates/", {"below": here.road.id}).content
    assert admin.get("/addresses/plates/", {"unit": town.other_community.pk}).status_code == 404


def test_who_may_write_addresses_and_who_may_read_them(here, town, client):
    writes = [
        f"/addresses/new/?unit={town.grid.pk}",
        f"/addresses/{here.road.id}/change/",
        f"/addresses/{here.road.id}/names/",
        f"/addresses/{here.road.id}/cancel/",
    ]
    for key in PEOPLE:
        town.login(client, key)
        assert client.get(f"/addresses/{here.road.id}/").status_code == 200
        for path in writes:
            assert (client.post(path, {"once_key": KEY}).status_code != 403) == (key == "zhao")
        assert (client.get("/addresses/plates/", {"below": here.road.id}).status_code == 200) == (key == "zhao")
    client.logout()
    assert client.get("/addresses/").status_code == 302


@pytest.mark.capability("C05")
def test_staff_who_scan_a_plate_see_the_door_and_what_was_said_there_in_their_area(here, town, client):
    report(town, unit_id=None, door_code=here.house.code)
    number = Matter.objects.get().number
    for key, sees in (("li", True), ("wang", True), ("sun", False)):
        town.login(client, key)
        page = client.get(f"/d/{here.house.code}/", follow=True).content.decode()
        assert "东门路14号" in page
        assert (number in page) == sees


@pytest.mark.capability("C05", "C33")
def test_a_resident_finds_a_door_by_any_of_its_names_and_reports_there(here, client):
    page = text(client.get("/doors/", {"door_q": "幸福小区"}))
    assert f"/report/?door={here.courtyard.code}" in page
    assert "地点已按门牌填好" in text(client.get("/report/", {"door": here.courtyard.code}))
    assert "没有找到" in text(client.get("/doors/", {"door_q": "无此路"}))
    assert "按小区、门牌查找地点" in text(client.get("/report/"))


@pytest.mark.capability("C05", "C33")
def test_a_grid_worker_registers_at_a_door_that_was_found(here, town, client):
    town.login(client, "li")
    part = client.get("/doors/", {"door_q": "xfxq3", "for": "phone"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert f"door={here.building.code}" in part
    page = text(client.get(reverse("phone_register"), {"door": here.building.code}))
    assert 'value="东门路12号3栋"' in page
    said = {"text": "楼道灯不亮", "door_code": here.building.code, "once_key": KEY}
    assert client.post(reverse("phone_register"), said).status_code == 302
    matter = Matter.objects.get()
    assert (matter.door_code, matter.unit_id) == (here.building.code, town.grid.pk)


def test_numbers_that_are_none_open_nothing(here, town, admin):
    for path in ("/addresses/?unit=0", "/addresses/0/", "/addresses/plates/?below=0", "/addresses/new/?below=0"):
        assert admin.get(path).status_code == 404
    assert admin.get("/addresses/?unit=x").status_code == 200


def test_many_plates_are_refused_on_the_page(here, town, admin, monkeypatch):
    monkeypatch.setattr(views, "MOST_PLATES", 2)
    add(Level.DOOR, "16号", here.road)
    answer = admin.get("/addresses/plates/", {"unit": town.community.pk})
    assert answer.status_code == 422
    assert "jishi addresses plates" in answer.content.decode()
