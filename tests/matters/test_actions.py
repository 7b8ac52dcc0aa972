"""The closed loop as people live it: every step with its clocks, parts, history and refusals."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jishi.audit.models import Entry
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.matters.actions.alarms import ring
from jishi.matters.models import Matter, Part, Photo, Rating, Reporter, Step
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.receipt import receipt
from jishi.matters.rules.steps import STEPS
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.notices.models import Event
from jishi.organizations import queries as organizations
from tests.cast import NOW
from tests.matters.town import ON_SITE, REPLY, Way, begin, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def photos_in_a_temporary_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def consistent(now=NOW) -> bool:
    return list(broken_invariants(now=now)) == []


@pytest.mark.capability("C33", "C34", "K22-I6")
def test_a_report_becomes_one_matter_with_one_unit_and_a_due_time(town):
    given = report(town, reporter_name="刘奶奶", reporter_phone="000-1234-5678")
    row = Matter.objects.get(number=parse_number(given.number))
    assert row.responsible == town.town_centre
    assert row.due_at > NOW
    assert row.due_reason.startswith("事项限35个工作时")
    assert (row.area_1, row.area_2, row.area_3) == (town.town.pk, town.community.pk, town.grid.pk)
    assert [s.name for s in row.steps.all()] == ["register"]
    assert Entry.objects.filter(stream=f"matter:{row.pk}").count() == 1
    assert Event.objects.filter(subject=f"matter:{row.pk}").count() == 1
    assert consistent()


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.capability("C33")
def test_every_channel_gives_the_same_receipt(town, channel):
    own = {Channel.RESIDENT, Channel.OPEN311, Channel.IMPORT}
    given = report(town, channel=channel, by=None if channel in own else town.li)
    progress = receipt(given.number, now=NOW, reopen_days=15)
    assert progress.official_stage == "登记"
    assert progress.unit_name == "响石岭街道网格中心"
    assert progress.due_reason


@pytest.mark.capability("C33")
def test_a_receipt_never_names_the_reporter(town):
    given = report(town, reporter_name="刘翠花", reporter_phone="000-1234-5678")
    begin_way = begin(town, reporter_name="刘翠花")
    begin_way.to("closed")
    for number in (given.number, begin_way.receipt.number):
        shown = repr(receipt(number, now=NOW, reopen_days=15))
        assert "刘翠花" not in shown
        assert "1234-5678" not in shown


def test_a_channel_of_the_staff_needs_a_posting(town):
    with pytest.raises(Forbidden):
        report(town, channel=Channel.PHONE)
    with pytest.raises(Forbidden):
        report(town, channel=Channel.PHONE, by=town.chen)


@pytest.mark.capability("K23-B2", "C36")
def test_a_danger_runs_on_the_urgent_clock(town):
    row = Matter.objects.get(pk=report(town, text="楼道燃气泄漏,借个梯子也够不着").matter_id)
    assert row.urgent
    assert row.due_at == NOW + dt.timedelta(hours=35)


@pytest.mark.capability("C34", "K22-I3", "G13")
def test_the_whole_way_from_words_to_a_closed_matter(town):
    way = begin(town).to("closed")
    row = way.row
    assert row.verified_by_id != row.handled_by_id
    assert row.answered_at is not None
    progress = receipt(row.number, now=NOW, reopen_days=15)
    assert progress.lines[-1]["reply"] == REPLY["reply"]
    assert [s.name for s in row.steps.order_by("seq")] == [
        "register", "dispatch", "sign", "begin", "finish", "verify", "close",
    ]  # fmt: skip
    assert consistent()


@pytest.mark.capability("K24-I1", "C33")
def test_the_reporter_alone_rates_and_once(town):
    fresh = begin(town).to("closed")
    stranger = Way(town, replace(fresh.receipt, code="1111-2222"))
    with pytest.raises(NotFound):
        stranger.take("rate", None, solved=True, satisfied=5)
    fresh.take("rate", None, solved=False, satisfied=2, note="还是有点暗")
    assert Rating.objects.get().satisfied == 2
    with pytest.raises(Conflict):
        fresh.take("rate", None, solved=True, satisfied=5)


@pytest.mark.capability("K22-I7", "C34")
def test_reopening_keeps_the_number_and_begins_the_promise_anew(town):
    way = begin(town).to("closed").wait(days=2)
    way.take("ask_reopening", None, note="昨晚又不亮了")
    with pytest.raises(Conflict):
        way.take("ask_reopening", None, note="再说一遍")
    way.take("reopen", "wang", note="同意,重新派发")
    row = way.row
    assert row.stage == "registered"
    assert row.clock_started_at == way.now
    assert row.handled_by_id is None
    way.to("closed")
    way.take("rate", None, solved=True, satisfied=5)
    assert consistent(way.now)


@pytest.mark.capability("C41")
def test_a_dispute_ends_in_a_written_decision(town):
    way = begin(town).to("dispatched")
    way.take("return", "chen", ground="not_ours", note="路灯归住建")
    assert way.row.responsible == town.town_centre
    way.take("dispatch", "wang", lead_id=town.city_management.pk)
    way.take("dispute", "chen", ground="not_ours", note="仍认为不归我局")
    way.take("arbitrate", "wang", lead_id=town.city_management.pk, note="清单第12项,由城管主办")
    for step in ("return", "dispute"):
        with pytest.raises(Conflict):
            way.take(step, "chen", ground="not_ours", note="再退")
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=way.receipt.matter_id).update(returns=3)
    assert consistent()


@pytest.mark.capability("C35", "K22-I4", "K21-I2")
def test_one_lead_and_its_helpers(town):
    way = begin(town)
    way.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(town.water.pk,))
    way.take("sign", "chen")
    with pytest.raises(Conflict, match="供水公司"):
        way.take("finish", "chen", note="好了", **REPLY)
    way.take("help_done", "he", note="阀门已关")
    way.take("finish", "chen", note="好了", **REPLY)
    assert Part.objects.filter(matter=way.row, role="lead", ended_at__isnull=True).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.create(matter=way.row, organization=town.water, role="lead", assigned_at=NOW)


@pytest.mark.capability("C35")
def test_a_released_helper_no_longer_holds_the_lead_up(town):
    way = begin(town)
    way.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(town.water.pk,))
    way.take("sign", "chen")
    way.take("release_helper", "wang", organization_id=town.water.pk, note="不需停水")
    way.take("finish", "chen", note="好了", **REPLY)
    assert consistent()


@pytest.mark.capability("C38", "K22-I8")
def test_a_pause_moves_the_due_time_and_an_early_end_takes_back_the_rest(town):
    way = begin(town).to("handling")
    before = way.row.due_at
    way.take("pause", "wang", reason="season", note="等停雨", until=NOW + dt.timedelta(days=7))
    planned = way.row.due_at
    assert planned > before
    with pytest.raises(Conflict, match="挂账"):
        way.take("finish", "chen", note="好了", **REPLY)
    way.wait(days=1).take("resume", "wang")
    assert before < way.row.due_at < planned
    resumed = way.row.due_at
    way.take("regrade", "wang", grade=Grade.BIG, note="影响整条街")
    assert way.row.due_at > resumed
    way.take("redispatch", "wang", lead_id=town.water.pk, note="改由供水")
    assert way.row.due_at > resumed
    assert consistent(way.now)


@pytest.mark.capability("C38")
def test_a_pause_that_ran_out_ends_by_itself(town):
    way = begin(town).to("handling")
    way.take("pause", "wang", reason="season", note="等停雨", until=NOW + dt.timedelta(days=2))
    assert ring(now=NOW + dt.timedelta(days=1)) == 0
    assert ring(now=NOW + dt.timedelta(days=2)) == 1
    assert way.row.paused_since is None
    assert consistent(NOW + dt.timedelta(days=2))


@pytest.mark.capability("C38", "K24-I2")
def test_an_overdue_matter_rises_exactly_on_time_and_again_each_day(town):
    way = begin(town)
    due = way.row.stage_due_at
    assert ring(now=due - dt.timedelta(seconds=1)) == 0
    assert ring(now=due) == 1
    assert ring(now=due) == 0
    row = way.row
    assert row.escalation == 1
    assert ring(now=row.alarm_at) == 1
    assert way.row.steps.filter(name="escalate").count() == 2


@pytest.mark.capability("C38")
def test_a_comment_restarts_no_clock_and_silences_no_alarm(town):
    way = begin(town).to("handling")
    before = way.row
    way.wait(hours=3).take("comment", "wang", note="在催配件")
    after = way.row
    assert (before.due_at, before.stage_due_at, before.alarm_at) == (after.due_at, after.stage_due_at, after.alarm_at)


@pytest.mark.capability("C38")
def test_more_time_is_asked_by_the_lead_and_granted_by_another(town):
    way = begin(town).to("handling")
    before = way.row.due_at
    way.take("ask_extension", "chen", note="缺配件", working_days=2)
    assert way.row.due_at == before
    with pytest.raises(Forbidden):
        way.take("grant_extension", "chen")
    way.take("grant_extension", "wang")
    assert way.row.due_at > before
    with pytest.raises(Invalid, match="最多延期1次"):
        way.take("ask_extension", "chen", note="还缺", working_days=1)
    assert consistent()


def test_an_abnormal_end_needs_another_ones_yes_and_a_basis(town):
    way = begin(town).to("handling")
    way.take("ask_abnormal", "chen", note="业主不同意", basis="《物业管理条例》")
    with pytest.raises(Forbidden):
        way.take("grant_abnormal", "chen", **REPLY, basis="《物业管理条例》")
    way.take("grant_abnormal", "wang", **REPLY, basis="《物业管理条例》")
    assert way.row.stage == "abnormal"
    assert consistent()


@pytest.mark.capability("C42", "K22-I5")
def test_every_reporter_of_a_merged_matter_reads_the_answer(town):
    main, twin = begin(town), begin(town)
    twin.take("merge", "wang", into=main.receipt.number)
    main.to("closed")
    progress = receipt(twin.receipt.number, now=NOW, reopen_days=15)
    assert progress.merged
    assert progress.lines[-1]["reply"] == REPLY["reply"]
    assert consistent()


@pytest.mark.capability("C41", "C42")
def test_a_merged_report_was_registered_when_its_own_reporter_said_it(town):
    main, twin = begin(town), begin(town, now=NOW + dt.timedelta(minutes=20))
    twin.wait(minutes=5).take("merge", "wang", into=main.receipt.number)
    main.wait(minutes=30).to("dispatched")
    progress = receipt(twin.receipt.number, now=main.now, reopen_days=15)
    assert progress.registered_at == NOW + dt.timedelta(minutes=20)
    assert [(line["label"], line["at"]) for line in progress.lines] == [
        ("登记", progress.registered_at), ("并案", twin.now), ("派发", main.now),
    ]  # fmt: skip
    assert progress.due_reason == f"主事项，{main.row.due_reason}"
    assert receipt(main.receipt.number, now=main.now, reopen_days=15).due_reason == main.row.due_reason


@pytest.mark.capability("C34")
def test_a_small_thing_is_settled_on_the_spot_and_still_verified_by_another(town):
    way = begin(town, channel=Channel.GRID, by=town.li)
    way.take("settle", "li", note="已把倒下的车扶起", **REPLY)
    assert way.row.lead == town.community_office
    with pytest.raises(Forbidden, match="没有经手处置的人"):
        way.take("verify", "li", **ON_SITE)
    way.take("verify", "zhou", **ON_SITE)
    way.take("close", "wang", **REPLY)
    assert consistent()


@pytest.mark.capability("C34", "K22-B5")
def test_a_failed_verification_goes_back_to_handling(town):
    way = begin(town).to("verifying")
    way.take("reject", "li", note="灯还是不亮")
    assert way.row.stage == "handling"
    assert way.row.handled_by_id is None
    way.take("finish", "chen", note="再次更换", **REPLY)
    way.take("verify", "li", **ON_SITE)
    assert Photo.objects.filter(matter=way.row, kind="verified").count() == 1
    assert consistent()


@pytest.mark.capability("K22-B2")
def test_a_page_that_is_out_of_date_loses_and_says_so(town):
    way = begin(town)
    version = way.row.version
    way.take("dispatch", "wang", version=version, lead_id=town.city_management.pk)
    with pytest.raises(Conflict):
        way.take("dispatch", "qian", version=version, lead_id=town.water.pk)


@pytest.mark.capability("C92")
def test_the_stranger_from_the_next_grid_does_not_even_learn_that_it_exists(town):
    way = begin(town).to("verifying")
    for step in STEPS:
        if STEPS[step].holder != "system":
            with pytest.raises(NotFound):
                way.take(step, "sun", **ON_SITE)


@pytest.mark.capability("C93", "C34")
def test_when_the_audit_line_fails_nothing_of_the_step_is_kept(town, monkeypatch):
    way = begin(town)

    def broken(**_):
        raise DatabaseError("disk full")

    monkeypatch.setattr("jishi.matters.actions.ledger.record", broken)
    with pytest.raises(DatabaseError):
        way.take("dispatch", "wang", lead_id=town.city_management.pk)
    assert way.row.stage == "registered"
    assert Step.objects.filter(matter=way.row).count() == 1
    assert not Part.objects.exists()


@pytest.mark.capability("K22-I5", "C34")
def test_the_database_itself_refuses_to_rewrite_history(town):
    way = begin(town)
    for sql in ("UPDATE matters_step SET note = 'x'", "DELETE FROM matters_step"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert way.row.steps.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": None},
        {"alarm_at": None},
        {"responsible": None},
        {"stage": "closed"},
        {"stage": "dispatched"},
        {"stage": "merged"},
        {"paused_since": NOW},
        {"longitude": 113.0},
        {"handled_at": NOW},
        {"closed_at": NOW},
    ],
    ids=str,
)
@pytest.mark.capability("C34", "K22-I6", "G2")
def test_illegal_states_are_impossible_in_the_database(town, wrong):
    way = begin(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=way.receipt.matter_id).update(**wrong)


@pytest.mark.capability("K22-I2")
def test_the_database_refuses_a_verifier_who_handled(town):
    way = begin(town).to("verifying")
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=way.receipt.matter_id).update(verified_by=way.row.handled_by, verified_at=NOW)


def test_who_reported_is_kept_apart(town):
    report(town, reporter_name="刘奶奶")
    assert Reporter.objects.get().name == "刘奶奶"
    assert "刘奶奶" not in repr(list(Matter.objects.values())) + repr(list(Step.objects.values()))
    assert "刘奶奶" not in repr(list(Entry.objects.values())) + repr(list(Event.objects.values()))


@pytest.mark.capability("C34", "C93")
def test_an_altered_row_is_found_by_replaying_its_history(town):
    way = begin(town).to("handling")
    Matter.objects.filter(pk=way.receipt.matter_id).update(grade="big")
    assert [line for line in broken_invariants(now=NOW) if "重放" in line and "grade" in line]


@pytest.mark.capability("C92", "C42")
def test_a_town_merges_nothing_into_a_matter_it_may_not_see(town):
    mine, elsewhere = begin(town), begin(town, unit_id=town.other_grid.pk)
    with pytest.raises(Invalid) as refusal:
        mine.take("merge", "qian", into=elsewhere.receipt.number)
    assert refusal.value.field == "into"
    mine.take("merge", "wang", into=elsewhere.receipt.number)


@pytest.mark.capability("K22-B7")
def test_a_lead_that_was_abolished_is_replaced_without_losing_the_matter(town):
    way = begin(town).to("handling")
    type(town.city_management).objects.filter(pk=town.city_management.pk).update(valid_to=NOW.date())
    organizations.forget_cache()
    with pytest.raises(Invalid, match="已撤销"):
        way.take("regrade", "wang", grade=Grade.BIG, note="影响整条街")
    way.take("redispatch", "wang", lead_id=town.water.pk, note="原单位已撤销")
    assert way.row.lead == town.water
