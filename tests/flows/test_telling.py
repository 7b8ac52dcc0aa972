"""What people find in their inbox after each step; who is not concerned finds nothing."""

import datetime as dt
import threading

import pytest
from django.core import mail

from jishi.accounts.models import Person
from jishi.flows import rounds, worker
from jishi.matters.actions.instructions import answer_instruction, instruct
from jishi.matters.rules.vocabulary import Channel
from jishi.notices.queries import inbox
from tests.cast import NOW
from tests.matters.town import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast):
    from tests.matters.town import forget, lay_down

    lay_down(cast)
    yield cast
    forget()


def work(now=NOW):
    worker.run(worker="w1", stop=threading.Event(), once=True, handlers=rounds.HANDLERS, sweeps=(), clock=lambda: now)


def read(town, who):
    return [notice.text for notice in inbox(town.person(who).pk)]


@pytest.mark.capability("C34", "C38")
def test_each_step_reaches_those_it_concerns_and_nobody_else(town):
    way = begin(town)
    work()
    assert len(read(town, "qian")) == len(read(town, "li")) == 1
    assert read(town, "sun") == read(town, "chen") == read(town, "zhang") == []
    way.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(town.water.pk,))
    work()
    assert "派发" in read(town, "chen")[0]
    assert "派发" in read(town, "he")[0]
    assert read(town, "wang") == []


def test_nobody_is_told_of_what_he_did_himself(town):
    way = begin(town)
    way.take("dispatch", "qian", lead_id=town.city_management.pk)
    way.take("return", "chen", ground="not_ours", note="归住建")
    work()
    assert any("退回" in text for text in read(town, "qian"))
    assert not any("退回" in text for text in read(town, "chen"))


@pytest.mark.capability("C38")
def test_an_overdue_matter_appears_with_its_owner_and_above_and_then_with_the_leader(town):
    begin(town).to("dispatched")
    rounds.ring(now=NOW + dt.timedelta(days=1))
    work(NOW + dt.timedelta(days=1))
    assert any("超期升级" in text for text in read(town, "chen"))
    assert read(town, "zhang") == []
    rounds.ring(now=NOW + dt.timedelta(days=3))
    work(NOW + dt.timedelta(days=3))
    assert any("超期升级" in text for text in read(town, "zhang"))


def test_who_left_an_address_gets_a_letter_too(town):
    Person.objects.filter(pk=town.person("qian").pk).update(email="qian@example.org")
    begin(town)
    work()
    assert [letter.to for letter in mail.outbox] == [["qian@example.org"]]
    work()
    assert len(mail.outbox) == 1


@pytest.mark.capability("C39", "K25-I1")
def test_an_instruction_reaches_the_unit_and_its_answer_the_leader(town):
    due = NOW + dt.timedelta(days=2)
    given = instruct(by=town.zhang, organization_id=town.city_management.pk, text="三日内解决", due_at=due, now=NOW)
    work()
    assert read(town, "chen") == ["【领导批办】张区长：三日内解决"]
    answer_instruction(instruction_id=given, by=town.chen, text="已安排", now=NOW)
    work()
    assert read(town, "zhang") == ["【批办已反馈】已安排"]


def test_a_file_of_messages_buries_nobodys_inbox(town):
    begin(town, channel=Channel.IMPORT)
    work()
    assert read(town, "qian") == []


@pytest.mark.capability("C42")
def test_whoever_registered_a_merged_matter_is_told_when_the_main_one_closes(town):
    main, twin = begin(town), begin(town, channel=Channel.GRID, by=town.li)
    twin.take("merge", "wang", into=main.receipt.number)
    main.to("closed")
    work()
    assert any("结案" in text for text in read(town, "li"))
