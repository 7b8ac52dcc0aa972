"""The administrator's pages and the audit trail."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password

from jishi.accounts.models import Person, Posting, Token
from jishi.accounts.queries import viewer_of
from jishi.notices.models import Hook
from jishi.once.actions import once
from tests.cast import TODAY
from tests.matters.town import begin, forget, lay_down

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"
MANAGING = ("/people/", "/people/new/", "/place/", "/place/edit/", "/hooks/")


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


@pytest.mark.parametrize("who", ["li", "sun", "zhou", "wang", "qian", "chen", "he", "zhang", "wu"])
@pytest.mark.parametrize("address", MANAGING)
@pytest.mark.capability("C92")
def test_only_the_administrator_manages(client, town, who, address):
    town.login(client, who)
    assert client.get(address).status_code == 403


@pytest.mark.capability("C92")
def test_somebody_is_taken_on_posted_and_dismissed(client, town):
    town.login(client, "zhao")
    new = {"username": "liuyang", "name": "刘洋", "password": "qing-shui-tang-88", "once_key": KEY}
    answer = client.post("/people/new/", new)
    person = Person.objects.get(username="liuyang")
    assert answer.url == f"/people/{person.pk}/"
    assert client.post("/people/new/", new).url == answer.url
    posting = {"posting-role": "grid_worker", "posting-unit_id": town.grid.pk, "once_key": "b" * 16}
    assert client.post(f"/people/{person.pk}/postings/", posting).status_code == 302
    assert "第一网格" in client.get(answer.url).content.decode()
    assert client.post(f"/people/{person.pk}/dismiss/", {"once_key": "c" * 16}).status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    assert viewer_of(person.pk, TODAY) is None


def test_a_password_is_hashed_before_anything_is_locked(client, town, monkeypatch):
    town.login(client, "zhao")
    li = town.person("li").pk
    happened = []

    def hashing(password):
        happened.append("hash")
        return make_password(password)

    def locking(**given):
        happened.append("once")
        answer = once(**given)
        happened.append("done")
        return answer

    monkeypatch.setattr("jishi.accounts.actions.make_password", hashing)
    monkeypatch.setattr("jishi.web.receiving.once", locking)
    new = {"username": "liuyang", "name": "刘洋", "password": "qing-shui-tang-88", "once_key": KEY}
    assert client.post("/people/new/", new).status_code == 302
    posted = {"password-password": "qing-shui-tang-99", "once_key": "b" * 16}
    assert client.post(f"/people/{li}/password/", posted).status_code == 302
    assert happened == ["hash", "once", "done"] * 2
    assert authenticate(username="liuyang", password="qing-shui-tang-88") is not None
    assert authenticate(username="li", password="qing-shui-tang-99") is not None


@pytest.mark.parametrize(
    ("weak", "said"), [("", "请设置初始密码"), ("short", "密码至少 8 位"), ("password1", "这个密码太常见")]
)
def test_a_weak_password_is_refused_with_its_reason(client, town, weak, said):
    town.login(client, "zhao")
    new = {"username": "liuyang", "name": "刘洋", "password": weak, "once_key": KEY}
    answer = client.post("/people/new/", new)
    assert answer.status_code == 422
    assert said in answer.text
    assert not Person.objects.filter(username="liuyang").exists()
    posted = {"password-password": weak, "once_key": "b" * 16}
    assert client.post(f"/people/{town.person('li').pk}/password/", posted).status_code == 422


def test_a_posting_that_does_not_fit_is_refused_and_stays_as_typed(client, town):
    town.login(client, "zhao")
    person = town.person("li").pk
    before = Posting.objects.count()
    wrong = {"posting-role": "grid_worker", "posting-unit_id": town.county.pk, "once_key": KEY}
    answer = client.post(f"/people/{person}/postings/", wrong)
    assert answer.status_code == 422
    assert "网格一级" in answer.content.decode()
    assert Posting.objects.count() == before
    for empty in ({"posting-role": "handler"}, {"posting-role": "leader"}, {}):
        assert client.post(f"/people/{person}/postings/", empty | {"once_key": "d" * 16}).status_code == 422


def test_a_key_is_shown_once_even_when_the_form_arrives_twice(client, town):
    town.login(client, "zhao")
    address = f"/people/{town.person('wang').pk}/tokens/"
    form = {"token-name": "热线对接", "once_key": KEY}
    assert "jsk_" in client.post(address, form).content.decode()
    assert "jsk_" not in client.post(address, form).content.decode()
    assert Token.objects.count() == 1


@pytest.mark.capability("C93")
def test_the_auditor_reads_the_trail_and_proves_it(client, town):
    way = begin(town).to("closed")
    town.login(client, "wu")
    page = client.get("/audit/", {"subject": way.receipt.number}).content.decode()
    assert '<td title="matter.close">答复结案</td>' in page
    assert '<td title="matter.register">登记</td>' in page
    assert "记录完整" in client.post("/audit/verify/").content.decode()
    assert client.get("/audit/?since=nonsense").status_code == 422
    town.login(client, "wang")
    assert client.get("/audit/").status_code == 403


def test_the_trail_calls_people_by_name_and_finds_them_by_it(client, town):
    li = town.person("li")
    town.login(client, "zhao")
    client.post(f"/people/{li.pk}/tokens/", {"token-name": "热线对接", "once_key": KEY})
    row = f'<td title="person:{li.pk}">{li.name}</td>'
    assert row in client.get("/audit/").text
    assert row in client.get("/audit/", {"subject": li.name}).text
    assert row not in client.get("/audit/", {"subject": "没有这个人"}).text


def test_a_grid_is_listed_with_the_community_it_lies_in(client, town):
    town.login(client, "zhao")
    page = client.get("/people/").text
    assert f"网格员 · {town.community.name} {town.grid.name}" in page
    assert f"系统管理员 · {town.county.name}" in page


def test_the_place_shows_its_rules(client, town):
    town.login(client, "zhao")
    page = client.get("/place/").content.decode()
    for shown in ("不属于本单位职责", "季节原因", "结案后15天内", "个工作时", "08:30"):
        assert shown in page


@pytest.mark.capability("C96")
def test_an_outside_program_is_registered_and_stopped(client, town):
    town.login(client, "zhao")
    form = {"url": "https://example.org/jishi", "kinds": ["matter.step"], "once_key": KEY}
    assert "签名密钥" in client.post("/hooks/", form).content.decode()
    assert "签名密钥" not in client.post("/hooks/", form).content.decode()
    for wrong in ("ftp://example.org/", "http://user:secret@example.org/", "nonsense"):
        answer = client.post("/hooks/", {"url": wrong, "once_key": "e" * 16})
        assert answer.status_code == 422
        assert wrong in answer.content.decode()
    hook = Hook.objects.get()
    assert client.post(f"/hooks/{hook.pk}/stop/", {"once_key": "f" * 16}).status_code == 302
    hook.refresh_from_db()
    assert hook.stopped_at is not None
