"""A program registers, reads and brings matters to their end."""

import io
import json
import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from jishi.api.schema import schema
from jishi.api.v1 import matters, records, steps
from jishi.api.v1.matters import ReportChannel
from jishi.matters.rules.vocabulary import Channel
from tests.matters.town import PHOTO, begin

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


def photo(size=(40, 30)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "JPEG")
    file.seek(0)
    file.name = "lamp.jpg"
    return file


def fits(answer, shape):
    """The answer is exactly what the document promises."""
    return msgspec.json.decode(answer.content, type=shape)


def test_the_channels_of_a_program_are_all_but_those_that_register_their_own():
    assert {c.value for c in ReportChannel} == {c.value for c in Channel} - {"import", "open311"}


@pytest.mark.capability("C33", "C96")
def test_a_registered_matter_is_answered_with_number_and_code_and_found_again(town):
    answer = town.program("li").post(
        "/api/v1/matters",
        {"text": "路灯不亮", "unit_id": town.grid.pk, "channel": "grid", "category_code": "0101",
         "longitude": 113.1, "latitude": 27.8, "reporter_name": "刘奶奶", "reporter_phone": "000-1234-5678"},
    )  # fmt: skip
    assert answer.status_code == 201
    registered = fits(answer, matters.Registered)
    assert answer["Location"] == f"/api/v1/matters/{registered.number}"
    rows = fits(town.program("li").get("/api/v1/matters"), matters.Rows).rows
    assert [(row.number, row.unit_name, row.responsible_name) for row in rows] == [
        (registered.number, "第一网格", "响石岭街道网格中心")
    ]


@pytest.mark.capability("C34", "C96")
def test_a_program_takes_a_matter_from_registration_to_the_reporters_rating(town):
    answer = town.program("li").post("/api/v1/matters", {"text": "路灯不亮", "unit_id": town.grid.pk})
    number, code = answer.json()["number"], answer.json()["code"]
    way = [
        ("wang", "dispatch", {"lead_id": town.city_management.pk, "note": "请尽快", "version": 1}, "dispatched"),
        ("chen", "sign", {}, "accepted"),
        ("chen", "begin", {"note": "已到现场"}, "handling"),
        ("chen", "finish", {"note": "已换", "reply": "路灯已修好", "reply_kind": "done"}, "verifying"),
        ("li", "verify", {"how": "by_phone", "note": "居民说亮了"}, "verified"),
        ("wang", "close", {"reply": "路灯已修好", "reply_kind": "done"}, "closed"),
        ("", "rate", {"code": code, "solved": True, "satisfied": 5}, "followed_up"),
    ]
    for version, (who, step, given, stage) in enumerate(way, start=2):
        taken = fits(town.step(who, number, step, **given), steps.StepTakenShown)
        assert (taken.stage, taken.version) == (stage, version)
    progress = fits(town.program().get(f"/api/v1/matters/{number}/receipt"), records.ProgressShown)
    assert progress.official_stage == "回访"
    assert "路灯已修好" in [line.reply for line in progress.lines]
    whole = fits(town.program("wang").get(f"/api/v1/matters/{number}"), records.MatterShown)
    assert [line.step for line in whole.history] == ["register", *(step for _, step, _, _ in way)]


@pytest.mark.capability("C34")
def test_the_detail_offers_what_this_person_may_do_now(town):
    number = town.register()
    offered = {
        who: {step["name"] for step in town.program(who).get(f"/api/v1/matters/{number}").json()["steps"]}
        for who in ("li", "wang", "zhang")
    }
    assert "settle" in offered["li"]
    assert "dispatch" in offered["wang"]
    assert offered["zhang"] == {"comment"}


