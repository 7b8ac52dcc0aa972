"""Bad input: every kind the issue names, in every field, is a clear sentence and never an error of ours."""

import io
import json
from itertools import product

import pytest
from django.test import Client

from jishi.api.v1.matters import Reported
from jishi.api.v1.steps import TAKEN, StepGiven
from tests.api.test_matters import photo

pytestmark = pytest.mark.django_db

NASTY = {
    "sql": "'; DROP TABLE matters_matter; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "format": "%s %(x)s {0} {x.__class__}",
    "nul": "a\x00b",
    "bidi": "\u202e\u2066abc\ufeff",
    "astral": "𠮷𠮷😀",
    "newlines": "a\r\nb\tc\n\n",
    "long": "长" * 30_000,
    "empty": "",
    "number": 5,
    "negative": -1,
    "huge": 10**30,
    "past 64 bits": 2**63,
    "fraction": 1.5,
    "true": True,
    "null": None,
    "list": ["x"],
    "object": {"x": 1},
    "no date": "2026-02-30T25:61:00+08:00",
    "no zone": "2026-11-22T10:00:00",
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-14:00",
}


@pytest.mark.capability("C96")
@pytest.mark.parametrize("name", Reported.__struct_fields__)
def test_anything_in_any_field_of_a_report_is_taken_or_clearly_refused(town, name):
    li, wang, stranger = town.program("li"), town.program("wang"), town.program()
    for kind, value in NASTY.items():
        body = {"text": "路灯不亮", "unit_id": town.grid.pk, "category_code": "0101", name: value}
        answer = li.post("/api/v1/matters", body)
        assert answer.status_code in (201, 422), (kind, answer.content)
        if answer.status_code == 422:
            error = answer.json()["error"]
            assert error["message"], kind
            assert error["field"], kind
        else:
            number = answer.json()["number"]
            assert wang.get(f"/api/v1/matters/{number}").status_code == 200, kind
            assert stranger.get(f"/api/v1/matters/{number}/receipt").status_code == 200, kind


@pytest.mark.capability("C96")
@pytest.mark.parametrize("name", StepGiven.__struct_fields__)
def test_anything_in_any_field_of_a_step_is_taken_or_clearly_refused(town, name):
    number = town.register()
    taking = [step.name for step in TAKEN.values() if name in (*step.needs, *step.takes)] or ["comment"]
    for step, value in product(taking[:2], NASTY.values()):
        given = {"note": "x", "lead_id": town.city_management.pk, name: value}
        if step != "comment":
            given = {field: given[field] for field in given if field in (*TAKEN[step].needs, *TAKEN[step].takes, name)}
        answer = town.step("wang", number, step, **given)
        assert answer.status_code in (200, 403, 404, 409, 422), (step, value, answer.content)


BODIES = {
    "nothing": (b" ", 400),
    "half": (b'{"text": "x', 400),
    "no json": (b"text=x", 400),
    "two": (b'{"text":"x"} {"text":"y"}', 400),
    "not utf-8": ('{"text":"路灯"}'.encode("gbk"), 400),
    "utf-16": ('{"text":"路"}'.encode("utf-16"), 400),
    "half a pair": (b'{"text":"\\ud800"}', 400),
    "other half": (b'{"text":"\\udc00x"}', 400),
    "nan": (b'{"text":"x","longitude":NaN,"latitude":1}', 400),
    "infinite": (b'{"text":"x","longitude":1e999,"latitude":1}', 422),
    "escaped nul": (b'{"text":"a\\u0000b"}', 422),
    "bare nul": (b'{"text":"a\x00b"}', 400),
    "deep": (b"[" * 100_000, 422),
    "deep in a field": (b'{"text":' + b"[" * 100_000, 422),
    "list": (b"[]", 422),
    "number": (b"5", 422),
    "null": (b"null", 422),
    "unknown field": (b'{"text":"x","txet":"y"}', 422),
    "missing field": (b"{}", 422),
    "ten megabytes": (b'{"text":"' + b"x" * 10_000_000 + b'"}', 413),
}


@pytest.mark.capability("C96")
@pytest.mark.parametrize(("content", "status"), list(BODIES.values()), ids=list(BODIES))
def test_a_body_that_is_no_report_is_refused(town, content, status):
    answer = town.program("li").post("/api/v1/matters", content)
    assert answer.status_code == status, answer.content[:300]
    assert answer.json()["error"]["message"]


def test_broken_json_is_refused_with_its_place(town):
    answer = town.program("li").post("/api/v1/matters", b'{"text": x}')
    assert "第10个字节处" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "", "multipart/form-data"]
)
def test_a_body_of_another_kind_is_refused(town, kind):
    li = town.program("li")
    answer = li.client.generic(
        "POST", "/api/v1/matters", b"text=x", kind, headers=li.headers | {"Idempotency-Key": "kind-0001"}
    )
    assert answer.status_code == (400 if kind.startswith("multipart") else 415)
    assert answer.json()["error"]["message"]


