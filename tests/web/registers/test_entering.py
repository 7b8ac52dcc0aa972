"""The form at the door: one screen, rows that come with and without script, nothing typed is lost."""

import pytest

from jishi.registers.models import Dwelling, Household, Membership, Resident
from tests.addresses.street import street
from tests.cast import NOW
from tests.registers.town import citizen_number, enter, person

pytestmark = pytest.mark.django_db

KEY = "11111111-2222-4333-8444-555555555555"


def form(town, **more):
    filled = {
        "once_key": KEY,
        "unit_id": str(town.grid.pk),
        "door": "3栋2单元502",
        "kind": "family",
        "source": "door",
        **row(0, name="张清晓", document_number=citizen_number(), phone="13800131234"),
    }
    return filled | more


def row(index, **more):
    usual = {"relation": "head", "lives": "here", "document_kind": "111", "sex": "0"}
    return {f"people-{index}-{name}": value for name, value in (usual | more).items()}


@pytest.mark.capability("C24")
def test_a_household_is_entered_from_one_screen(town, client):
    page = town.login(client, "li")
    assert "再加一人" in page.get("/registers/enter/").content.decode()
    sent = form(town, **row(1, name="李月禾", relation="spouse", lives="usual", birth_date="19870402", sex="2"))
    answer = page.post("/registers/enter/", sent)
    household = Household.objects.get()
    assert answer.headers["Location"] == f"/registers/households/{household.number}/"
    assert Membership.objects.count() == 2
    shown = page.get(answer.headers["Location"]).content.decode()
    assert "张清晓户" in shown
    assert "138****1234" in shown
    assert "13800131234" not in shown
    assert citizen_number() not in shown


@pytest.mark.capability("C24", "C95")
def test_without_script_another_row_comes_and_what_was_typed_stays(town, client):
    page = town.login(client, "li")
    text = page.post("/registers/enter/", form(town, more="1", is_rented="on")).content.decode()
    assert 'value="张清晓"' in text
    assert 'name="people-1-name"' in text
    assert 'name="is_rented" checked' in text
    assert "请填写" not in text
    assert not Household.objects.exists()


def test_with_script_only_the_row_is_fetched(town, client):
    text = town.login(client, "li").get("/registers/enter/row/?index=3").content.decode()
    assert 'name="people-3-name"' in text
    assert "index=4" in text
    assert "<html" not in text


def test_a_mistake_keeps_what_was_typed_and_is_told_at_its_field(town, client):
    page = town.login(client, "li")
    wrong = form(town, **row(1, name="李月禾", relation="spouse", document_number="360426199101010072"))
    answer = page.post("/registers/enter/", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "身份证号码有一位不对" in text
    assert 'id="people-1-document_number_error"' in text
    assert 'value="李月禾"' in text
    assert f'value="{KEY}"' in text
    assert not Resident.objects.exists()


def test_a_row_in_which_nothing_was_typed_is_left_out(town, client):
    answer = town.login(client, "li").post("/registers/enter/", form(town, **row(1, name=" ", relation="spouse")))
    assert answer.status_code == 302
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"door": ""}, "请填写门牌"),
        ({"unit_id": ""}, "请选择所在网格"),
        ({"people-0-relation": "spouse"}, "只有一个户主"),
        ({"people-0-relation": "boss"}, "请从列出的选项中选择"),
        ({"people-0-name": ""}, "请填写姓名"),
        ({"floor_area": "很大"}, "平方米数"),
        ({"source": "police"}, "请从列出的选项中选择"),
    ],
)
def test_what_is_missing_or_wrong_is_said(town, client, change, says):
    answer = town.login(client, "li").post("/registers/enter/", form(town, **change))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Household.objects.exists()


def test_sent_twice_it_is_entered_once(town, client):
    page = town.login(client, "li")
    first, second = (page.post("/registers/enter/", form(town)) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Household.objects.count() == 1


def test_another_grid_is_refused(town, client):
    answer = town.login(client, "li").post("/registers/enter/", form(town, unit_id=str(town.next_grid.pk)))
    assert answer.status_code == 403
    assert "不在您的辖区内" in answer.content.decode()


@pytest.mark.capability("K29-B4")
def test_somebody_on_record_elsewhere_moves_only_when_it_is_said(town, client):
    enter(town, person(document_number=citizen_number()), by="sun", unit=town.next_grid)
    page = town.login(client, "li")
    answer = page.post("/registers/enter/", form(town))
    assert answer.status_code == 409
    assert "从原户转入" in answer.content.decode()
    assert page.post("/registers/enter/", form(town, **{"people-0-moves": "on"})).status_code == 302
    assert Resident.objects.count() == 1


def test_a_community_worker_chooses_among_the_grids(town, client):
    page = town.login(client, "zhou")
    text = page.get("/registers/enter/").content.decode()
    assert "第一网格" in text
    assert "第二网格" in text
    assert page.post("/registers/enter/", form(town, unit_id=str(town.next_grid.pk))).status_code == 302


@pytest.mark.capability("C24")
def test_before_a_household_is_entered_the_page_tells_who_is_registered_at_the_door(town, client):
    entered = enter(town, person("张清晓"))
    page = town.login(client, "li")
    asked = {"door": "3栋2单元502", "unit_id": town.grid.pk}
    told = page.get("/registers/enter/door/", asked).content.decode()
    assert entered.number in told
    assert "张清晓" in told
    for nothing in ({"door": "9栋901", "unit_id": town.grid.pk}, {"door": "3栋2单元502"}, {}, {"unit_id": "x"}):
        assert entered.number not in page.get("/registers/enter/door/", nothing).content.decode()


@pytest.mark.capability("L05")
def test_nobody_asks_who_lives_in_a_grid_of_somebody_else(town, client):
    entered = enter(town, person("张清晓"))
    asked = {"door": "3栋2单元502", "unit_id": town.grid.pk}
    assert entered.number not in town.login(client, "sun").get("/registers/enter/door/", asked).content.decode()
    assert town.login(client, "wang").get("/registers/enter/door/", asked).status_code == 403


@pytest.mark.capability("C05", "C24")
def test_a_door_is_entered_by_the_code_on_its_plate_or_by_initials(town, client):
    road = street(town)
    page = town.login(client, "li")
    for typed, room in ((road.rooms[0].written_code, road.rooms[0]), ("dml12h3d2dy201", road.rooms[2])):
        told = page.get("/registers/enter/door/", {"door": typed, "unit_id": town.grid.pk}).content.decode()
        assert room.full_name in told
        entered = enter(town, person(f"张{room.id}"), door=typed)
        home = Dwelling.objects.get(pk=entered.dwelling_id)
        assert (home.door, home.address_id) == (room.full_name, room.id)


@pytest.mark.capability("C24")
def test_a_door_of_the_next_grid_is_pointed_out(town, client):
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.addresses import actions

    road = street(town)
    actions.change(address_id=road.house.id, unit_id=town.next_grid.pk, by=SYSTEM, now=NOW)
    page = town.login(client, "zhou")
    told = page.get("/registers/enter/door/", {"door": "东门路14号", "unit_id": town.grid.pk}).content.decode()
    assert f"在{town.next_grid.name}" in told


def test_the_next_household_begins_at_the_door_and_in_the_grid_of_the_last(town, client):
    page = town.login(client, "zhou")
    text = page.get("/registers/enter/", {"door": "3栋2单元502", "unit": town.next_grid.pk}).content.decode()
    assert 'value="3栋2单元502"' in text
    assert f'value="{town.next_grid.pk}" selected' in text
    assert page.get("/registers/enter/", {"unit": town.other_grid.pk}).status_code == 200