@pytest.mark.capability("C92")
def test_who_reported_is_shown_only_to_whoever_must_call_back(town):
    number = town.register(reporter_name="刘奶奶", reporter_phone="000-1234-5678")
    for who, seen in {"li": False, "zhou": False, "wang": True, "zhang": False, "": False}.items():
        path = f"/api/v1/matters/{number}" if who else f"/api/v1/matters/{number}/receipt"
        answer = town.program(who).get(path)
        assert answer.status_code == 200
        assert ("刘奶奶" in answer.content.decode()) is seen


@pytest.mark.capability("C33")
def test_photos_come_in_as_a_form_and_are_shown_to_those_who_see_the_matter(town):
    answer = town.program("li").form(
        "/api/v1/matters",
        {"text": "路灯不亮", "unit_id": town.grid.pk, "urgent": "true", "photos": [photo(), photo((20, 20))]},
    )
    assert answer.status_code == 201
    found = town.program("li").get(f"/api/v1/matters/{answer.json()['number']}").json()
    assert found["urgent"] is True
    assert len(found["photos"]) == 2
    address = found["photos"][0]["address"]
    shown = town.program("li").get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(shown.content)).size == (40, 30)
    assert town.program("sun").get(address).status_code == 404
    assert town.program("li").get(f"/api/v1/photos/{PHOTO.digest}").status_code == 404
    assert town.program("li").get("/api/v1/photos/..%2F..%2Fetc").status_code == 404


def test_a_photo_with_a_step_is_kept_with_it(town):
    number = town.register()
    answer = town.program("li").form(
        f"/api/v1/matters/{number}/steps/settle", {"note": "已拧紧灯泡", "version": "1", "photos": photo()}
    )
    assert answer.status_code == 200, answer.content
    photos = town.program("li").get(f"/api/v1/matters/{number}").json()["photos"]
    assert [one["kind"] for one in photos] == ["handled"]


