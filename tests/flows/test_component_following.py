"""The component follows the matter about its fault, by itself, within a round of the worker."""

import datetime as dt
import threading

import pytest

from jishi.flows import rounds, worker
from jishi.flows.component_faults import report_fault
from jishi.matters.rules.vocabulary import ReplyKind
from jishi.parts import actions, queries
from jishi.parts.models import Component
from jishi.parts.rules.history import Turn
from jishi.parts.rules.inspections import Condition
from tests.cast import NOW
from tests.matters.town import ON_SITE, REPLY, Way, report
from tests.parts.conftest import town as town
from tests.parts.square import put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06", "K29-I6")]
EXPLAINED = {"reply": "路灯按季节定时，天黑后会亮。", "reply_kind": ReplyKind.EXPLAINED}
CANNOT = {"reply": "已列入明年改造。", "reply_kind": ReplyKind.CANNOT, "basis": "年度计划"}


@pytest.fixture
def lamp(town):
    return put(town, name="12号杆")


def faulty(town, lamp, now=NOW):
    return Way(town, report_fault(code=lamp, note="灯不亮", by=town.li, now=now), now)


def work(now=NOW):
    worker.run(worker="w1", stop=threading.Event(), once=True, handlers=rounds.HANDLERS, sweeps=(), clock=lambda: now)


def stands(lamp):
    return Condition(Component.objects.get(code=lamp).condition)


def told(lamp):
    row = Component.objects.get(code=lamp)
    return [(one.turn, one.by_name, one.matter_number) for one in queries.happenings(row.pk)]


def close(way, **reply):
    way.to("handling")
    way.take("finish", "chen", note="看过了", **reply)
    way.take("verify", "zhou", **ON_SITE)
    way.take("close", "wang", **reply)
    return way


def test_a_repair_that_was_verified_and_closed_makes_it_sound(town, lamp):
    way = faulty(town, lamp)
    work()
    assert (stands(lamp), told(lamp)) == (Condition.FAULTY, [])
    close(way, **REPLY)
    work()
    assert stands(lamp) is Condition.SOUND
    assert told(lamp) == [(Turn.REPAIRED, "小王", way.receipt.number)]


@pytest.mark.parametrize(
    ("reply", "turn", "condition"),
    [(EXPLAINED, Turn.NO_FAULT, Condition.SOUND), (CANNOT, Turn.UNREPAIRED, Condition.FAULTY)],
)
def test_what_was_no_fault_is_sound_and_what_could_not_be_done_stays_broken(town, lamp, reply, turn, condition):
    way = close(faulty(town, lamp), **reply)
    work()
    assert stands(lamp) is condition
    assert [one[0] for one in told(lamp)] == [turn]
    assert queries.happenings(Component.objects.get().pk)[0].matter_number == way.receipt.number


def test_reopened_it_is_broken_again_and_closed_again_it_is_sound(town, lamp):
    way = close(faulty(town, lamp), **REPLY)
    work()
    way.wait(hours=20)
    way.take("reopen", "wang", note="又不亮了")
    work(way.now)
    assert stands(lamp) is Condition.FAULTY
    way.wait(hours=1)
    close(way, **REPLY)
    work(way.now)
    assert stands(lamp) is Condition.SOUND
    assert [one[0] for one in told(lamp)] == [Turn.REPAIRED, Turn.REOPENED, Turn.REPAIRED]


def test_while_another_matter_about_it_is_open_it_stays_broken(town, lamp):
    first = faulty(town, lamp)
    second = faulty(town, lamp, NOW + dt.timedelta(minutes=5))
    close(first, **REPLY)
    work()
    assert (stands(lamp), told(lamp)) == (Condition.FAULTY, [])
    close(second, **REPLY)
    work(second.now)
    assert (stands(lamp), told(lamp)) == (Condition.SOUND, [(Turn.REPAIRED, "小王", second.receipt.number)])


def test_a_fault_merged_into_another_matter_ends_with_that(town, lamp):
    fault = faulty(town, lamp)
    main = Way(town, report(town))
    fault.take("merge", "wang", into=main.receipt.number)
    work()
    assert stands(lamp) is Condition.FAULTY
    close(main, **REPLY)
    work()
    assert stands(lamp) is Condition.SOUND
    assert told(lamp) == [(Turn.REPAIRED, "小王", fault.receipt.number)]


def test_an_abnormal_end_is_no_repair_whatever_it_says(town, lamp):
    way = faulty(town, lamp).to("handling")
    way.take("ask_abnormal", "chen", note="找不到", basis="现场无此灯")
    way.take("grant_abnormal", "wang", **REPLY, basis="现场无此灯")
    work()
    assert stands(lamp) is Condition.FAULTY
    assert [one[0] for one in told(lamp)] == [Turn.UNREPAIRED]


def test_what_was_taken_down_meanwhile_follows_nothing(town, lamp):
    way = close(faulty(town, lamp), **REPLY)
    actions.retire(code=lamp, reason="道路改造", by=town.zhao, now=NOW)
    work()
    assert (stands(lamp), [one[0] for one in told(lamp)]) == (Condition.FAULTY, [Turn.RETIRED])
    assert way.row.stage == "closed"


def test_a_matter_about_nothing_changes_nothing(town, lamp):
    close(Way(town, report(town)), **REPLY)
    work()
    assert (stands(lamp), told(lamp)) == (Condition.SOUND, [])
