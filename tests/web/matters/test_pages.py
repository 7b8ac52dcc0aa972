"""One matter on the pages of those who work on it."""

import datetime as dt
import json
import re

import pytest

from jishi.matters.models import Matter, Step
from jishi.matters.queries.detail import detail
from jishi.once.models import Reception
from jishi.web.matters import views
from tests.matters.town import ON_SITE, REPLY, begin
from tests.web.matters.test_step_forms import picture

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"
PART = {"HTTP_HX_REQUEST": "true"}


def address(way, step=""):
    return f"/matters/{way.receipt.number}/" + (f"steps/{step}/" if step else "")


def send(client, way, step, key=KEY, part=False, **typed):
    typed = {"version": way.row.version, "once_key": key} | typed
    return client.post(address(way, step), typed, **(PART if part else {}))


@pytest.mark.capability("C34")
def test_the_page_shows_the_words_as_they_were_written(client, town):
    text = "第一行\t有制表符\n<b>不是标签</b><script>alert(1)</script>\n" + "很长。" * 1700
    way = begin(town, text=text)
    page = town.login(client, "wang").get(address(way)).content.decode()
    assert "&lt;b&gt;不是标签&lt;/b&gt;" in page
    assert "<script>alert" not in page
    assert "第一行\t有制表符\n" in page


@pytest.mark.capability("C34", "C36")
def test_the_panel_tells_grade_rule_due_time_and_who_answers(client, town):
    way = begin(town)
    page = town.login(client, "wang").get(address(way), **PART).content.decode()
    assert page.lstrip().startswith("<article")
    for said in ("社区或部门可解决", way.row.due_reason, way.row.responsible.name, "响石岭街道 响石社区 第一网格"):
        assert said in page


@pytest.mark.capability("C34", "C42")
def test_what_was_merged_or_ended_otherwise_is_neither_in_time_nor_ticked_off(client, town):
    main, twin, ended, done = begin(town), begin(town), begin(town).to("accepted"), begin(town).to("closed")
    twin.take("merge", "wang", into=main.receipt.number)
    ended.take("ask_abnormal", "chen", note="业主不同意", basis="《物业管理条例》")
    ended.take("grant_abnormal", "wang", **REPLY, basis="《物业管理条例》")
    wang = town.login(client, "wang")
    heads = {}
    for way in (twin, ended, done):
        page = wang.get(address(way), **PART).content.decode()
        heads[way] = page.partition("</header>")[0]
        assert ('class="stages"' in page) is ("按时办结" in page) is (way is done)
    assert f'已并入 <a class="mono" href="{address(main)}">{main.receipt.number}</a>' in heads[twin]
    assert '<p class="matter-due">非正常结案 ' in heads[ended]
    assert wang.get("/desk/?lane=closed").content.decode().count("按时办结") == 1


@pytest.mark.capability("C34", "C42")
def test_the_main_matter_tells_what_was_merged_into_it_and_when(client, town):
    main, twin, mistaken = begin(town), begin(town), begin(town)
    for way in (twin, mistaken):
        way.wait(minutes=90).take("merge", "wang", into=main.receipt.number)
    mistaken.take("unmerge", "wang", note="不是同一盏灯")
    page = town.login(client, "wang").get(address(main), **PART).content.decode()
    said = page.partition("<h3>并入的事项")[2].partition("</section>")[0]
    assert twin.receipt.number in said
    assert mistaken.receipt.number not in said
    assert "登记 <time" in said
    assert f'并入 <time datetime="{twin.now.astimezone(dt.UTC).isoformat()}"' in said


@pytest.mark.capability("C33")
def test_only_those_who_call_back_see_who_reported(client, town):
    way = begin(town, reporter_name="陈阿婆", reporter_phone="13900000000").to("dispatched")
    seen = {}
    for who in ("wang", "li", "zhou", "chen", "zhang"):
        page = town.login(client, who).get(address(way)).content.decode()
        seen[who] = "陈阿婆" in page or "13900000000" in page
    assert seen == {"wang": True, "li": False, "zhou": False, "chen": False, "zhang": False}


