"""A client that knows nothing but the GeoReport v2 standard reports a broken lamp and follows it."""

import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client

from jishi.api import throttle
from tests.matters.town import begin, forget
from tests.parts.square import lay_out

pytestmark = pytest.mark.django_db

BASE = "/open311/v2"


class Citizen:
    """A generic client: one format, form-encoded posts, nothing of ours."""

    def __init__(self, form: str) -> None:
        self.form, self.http = form, Client()

    def get(self, path, **query):
        return self.http.get(f"{BASE}/{path}.{self.form}", query)

    def post(self, **fields):
        return self.http.post(
            f"{BASE}/requests.{self.form}", urlencode(fields), content_type="application/x-www-form-urlencoded"
        )

    def read(self, answer):
        """The entries of an answer as dicts of text, from either format."""
        if self.form == "json":
            assert answer["Content-Type"] == "application/json; charset=utf-8"
            found = json.loads(answer.content)
            return found if isinstance(found, list) else [found]
        assert answer["Content-Type"] == "text/xml; charset=utf-8"
        assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        return [{field.tag: field.text or "" for field in entry} for entry in ElementTree.fromstring(answer.content)]


@pytest.fixture(params=["json", "xml"])
def citizen(request, town):
    return Citizen(request.param)


@pytest.mark.capability("C33", "C96")
def test_a_generic_client_lists_services_posts_and_reads_the_status(citizen, town):
    services = citizen.read(citizen.get("services", jurisdiction_id="430204000000"))
    assert [(s["service_code"], s["service_name"], s["group"], s["type"]) for s in services] == [
        ("0101", "路灯", "市容环境", "realtime")
    ]
    assert citizen.get("services/0101").status_code == 200
    posted = citizen.post(
        service_code="0101", lat="27.87", long="113.12", address_string="3栋门口", description="路灯不亮",
        first_name="建国", last_name="刘", phone="000-1234-5678",
    )  # fmt: skip
    assert posted.status_code == 201, posted.content
    (receipt,) = citizen.read(posted)
    number = receipt["service_request_id"]
    assert "评价码" in receipt["service_notice"]
    (found,) = citizen.read(citizen.get(f"requests/{number}"))
    assert (found["service_request_id"], found["status"], found["description"]) == (number, "open", "路灯不亮")
    assert found["agency_responsible"] == "区网格化服务中心"
    assert found["expected_datetime"][-6:] == "+08:00"
    assert "刘" not in json.dumps(found, ensure_ascii=False)
    (token,) = citizen.read(citizen.get(f"tokens/{number}"))
    assert token["service_request_id"] == number


@pytest.mark.capability("C96")
def test_a_place_at_the_other_end_of_the_world_is_refused(citizen, town):
    lay_out(town.cast)
    forget()
    refused = citizen.post(service_code="0101", lat="10", long="20", description="路灯不亮")
    assert refused.status_code == 400
    assert "离本地太远" in refused.content.decode()
    assert citizen.post(service_code="0101", lat="27.87", long="113.12", description="路灯不亮").status_code == 201
    point = {"text": "路灯不亮", "longitude": 20, "latitude": 10}
    assert town.program("li").post("/api/v1/matters", point).status_code == 422


def test_a_closed_request_tells_the_answer(citizen, town):
    way = begin(town.cast, category_code="0101").to("closed")
    (found,) = citizen.read(citizen.get(f"requests/{way.receipt.number}"))
    assert (found["status"], found["status_notes"]) == ("closed", "路灯已更换,今晚恢复照明。")
    assert found["address"] == "响石岭街道 响石社区 第一网格"


@pytest.mark.capability("C92")
def test_the_open_list_tells_neither_words_nor_door_nor_receipt_number(citizen, town):
    posted = citizen.post(
        service_code="0101", description="张奶奶家漏水,电话000-1111", address_string="3栋2单元501",
        address_id=str(town.grid.pk), last_name="张", phone="000-1111-2222",
    )  # fmt: skip
    number = citizen.read(posted)[0]["service_request_id"]
    listed = citizen.get("requests")
    for private in ("张", "501", "000-1111", number):
        assert private not in listed.content.decode()
    (entry,) = citizen.read(listed)
    assert (entry["service_code"], entry["status"], entry["address"]) == ("0101", "open", "响石岭街道 响石社区")
    (same,) = citizen.read(citizen.get(f"requests/{entry['service_request_id']}"))
    assert same == entry


def test_the_list_is_filtered_by_number_service_date_and_status(citizen, town):
    begin(town.cast, category_code="0101").to("closed")
    open_one = begin(town.cast, category_code="0101")
    begin(town.cast)  # without a class it is no request of a service

    def ids(**query):
        answer = citizen.get("requests", **query)
        assert answer.status_code == 200, answer.content
        return {entry["service_request_id"] for entry in citizen.read(answer)}

    everything = {f"P{pk}" for pk in (open_one.receipt.matter_id - 1, open_one.receipt.matter_id)}
    times = {"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-12-01T00:00:00+08:00"}
    assert ids(**times) == everything
    assert ids(**times, status="open") == {f"P{open_one.receipt.matter_id}"}
    assert ids(**times, status="closed") == everything - {f"P{open_one.receipt.matter_id}"}
    assert ids(**times, status="open,closed") == everything
    assert ids(**times, service_code="0101,99") == everything
    assert ids(**times, service_code="99") == set()
    assert ids(start_date="2026-01-01T00:00:00Z", end_date="2026-02-01T00:00:00Z") == set()
    numbers = f"{open_one.receipt.number},SF261122-0000-0000-0, "
    assert ids(service_request_id=numbers) == {open_one.receipt.number}


