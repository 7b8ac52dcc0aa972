"""The worker's loop: everything once, nothing lost, nobody stopped by somebody else's error."""

import datetime as dt
import logging
import os
import signal
import threading
from collections import Counter

import pytest
from django.core import mail
from django.db import connection

from jishi.audit import queries as audit
from jishi.audit.actions import record
from jishi.flows.worker import DELIVERIES_LEASE, EVENTS_LEASE, Every, run, stop_on_signals
from jishi.notices import actions as notices
from jishi.notices.actions import claim_deliveries, claim_events, tell
from jishi.notices.queries import backlog, inbox, stuck
from jishi.notices.rules.messages import Spread, ToMailbox, ToPerson
from jishi.notices.rules.work import ClaimedEvent
from tests.notices.conftest import NOON

MINUTE = dt.timedelta(minutes=1)


def to_li(event: ClaimedEvent, _now: dt.datetime) -> Spread:
    number = event.facts["n"]
    return Spread((ToPerson(3, f"事项 {number}"),), (ToMailbox(f"{number}@example.cn", "新事项", "请签收"),))


def happen(count: int, kind: str = "matter.step") -> None:
    for number in range(count):
        tell(kind=kind, subject=f"matter:{number}", facts={"n": number}, now=NOON)


def work(worker: str = "a", at: dt.datetime = NOON, handlers: dict | None = None, **more: object) -> None:
    options = {"stop": threading.Event(), "once": True, "sweeps": (), "clock": lambda: at} | more
    run(worker=worker, handlers=handlers or {"matter.step": to_li}, **options)


def recipients() -> Counter[str]:
    return Counter(sent.to[0] for sent in mail.outbox)


@pytest.mark.django_db
def test_events_become_notices_and_mails_once():
    happen(120)
    work()
    work("b")
    assert len(inbox(3, limit=500)) == 120
    assert set(recipients().values()) == {1}
    assert len(recipients()) == 120
    assert backlog(now=NOON + 100 * MINUTE) == backlog(now=NOON - MINUTE)


@pytest.mark.django_db
def test_an_event_nobody_handles_is_finished():
    happen(1, kind="unheard.of")
    work()
    assert backlog(now=NOON).events == 0
    assert mail.outbox == []


@pytest.mark.django_db
def test_one_bad_event_stops_nobody_and_is_tried_again(caplog):
    happen(3)

    def shaky(event: ClaimedEvent, now: dt.datetime) -> Spread:
        if event.facts["n"] == 1:
            raise RuntimeError("词条缺失")
        return to_li(event, now)

    with caplog.at_level(logging.CRITICAL):
        work(handlers={"matter.step": shaky})
    assert len(recipients()) == 2
    work(at=NOON + MINUTE)
    assert len(recipients()) == 3


@pytest.mark.django_db
def test_what_a_handler_wrote_before_it_failed_is_undone(caplog):
    happen(1)

    def half(event: ClaimedEvent, now: dt.datetime) -> Spread:
        record(stream="x", actor_id=None, actor="", action="x", subject="", facts={}, at=now)
        raise RuntimeError

    with caplog.at_level(logging.CRITICAL):
        work(handlers={"matter.step": half})
    assert audit.size() == 0


@pytest.mark.django_db
def test_one_bad_delivery_stops_nobody(monkeypatch, caplog):
    happen(3)
    plain = notices.email.send

    def shaky(**message: object) -> None:
        if message["address"] == "1@example.cn":
            raise RuntimeError("unforeseen")
        plain(**message)

    monkeypatch.setattr(notices.email, "send", shaky)
    with caplog.at_level(logging.CRITICAL):
        work()
    assert set(recipients()) == {"0@example.cn", "2@example.cn"}
    monkeypatch.undo()
    work(at=NOON + MINUTE)
    assert set(recipients().values()) == {1}
    assert len(recipients()) == 3