@pytest.mark.parametrize("who", ["sun", "chen", "he"])
def test_who_has_no_part_in_it_finds_nothing(client, town, who):
    way = begin(town)
    town.login(client, who)
    for path in ("", "print/", "map/", "steps/comment/"):
        assert client.get(address(way) + path).status_code == 404


@pytest.mark.parametrize("who", ["zhao", "wu"])
def test_administrators_and_auditors_do_not_read_matters(client, town, who):
    assert town.login(client, who).get(address(begin(town))).status_code == 403


@pytest.mark.capability("C34", "C35")
def test_a_matter_is_taken_to_its_end_through_the_forms(client, town):
    way = begin(town)
    walk = [
        ("wang", "dispatch", {"lead_id": town.city_management.pk, "task": "今晚前修好"}),
        ("chen", "sign", {}),
        ("chen", "begin", {}),
        ("chen", "finish", {"note": "已换灯泡", "reply": REPLY["reply"], "reply_kind": "done", "photos": picture()}),
        (
            "li",
            "verify",
            {"how": "on_site", "note": "亮了", "photos": picture(), "longitude": "113.1", "latitude": "27.8"},
        ),
        ("wang", "close", {"reply": REPLY["reply"], "reply_kind": "done"}),
        ("wang", "follow_up", {"solved": "yes", "satisfied": "5"}),
    ]
    for who, step, typed in walk:
        town.login(client, who)
        assert client.get(address(way, step)).status_code == 200
        answer = send(client, way, step, key=f"{KEY}{step}", **typed)
        assert answer.status_code == 302, answer.content.decode()
    assert way.row.stage == "followed_up"
    page = client.get(address(way)).content.decode()
    assert page.count("timeline-step") == 8


@pytest.mark.parametrize(
    ("stood", "said"),
    [(113.1001, ""), (113.11, "<span>距事项位置</span>983米"), (113.2, "<span>距事项位置</span>9.8公里")],
)
@pytest.mark.capability("C34")
def test_who_looked_at_it_from_afar_is_seen_to_have_done_so(client, town, stood, said):
    way = begin(town, longitude=113.1, latitude=27.87).to("verifying")
    way.take("verify", "li", **ON_SITE | {"longitude": stood})
    page = town.login(client, "wang").get(address(way)).content.decode()
    assert said in page
    assert ("距事项位置" in page) is bool(said)


@pytest.mark.capability("C34")
def test_the_same_form_twice_is_one_step(client, town):
    way = begin(town)
    town.login(client, "wang")
    typed = {"version": way.row.version, "once_key": KEY, "lead_id": town.city_management.pk}
    answers = [client.post(address(way, "dispatch"), typed).status_code for _ in range(3)]
    assert answers == [302, 302, 302]
    assert Step.objects.filter(matter=way.receipt.matter_id, name="dispatch").count() == 1
    assert Reception.objects.count() == 1


@pytest.mark.capability("C34")
def test_a_stale_page_loses_with_a_clear_sentence_and_keeps_what_was_typed(client, town):
    way = begin(town)
    seen = way.row.version
    way.take("comment", "wang", note="先问一问")
    town.login(client, "wang")
    answer = send(client, way, "dispatch", version=seen, lead_id=town.city_management.pk, task="今晚前修好")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刷新" in page
    assert "今晚前修好" in page
    assert way.row.stage == "registered"


@pytest.mark.capability("C35")
def test_a_refusal_stands_at_its_field(client, town):
    way = begin(town, text="想跟邻居借个梯子")
    town.login(client, "wang")
    answer = send(client, way, "dispatch", part=True, lead_id=town.city_management.pk, note="请办理")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "区城市管理局不在其列" in page
    assert "请办理" in page
    assert f'value="{town.city_management.pk}" checked' in page
    assert answer.headers["HX-Retarget"] == "#step-slot"


@pytest.mark.capability("C35")
def test_after_a_step_the_panel_comes_back_and_says_what_happened(client, town):
    way = begin(town)
    town.login(client, "wang")
    answer = send(client, way, "dispatch", part=True, lead_id=town.city_management.pk)
    told = json.loads(answer.headers["HX-Trigger"])["matter:step"]
    assert (told["stage"], told["moved"]) == ("待签收", True)
    assert "待签收" in answer.content.decode()