BAD = {
    "no service": ({"description": "x", "address_string": "y"}, 400),
    "unknown service": ({"service_code": "9999", "address_string": "y"}, 404),
    "no place": ({"service_code": "0101", "description": "x"}, 400),
    "half a point": ({"service_code": "0101", "lat": "27.8"}, 400),
    "a point beyond the earth": ({"service_code": "0101", "lat": "99", "long": "113"}, 400),
    "no number at all": ({"service_code": "0101", "lat": "nan", "long": "inf"}, 400),
    "an unknown unit": ({"service_code": "0101", "address_id": "999999"}, 400),
    "a unit beyond 64 bits": ({"service_code": "0101", "address_id": "9" * 30}, 400),
    "a NUL": ({"service_code": "0101", "address_string": "a\x00b"}, 400),
    "a telephone that is none": ({"service_code": "0101", "address_string": "y", "phone": "<script>"}, 400),
    "a foreign jurisdiction": ({"service_code": "0101", "address_string": "y", "jurisdiction_id": "1"}, 404),
    "a wrong key": ({"service_code": "0101", "address_string": "y", "api_key": "jsk_no"}, 403),
    "too long": ({"service_code": "0101", "address_string": "y", "description": "长" * 20_001}, 400),
}


@pytest.mark.capability("C96")
@pytest.mark.parametrize(("fields", "status"), list(BAD.values()), ids=list(BAD))
def test_a_bad_request_is_refused_in_the_standards_own_shape(citizen, fields, status):
    answer = citizen.post(**fields)
    assert answer.status_code == status, answer.content
    (error,) = citizen.read(answer)
    assert int(error["code"]) == status
    assert error["description"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("services", {"jurisdiction_id": "x"}, 404),
        ("services/9999", {}, 404),
        ("requests/SF261122-0000-0000-0", {}, 404),
        ("requests/P99999999999999999999", {}, 404),
        ("requests/P9999999999999999999", {}, 404),
        ("requests/x%00y", {}, 404),
        ("tokens/x", {}, 404),
        ("requests", {"start_date": "yesterday"}, 400),
        ("requests", {"start_date": "0001-01-01T00:00:00Z"}, 400),
        ("requests", {"status": "lost"}, 400),
        ("requests", {"service_request_id": ",".join(["P1"] * 51)}, 400),
        ("nowhere", {}, 404),
    ],
)
def test_a_bad_question_is_refused_too(town, path, query, status):
    citizen = Citizen("xml")
    answer = citizen.get(path, **query)
    assert answer.status_code == status, answer.content
    assert citizen.read(answer)[0]["description"]


def test_another_method_is_told_which_ones_there_are(town):
    answer = Client().delete(f"{BASE}/requests.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")


@pytest.mark.capability("K22-B8")
def test_the_same_words_sent_twice_are_one_request(citizen, town):
    fields = {"service_code": "0101", "address_string": "3栋", "description": "路灯不亮"}
    first, again, other = (
        citizen.post(**fields),
        citizen.post(**fields),
        citizen.post(**fields | {"address_string": "4栋"}),
    )
    assert citizen.read(first) == citizen.read(again)
    assert citizen.read(first) != citizen.read(other)


def test_a_program_may_post_with_a_key_and_is_then_named_in_the_record(town):
    citizen = Citizen("json")
    answer = citizen.post(service_code="0101", address_string="3栋", api_key=town.program("wang").key)
    number = citizen.read(answer)[0]["service_request_id"]
    whole = town.program("wang").get(f"/api/v1/matters/{number}").json()
    assert whole["channel"] == "open311"
    assert whole["history"][0]["by"] == "小王"


def test_a_flood_without_a_key_is_slowed_down_and_a_program_is_not(town, monkeypatch):
    monkeypatch.setattr(throttle, "REPORTS", 2)
    citizen = Citizen("json")
    answers = [citizen.post(service_code="0101", address_string=f"{door}栋").status_code for door in range(4)]
    assert answers == [201, 201, 429, 429]
    key = town.program("wang").key
    assert citizen.post(service_code="0101", address_string="9栋", api_key=key).status_code == 201


def test_no_address_that_a_stranger_names_is_opened(town):
    citizen = Citizen("json")  # any connection beyond this machine fails the test
    answer = citizen.post(service_code="0101", address_string="3栋", media_url="http://169.254.169.254/latest/")
    assert answer.status_code == 201
    assert "不读取网上的照片" in citizen.read(answer)[0]["service_notice"]


def test_discovery_names_the_endpoint_in_both_formats(town):
    found = json.loads(Client().get("/open311/discovery.json").content)
    assert found["endpoints"][0]["url"] == "http://testserver/open311/v2"
    tree = ElementTree.fromstring(Client().get("/open311/discovery.xml").content)
    assert [node.text for node in tree.findall("endpoints/endpoint/formats/format")] == ["application/json", "text/xml"]


def test_what_xml_cannot_hold_does_not_break_the_answer(town):
    citizen = Citizen("xml")
    posted = citizen.post(service_code="0101", address_string="a\ufffeb", description="x\ufffey & <b>")
    number = citizen.read(posted)[0]["service_request_id"]
    (found,) = citizen.read(citizen.get(f"requests/{number}"))
    assert found["description"] == "xy & <b>"
