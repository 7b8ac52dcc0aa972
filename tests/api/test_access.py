"""Who may ask what: every endpoint of the document for every person, against a table written by hand."""

import json
from contextlib import contextmanager
from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from jishi.accounts import actions
from jishi.accounts.rules.viewer import SYSTEM
from jishi.api.schema import schema
from tests.api.places import filled
from tests.cast import PASSWORD, PEOPLE

pytestmark = pytest.mark.django_db

# li 网格员  sun 邻格网格员  zhou 社区  wang 县调度  qian 镇调度
# chen 经办  he 另一经办  zhang 领导  zhao 管理员  wu 审计
READERS = {"li", "sun", "zhou", "wang", "qian", "chen", "he", "zhang"}
EVERYBODY = set(PEOPLE)
# The matter of the table lies in 小李's grid and was dispatched to 老陈's office; the instruction is 老陈's to answer.
SEES = {"li", "zhou", "wang", "qian", "chen", "zhang"}

TERMS = {"name": "开锁", "kind": "doorstep", "what": "开门锁", "at_once": 2, "per_day": 3}

# method, path -> (body, who is answered 2xx, what the others get: one status, or one a person and "" for the rest)
TABLE = {
    ("GET", "/api/v1/me"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/steps"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/units"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/organizations"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/categories"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/places/current"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/addresses"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/addresses/{code}"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/matters"): (None, READERS, 403),
    ("GET", "/api/v1/counts"): (None, READERS, 403),
    ("GET", "/api/v1/area"): (None, READERS, 403),
    ("GET", "/api/v1/figures"): (None, READERS - {"chen", "he"}, 403),
    ("GET", "/api/v1/matters/{number}"): (None, SEES, {"sun": 404, "he": 404, "": 403}),
    ("GET", "/api/v1/matters/{number}/suggestions"): (None, {"wang", "qian"}, 403),
    ("GET", "/api/v1/photos/{digest}"): (None, SEES, {"sun": 404, "he": 404, "": 403}),
    ("GET", "/api/v1/queue"): (None, {"zhou", "chen", "he"}, 403),
    ("GET", "/api/v1/day"): (None, {"li", "sun", "zhou"}, 403),
    ("GET", "/api/v1/requests"): (None, {"wang", "qian"}, 403),
    ("GET", "/api/v1/instructions"): (None, {"zhou", "wang", "qian", "chen", "he", "zhang"}, 403),
    ("GET", "/api/v1/instructions/{instruction_id}"): (None, {"chen", "zhang"}, 404),
    ("GET", "/api/v1/offers"): (None, EVERYBODY, 403),
    ("POST", "/api/v1/offers"): (TERMS, {"zhou", "chen", "he"}, 403),
    ("PUT", "/api/v1/offers/{offer_id}"): (TERMS, {"chen"}, {"zhou": 404, "he": 404, "": 403}),
    ("POST", "/api/v1/offers/{offer_id}/stop"): ({}, {"chen"}, {"zhou": 404, "he": 404, "": 403}),
    ("GET", "/api/v1/orders?lane=offered"): (None, {"zhou", "chen", "he"}, 403),
    # The order lies in 老周's community and was sent to 老陈's office; «return» stands for the other steps.
    ("GET", "/api/v1/orders/{order}"): (None, {"zhou", "chen"}, {"he": 404, "": 403}),
    ("GET", "/api/v1/orders/{order}/receipt"): (None, EVERYBODY | {""}, 403),
    ("POST", "/api/v1/orders"): (
        {"offer_id": "{offer_id}", "unit_id": "{grid}", "wished_on": "{day}", "place": "3栋201"}, {"zhou"}, 403,
    ),
    ("POST", "/api/v1/orders/{order}/steps/return"): ({"note": "人手不够"}, {"chen"}, {"zhou": 403, "": 404}),
    # The household lies in 小李's grid.
    ("GET", "/api/v1/households"): (None, {"li", "sun", "zhou"}, 403),
    ("GET", "/api/v1/residents"): (None, {"li", "sun", "zhou"}, 403),
    ("GET", "/api/v1/households/{household}"): (None, {"li", "zhou"}, {"sun": 404, "": 403}),
    ("POST", "/api/v1/households"): (
        {"home": {"unit_id": "{grid}", "door": "8栋101"}, "people": [{"name": "李月禾", "relation": "head"}]},
        {"sun", "zhou"}, 403,
    ),
    ("POST", "/api/v1/households/{household}/verification"): ({}, {"li", "zhou"}, {"sun": 404, "": 403}),
    ("POST", "/api/v1/households/{household}/members"): (
        {"name": "张星野", "relation": "son"}, {"li", "zhou"}, {"sun": 404, "": 403},
    ),
    ("POST", "/api/v1/households/{household}/members/{resident_id}/departure"): (
        {"reason": "moved"}, {"li", "zhou"}, {"sun": 404, "": 403},
    ),
    ("POST", "/api/v1/households/{household}/head"): (
        {"resident_id": "{resident_id}", "former": "spouse"}, {"li", "zhou"}, {"sun": 404, "": 403},
    ),
    # To 老孙's grid: 小李 keeps no register there.
    ("POST", "/api/v1/households/{household}/move"): (
        {"home": {"unit_id": "{grid}", "door": "8栋101"}}, {"zhou"}, {"sun": 404, "": 403},
    ),
    ("POST", "/api/v1/households/{household}/end"): ({"reason": "moved"}, {"li", "zhou"}, {"sun": 404, "": 403}),
    ("GET", "/api/v1/registers/conflicts"): (None, {"zhou"}, 403),
    ("POST", "/api/v1/registers/conflicts/{conflict_id}/decision"): (
        {"accept": True, "reason": "已看证件"}, {"zhou"}, 403,
    ),
    ("GET", "/api/v1/registers/{kind}/{record_id}"): (None, {"li", "zhou"}, {"sun": 404, "": 403}),
    ("POST", "/api/v1/registers/{kind}/{record_id}/values"): (
        {"values": {"phone": "13800131234"}}, {"li", "zhou"}, {"sun": 404, "": 403},
    ),
    ("POST", "/api/v1/registers/{kind}/{record_id}/verification"): ({}, {"li", "zhou"}, {"sun": 404, "": 403}),
    # 14号 in 小李's grid; what lies inside of buildings there he may add.
    ("POST", "/api/v1/addresses"): (
        {"level": "room", "name": "301室", "parent_id": "{address_id}"}, {"zhao", "li", "zhou"}, 403,
    ),
    ("PUT", "/api/v1/address-rows/{address_id}"): ({"name": "16号"}, {"zhao"}, 403),
    ("POST", "/api/v1/address-rows/{address_id}/aliases"): ({"name": "老邮局", "kind": "everyday"}, {"zhao"}, 403),
    ("POST", "/api/v1/address-rows/{address_id}/cancellation"): ({"reason": "拆除"}, {"zhao"}, 403),
    ("POST", "/api/v1/address-aliases/{alias_id}/end"): ({}, {"zhao"}, 403),
    # The component lies in 小李's grid, and no office answers for it.
    ("GET", "/api/v1/part-classes"): (None, EVERYBODY, 403),
    ("GET", "/api/v1/parts"): (None, READERS | {"zhao"}, 403),
    ("GET", "/api/v1/parts/{part_code}"): (
        None, {"li", "zhou", "wang", "qian", "zhang", "zhao"}, {"sun": 404, "chen": 404, "he": 404, "": 403},
    ),
    # the unit is 小孙's grid
    ("POST", "/api/v1/parts"): ({"subclass_code": "0118", "unit_id": "{grid}"}, {"zhao", "sun", "zhou"}, 403),
    ("POST", "/api/v1/parts/{part_code}/changes"): ({"unit_id": "{grid}"}, {"zhao"}, 403),
    ("POST", "/api/v1/parts/{part_code}/condition"): ({"condition": "faulty", "reason": "漏记"}, {"zhao"}, 403),
    ("POST", "/api/v1/parts/{part_code}/inspections"): ({}, {"li", "zhou"}, {"sun": 404, "": 403}),
    ("POST", "/api/v1/parts/{part_code}/faults"): ({"note": "灯不亮"}, {"li", "zhou"}, {"sun": 404, "": 403}),
    ("POST", "/api/v1/parts/{part_code}/retirement"): ({"reason": "拆除"}, {"zhao"}, 403),
    ("GET", "/api/v1/people"): (None, {"zhao"}, 403),
    ("GET", "/api/v1/people/{person_id}"): (None, {"zhao", "li"}, 404),
    ("GET", "/api/v1/people/{person_id}/postings"): (None, {"zhao", "li"}, 404),
    ("GET", "/api/v1/people/{person_id}/tokens"): (None, {"zhao", "li"}, 404),
    ("GET", "/api/v1/audit/entries"): (None, {"zhao", "wu"}, 403),
    ("GET", "/api/v1/matters/{number}/receipt"): (None, EVERYBODY | {""}, 403),
    ("POST", "/api/v1/matters"): ({"text": "路灯不亮"}, {"li", "sun", "zhou", "wang", "qian"}, 403),
    # «urge» stands for all steps: who may take which one is the step table's own test.
    ("POST", "/api/v1/matters/{number}/steps/{step}"): (
        {"note": "请尽快"},
        {"wang", "qian"},
        {"li": 403, "zhou": 403, "chen": 403, "zhang": 403, "": 404},
    ),
    ("POST", "/api/v1/instructions"): (
        {"organization_id": "{office}", "text": "请办", "due_at": "2099-01-01T00:00:00Z"},
        {"zhang"},
        403,
    ),
    ("POST", "/api/v1/instructions/{instruction_id}/answer"): (
        {"text": "已办"},
        {"chen"},
        {"zhou": 404, "wang": 404, "qian": 404, "he": 404, "": 403},
    ),
    ("POST", "/api/v1/people"): ({"username": "xinren", "name": "新人"}, {"zhao"}, 403),
    ("PUT", "/api/v1/people/{person_id}"): ({"name": "小李"}, {"zhao"}, 403),
    ("POST", "/api/v1/people/{person_id}/postings"): ({"role": "grid_worker", "unit_id": "{grid}"}, {"zhao"}, 403),
    ("POST", "/api/v1/postings/{posting_id}/end"): ({}, {"zhao"}, 403),
    ("POST", "/api/v1/people/{person_id}/dismiss"): ({}, {"zhao"}, 403),
    ("POST", "/api/v1/tokens/{token_id}/revoke"): ({}, {"zhao"}, 403),
}  # fmt: skip