@pytest.mark.capability("C41")
def test_a_unit_that_gives_a_matter_back_is_told_that_it_is_gone(client, town):
    way = begin(town).to("dispatched")
    town.login(client, "chen")
    answer = send(client, way, "return", part=True, ground="not_ours", note="路灯属市政公司")
    assert answer.status_code == 200
    assert "不再由本单位办理" in answer.content.decode()


@pytest.mark.capability("C41")
def test_without_script_who_gave_a_matter_back_comes_to_their_list_and_reads_that_it_is_done(client, town):
    way = begin(town).to("dispatched")
    town.login(client, "chen")
    answer = send(client, way, "return", ground="not_ours", note="路灯属市政公司", next=address(way))
    assert (answer.status_code, answer.url) == (302, "/queue/")
    assert "退回" in client.get(answer.url).content.decode()


@pytest.mark.capability("C34", "C41")
@pytest.mark.parametrize("part", [False, True])
def test_a_step_that_arrives_again_is_answered_again_though_the_matter_is_out_of_sight(client, town, part):
    way = begin(town).to("dispatched")
    seen = way.row.version
    town.login(client, "chen")
    typed = {"version": seen, "part": part, "ground": "not_ours", "note": "路灯属市政公司"}
    first, again = [send(client, way, "return", **typed) for _ in range(2)]
    assert first.status_code == again.status_code == (200 if part else 302)
    assert first.content == again.content
    assert client.get(address(way)).status_code == 404
    assert send(client, way, "return", **typed | {"note": "换个说法"}).status_code == 404
    assert Step.objects.filter(matter=way.receipt.matter_id, name="return").count() == 1


def test_of_two_equal_forms_the_slower_by_a_moment_gets_the_answer_of_the_faster(client, town, monkeypatch):
    """The faster one moves the matter out of sight just before the slower one reads it."""
    way = begin(town).to("dispatched")
    town.login(client, "chen")
    typed = {"version": way.row.version, "ground": "not_ours", "note": "路灯属市政公司"}
    faster = []

    def overtaken(viewer, number):
        if not faster:
            faster.append("on its way")
            faster.append(send(client, way, "return", **typed).status_code)
        return detail(viewer, number)

    monkeypatch.setattr(views, "detail", overtaken)
    assert send(client, way, "return", **typed).status_code == faster[1] == 302
    assert Step.objects.filter(matter=way.receipt.matter_id, name="return").count() == 1


@pytest.mark.capability("C41")
def test_the_first_return_is_offered_and_the_second_is_a_dispute(client, town):
    way = begin(town).to("dispatched")
    town.login(client, "chen")
    assert "steps/return/" in client.get(address(way)).content.decode()
    way.take("return", "chen", ground="not_ours", note="不归我们")
    way.take("dispatch", "wang", lead_id=town.city_management.pk)
    page = client.get(address(way)).content.decode()
    assert "steps/return/" not in page
    assert "steps/dispute/" in page
    assert client.get(address(way, "return")).status_code == 409


def test_a_step_that_does_not_exist_is_not_found(client, town):
    way = begin(town)
    town.login(client, "wang")
    assert client.get(address(way, "erase")).status_code == 404
    assert send(client, way, "erase").status_code == 404


def test_a_form_without_its_version_or_key_is_refused_and_nothing_happens(client, town):
    way = begin(town)
    town.login(client, "wang")
    typed = {"lead_id": town.city_management.pk}
    for lacking in ({"once_key": KEY}, {"version": way.row.version}, {"version": "?", "once_key": KEY}):
        assert client.post(address(way, "dispatch"), typed | lacking).status_code == 422
    assert way.row.stage == "registered"


