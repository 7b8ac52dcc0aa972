"""Every write is done once, however often it is sent; of two people taking one step exactly one wins."""

import re
import threading
import uuid
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from jishi.api.schema import schema
from jishi.matters.models import Matter, Step
from jishi.matters.queries.invariants import broken_invariants
from tests.api.places import filled
from tests.api.test_access import TABLE
from tests.api.test_matters import photo
from tests.cast import NOW

BODY = {"text": "路灯不亮"}


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", [one for one in TABLE if one[0] != "GET"], ids=" ".join)
def test_no_write_is_taken_without_a_key(town, places, endpoint):
    method, path = endpoint
    body, allowed, _ = TABLE[endpoint]
    program = town.program(sorted(allowed)[0])
    answer = program.send(method, path.format(**places), filled(body, places), once=None)
    assert answer.status_code == 422, answer.content
    assert answer.json()["error"]["field"] == "Idempotency-Key"


def test_the_document_asks_every_write_for_a_key():
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert ("Idempotency-Key" in names) == (method != "get"), path


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["short", "x" * 81, "with space 1", "汉字汉字汉字汉字", "tab\tinside1"])
def test_a_key_nobody_can_compare_is_refused(town, key):
    answer = town.program("li").post("/api/v1/matters", BODY, once=key.encode().decode("latin-1"))
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "Idempotency-Key")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "said"), [(None, "要带请求头"), ("", "可见的英文字符"), ("热线-20261122-0001", "可见的英文字符")]
)
def test_a_key_that_was_sent_but_cannot_be_used_is_not_called_missing(town, sent, said):
    """The web server hands on a header it cannot read as an empty one; Django's own client as other letters."""
    key = None if sent is None else sent.encode().decode("latin-1")
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = town.program("li").send("POST", "/api/v1/matters", BODY, once=None, **headers)
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]


@pytest.mark.django_db
def test_the_key_of_the_printed_example_is_accepted(town):
    printed = re.findall(r"Idempotency-Key: ([^']+)'", Path("docs/how-to/api.md").read_text(encoding="utf-8"))
    assert printed
    for key in printed:
        answer = town.program("li").post("/api/v1/matters", BODY, once=key.encode().decode("latin-1"))
        assert answer.status_code == 201, answer.content


@pytest.mark.django_db
@pytest.mark.capability("K22-B8", "C96")
def test_the_same_request_again_is_answered_as_the_first_time_and_done_once(town):
    key = str(uuid.uuid4())
    first, again = (town.program("li").post("/api/v1/matters", BODY, once=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert ("Idempotent-Replay" in first, again["Idempotent-Replay"]) == (False, "true")
    assert Matter.objects.count() == 1


@pytest.mark.django_db
def test_the_same_photos_again_are_the_same_request_though_the_form_is_written_anew(town):
    key = str(uuid.uuid4())
    first, again = (town.program("li").form("/api/v1/matters", BODY | {"photos": photo()}, once=key) for _ in range(2))
    assert first.json() == again.json()
    other = town.program("li").form("/api/v1/matters", BODY | {"photos": photo((9, 9))}, once=key)
    assert other.status_code == 409


@pytest.mark.django_db
def test_a_key_used_for_something_else_is_a_conflict_and_for_somebody_else_a_new_request(town):
    key = str(uuid.uuid4())
    assert town.program("li").post("/api/v1/matters", BODY, once=key).status_code == 201
    other = town.program("li").post("/api/v1/matters", {"text": "井盖破了"}, once=key)
    assert (other.status_code, other.json()["error"]["field"]) == (409, "Idempotency-Key")
    assert town.program("sun").post("/api/v1/matters", BODY, once=key).status_code == 201


@pytest.mark.django_db
def test_a_refused_request_leaves_its_key_free(town):
    key = str(uuid.uuid4())
    wrong = town.program("li").post("/api/v1/matters", BODY | {"category_code": "9999"}, once=key)
    assert wrong.status_code == 422
    assert town.program("li").post("/api/v1/matters", BODY, once=key).status_code == 201


@pytest.mark.django_db
def test_a_step_sent_twice_is_taken_once(town):
    number, key = town.register(), str(uuid.uuid4())
    path, body = f"/api/v1/matters/{number}/steps/dispatch", {"lead_id": town.city_management.pk, "version": 1}
    first, again = (town.program("wang").post(path, body, once=key) for _ in range(2))
    assert first.json() == again.json()
    assert Step.objects.filter(matter__number=number).count() == 2


def at_once(*calls):
    """Run the calls in threads that begin together, each with a connection of its own; their answers."""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        barrier.wait()
        try:
            answers[place] = call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.capability("K22-B8", "C96")
def test_eight_equal_requests_at_the_same_moment_register_one_matter(lasting_town):
    from tests.api.conftest import Program

    town, key = lasting_town, str(uuid.uuid4())
    secret = town.program("li").key
    programs = [Program(secret) for _ in range(8)]
    answers = at_once(*(lambda p=p: p.post("/api/v1/matters", BODY, once=key) for p in programs))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer for answer in answers) == 7
    assert Matter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.capability("K22-B2")
@pytest.mark.parametrize("with_version", [True, False])
def test_of_two_people_taking_the_same_step_exactly_one_wins(lasting_town, with_version):
    """On PostgreSQL this is real concurrency: two connections, two transactions, one row."""
    town = lasting_town
    wang, qian = town.program("wang"), town.program("qian")
    for _ in range(5):
        number = town.register()
        body = {"lead_id": town.city_management.pk} | ({"version": 1} if with_version else {})
        path = f"/api/v1/matters/{number}/steps/dispatch"
        answers = at_once(partial(wang.post, path, body), partial(qian.post, path, body))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        loser = next(answer for answer in answers if answer.status_code == 409)
        assert "有人" in loser.json()["error"]["message"]
        assert Step.objects.filter(matter__number=number, name="dispatch").count() == 1
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.django_db(transaction=True)
def test_many_programs_registering_at_once_all_get_numbers_of_their_own(lasting_town):
    from tests.api.conftest import Program

    secret = lasting_town.program("li").key
    programs = [Program(secret) for _ in range(8)]
    answers = at_once(*(lambda p=p: [p.post("/api/v1/matters", BODY) for _ in range(4)] for p in programs))
    flat = [answer for many in answers for answer in many]
    assert {answer.status_code for answer in flat} == {201}
    assert len({answer.json()["number"] for answer in flat}) == 32
