"""What happens at the edges of the loop: late decisions, requests that lose their object, chains of duplicates."""

import datetime as dt

import pytest

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.audit.models import Entry
from jishi.duties.models import Category
from jishi.kernel.errors import Conflict, Invalid
from jishi.matters.actions import alarms
from jishi.matters.actions.instructions import instruct
from jishi.matters.models import Request
from jishi.matters.queries.desks import requests_to_decide
from jishi.matters.queries.detail import detail
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.receipt import receipt
from jishi.matters.rules.vocabulary import Channel
from tests.cast import NOW, SINCE
from tests.matters.town import REPLY, begin, forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def photos_in_a_temporary_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.capability("K22-I7", "C34")
def test_what_was_asked_in_time_may_be_granted_later(town):
    way = begin(town).to("closed").wait(days=14)
    way.take("ask_reopening", None, note="又坏了")
    way.wait(days=3).take("reopen", "wang", note="重新派发")
    assert way.row.stage == "registered"


def test_an_answer_to_the_reporter_is_public_an_internal_note_is_not(town):
    asked, unasked = begin(town).to("closed"), begin(town).to("closed")
    asked.take("ask_reopening", None, note="又坏了")
    for way in (asked, unasked):
        way.take("reopen", "wang", note="请速查经手人")
    shown = [line["answer"] for line in receipt(asked.receipt.number, now=NOW, reopen_days=15).lines]
    hidden = [line["answer"] for line in receipt(unasked.receipt.number, now=NOW, reopen_days=15).lines]
    assert "请速查经手人" in shown
    assert "请速查经手人" not in hidden


@pytest.mark.parametrize("ending", ["finish", "redispatch", "merge"])
@pytest.mark.capability("C38")
def test_a_request_that_lost_its_object_lapses(town, ending):
    way = begin(town).to("handling")
    way.take("ask_extension", "chen", note="缺配件", working_days=2)
    match ending:
        case "finish":
            way.take("finish", "chen", note="好了", **REPLY)
        case "redispatch":
            way.take("redispatch", "wang", lead_id=town.water.pk, note="改派")
        case "merge":
            way.take("merge", "wang", into=begin(town).receipt.number)
    assert Request.objects.get().granted is False
    assert requests_to_decide(town.wang) == []
    assert list(broken_invariants(now=NOW)) == []


def test_beginning_to_handle_keeps_a_request_waiting(town):
    way = begin(town).to("accepted")
    way.take("ask_extension", "chen", note="缺配件", working_days=2)
    way.take("begin", "chen")
    assert len(requests_to_decide(town.wang)) == 1


@pytest.mark.capability("C38")
def test_a_reopened_matter_may_be_extended_again(town):
    way = begin(town).to("handling")
    way.take("ask_extension", "chen", note="缺配件", working_days=2)
    way.take("grant_extension", "wang")
    way.take("finish", "chen", note="好了", **REPLY)
    way.take("verify", "li", how="by_phone", note="已亮")
    way.take("close", "wang", **REPLY)
    way.wait(hours=1).take("reopen", "wang", note="又坏了")
    way.to("handling").take("ask_extension", "chen", note="再缺", working_days=1)


@pytest.mark.capability("C42", "K22-I5")
def test_the_answer_reaches_the_end_of_a_chain_of_duplicates(town):
    first, second, main = begin(town), begin(town), begin(town)
    first.take("merge", "wang", into=second.receipt.number)
    second.take("merge", "wang", into=main.receipt.number)
    main.to("closed")
    for way in (first, second):
        progress = receipt(way.receipt.number, now=NOW, reopen_days=15)
        assert progress.lines[-1]["reply"] == REPLY["reply"]
        assert main.receipt.number not in repr(progress)


@pytest.mark.capability("C42")
def test_two_matters_are_never_merged_into_each_other(town):
    one, other = begin(town), begin(town)
    one.take("merge", "wang", into=other.receipt.number)
    with pytest.raises(Invalid, match="已并入"):
        other.take("merge", "wang", into=one.receipt.number)


@pytest.mark.capability("C38")
def test_one_alarm_that_cannot_be_settled_does_not_silence_the_others(town, monkeypatch, caplog):
    ways = [begin(town) for _ in range(3)]
    real = alarms.advance

    def failing(**given):
        if given["facts"].id == ways[0].receipt.matter_id:
            raise RuntimeError("disk")
        return real(**given)

    monkeypatch.setattr(alarms, "advance", failing)
    assert alarms.ring(now=ways[0].row.stage_due_at) == 2
    assert ways[0].receipt.number in caplog.text


@pytest.mark.capability("C92", "L01")
def test_the_audit_trail_proves_words_without_repeating_them(town):
    way = begin(town, text="我家住3栋2单元501，下水道堵了").to("closed")
    written = " ".join(Entry.objects.filter(stream=f"matter:{way.receipt.matter_id}").values_list("facts", flat=True))
    assert "501" not in written
    assert REPLY["reply"] not in written
    assert "content" in written


@pytest.mark.capability("C93")
def test_a_rewritten_history_line_no_longer_matches_its_audit_line(town, lift_protection):
    way = begin(town).to("handling")
    with lift_protection():
        way.row.steps.filter(name="sign").update(note="并没有签收")
    assert [line for line in broken_invariants(now=NOW) if "审计" in line]


@pytest.mark.capability("C92")
def test_who_reported_is_shown_only_in_the_area_of_the_posting_that_allows_it(town):
    here, elsewhere = begin(town), begin(town, unit_id=town.other_grid.pk)
    both = Viewer(town.qian.person_id, "小钱", (*town.qian.grants, *town.zhang.grants))
    assert both.may(Permission.READ_REPORTER)
    assert detail(both, here.receipt.number).reporter is not None
    assert detail(both, elsewhere.receipt.number).reporter is None


@pytest.mark.capability("C36", "K23-B2")
def test_the_class_a_person_chooses_settles_the_urgency(town):
    Category.objects.create(code="0102", name="燃气", grade="small", urgent=True, valid_from=SINCE)
    forget()
    alarmed = begin(town, text="疑似燃气泄漏，其实是下水道味")
    assert alarmed.row.urgent
    alarmed.take("reclassify", "wang", category_code="0101", note="现场确认不是燃气")
    assert not alarmed.row.urgent
    calm = begin(town)
    calm.take("dispatch", "wang", lead_id=town.city_management.pk, category_code="0102")
    assert calm.row.urgent
    assert calm.row.due_at == NOW + dt.timedelta(hours=35)


def test_a_matter_is_not_moved_to_a_place_its_lead_does_not_serve(town):
    way = begin(town, channel=Channel.GRID, by=town.li)
    way.take("settle", "li", note="已扶起", **REPLY)
    with pytest.raises(Invalid, match="不负责新的地点"):
        way.take("relocate", "wang", unit_id=town.other_grid.pk)
    way.take("relocate", "wang", unit_id=town.next_grid.pk)
    assert way.row.area_3 == town.next_grid.pk


@pytest.mark.capability("C39")
def test_a_unit_asked_by_a_leader_sees_the_matter_it_was_asked_about(town):
    way = begin(town)
    due = NOW + dt.timedelta(days=2)
    arguments = {"by": town.zhang, "text": "供水也去看看", "due_at": due, "now": NOW, "number": way.receipt.number}
    instruct(organization_id=town.water.pk, **arguments)
    assert detail(town.he, way.receipt.number).matter["number"] == way.receipt.number
    with pytest.raises(Conflict):
        instruct(organization_id=town.water.pk, **(arguments | {"number": _closed(town)}))


def _closed(town) -> str:
    return begin(town).to("closed").receipt.number