@pytest.mark.capability("C42")
def test_a_number_typed_to_merge_into_is_looked_up(client, town):
    main, other = begin(town), begin(town, text="同一盏路灯不亮")
    town.login(client, "wang")
    page = client.get("/matters/lookup/", {"into": main.receipt.number.lower()}).content.decode()
    assert main.row.title in page
    wrong = client.get("/matters/lookup/", {"into": "SF260101-0000-0000-9"}).content.decode()
    assert "form-error" in wrong
    assert "受理编号" in send(client, other, "merge", into="SF260101-0000-0000-9").content.decode()
    assert send(client, other, "merge", into=main.receipt.number.lower().replace("-", "")).status_code == 302
    assert other.row.merged_into_id == main.row.pk
    assert other.receipt.number in client.get(address(main)).content.decode()


def test_a_photo_is_served_to_those_who_see_the_matter_and_kept_by_the_browser(client, town):
    way = begin(town).to("handling")
    town.login(client, "chen")
    send(client, way, "finish", note="已换", reply="已换灯泡", reply_kind="done", photos=picture())
    digest = way.row.photos.get().digest
    answer = client.get(f"/photos/{digest}.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content.startswith(b"\xff\xd8")
    assert town.login(client, "sun").get(f"/photos/{digest}.jpg").status_code == 404


def test_the_printed_form_has_all_of_it_and_no_reporter(client, town):
    way = begin(town, reporter_name="陈阿婆").to("closed")
    page = town.login(client, "wang").get(address(way) + "print/").content.decode()
    assert way.receipt.number in page
    assert "答复结案" in page
    assert "陈阿婆" not in page


@pytest.mark.capability("C33")
def test_the_desk_registers_and_hands_over_number_and_code(client, town):
    town.login(client, "wang")
    assert client.get("/matters/new/").status_code == 200
    typed = {
        "once_key": KEY, "channel": "phone", "text": "东门路灯不亮", "unit_id": [town.town.pk, town.community.pk, ""],
        "place": "东门", "reporter_name": "陈阿婆", "reporter_phone": "13900000000",
    }  # fmt: skip
    first = client.post("/matters/new/", typed)
    again = client.post("/matters/new/", typed)
    row = Matter.objects.get()
    assert row.unit_id == town.community.pk
    assert row.channel == "phone"
    for page in (first.content.decode(), again.content.decode()):
        assert row.number in page
        assert row.due_reason in page
    assert "评价凭证" in first.content.decode()


@pytest.mark.capability("C33")
def test_what_lies_outside_ones_area_is_registered_too_and_number_and_code_are_shown(client, town):
    town.login(client, "qian")
    typed = {"once_key": KEY, "channel": "phone", "text": "东门路灯不亮", "unit_id": [town.other_town.pk, ""]}
    first, again = client.post("/matters/new/", typed), client.post("/matters/new/", typed)
    row = Matter.objects.get()
    assert client.get(f"/matters/{row.number}/").status_code == 404
    code = re.search(r'receipt-code mono">([^<]+)<', first.content.decode())
    for page in (first, again):
        assert page.status_code == 200
        assert row.number in page.content.decode()
        assert code[1] in page.content.decode()
        assert f'href="/matters/{row.number}/"' not in page.content.decode()
    assert client.get(f"/receipt/{row.number}/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", ""), ("channel", "import"), ("reporter_phone", "打我电话"), ("unit_id", "999999"), ("longitude", "999")],
)
def test_what_cannot_be_registered_is_kept_on_the_form(client, town, field, value):
    town.login(client, "wang")
    typed = {"once_key": KEY, "channel": "desk", "text": "东门路灯不亮", "place": "东门三号"} | {field: value}
    answer = client.post("/matters/new/", typed)
    assert answer.status_code == 422
    assert "东门三号" in answer.content.decode()
    assert not Matter.objects.exists()


def test_units_are_chosen_level_by_level(client, town):
    page = client.get("/matters/units/", {"unit_id": [town.town.pk, ""]}).content.decode()
    assert f'value="{town.town.pk}" selected' in page
    assert "响石社区" in page
    assert "第一网格" not in page
    page = client.get("/matters/units/", {"unit_id": [town.town.pk, town.community.pk, ""]}).content.decode()
    assert "第一网格" in page
