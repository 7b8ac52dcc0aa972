"""Programs read the register of components, tell what was found, and take new ones in."""

import pytest
from django.utils import timezone

from jishi.matters.models import Matter
from jishi.parts.models import Component, Inspection
from jishi.parts.rules.given import Body
from tests.parts.square import code_of, load_catalogue, put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06", "C96")]


@pytest.fixture
def lamp(town):
    load_catalogue()
    return put(town.cast, name="12号杆", keeper=Body(town.city_management.pk))


def test_the_catalogue_and_the_list_are_read_a_page_at_a_time(town, lamp):
    second = put(town.cast, "0101")
    program = town.program("li")
    assert [row["code"] for row in program.get("/api/v1/part-classes").json()] == ["0101", "0118", "0401"]
    first = program.get("/api/v1/parts", limit=1).json()
    assert ([row["code"] for row in first["rows"]], first["next"]) == ([second], second)
    rest = program.get("/api/v1/parts", limit=1, after=first["next"]).json()
    assert ([row["code"] for row in rest["rows"]], rest["next"]) == ([lamp], "")
    for query, codes in (
        ({"major": "01"}, [second, lamp]),
        ({"subclass": "0118"}, [lamp]),
        ({"unit": town.other_town.pk}, []),
        ({"search": "12号"}, [lamp]),
        ({"standing": "faulty"}, []),
    ):
        assert [row["code"] for row in program.get("/api/v1/parts", **query).json()["rows"]] == codes
    assert program.get("/api/v1/parts", unit=999_999_999).status_code == 422
    assert program.get("/api/v1/parts", subclass="路灯").status_code == 422


def test_a_fault_is_reported_once_and_seen_by_those_it_concerns(town, lamp):
    program = town.program("li")
    for _ in range(2):
        answer = program.post(f"/api/v1/parts/{lamp}/faults", {"note": "灯不亮"}, once="lamp-12-fault")
        assert answer.status_code == 201
    number = answer.json()["number"]
    assert Matter.objects.get().number == number
    shown = program.get(f"/api/v1/parts/{lamp}").json()
    assert shown["standing"] == "faulty"
    assert [(one["condition"], one["number"]) for one in shown["inspections"]] == [("faulty", number)]
    assert [one["number"] for one in shown["matters"]] == [number]
    assert shown["keeper"] == {"organization_id": town.city_management.pk, "name": "区城市管理局"}
    keeper = town.program("chen").get(f"/api/v1/parts/{lamp}").json()
    assert ([one["number"] for one in keeper["inspections"]], keeper["matters"]) == ([""], [])


def test_an_inspection_says_it_is_sound_again(town, lamp):
    program = town.program("li")
    program.post(f"/api/v1/parts/{lamp}/faults", {"note": "灯不亮"})
    assert program.post(f"/api/v1/parts/{lamp}/inspections", {"note": "修好了"}).json() == {"done": True}
    shown = program.get(f"/api/v1/parts/{lamp}").json()
    assert (shown["standing"], shown["inspected_on"]) == ("sound", timezone.localdate().isoformat())
    assert Inspection.objects.count() == 2
    assert program.post("/api/v1/parts/4302040118000099/inspections", {}).status_code == 404


def test_a_manager_registers_one_component_and_retires_it(town, lamp):
    program = town.program("zhao")
    body = {"subclass_code": "0118", "unit_id": town.grid.pk, "keeper": {"name": "某物业"}}
    answer = program.post("/api/v1/parts", body)
    assert (answer.status_code, answer.json()) == (201, {"code": code_of(serial=2)})
    assert Component.objects.get(code=code_of(serial=2)).keeper_name == "某物业"
    assert program.post("/api/v1/parts", {**body, "subclass_code": "9999"}).json()["error"]["field"] == "subclass_code"
    assert program.post(f"/api/v1/parts/{lamp}/retirement", {"reason": "拆除"}).status_code == 200
    assert program.get(f"/api/v1/parts/{lamp}").json()["until"] == timezone.localdate().isoformat()
    assert program.get("/api/v1/parts", search=lamp).json()["rows"] == []
    assert program.post(f"/api/v1/parts/{lamp}/retirement", {"reason": "拆除"}).status_code == 409


def test_a_manager_puts_right_what_is_known_and_how_it_stands(town, lamp):
    program = town.program("zhao")
    body = {"unit_id": town.grid.pk, "name": "13号杆", "owner": {"name": "某物业"}}
    assert program.post(f"/api/v1/parts/{lamp}/changes", body).json() == {"done": True}
    shown = program.get(f"/api/v1/parts/{lamp}").json()
    assert (shown["name"], shown["owner"]["name"], shown["keeper"]["name"]) == ("13号杆", "某物业", "")
    assert [one["turn"] for one in shown["happenings"]] == ["bodies", "changed"]
    wrong = {"condition": "faulty", "reason": "漏记"}
    assert program.post(f"/api/v1/parts/{lamp}/condition", wrong).status_code == 200
    assert program.post(f"/api/v1/parts/{lamp}/condition", wrong).status_code == 409
    assert program.get(f"/api/v1/parts/{lamp}").json()["standing"] == "faulty"
    assert town.program("li").post(f"/api/v1/parts/{lamp}/changes", body).status_code == 403


def test_a_grid_worker_enters_what_is_missing_in_the_own_grid_only(town, lamp):
    program = town.program("li")
    body = {"subclass_code": "0118", "unit_id": town.grid.pk}
    assert program.post("/api/v1/parts", body).json() == {"code": code_of(serial=2)}
    assert program.post("/api/v1/parts", {**body, "unit_id": town.next_grid.pk}).status_code == 403
    assert town.program("chen").post("/api/v1/parts", body).status_code == 403