def expected(row, who):
    """The status this person gets: any 2xx as 200."""
    _, allowed, otherwise = row
    if who in allowed:
        return 200
    if not who:
        return 401
    return otherwise if isinstance(otherwise, int) else otherwise.get(who, otherwise[""])


def test_the_table_names_every_endpoint_of_the_document():
    documented = {(method.upper(), path) for path, methods in schema()["paths"].items() for method in methods}
    named = {(method, path.partition("?")[0].replace("/steps/return", "/steps/{step}")) for method, path in TABLE}
    assert named == documented


@contextmanager
def undone():
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def knock(town, places, endpoint, who):
    """The status this person gets, any 2xx as 200; a refusal must have the one shape."""
    method, path = endpoint
    address, body = path.format(**places), filled(TABLE[endpoint][0], places)
    program = town.program(who)
    with undone():
        answer = program.get(address) if method == "GET" else program.send(method, address, body)
    if answer.status_code < 300:
        return 200
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "field"}
    assert (answer.status_code == 401) == ("WWW-Authenticate" in answer)
    return answer.status_code


@pytest.mark.capability("C92", "C96")
@pytest.mark.parametrize("endpoint", list(TABLE), ids=" ".join)
def test_everybody_gets_exactly_what_the_table_says(town, places, endpoint):
    everybody = [*PEOPLE, ""]
    for who in everybody:
        town.program(who)
    found = {who: knock(town, places, endpoint, who) for who in everybody}
    assert found == {who: expected(TABLE[endpoint], who) for who in everybody}


