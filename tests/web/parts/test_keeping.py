"""Entering what is missing, putting right, taking down: who may, what is asked back, what stays typed."""

import re
import uuid

import pytest
from django.utils import timezone

from jishi.flows.component_faults import report_fault
from jishi.parts import actions
from jishi.parts.models import Component
from jishi.parts.rules.given import Body
from jishi.parts.rules.inspections import Condition
from tests.parts.conftest import town as town
from tests.parts.square import IN_GRID, IN_NEXT_GRID, code_of, put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06")]


def said(**more):
    return {"once_key": str(uuid.uuid4())} | more


def at(point):
    return {"longitude": point[0], "latitude": point[1]}


@pytest.mark.capability("C95")
def test_a_grid_worker_enters_what_is_missing_from_the_phone(client, town):
    town.login(client, "li")
    page = client.get("/parts/new/").content.decode()
    assert f'<option value="{town.grid.pk}" selected' in page
    assert f'value="{town.next_grid.pk}"' not in page
    form = said(subclass_code="0118", unit_id=town.grid.pk, place="3栋旁", keeper="区城市管理局", **at(IN_GRID))
    for _ in range(2):
        assert client.post("/parts/new/", form).url == f"/parts/{code_of()}/"
    row = Component.objects.get()
    assert (row.unit_id, row.place, row.keeper_id, row.recorded_by) == (
        town.grid.pk, "3栋旁", town.city_management.pk, "小李",
    )  # fmt: skip


def test_only_the_own_area_and_only_who_inspects_or_manages(client, town):
    town.login(client, "li")
    form = said(subclass_code="0118", unit_id=town.next_grid.pk, place="隔壁")
    answer = client.post("/parts/new/", form)
    assert answer.status_code == 403
    assert "只能登记本人辖区内的部件" in answer.content.decode()
    assert 'value="隔壁"' in answer.content.decode()
    town.login(client, "wang")
    assert client.get("/parts/new/").status_code == 403
    town.login(client, "zhao")
    assert client.post("/parts/new/", said(subclass_code="0118", unit_id=town.next_grid.pk)).status_code == 302


def test_without_a_unit_the_point_decides_and_without_both_it_is_asked(client, town):
    town.login(client, "zhao")
    answer = client.post("/parts/new/", said(subclass_code="0118"))
    assert answer.status_code == 422
    assert "在地图上标出位置" in answer.content.decode()
    client.post("/parts/new/", said(subclass_code="0118", **at(IN_NEXT_GRID)))
    assert Component.objects.get().unit_id == town.next_grid.pk


def test_one_right_beside_its_like_is_asked_about_first(client, town):
    twin = put(town)
    town.login(client, "li")
    form = {"subclass_code": "0118", "unit_id": town.grid.pk, **at(IN_GRID)}
    answer = client.post("/parts/new/", said(**form))
    assert answer.status_code == 422
    assert twin in answer.content.decode()
    assert client.post("/parts/new/", said(**form | {"subclass_code": "0101"})).status_code == 302
    assert client.post("/parts/new/", said(**form, another="on")).url == f"/parts/{code_of(serial=2)}/"


def test_an_administrator_puts_right_what_is_known(client, town):
    code = put(town, name="12号杆", keeper=Body(town.water.pk))
    town.login(client, "zhao")
    page = client.get(f"/parts/{code}/change/").content.decode()
    form = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    assert (form["name"], form["keeper"], float(form["longitude"])) == ("12号杆", town.water.name, IN_GRID[0])
    changed = {"name": "13号杆", "keeper": town.water.name, "owner": "某物业", "unit_id": town.next_grid.pk}
    assert client.post(f"/parts/{code}/change/", said(**changed, **at(IN_NEXT_GRID))).url == f"/parts/{code}/"
    row = Component.objects.get()
    assert (row.name, row.unit_id, row.keeper_id, row.owner_name) == (
        "13号杆", town.next_grid.pk, town.water.pk, "某物业",
    )  # fmt: skip
    answer = client.post(f"/parts/{code}/change/", said(name="名" * 61, unit_id=town.grid.pk))
    assert answer.status_code == 422
    assert "名" * 61 in answer.content.decode()


def test_how_it_stands_is_put_right_unless_a_matter_decides(client, town):
    code = put(town)
    town.login(client, "zhao")
    wrong = {"condition": "faulty", "reason": "普查时漏记"}
    assert client.post(f"/parts/{code}/condition/", said(**wrong | {"reason": ""})).status_code == 422
    assert client.post(f"/parts/{code}/condition/", said(**wrong)).status_code == 302
    assert Component.objects.get().condition == "faulty"
    actions.inspect(code=code, condition=Condition.SOUND, by=town.li, now=timezone.now())
    report_fault(code=code, note="灯不亮", by=town.li, now=timezone.now())
    answer = client.post(f"/parts/{code}/condition/", said(condition="sound", reason="亮的"))
    assert answer.status_code == 409
    assert "办结后状况随之更新" in answer.content.decode()
    assert Component.objects.get().condition == "faulty"


def test_what_was_taken_down_is_changed_no_more(client, town):
    code = put(town)
    town.login(client, "zhao")
    assert client.post(f"/parts/{code}/retire/", said(reason="")).status_code == 422
    assert client.post(f"/parts/{code}/retire/", said(reason="道路改造")).url == f"/parts/{code}/"
    for what in ("change", "condition", "retire"):
        assert client.get(f"/parts/{code}/{what}/").status_code == 409
    town.login(client, "li")
    assert client.get(f"/parts/{code}/change/").status_code == 403