def test_the_worklist_turns_its_pages_without_losing_or_repeating_a_row(town):
    registered = {town.register() for _ in range(5)}
    seen, after = [], ""
    while True:
        page = town.program("wang").get("/api/v1/matters", limit=2, **({"after": after} if after else {})).json()
        seen += [row["number"] for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert sorted(seen) == sorted(registered)


def test_filters_of_the_worklist_do_what_they_say(town):
    here, there = town.register(), town.register("wang", unit_id=town.other_grid.pk, urgent=True)
    wang = town.program("wang")

    def found(**query):
        answer = wang.get("/api/v1/matters", **query)
        assert answer.status_code == 200, answer.content
        return {row["number"] for row in answer.json()["rows"]}

    assert found() == {here, there}
    assert found(unit=town.community.pk) == {here}
    assert found(unit=town.county.pk) == {here, there}
    assert found(urgent="true") == {there}
    assert found(stage=["registered", "handling"]) == {here, there}
    assert found(stage="closed") == set()
    assert found(closed="true") == set()
    assert found(due="overdue") == set()
    assert found(search=here.lower()) == {here}
    assert found(search="路灯") == {here, there}
    assert found(organization=town.town_centre.pk) == {here}
    assert found(channel="api", grade="small") == {here, there}


@pytest.mark.capability("C96")
def test_a_closed_stage_finds_what_is_closed_without_another_word(town):
    main, closed = town.register(), begin(town.cast, category_code="0101").to("closed").receipt.number
    twin = town.register()
    assert town.step("wang", twin, "merge", into=main).status_code == 200
    wang = town.program("wang")

    def found(**query):
        answer = wang.get("/api/v1/matters", **query)
        assert answer.status_code == 200, answer.content
        return {row["number"] for row in answer.json()["rows"]}

    assert found(stage="closed") == found(stage="closed", closed="true") == {closed}
    assert found(stage="merged") == {twin}
    assert found(stage=["merged", "closed", "abnormal"]) == found(closed="true") == {twin, closed}
    for query in ({"stage": ["registered", "closed"]}, {"stage": "registered", "closed": "true"}):
        refused = wang.get("/api/v1/matters", **query)
        assert refused.status_code == 422
        assert "请分两次查" in refused.content.decode()


def test_desks_counts_and_areas_answer_as_promised(town):
    number = town.register()
    town.step("wang", number, "dispatch", lead_id=town.city_management.pk)
    from jishi.api.v1 import desks, place

    queue = fits(town.program("chen").get("/api/v1/queue"), desks.QueueShown)
    assert [row.number for row in queue.to_sign] == [number]
    day = fits(town.program("li").get("/api/v1/day"), desks.DayShown)
    assert [row.number for row in day.handling] == [number]
    assert [row.number for row in day.mine] == [number]
    counted = fits(town.program("wang").get("/api/v1/counts", unit=town.town.pk), matters.CountsShown)
    assert (counted.open, counted.stages["dispatched"]) == (1, 1)
    area = fits(town.program("zhang").get("/api/v1/area", depth=2), desks.AreaShown)
    assert [(unit.unit_name, unit.open) for unit in area.units] == [("响石社区", 1)]
    fits(town.program("wang").get(f"/api/v1/matters/{number}/suggestions"), list[place.SuggestionShown])


@pytest.mark.capability("C38")
def test_a_request_for_more_time_waits_on_the_dispatchers_desk(town):
    from jishi.api.v1 import desks

    number = town.register()
    town.step("wang", number, "dispatch", lead_id=town.city_management.pk)
    town.step("chen", number, "sign")
    asked = town.step("chen", number, "ask_extension", note="等配件", working_days=3)
    assert asked.status_code == 200, asked.content
    rows = fits(town.program("wang").get("/api/v1/requests"), list[desks.RequestRow])
    assert [(row.number, row.kind, row.by) for row in rows] == [(number, "extension", "老陈")]
    assert town.step("wang", number, "grant_extension", note="同意").status_code == 200
    whole = fits(town.program("wang").get(f"/api/v1/matters/{number}"), records.MatterShown)
    assert whole.requests[0].granted is True


@pytest.mark.capability("C39", "K25-I1")
def test_a_leader_instructs_and_the_office_answers_once(town):
    from jishi.api.v1 import instructions

    number = town.register()
    town.step("wang", number, "dispatch", lead_id=town.city_management.pk)
    given = town.program("zhang").post(
        "/api/v1/instructions",
        {"organization_id": town.city_management.pk, "text": "周五前报方案", "due_at": "2099-01-01T00:00:00+08:00",
         "number": number},
    )  # fmt: skip
    assert given.status_code == 201, given.content
    path = given["Location"]
    received = fits(town.program("chen").get("/api/v1/instructions"), instructions.Instructions).received
    assert [(row.id, row.number) for row in received] == [(given.json()["id"], number)]
    seen = fits(town.program("zhang").get("/api/v1/instructions"), instructions.Instructions)
    assert [(row.organization_id, row.open, row.overdue) for row in seen.load] == [(town.city_management.pk, 1, 0)]
    assert fits(town.program("chen").get("/api/v1/instructions"), instructions.Instructions).load == []
    assert town.program("he").get(path).status_code == 404
    assert town.program("he").post(f"{path}/answer", {"text": "好"}).status_code == 404
    assert town.program("chen").post(f"{path}/answer", {"text": "方案已报"}).status_code == 200
    assert town.program("chen").post(f"{path}/answer", {"text": "再报"}).status_code == 409
    shown = fits(town.program("zhang").get(path), instructions.InstructionRow)
    assert shown.answer == "方案已报"
    fits(town.program("wang").get(f"/api/v1/matters/{number}"), records.MatterShown)


def test_nobody_rates_a_matter_without_the_code_of_its_receipt(town):
    number = town.register()
    rate = f"/api/v1/matters/{number}/steps/rate"
    stranger = town.program()
    assert stranger.post(rate, {"solved": True, "satisfied": 1}).status_code == 401
    assert stranger.post(f"/api/v1/matters/{number}/steps/dispatch", {"code": "1234-5678"}).status_code == 401
    for _ in range(10):
        assert stranger.post(rate, {"code": "0000-0000", "solved": True, "satisfied": 1}).status_code == 404
    assert stranger.post(rate, {"code": "0000-0000", "solved": True, "satisfied": 1}).status_code == 429


def test_a_step_is_not_given_what_it_does_not_take(town):
    number = town.register()
    answer = town.step("wang", number, "dispatch", lead_id=town.city_management.pk, reply="好")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "reply")