@pytest.mark.django_db
def test_a_crash_between_claim_and_spreading_is_made_good_after_the_lease():
    happen(4)
    claim_events(worker="dead", now=NOON, limit=3, lease=EVENTS_LEASE)
    work(at=NOON)
    assert len(recipients()) == 1
    work(at=NOON + EVENTS_LEASE)
    assert len(recipients()) == 4
    assert set(recipients().values()) == {1}


@pytest.mark.django_db
def test_a_crash_between_claim_and_delivery_is_made_good_after_the_lease(monkeypatch):
    happen(3)

    class Killed(BaseException):
        """Like a kill: no handler runs, nothing is handed in."""

    def killed(**_: object) -> None:
        raise Killed

    monkeypatch.setattr(notices.email, "send", killed)
    with pytest.raises(Killed):
        work("dead")
    monkeypatch.undo()
    assert recipients() == {}
    work("b")
    assert recipients() == {}, "the dead worker's claim still holds"
    work("b", at=NOON + DELIVERIES_LEASE)
    assert recipients() == {f"{n}@example.cn": 1 for n in range(3)}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_deliver_everything_and_nothing_twice():
    happen(80)
    gate = threading.Barrier(3)
    failures: list[BaseException] = []

    def one(name: str) -> None:
        try:
            gate.wait()
            work(name)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(f"worker {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    work("last")  # a worker may stop early while the others hold the remaining rows
    assert recipients() == {f"{n}@example.cn": 1 for n in range(80)}
    assert len({line.text for line in inbox(3, limit=500)}) == len(inbox(3, limit=500)) == 80
    assert stuck() == ()


@pytest.mark.django_db
def test_asked_to_stop_the_worker_ends_after_the_row_at_hand_and_gives_the_rest_back():
    happen(5)
    stop = threading.Event()

    def stopping(event: ClaimedEvent, now: dt.datetime) -> Spread:
        stop.set()
        return to_li(event, now)

    work(handlers={"matter.step": stopping}, stop=stop, once=False)
    assert len(inbox(3)) == 1
    assert mail.outbox == []
    assert len(claim_events(worker="b", now=NOON, limit=10, lease=MINUTE)) == 4
    assert len(claim_deliveries(worker="b", now=NOON, limit=10, lease=MINUTE * 10)) == 1


def test_sigterm_and_an_interrupt_ask_the_worker_to_stop():
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    try:
        for each in (signal.SIGTERM, signal.SIGINT):
            stop = threading.Event()
            stop_on_signals(stop)
            os.kill(os.getpid(), each)
            assert stop.wait(10)
    finally:
        for each, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(each, handler)


@pytest.mark.django_db
def test_the_worker_seals_the_audit_record():
    record(stream="x", actor_id=None, actor="", action="x", subject="", facts={}, at=NOON)
    work()
    report = audit.verify()
    assert (report.seals, report.unsealed, report.intact) == (1, 0, True)


@pytest.mark.django_db
def test_a_sweep_that_fails_stops_neither_the_other_sweeps_nor_the_events(caplog):
    happen(1)
    swept: list[dt.datetime] = []

    def failing(_now: dt.datetime) -> None:
        raise RuntimeError

    with caplog.at_level(logging.CRITICAL):
        work(sweeps=(failing, swept.append))
    assert set(swept) == {NOON}
    assert len(recipients()) == 1


def test_a_sweep_is_due_at_once_and_then_once_in_its_period():
    swept: list[dt.datetime] = []
    every = Every(MINUTE, swept.append)
    for second in (0, 1, 59, 60, 61, 119, 121, 300):
        every(NOON + dt.timedelta(seconds=second))
    assert [(at - NOON).seconds for at in swept] == [0, 60, 121, 300]


def test_a_failing_sweep_waits_for_its_next_period():
    tried: list[dt.datetime] = []

    def failing(now: dt.datetime) -> None:
        tried.append(now)
        raise RuntimeError

    every = Every(MINUTE, failing)
    with pytest.raises(RuntimeError):
        every(NOON)
    every(NOON + dt.timedelta(seconds=1))
    assert tried == [NOON]