def test_ten_megabytes_without_a_length_or_with_a_wrong_one_are_no_error_of_ours(town):
    li = town.program("li")
    for length in ("99999999", "-5", "x"):
        answer = li.client.generic(
            "POST", "/api/v1/matters", b"{}", "application/json",
            headers=li.headers | {"Idempotency-Key": "long-0001"}, CONTENT_LENGTH=length,
        )  # fmt: skip
        assert answer.status_code in (400, 413, 422)


QUERIES = {
    "stage=lost": "stage",
    "due=never": "due",
    "grade=x": "grade",
    "unit=99999": "unit",
    "unit=-1": "unit",
    "unit=null": "unit",
    "urgent=1": "urgent",
    "unit=99999999999999999999": "unit",
    "organization=99999999999999999999": "organization",
    "limit=0": "limit",
    "limit=201": "limit",
    "limit=x": "limit",
    "after=x": "after",
    "after=1e999_1": "after",
    "after=nan_1": "after",
    "after=1_99999999999999999999": "after",
    "after=-99999999999_1": "after",
    "search=a%00b": "search",
    "search=" + "x" * 101: "search",
    "urgent=perhaps": "urgent",
    "urgent=true&urgent=true": "urgent",
    "colour=red": "colour",
    "category=%ff%fe": None,
    "search=%25_%5C%27%22": None,
}


@pytest.mark.capability("C96")
@pytest.mark.parametrize(("query", "field"), list(QUERIES.items()))
def test_a_wrong_filter_is_refused_with_its_name(town, query, field):
    answer = town.program("wang").get(f"/api/v1/matters?{query}")
    if field is None:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 422, answer.content
        assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("query", ["since=0001-01-01T00:00:00Z", "until=x", "actor_id=9" + "9" * 30, "before=0"])
def test_a_wrong_question_to_the_record_is_refused(town, query):
    assert town.program("wu").get(f"/api/v1/audit/entries?{query}").status_code == 422


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


PHOTOS = {
    "a renamed program": (lambda: named(b"MZ\x90\x00" + b"x" * 500, "a.jpg"), 422),
    "an SVG with a script": (lambda: named(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg"), 422),
    "half a photo": (lambda: named(photo((800, 600)).read()[:900], "a.jpg"), 422),
    "an empty file": (lambda: named(b"", "a.jpg"), 422),
    "eleven megabytes": (lambda: named(b"\xff\xd8" + b"x" * (11 * 1024 * 1024), "a.jpg"), 413),
    "a page": (lambda: named(b"<html>", "../../../etc/passwd"), 422),
}


@pytest.mark.capability("C33")
@pytest.mark.parametrize(("made", "status"), list(PHOTOS.values()), ids=list(PHOTOS))
def test_a_file_that_is_no_photo_is_refused_and_nothing_is_registered(town, made, status):
    answer = town.program("li").form("/api/v1/matters", {"text": "路灯不亮", "photos": made()})
    assert answer.status_code == status, answer.content
    assert answer.json()["error"]["field"] == "photos"
    assert town.program("wang").get("/api/v1/matters").json()["rows"] == []


def test_more_photos_than_six_or_a_file_of_another_name_are_refused(town):
    many = town.program("li").form("/api/v1/matters", {"text": "x", "photos": [photo() for _ in range(7)]})
    assert (many.status_code, many.json()["error"]["field"]) == (422, "photos")
    other = town.program("li").form("/api/v1/matters", {"text": "x", "picture": photo()})
    assert (other.status_code, other.json()["error"]["field"]) == (422, "picture")


def test_an_error_of_our_own_is_told_in_the_same_shape_and_says_nothing_of_the_inside(town, monkeypatch):
    from jishi.api.v1 import matters

    def broken(*args, **kwargs):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(matters, "worklist", broken)
    li = town.program("li")
    li.client.raise_request_exception = False
    page = town.login(Client(raise_request_exception=False), "li")
    for answer in (li.get("/api/v1/matters"), page.get("/api/v1/matters")):
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "broken"
        assert "secret" not in answer.content.decode()
        assert answer["X-Request-ID"]


def test_numbers_are_forgiven_as_people_type_them(town):
    number = town.register()
    for typed in (number.lower(), number.replace("-", ""), number.replace("-", " ")):
        assert town.program("li").get(f"/api/v1/matters/{typed}").json()["number"] == number


def test_refusals_speak_chinese_and_name_the_field():
    import msgspec

    from jishi.api.sayings import misfit

    for body, field in [
        ({"text": 5}, "text"), ({}, "text"), ({"text": "x", "y": 1}, "y"), ({"text": "x", "unit_id": 0}, "unit_id"),
        ({"text": "x", "grade": "z"}, "grade"), ({"text": "x", "longitude": 999}, "longitude"),
    ]:  # fmt: skip
        with pytest.raises(msgspec.ValidationError) as caught:
            msgspec.json.decode(json.dumps(body), type=Reported)
        refusal = misfit(caught.value)
        assert refusal.field == field
        assert not refusal.message.isascii()
