import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from jishi.audit import queries as audit
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict, Invalid
from jishi.once import actions
from jishi.once.actions import answered_before, forget, once

NOON = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)
KEY = "7a3f9c52-0b1e-4d6a-9e21"


class Work:
    """Something that may be done once; each time leaves a line in the audit record."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict:
        self.times += 1
        record(stream="work", actor_id=None, actor="", action="work", subject="", facts={}, at=NOON)
        return {"number": f"SF-{self.times}", "at": NOON}


@pytest.fixture
def work() -> Work:
    return Work()


def send(
    act: Callable[[], dict], sender: str = "person:3", key: str = KEY, request: str = "路灯不亮"
) -> tuple[dict, bool]:
    return once(sender=sender, key=key, request=request, now=NOON, act=act)


@pytest.mark.capability("K22-B8")
@pytest.mark.django_db
def test_the_same_request_twice_is_done_once_and_answered_twice(work):
    first = send(work)
    again = send(work)
    assert first == ({"number": "SF-1", "at": "2026-11-22T04:00:00+00:00"}, False)
    assert again == (first[0], True)
    assert work.times == 1


@pytest.mark.django_db
def test_what_was_done_can_be_asked_for_without_doing_it(work):
    asked = {"sender": "person:3", "key": KEY, "request": "路灯不亮"}
    assert answered_before(**asked) is None
    answer, _ = send(work)
    assert answered_before(**asked) == answer
    for other in ({"sender": "person:4"}, {"key": KEY + "1"}, {"request": "井盖丢失"}, {"key": "\x00" * 9}):
        assert answered_before(**asked | other) is None
    assert work.times == 1


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused(work):
    send(work)
    with pytest.raises(Conflict, match="已经提交过"):
        send(work, request="井盖丢失")
    assert work.times == 1


@pytest.mark.django_db
def test_two_senders_may_happen_to_choose_the_same_key(work):
    assert send(work) != send(work, sender="person:4")
    assert work.times == 2


@pytest.mark.django_db
def test_work_that_fails_leaves_nothing_and_the_key_is_free(work):
    def failing() -> dict:
        work()
        raise Invalid("地点不能为空")

    with pytest.raises(Invalid):
        send(failing)
    assert audit.size() == 0
    assert send(work)[1] is False
    assert audit.size() == 1


@pytest.mark.django_db
def test_an_answer_that_cannot_be_kept_undoes_the_work(work):
    with pytest.raises(TypeError):
        send(lambda: work() | {"bad": object()})
    assert audit.size() == 0


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 81, "with a space", "中文中文中文中文", "line\nbreak", "tab\tkeykey", "nul\0nulnul"]
)
def test_unusable_keys_are_refused_before_anything_else(work, key):
    with pytest.raises(Invalid) as refusal:
        send(work, key=key)
    assert refusal.value.field == "once_key"
    assert work.times == 0


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["12345678", "x" * 80, "!~!~!~!~"])
def test_usable_keys_are_taken(work, key):
    assert send(work, key=key)[1] is False


@pytest.mark.django_db
def test_doing_it_once_costs_two_queries_besides_the_work(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(4):  # two of them are this test's inner savepoint
        send(lambda: {})


@pytest.mark.capability("K22-B8")
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_the_work_and_all_get_its_answer():
    gate = threading.Barrier(6)
    answers: list[tuple[dict, bool]] = []
    failures: list[BaseException] = []
    work = Work()

    def one() -> None:
        try:
            gate.wait()
            answers.append(send(work))
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert work.times == audit.size() == 1
    assert sorted(repeated for _, repeated in answers) == [False] + [True] * 5
    assert len({answer["number"] for answer, _ in answers}) == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_waits_for_a_failing_first_does_the_work_itself():
    inside, second_sent = threading.Event(), threading.Event()
    answers: list[tuple[dict, bool]] = []
    work = Work()

    def failing() -> dict:
        inside.set()
        second_sent.wait(10)
        raise Invalid("地点不能为空")

    def first() -> None:
        try:
            send(failing)
        except Invalid:
            pass
        finally:
            connection.close()

    def second() -> None:
        inside.wait(10)
        second_sent.set()
        answers.append(send(work))
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [repeated for _, repeated in answers] == [False]
    assert work.times == audit.size() == 1


@pytest.mark.django_db
def test_receptions_are_forgotten_after_a_month_and_not_before(work, monkeypatch):
    monkeypatch.setattr(actions, "_BATCH", 2)
    for number in range(5):
        send(work, key=f"old-key-{number}")
    assert forget(now=NOON + dt.timedelta(days=30)) == 0
    assert forget(now=NOON + dt.timedelta(days=30, seconds=1)) == 5
    assert send(work, key="old-key-0")[1] is False


def test_nobody_may_forget_within_the_time_a_phone_can_be_offline():
    with pytest.raises(ValueError, match="offline"):
        forget(now=NOON, keep=dt.timedelta(days=3))