@pytest.mark.capability("K22-B2")
def test_a_stale_version_loses(town):
    number = town.register()
    assert town.step("wang", number, "comment", note="看过", version=1).status_code == 200
    late = town.step("wang", number, "dispatch", lead_id=town.city_management.pk, version=1)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")


def test_the_step_table_is_told_whole(town):
    from jishi.matters.rules.steps import STEPS

    table = fits(town.program("li").get("/api/v1/steps"), list[steps.StepDescribed])
    assert [step.name for step in table] == list(STEPS)


def test_what_everybody_at_work_may_know_fits_its_shapes(town):
    from jishi.api.v1 import people, place

    li = town.program("li")
    assert fits(li.get("/api/v1/places/current"), place.PlaceShown).key == "shifeng"
    units = fits(li.get("/api/v1/units"), list[place.UnitShown])
    assert units[0].name == "石峰区"
    assert {u.name for u in fits(li.get("/api/v1/units", depth=1), list[place.UnitShown])} == {
        "响石岭街道",
        "清水塘街道",
    }
    within = fits(li.get("/api/v1/units", within=town.community.pk, depth=3), list[place.UnitShown])
    assert {unit.name for unit in within} == {"第一网格", "第二网格"}
    assert fits(li.get("/api/v1/organizations", kind="utility"), list[place.OrganizationShown])[0].name == "供水公司"
    assert fits(li.get("/api/v1/organizations", search="城管"), list[place.OrganizationShown]) == []
    assert [c.code for c in fits(li.get("/api/v1/categories"), list[place.CategoryShown])] == ["01", "0101"]
    me = fits(li.get("/api/v1/me"), people.Me)
    assert (me.name, [posting.role_label for posting in me.postings]) == ("小李", ["网格员"])
    assert "report" in me.permissions


def test_answers_are_never_kept_by_a_browser_or_a_cache(town):
    for path in ("/api/v1/me", "/api/v1/matters", "/api/v1/units"):
        assert town.program("li").get(path)["Cache-Control"] == "private, no-store"


def test_the_document_is_offered_with_every_endpoint(client):
    document = json.loads(client.get("/api/openapi.json").content)
    assert "/api/v1/matters/{number}/steps/{step}" in document["paths"]
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            assert operation["tags"]


def test_the_document_in_the_reference_is_the_one_that_is_served():
    written = json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))
    assert written == schema(), "run: python -m jishi.api.schema"


@pytest.mark.capability("C96")
def test_the_page_of_the_document_needs_nothing_from_elsewhere(client):
    """It loads under the policy of every page: its own scripts and styles, no code written into the page."""
    page = client.get("/api/docs")
    text = page.content.decode()
    assert "script-src 'self'" in page["Content-Security-Policy"]
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all('src="/static/' in tag or "application/json" in tag for tag in scripts)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
    assert not re.search(r"<style|style=|\son\w+=", text)


def test_the_worklist_asks_the_database_no_more_for_fifty_rows_than_for_one(town, django_assert_max_num_queries):
    wang = town.program("wang")
    for _ in range(8):
        town.register("wang", unit_id=town.other_grid.pk)
    assert wang.get("/api/v1/matters").status_code == 200  # the tree and the bodies are read once
    with django_assert_max_num_queries(2):
        assert len(wang.get("/api/v1/matters").json()["rows"]) == 8
