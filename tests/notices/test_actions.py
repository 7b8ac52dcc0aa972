import datetime as dt
import json

import pytest
from django.core import mail
from django.db import transaction

from jishi.audit.queries import AuditFilter, entries
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.notices.actions import (
    add_hook,
    claim_deliveries,
    claim_events,
    deliver,
    mark_read,
    spread,
    stop_hook,
    tell,
)
from jishi.notices.models import Event
from jishi.notices.queries import hooks, inbox, stuck, unread_count
from jishi.notices.rules.messages import Spread, ToMailbox, ToPerson
from jishi.notices.rules.work import ClaimedDelivery, LostClaim
from tests.notices.conftest import NOON

LEASE = dt.timedelta(minutes=10)
URL = "https://hooks.example.cn/jishi"
LI = ToPerson(3, "您有一件新事项", "/matters/SF261122-4827-1936-5/")
MAIL = ToMailbox("chen@example.cn", "新事项\n待签收", "请及时签收。")


def spread_one(to: Spread, kind: str = "matter.step") -> None:
    tell(kind=kind, subject="matter:1", facts={"step": "dispatch"}, now=NOON)
    (event,) = claim_events(worker="a", now=NOON, limit=1, lease=LEASE)
    spread(event=event, to=to, now=NOON)


def take(now: dt.datetime = NOON) -> list[ClaimedDelivery]:
    return claim_deliveries(worker="a", now=now, limit=10, lease=LEASE)


@pytest.mark.django_db
def test_a_change_that_is_undone_tells_nobody():
    class Undone(Exception):
        pass

    def change() -> None:
        with transaction.atomic():
            tell(kind="matter.step", subject="matter:1", facts={}, now=NOON)
            raise Undone

    with pytest.raises(Undone):
        change()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_telling_costs_one_query(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        tell(kind="matter.step", subject="matter:1", facts={}, now=NOON)


@pytest.mark.django_db
def test_a_notice_reaches_the_inbox_of_its_person_and_nobody_elses():
    spread_one(Spread(people=(LI, LI, ToPerson(4, "长" * 500))))
    assert [(line.text, line.link, line.read_at) for line in inbox(3)] == [(LI.text, LI.link, None)]
    assert len(inbox(4)[0].text) == 300
    assert inbox(5) == ()
    assert (unread_count(3), unread_count(5)) == (1, 0)


@pytest.mark.django_db
def test_only_ones_own_notices_are_marked_read():
    for _ in range(3):
        spread_one(Spread(people=(LI, ToPerson(4, "别人的"))))
    theirs = inbox(4)[0].id
    assert mark_read(person_id=3, now=NOON, notice_ids=[inbox(3)[0].id, theirs]) == 1
    assert (unread_count(3), unread_count(4)) == (2, 3)
    assert mark_read(person_id=3, now=NOON) == 2
    assert unread_count(3) == 0
    assert len(inbox(3, before=inbox(3)[0].id)) == 2


@pytest.mark.django_db
def test_what_follows_from_an_event_that_was_taken_over_is_not_written():
    tell(kind="matter.step", subject="matter:1", facts={}, now=NOON)
    (slow,) = claim_events(worker="a", now=NOON, limit=1, lease=LEASE)
    (quick,) = claim_events(worker="b", now=NOON + LEASE, limit=1, lease=LEASE)
    with pytest.raises(LostClaim):
        spread(event=slow, to=Spread((LI,), (MAIL,)), now=NOON + LEASE)
    assert inbox(3) == ()
    spread(event=quick, to=Spread((LI,), (MAIL,)), now=NOON + LEASE)
    assert len(inbox(3)) == 1


@pytest.mark.django_db
def test_a_mail_carries_an_id_that_stays_and_its_subject_is_one_line():
    spread_one(Spread(mailboxes=(MAIL, MAIL)))
    (delivery,) = take()
    assert deliver(delivery=delivery, now=NOON)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["chen@example.cn"], "新事项 待签收", "请及时签收。")
    assert sent.extra_headers["Message-ID"] == f"<jishi-delivery-{delivery.number}@localhost>"
    assert take(NOON + dt.timedelta(days=30)) == []