WRONG_KEYS = ["Bearer jsk_wrong", "Bearer ", "Basic bGk6cHc=", "jsk_x", "Bearer \u00ff\u00fe", "bearer"]


@pytest.mark.parametrize(("header", "path"), list(product(WRONG_KEYS, ["/api/v1/me", "/api/v1/matters"])))
def test_a_wrong_key_is_a_stranger(town, header, path):
    answer = Client().get(path, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


@pytest.mark.capability("C92")
def test_a_leavers_program_is_cut_off_at_once(town):
    li = town.program("li")
    assert li.get("/api/v1/me").status_code == 200
    actions.dismiss(person_id=town.person("li").pk, by=SYSTEM, now=timezone.now())
    assert li.get("/api/v1/me").status_code == 401


def test_a_revoked_or_expired_key_opens_nothing(town):
    now = timezone.now()
    short = actions.issue_token(
        person_id=town.person("wang").pk, name="短", by=SYSTEM, now=now - timezone.timedelta(days=2),
        expires_at=now - timezone.timedelta(days=1),
    )  # fmt: skip
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {short}"}).status_code == 401
    zhao = town.program("zhao")
    tokens = zhao.get(f"/api/v1/people/{town.person('li').pk}/tokens").json()
    key = town.program("li")
    (token,) = zhao.get(f"/api/v1/people/{town.person('li').pk}/tokens").json()
    assert (tokens, token["revoked_at"]) == ([], None)
    assert zhao.post(f"/api/v1/tokens/{token['id']}/revoke", {}).status_code == 200
    assert key.get("/api/v1/me").status_code == 401


def test_a_logged_in_page_may_read_and_with_its_token_write(town):
    town.person("li")
    page = Client(enforce_csrf_checks=True)
    page.get("/login/")
    page.post(
        "/login/", {"username": "li", "password": PASSWORD, "csrfmiddlewaretoken": page.cookies["csrftoken"].value}
    )
    assert page.get("/api/v1/me").json()["name"] == "小李"
    body, key = json.dumps({"text": "路灯不亮"}), {"Idempotency-Key": "page-0001"}
    without = page.post("/api/v1/matters", body, "application/json", headers=key)
    assert (without.status_code, without.json()["error"]["code"]) == (403, "forbidden")
    token = {"X-CSRFToken": page.cookies["csrftoken"].value}
    assert page.post("/api/v1/matters", body, "application/json", headers=key | token).status_code == 201


def test_a_cookie_beside_a_wrong_key_counts_for_nothing(town):
    page = town.login(Client(), "li")
    assert page.get("/api/v1/me").status_code == 200
    assert page.get("/api/v1/me", headers={"Authorization": "Bearer jsk_wrong"}).status_code == 401


def test_a_request_for_a_foreign_host_is_refused_on_the_short_way_too(town):
    li = town.program("li")
    assert li.client.get("/api/v1/me", headers=li.headers | {"Host": "evil.example"}).status_code == 400


def test_answers_on_the_short_way_carry_the_headers_that_protect_a_browser(town):
    answer = town.program("li").get("/api/v1/me")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer["X-Request-ID"]


NOWHERE = [
    ("", "/api/", 404), ("", "/api/v1/", 404), ("", "/api/v1/nowhere", 404), ("wang", "/api/v2/matters", 404),
    ("zhao", "/api/v1/people/x", 404), ("zhao", "/api/v1/people/0", 404), ("", "/api/v1/people/0", 401),
    ("zhao", "/api/v1/people/99999999999999999999", 404), ("zhao", "/api/v1/people/9223372036854775807", 404),
    ("wang", "/api/v1/matters/12", 404), ("wang", "/api/v1/matters/x%00y", 404), ("wang", "/api/v1/photos/x%00y", 404),
    ("", "/api/v1/matters/x%00y/receipt", 404), ("wang", "/api/v1/matters/" + "9" * 3000, 404),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path", "status"), NOWHERE)
def test_what_is_nowhere_is_told_as_json(town, who, path, status):
    answer = town.program(who).get(path)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("who", ["", "li"])
def test_a_method_an_address_does_not_take_is_told_with_those_it_takes(town, who):
    program = town.program(who)
    answer = program.send("DELETE", "/api/v1/matters", {})
    assert answer.status_code == 405
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}
    assert answer.json()["error"]["code"] == "method_not_allowed"
