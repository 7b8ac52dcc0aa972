"""批办: a leader's dated task. It is followed and answered; it never moves a matter."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from jishi.duties.queries import calendar
from jishi.matters.models import Instruction, Matter
from jishi.matters.rules.steps import STEPS
from tests.cast import PEOPLE
from tests.matters.town import begin

pytestmark = pytest.mark.django_db
SOON = 5


def due_day() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=SOON)


def give(client: Any, town: Any, **more: Any) -> Any:
    posted = {
        "organization_id": town.city_management.pk,
        "text": "请三日内修复并举一反三",
        "due_on": due_day().isoformat(),
        "once_key": str(uuid4()),
    } | more
    return client.post("/instructions/new/", posted)


@pytest.mark.capability("C39", "K25-I1")
def test_a_word_of_the_leader_becomes_a_dated_task(client, town):
    answer = give(town.login(client, "zhang"), town)
    assert answer.status_code == 302
    made = Instruction.objects.get()
    assert (made.organization_id, made.matter_id, made.leader_id) == (
        town.city_management.pk,
        None,
        town.zhang.person_id,
    )
    local = timezone.localtime(made.due_at)
    assert (local.date(), local.time()) == (due_day(), calendar().hours[-1][1])
    assert "待反馈" in client.get("/instructions/").text


@pytest.mark.capability("C39", "K25-I3")
def test_an_instruction_on_a_matter_changes_neither_stage_nor_grade(client, town):
    way = begin(town, now=timezone.now()).to("handling")
    before = Matter.objects.filter(pk=way.row.pk).values().get()
    town.login(client, "zhang")
    page = client.get(f"/instructions/new/?number={way.receipt.number}")
    assert "正在办理" in page.text
    assert f'value="{town.city_management.pk}" checked' in page.text
    assert give(client, town, number=way.receipt.number).status_code == 302
    assert Matter.objects.filter(pk=way.row.pk).values().get() == before
    assert Instruction.objects.get().matter_id == way.row.pk


@pytest.mark.capability("C39")
def test_a_leader_finds_no_button_that_moves_a_matter_and_no_door_behind_it(client, town):
    way = begin(town, now=timezone.now())
    town.login(client, "zhang")
    moving = [step for step in STEPS.values() if step.name != "comment"]
    for stage in ("registered", "dispatched", "accepted", "handling", "verifying", "verified", "closed"):
        page = client.get(f"/matters/{way.receipt.number}/")
        assert page.status_code == 200
        for step in moving:
            address = f"/matters/{way.receipt.number}/steps/{step.name}/"
            assert address not in page.text
            posted = {"note": "办", "version": way.row.version, "once_key": str(uuid4())}
            assert client.post(address, posted).status_code in {403, 409, 422}
        assert way.row.stage == stage
        if stage == "registered":
            way.take("dispatch", "wang", lead_id=town.city_management.pk)
        elif stage != "closed":
            straight = {"dispatched": "sign", "accepted": "begin"}
            next_step(way, stage, straight)
    assert "/instructions/new/" not in client.get(f"/matters/{way.receipt.number}/").text


def next_step(way: Any, stage: str, plain: dict[str, str]) -> None:
    from tests.matters.town import ON_SITE, REPLY

    if stage in plain:
        way.take(plain[stage], "chen")
    elif stage == "handling":
        way.take("finish", "chen", note="好了", **REPLY)
    elif stage == "verifying":
        way.take("verify", "li", **ON_SITE)
    else:
        way.take("close", "wang", **REPLY)


def test_the_lead_is_chosen_already_and_before_there_is_one_the_grid_centre(client, town):
    way = begin(town, now=timezone.now())
    town.login(client, "zhang")
    address = f"/instructions/new/?number={way.receipt.number}"
    centre = way.row.responsible_id
    assert centre in {town.centre.pk, town.town_centre.pk}
    assert f'value="{centre}" checked' in client.get(address).text
    way.take("dispatch", "wang", lead_id=town.city_management.pk)
    assert f'value="{town.city_management.pk}" checked' in client.get(address).text


def test_the_matter_has_a_button_to_the_instruction(client, town):
    way = begin(town, now=timezone.now())
    address = f"/instructions/new/?number={way.receipt.number}"
    assert address in town.login(client, "zhang").get(f"/matters/{way.receipt.number}/").text
    assert address not in town.login(client, "wang").get(f"/matters/{way.receipt.number}/").text


@pytest.mark.capability("K25-I2")
def test_only_bodies_of_the_area_are_offered_and_taken(client, town):
    from jishi.accounts.models import Posting

    Posting.objects.filter(person=town.person("zhang")).update(unit=town.town)
    town.login(client, "zhang")
    page = client.get("/instructions/new/").text
    assert town.community_office.name in page
    assert town.city_management.name not in page
    assert give(client, town).status_code == 403
    assert give(client, town, organization_id=town.town_office.pk).status_code == 302


@pytest.mark.capability("K25-B2")
def test_a_closed_matter_takes_no_instruction(client, town):
    way = begin(town, now=timezone.now()).to("closed")
    answer = give(town.login(client, "zhang"), town, number=way.receipt.number)
    assert answer.status_code == 409
    assert "已经结案" in answer.text
    assert "请三日内修复并举一反三" in answer.text  # what was typed is still there


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", "", "请写明批办意见"),
        ("text", "长" * 501, "批办意见最多500个字"),
        ("due_on", "", "请选择反馈期限"),
        ("due_on", "2026-02-30", "日期不对，请重新选择"),
        ("due_on", "2020-01-01", "反馈期限要晚于现在"),
        ("organization_id", "", "请选择承办单位"),
        ("organization_id", "x", "请从列表中选择"),
        ("organization_id", "999999", "请选择承办单位"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(client, town, field, value, said):
    answer = give(town.login(client, "zhang"), town, **{field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert not Instruction.objects.exists()


def test_the_same_form_twice_is_one_instruction(client, town):
    key = str(uuid4())
    town.login(client, "zhang")
    assert [give(client, town, once_key=key).status_code for _ in range(3)] == [302] * 3
    assert Instruction.objects.count() == 1


@pytest.mark.capability("C39")
def test_the_unit_answers_once_and_the_leader_reads_it(client, town):
    give(town.login(client, "zhang"), town)
    address = f"/instructions/{Instruction.objects.get().pk}/"
    assert "<textarea" not in client.get(address).text
    town.login(client, "chen")
    assert address in client.get("/instructions/").text
    assert "<textarea" in client.get(address).text
    assert client.post(address, {"text": "", "once_key": str(uuid4())}).status_code == 422
    assert client.post(address, {"text": "已全部修复", "once_key": str(uuid4())}).status_code == 302
    assert client.post(address, {"text": "再答一次", "once_key": str(uuid4())}).status_code == 409
    assert "已全部修复" in town.login(client, "zhang").get("/instructions/").text


def test_overdue_is_marked(client, town):
    give(town.login(client, "zhang"), town)
    Instruction.objects.update(due_at=timezone.now() - dt.timedelta(hours=3))
    assert "逾期未反馈" in client.get("/instructions/").text
    assert "1 件待反馈，其中 1 件已过期限" in client.get("/overview/").text


@pytest.mark.parametrize("who", [who for who in PEOPLE if who not in {"zhang", "chen"}])
def test_others_find_no_such_instruction(client, town, who):
    give(town.login(client, "zhang"), town)
    address = f"/instructions/{Instruction.objects.get().pk}/"
    town.login(client, who)
    assert client.get(address).status_code in {403, 404}
    assert client.post(address, {"text": "冒答", "once_key": str(uuid4())}).status_code in {403, 404}
    assert Instruction.objects.get().answered_at is None


@pytest.mark.capability("C39", "K25-I4")
def test_who_writes_sees_how_much_each_unit_has_to_answer_already_whoever_asked_for_it(client, town):
    town.login(client, "zhang")
    for _ in range(3):
        give(client, town)
    Instruction.objects.filter(pk=Instruction.objects.latest("pk").pk).update(
        due_at=timezone.now() - dt.timedelta(hours=3), leader=town.person("zhao")
    )
    form = client.get("/instructions/new/").text
    assert form.count("待反馈批办 3 件，其中 1 件逾期") == 1
    lines = client.get("/instructions/").text
    assert lines.index("各单位待反馈的批办") < lines.index(f"<span>{town.city_management.name}</span><b>3 件</b>")
    assert "逾期 1 件" in lines
    Instruction.objects.update(
        answer="已办", answered_at=timezone.now(), answered_by=town.person("chen"), text="请三日内修复"
    )
    assert "待反馈批办" not in client.get("/instructions/new/").text
    assert "各单位待反馈的批办" not in client.get("/instructions/").text


@pytest.mark.capability("K25-I4")
def test_the_lead_from_outside_the_area_shows_its_load_too(client, town):
    from jishi.accounts.models import Posting

    give(town.login(client, "zhang"), town)
    Instruction.objects.update(leader=town.person("zhao"))
    way = begin(town, now=timezone.now()).to("handling")
    Posting.objects.filter(person=town.person("zhang")).update(unit=town.town)
    assert "待反馈批办" not in client.get("/instructions/new/").text
    assert "待反馈批办 1 件" in client.get(f"/instructions/new/?number={way.receipt.number}").text
    assert "各单位待反馈的批办" not in client.get("/instructions/").text


@pytest.mark.parametrize("who", ["chen", "wang"])
def test_whoever_only_answers_sees_nobody_elses_load(client, town, who):
    give(town.login(client, "zhang"), town)
    assert "各单位待反馈的批办" not in town.login(client, who).get("/instructions/").text
