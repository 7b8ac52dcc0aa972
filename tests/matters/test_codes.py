"""The code of a receipt: shown to whoever registered, however often they ask, and readable nowhere else."""

import re
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jishi.matters.actions.importing import register_many
from jishi.matters.actions.registration import register
from jishi.matters.models import Matter, Reporter
from jishi.matters.queries.receipt import code_of, reporter_knows
from jishi.matters.rules.given import Report
from jishi.matters.rules.vocabulary import Channel
from tests.cast import NOW
from tests.matters.town import forget, lay_down

pytestmark = pytest.mark.django_db
TEXT = "3栋路灯不亮"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def by_resident(town, key: str) -> str:
    client = Client()
    return client.get(client.post("/report/", {"text": TEXT, "once_key": key}).url).content.decode()


def by_desk(town, key: str) -> str:
    fields = {"text": TEXT, "channel": "desk", "unit_id": [town.town.pk, ""], "once_key": key}
    return town.login(Client(), "wang").post("/matters/new/", fields).content.decode()


def by_phone(town, key: str) -> str:
    headers = {"Accept": "application/json", "Idempotency-Key": key}
    return town.login(Client(), "li").post("/day/register/", {"text": TEXT}, headers=headers).content.decode()


def by_program(town, key: str) -> str:
    headers = {"Authorization": f"Bearer {town.token('wang', timezone.now())}", "Idempotency-Key": key}
    answer = Client().post("/api/v1/matters", {"text": TEXT}, content_type="application/json", headers=headers)
    return answer.content.decode()


def by_open311(town, key: str) -> str:
    fields = urlencode({"service_code": "01", "address_string": "3栋", "description": TEXT})
    path, headers = "/open311/v2/requests.json", {"Idempotency-Key": key}
    return Client().post(path, fields, content_type=FORM, headers=headers).content.decode()


WAYS = {"resident": by_resident, "desk": by_desk, "phone": by_phone, "program": by_program, "open311": by_open311}


def everything_kept() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows)


@pytest.mark.parametrize("way", list(WAYS.values()), ids=list(WAYS))
def test_a_code_is_told_again_to_whoever_sends_again_and_lies_in_no_table(town, way):
    key = str(uuid4())
    first, again = way(town, key), way(town, key)
    number = Matter.objects.get().number
    code = code_of(number)
    assert code in first
    assert code in again
    assert reporter_knows(number, code)
    kept = everything_kept()
    assert number in kept
    assert code not in kept
    assert re.sub(r"\D", "", code) not in kept


def test_every_number_has_a_code_of_its_own_also_when_many_come_at_once(town):
    report = Report(Channel.IMPORT, TEXT)
    receipts = [register(report=report, by=None, now=NOW), *register_many(reports=[report] * 20, by=None, now=NOW)]
    assert len({receipt.code for receipt in receipts}) == 21
    for receipt in receipts:
        assert re.fullmatch(r"\d{4}-\d{4}", receipt.code)
        assert receipt.code == code_of(receipt.number)
        assert reporter_knows(receipt.number, receipt.code)
    assert not reporter_knows(receipts[0].number, receipts[1].code)


def test_codes_that_were_printed_outlive_a_change_of_the_secret_key(town, settings):
    receipt = register(report=Report(Channel.RESIDENT, TEXT), by=None, now=NOW)
    settings.RECEIPT_KEYS = ["another", *settings.RECEIPT_KEYS]
    assert code_of(receipt.number) != receipt.code
    assert reporter_knows(receipt.number, receipt.code)
    assert not reporter_knows(receipt.number, code_of(receipt.number))
    assert Reporter.objects.count() == 1
    fresh = register(report=Report(Channel.RESIDENT, TEXT), by=None, now=NOW)
    assert reporter_knows(fresh.number, fresh.code)
    settings.RECEIPT_KEYS = ["another"]
    assert reporter_knows(fresh.number, fresh.code)
    assert not reporter_knows(receipt.number, receipt.code)
