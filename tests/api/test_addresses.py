"""Programs find addresses as people do, by any name, by a point, by the code on the door."""

from urllib.parse import urlencode

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.rules.codes import written
from jishi.matters.models import Matter
from tests.addresses.street import POINT, street
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(town):
    return street(town.cast)


def found(program, **query):
    answer = program.get(f"/api/v1/addresses?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.capability("C05", "C96")
def test_an_address_is_found_by_any_name(town, here):
    program = town.program("li")
    for typed in ("幸福小区3-2-201", "东门路12号3栋201", "dml12h3d2dy201"):
        rows = found(program, q=typed)["addresses"]
        assert rows[0]["official_name"] == "石峰区响石岭街道响石社区东门路12号3栋2单元201室"
    assert not found(program, q="东门路99号")["complete"]
    assert found(program, q="东门路", unit=town.other_town.pk)["addresses"] == []
    assert len(found(program, q="东门路", limit=1)["addresses"]) == 1


@pytest.mark.capability("C05", "C96")
def test_a_point_gives_the_nearest_door(town, here):
    answer = found(town.program("li"), longitude=POINT[0], latitude=POINT[1] + 0.0005)
    assert answer["addresses"][0]["code"] == here.courtyard.code
    assert 50 < answer["metres"] < 60
    assert found(town.program("li"), longitude=0, latitude=0)["addresses"] == []


@pytest.mark.capability("C05", "C96", "K29-I4")
def test_the_code_on_a_door_opens_its_address_also_when_it_is_gone(town, here):
    program = town.program("li")
    answer = program.get(f"/api/v1/addresses/{written(here.courtyard.code).lower()}").json()
    assert answer["full_name"] == "东门路12号"
    assert [(alias["name"], alias["kind"]) for alias in answer["aliases"]] == [("幸福小区", "everyday")]
    assert [row["name"] for row in answer["above"]] == ["东门路"]
    assert [row["name"] for row in answer["below"]] == ["3栋"]
    actions.cancel(address_id=here.house.id, reason="拆除", by=SYSTEM, now=NOW)
    assert program.get(f"/api/v1/addresses/{here.house.code}").json()["valid_to"] == NOW.date().isoformat()
    wrong = here.house.code[:-1] + ("2" if here.house.code[-1] != "2" else "3")
    refused = program.get(f"/api/v1/addresses/{wrong}")
    assert refused.status_code == 404
    assert "写反" in refused.json()["error"]["message"]


def test_half_a_point_and_an_unknown_unit_are_refused_at_their_field(town, here):
    program = town.program("li")
    for query, field in (({"longitude": 113}, "longitude"), ({"q": "东", "unit": 2**40}, "unit")):
        answer = program.get(f"/api/v1/addresses?{urlencode(query)}")
        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == field


@pytest.mark.capability("C05", "C96")
def test_a_matter_is_registered_at_a_door(town, here):
    sent = {"text": "楼道灯不亮", "door_code": here.rooms[0].code}
    assert town.program("li").send("POST", "/api/v1/matters", sent).status_code == 201
    matter = Matter.objects.get()
    assert (matter.door_code, matter.place, matter.unit_id) == (
        here.rooms[0].code,
        "东门路12号3栋1单元101室",
        town.grid.pk,
    )
    wrong = town.program("li").send("POST", "/api/v1/matters", sent | {"door_code": "22222223"})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "door_code")


def changed(program, method, path, body, **more):
    return program.send(method, f"/api/v1/{path}", body, **more)


@pytest.mark.capability("C05", "C96")
def test_an_address_is_added_changed_named_and_cancelled_once(town, here):
    zhao = town.program("zhao")
    given = {"level": "door", "name": "16号", "parent_id": here.road.id, "unit_id": town.grid.pk}
    made = changed(zhao, "POST", "addresses", given, once="address-01")
    assert made.status_code == 201
    assert changed(zhao, "POST", "addresses", given, once="address-01").json() == made.json()
    assert changed(zhao, "POST", "addresses", given).status_code == 409
    row, code = f"address-rows/{made.json()['id']}", made.json()["code"]
    assert changed(zhao, "PUT", row, {"name": "18号"}).json() == made.json() | {"full_name": "东门路18号"}
    alias = changed(zhao, "POST", f"{row}/aliases", {"name": "老邮局", "kind": "everyday"})
    assert alias.status_code == 201
    names = {each["name"]: each["kind"] for each in zhao.get(f"/api/v1/addresses/{code}").json()["aliases"]}
    assert names == {"16号": "former", "老邮局": "everyday"}
    assert changed(zhao, "POST", f"address-aliases/{alias.json()['id']}/end", {}).status_code == 200
    assert changed(zhao, "POST", f"{row}/cancellation", {"reason": "拆除"}).status_code == 200
    assert zhao.get(f"/api/v1/addresses/{code}").json()["valid_to"]
    assert changed(zhao, "PUT", row, {"name": "20号"}).status_code == 409


@pytest.mark.capability("C05", "C24")
def test_an_address_somebody_lives_at_is_not_cancelled(town, here):
    from tests.registers.town import enter

    enter(town.cast, door="东门路14号")
    answer = changed(town.program("zhao"), "POST", f"address-rows/{here.house.id}/cancellation", {"reason": "拆除"})
    assert answer.status_code == 409
    assert "1处住房" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"longitude": 113.1}, "longitude"),
        ({"name": ""}, "name"),
        ({"unit_id": 2**40}, "unit_id"),
        ({"code": "x"}, "code"),
    ],
)
def test_a_change_that_cannot_be_is_refused_at_its_field(town, here, body, field):
    answer = changed(town.program("zhao"), "PUT", f"address-rows/{here.house.id}", body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
