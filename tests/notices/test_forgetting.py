"""What was told long ago is removed by the worker; what is not done, the history and the audit record never."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from jishi.accounts.models import Session
from jishi.audit.models import Entry
from jishi.flows.rounds import HANDLERS, SWEEPS
from jishi.flows.worker import run
from jishi.matters.models import Step
from jishi.matters.queries.invariants import broken_invariants
from jishi.notices import actions as notices
from jishi.notices.actions import claim_deliveries, claim_events, deliver, spread, tell
from jishi.notices.models import Delivery, Event, Notice
from jishi.notices.rules.messages import Spread, ToMailbox, ToPerson
from jishi.once.models import Reception
from jishi_site.settings import days
from tests.cast import NOW
from tests.matters.town import begin, forget, lay_down
from tests.notices.conftest import NOON

pytestmark = pytest.mark.django_db
LEASE = dt.timedelta(minutes=10)
DAY = dt.timedelta(days=1)
MONTH, HALF_YEAR = 30 * DAY, 180 * DAY


def told(to: Spread = Spread(), at: dt.datetime = NOON, send: bool = True) -> int:  # noqa: B008 - it is frozen
    """An event that was spread and, with ``send``, delivered."""
    tell(kind="matter.step", subject="matter:1", facts={}, now=at)
    (event,) = claim_events(worker="a", now=at, limit=1, lease=LEASE)
    spread(event=event, to=to, now=at)
    if send:
        for delivery in claim_deliveries(worker="a", now=at, limit=10, lease=LEASE):
            deliver(delivery=delivery, now=at)
    return event.claim.id


def sweep(at: dt.datetime) -> int:
    return notices.forget(messages=MONTH, notices=HALF_YEAR, now=at)


def kept() -> tuple[int, int, int]:
    return Event.objects.count(), Delivery.objects.count(), Notice.objects.count()


MAIL = Spread(mailboxes=(ToMailbox("chen@example.cn", "新事项", "请签收"),))
LINE = Spread(people=(ToPerson(3, "新事项"),))


def test_what_was_sent_goes_after_a_month_to_the_second():
    told(MAIL)
    told()
    assert sweep(NOON + MONTH) == 0
    assert kept() == (2, 1, 0)
    assert sweep(NOON + MONTH + dt.timedelta(seconds=1)) == 3
    assert kept() == (0, 0, 0)


def test_a_line_of_an_inbox_stays_half_a_year_and_its_event_with_it():
    told(LINE)
    assert sweep(NOON + HALF_YEAR) == 0
    assert sweep(NOON + HALF_YEAR + dt.timedelta(seconds=1)) == 2
    assert kept() == (0, 0, 0)


def test_what_is_not_done_stays_however_old():
    tell(kind="matter.step", subject="matter:2", facts={}, now=NOON)
    (waiting,) = Event.objects.values_list("id", flat=True)
    sweep(NOON + 10 * HALF_YEAR)
    assert list(Event.objects.values_list("id", flat=True)) == [waiting]
    told(MAIL, send=False)
    sweep(NOON + 10 * HALF_YEAR)
    assert Delivery.objects.count() == 1


def test_what_was_given_up_waits_half_a_year_for_somebody_to_look_at_it():
    told(MAIL)
    Delivery.objects.update(done_at=None, given_up_at=NOON)
    assert sweep(NOON + HALF_YEAR) == 0
    assert sweep(NOON + HALF_YEAR + DAY) == 2


def test_many_go_in_several_steps_and_the_young_ones_stay(monkeypatch):
    monkeypatch.setattr(notices, "_BATCH", 3)
    for number in range(11):
        told(MAIL if number % 2 else LINE, at=NOON + number * DAY)
    young = told(MAIL, at=NOON + 2 * HALF_YEAR)
    sweep(NOON + 2 * HALF_YEAR)
    assert list(Event.objects.values_list("id", flat=True)) == [young]
    assert kept() == (1, 1, 0)


def test_the_worker_cleans_and_touches_neither_history_nor_audit_record(cast):
    lay_down(cast)
    begin(cast).to("closed")
    Reception.objects.create(sender="anonymous", key="k" * 12, fingerprint="f" * 64, answer="{}", at=NOW)
    Session.objects.create(session_key="s" * 20, session_data="", expire_date=NOW)
    before = Step.objects.count(), Entry.objects.count()
    for at in (NOW, NOW + 400 * DAY):
        options = {"worker": "a", "stop": threading.Event(), "once": True, "handlers": HANDLERS}
        run(**options, sweeps=SWEEPS, clock=lambda at=at: at)
    assert kept() == (0, 0, 0)
    assert not Reception.objects.exists()
    assert not Session.objects.exists()
    assert (Step.objects.count(), Entry.objects.count()) == before
    assert list(broken_invariants(now=NOW)) == []
    forget()


def test_keys_are_kept_at_least_as_long_as_a_phone_may_be_offline(monkeypatch):
    monkeypatch.setenv("JISHI_KEEP_KEYS_DAYS", "3")
    with pytest.raises(ImproperlyConfigured):
        days("JISHI_KEEP_KEYS_DAYS", 30, least=4)
    monkeypatch.setenv("JISHI_KEEP_KEYS_DAYS", "9")
    assert days("JISHI_KEEP_KEYS_DAYS", 30, least=4) == 9 * DAY