@pytest.mark.django_db
def test_without_a_mail_server_the_mail_waits_and_the_operator_is_told_why(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = ""
    spread_one(Spread(mailboxes=(MAIL,)))
    now = NOON
    for _ in range(10):
        (delivery,) = take(now)
        assert not deliver(delivery=delivery, now=now)
        now += dt.timedelta(days=1)
    assert "JISHI_EMAIL_HOST" in stuck()[0].last_error


@pytest.mark.django_db
def test_a_delivery_whose_claim_is_about_to_run_out_is_not_begun():
    spread_one(Spread(mailboxes=(MAIL,)))
    (delivery,) = take()
    assert not deliver(delivery=delivery, now=NOON + LEASE - dt.timedelta(seconds=90))
    assert mail.outbox == []
    assert take()[0].claim.tries == 1


@pytest.mark.django_db
def test_a_program_hears_of_the_kinds_it_asked_for(zhao):
    secret = add_hook(url=URL, kinds=["matter.step"], by=zhao, now=NOON).secret
    add_hook(url="https://all.example.cn/", kinds=[], by=zhao, now=NOON)
    spread_one(Spread())
    first, second = take()
    assert (first.address, first.channel, first.secret) == (URL, "webhook", secret)
    assert second.address == "https://all.example.cn/"
    message = json.loads(first.body)
    assert message | {"id": 0} == {
        "id": 0,
        "kind": "matter.step",
        "subject": "matter:1",
        "facts": {"step": "dispatch"},
        "at": "2026-11-22T04:00:00+00:00",
    }
    spread_one(Spread(), kind="instruction")
    assert [delivery.address for delivery in take()] == ["https://all.example.cn/"]


@pytest.mark.django_db
def test_a_stopped_program_is_told_nothing_more_not_even_what_was_on_its_way(zhao):
    hook = add_hook(url=URL, kinds=[], by=zhao, now=NOON)
    spread_one(Spread())
    stop_hook(hook_id=hook.id, by=zhao, now=NOON)
    assert take() == []
    assert "停用" in stuck()[0].last_error
    with pytest.raises(Conflict):
        stop_hook(hook_id=hook.id, by=zhao, now=NOON)
    add_hook(url=URL, kinds=[], by=zhao, now=NOON)
    assert [line.stopped_at is None for line in hooks(zhao)] == [True, False]
    assert [line.action for line in entries(AuditFilter(stream=f"hook:{hook.id}")).entries] == [
        "notices.stop_hook",
        "notices.add_hook",
    ]


@pytest.mark.django_db
def test_hooks_are_the_administrators_business(zhao, wang):
    with pytest.raises(Forbidden):
        add_hook(url=URL, kinds=[], by=wang, now=NOON)
    with pytest.raises(Forbidden):
        stop_hook(hook_id=1, by=wang, now=NOON)
    with pytest.raises(Forbidden):
        hooks(wang)
    with pytest.raises(NotFound):
        stop_hook(hook_id=1, by=zhao, now=NOON)


@pytest.mark.django_db
def test_a_hook_is_added_once_and_only_to_a_usable_address(zhao):
    add_hook(url=URL, kinds=[], by=zhao, now=NOON)
    with pytest.raises(Conflict):
        add_hook(url=f" {URL} ", kinds=[], by=zhao, now=NOON)
    with pytest.raises(Invalid):
        add_hook(url="https://10.0.0.1/", kinds=[], by=zhao, now=NOON)
    with pytest.raises(Invalid):
        add_hook(url="https://other.example.cn/", kinds=["x" * 61], by=zhao, now=NOON)


@pytest.mark.django_db
def test_the_secret_is_neither_listed_nor_in_the_audit_record(zhao):
    secret = add_hook(url=URL, kinds=[], by=zhao, now=NOON).secret
    assert secret not in repr(hooks(zhao))
    assert secret not in repr(entries(AuditFilter()))
