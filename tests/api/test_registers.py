"""Programs keep the register as people do: the same households, the same refusals, nothing overwritten, once."""

import pytest

from jishi.registers.models import Household, Membership, Provenance, Resident
from tests.registers.town import citizen_number, enter, person

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C24", "C96")]


def family(town, **more):
    people = [
        {"name": "张清晓", "relation": "head", "document_number": citizen_number(), "stays": ["registered", "usual"]},
        {"name": "李月禾", "relation": "spouse", "phone": "13800131234"},
    ]
    return {"home": {"unit_id": town.grid.pk, "door": "3栋2单元502"}, "people": people} | more


def put(town, who="li", once="", **more):
    return town.program(who).post("/api/v1/households", family(town, **more), once)


@pytest.mark.capability("C24")
def test_a_household_is_entered_once_however_often_it_is_sent(town):
    first, again = put(town, once="door-0001"), put(town, once="door-0001")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert Household.objects.count() == 1
    shown = town.program("li").get(first["Location"]).json()
    assert [(each["name"], each["relation"], each["sex"]) for each in shown["members"]] == [
        ("张清晓", "户主", "男"),
        ("李月禾", "配偶", "未知"),
    ]
    assert shown["members"][1]["phone"] == "138****1234"
    other = town.program("li").post("/api/v1/households", family(town, kind="collective"), "door-0001")
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("place", "field", "value", "told"),
    [
        (1, "document_number", citizen_number()[:-1] + "?", "people.1.document_number"),
        (1, "document_number", citizen_number(), "people"),
        (0, "birth_date", "2099-01-01", "people.0.birth_date"),
        (1, "phone", "13800abc", "people.1.phone"),
        (1, "relation", "head", "people"),
        (0, "name", "　", "people.0.name"),
    ],
)
def test_what_is_wrong_names_the_person_and_nothing_is_kept(town, place, field, value, told):
    body = family(town)
    body["people"][place][field] = value
    answer = town.program("li").post("/api/v1/households", body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, told)
    assert not Household.objects.exists()
    assert not Resident.objects.exists()


def test_a_misspelt_field_is_refused(town):
    answer = put(town, relogion="none")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "relogion")


def test_a_grid_of_somebody_else_is_refused(town):
    answer = town.program("sun").post("/api/v1/households", family(town))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_people_join_become_head_and_leave(town):
    entered = put(town).json()
    here, li = f"/api/v1/households/{entered['number']}", town.program("li")
    joined = li.post(f"{here}/members", {"name": "张星野", "relation": "son", "birth_date": "2015-06-01"})
    assert joined.status_code == 201
    head, spouse = entered["resident_ids"]
    refused = li.post(f"{here}/members/{head}/departure", {"reason": "moved"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert li.post(f"{here}/head", {"resident_id": spouse, "former": "spouse"}).status_code == 200
    assert li.post(f"{here}/members/{head}/departure", {"reason": "moved"}).status_code == 200
    assert li.post(f"{here}/members/{head}/departure", {"reason": "moved"}).status_code == 422
    names = [(each["name"], each["relation"]) for each in li.get(here).json()["members"]]
    assert names == [("李月禾", "户主"), ("张星野", "子")]


def test_a_household_moves_is_verified_and_ends(town):
    entered = put(town).json()
    here, li = f"/api/v1/households/{entered['number']}", town.program("li")
    home = {"unit_id": town.grid.pk, "door": "5栋101", "is_rented": True}
    assert li.post(f"{here}/move", {"home": home, "stay": "rented"}).status_code == 200
    assert li.post(f"{here}/move", {"home": home, "stay": "rented"}).status_code == 409
    assert li.get(here).json()["door"] == "5栋101"
    assert li.post(f"{here}/verification", {}).status_code == 200
    assert li.post(f"{here}/end", {"reason": "moved"}).status_code == 200
    assert li.get(here).json()["ended_on"]
    assert li.post(f"{here}/verification", {}).status_code == 404
    assert not Membership.objects.filter(valid_to__isnull=True).exists()


@pytest.mark.capability("C25", "K29-I3")
def test_two_sources_stand_side_by_side_until_somebody_decides(town):
    entered = enter(town.cast, person(phone="13900001111"))
    here = f"/api/v1/registers/resident/{entered.resident_ids[0]}"
    li, zhou = town.program("li"), town.program("zhou")
    told = li.post(f"{here}/values", {"values": {"phone": "13800131234", "former_name": "张小清"}, "source": "self"})
    assert told.json() == {"outcomes": {"phone": "conflicts", "former_name": "fills"}}
    fields = {field["name"]: field for field in li.get(here).json()}
    assert fields["phone"]["current"]["value"] == "139****1111"
    assert fields["phone"]["waiting"][0]["value"] == "138****1234"
    assert (fields["name"]["truth"], fields["former_name"]["current"]["source"]) == ("police", "self")
    (disputed,) = zhou.get("/api/v1/registers/conflicts").json()
    conflict = disputed["fields"][0]["waiting"][0]["id"]
    decision = f"/api/v1/registers/conflicts/{conflict}/decision"
    assert zhou.post(decision, {"accept": True, "reason": "  "}).status_code == 422
    assert zhou.post(decision, {"accept": True, "reason": "已电话核对"}).status_code == 200
    assert zhou.post(decision, {"accept": False, "reason": "不对"}).status_code == 409
    after = {field["name"]: field for field in li.get(here).json()}["phone"]
    assert after["current"]["value"] == "138****1234"
    assert after["past"][0]["value"] == "139****1111"
    assert Provenance.objects.filter(field="phone").count() == 2


@pytest.mark.capability("C25")
def test_a_program_speaks_for_no_office(town):
    entered = enter(town.cast)
    here = f"/api/v1/registers/resident/{entered.resident_ids[0]}/values"
    for source in ("police", "import", "market"):
        answer = town.program("li").post(here, {"values": {"phone": "13800131234"}, "source": source})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "source")


@pytest.mark.parametrize("field", ["religion", "risk", "nation", "id", "valid_to", "verified_on"])
def test_there_is_no_such_field(town, field):
    entered = enter(town.cast)
    here = f"/api/v1/registers/resident/{entered.resident_ids[0]}/values"
    assert town.program("li").post(here, {"values": {field: "1"}}).status_code == 422


def test_a_kind_that_is_none_is_nowhere(town):
    entered = enter(town.cast)
    for path in ("ghost/1", f"matters/{entered.id}", "resident/999999999"):
        assert town.program("li").get(f"/api/v1/registers/{path}").status_code == 404


@pytest.mark.capability("L05")
def test_no_answer_and_no_kept_answer_holds_a_whole_number(town):
    from jishi.once.models import Reception

    put(town)
    li = town.program("li")
    texts = [li.get("/api/v1/residents").content.decode(), *map(str, Reception.objects.values())]
    for resident in Resident.objects.all():
        texts.append(li.get(f"/api/v1/registers/resident/{resident.pk}").content.decode())
    assert not [text for text in texts if citizen_number() in text or "13800131234" in text]
