"""Who holds a row of work, and for how long."""

import datetime as dt
import threading
from itertools import product

import pytest
from django.db import connection

from jishi.notices import claims
from jishi.notices.actions import claim_events, fail, release, spread, tell
from jishi.notices.models import Event
from jishi.notices.queries import backlog, stuck
from jishi.notices.rules.messages import Spread
from jishi.notices.rules.work import MAX_TRIES, ClaimedEvent, LostClaim
from tests.notices.conftest import NOON

LEASE = dt.timedelta(minutes=2)
SECOND = dt.timedelta(seconds=1)
FAR = dt.timedelta(days=30)


def happen(count: int = 1) -> None:
    for number in range(count):
        tell(kind="matter.step", subject=f"matter:{number}", facts={"n": number}, now=NOON)


def take(worker: str = "a", now: dt.datetime = NOON, limit: int = 10) -> list[ClaimedEvent]:
    return claim_events(worker=worker, now=now, limit=limit, lease=LEASE)


def finish(event: ClaimedEvent, now: dt.datetime = NOON) -> None:
    spread(event=event, to=Spread(), now=now)


@pytest.mark.django_db
def test_a_claimed_row_is_nobody_elses_until_the_lease_ends():
    happen()
    (event,) = take("a")
    assert (event.kind, event.subject, event.facts, event.at) == ("matter.step", "matter:0", {"n": 0}, NOON)
    assert take("b", NOON + LEASE - SECOND) == []
    assert len(take("b", NOON + LEASE)) == 1


@pytest.mark.django_db
def test_rows_are_taken_in_the_order_they_wait_and_not_before_they_are_due():
    happen(5)
    assert take(now=NOON - SECOND) == []
    assert [event.facts["n"] for event in take(limit=3)] == [0, 1, 2]
    assert [event.facts["n"] for event in take("b")] == [3, 4]


HAND_INS = {
    "finish": lambda event, now: finish(event, now),
    "fail": lambda event, now: fail(claim=event.claim, error="x", now=now),
    "give up": lambda event, now: claims.give_up(event.claim, error="x", now=now),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("way", "first"), list(product(HAND_INS, ["finish", "fail", "give up", "nothing"])))
def test_a_worker_that_was_too_slow_can_hand_nothing_in(way, first):
    """Whatever the one who took the row over has done with it, also nothing yet, and under the same name too."""
    happen()
    (slow,) = take("a")
    later = NOON + LEASE + SECOND
    (quick,) = take("a", later)
    if first != "nothing":
        HAND_INS[first](quick, later)
    before = Event.objects.values().get()
    with pytest.raises(LostClaim):
        HAND_INS[way](slow, later)
    release(claim=slow.claim)
    assert Event.objects.values().get() == before


@pytest.mark.django_db
def test_slow_but_still_the_holder_may_hand_in():
    happen()
    (event,) = take()
    finish(event, NOON + 3 * LEASE)
    assert take(now=NOON + FAR) == []


@pytest.mark.django_db
def test_a_failing_row_waits_longer_each_time_and_is_given_up_after_the_tenth():
    happen()
    now, waits = NOON, []
    for _ in range(MAX_TRIES):
        (event,) = take(now=now)
        fail(claim=event.claim, error="对方没有答复" * 100, now=now)
        due = Event.objects.get().due_at
        waits.append(due - now)
        assert take(now=due - SECOND) == [] or due == now
        now = due
    assert waits[:4] == [dt.timedelta(minutes=m) for m in (1, 5, 30, 120)]
    assert take(now=now + FAR) == []
    (given_up,) = stuck()
    assert (given_up.kind, given_up.where, given_up.tries) == ("event", "matter:0", MAX_TRIES)
    assert given_up.last_error.startswith("对方没有答复")
    assert backlog(now=now + FAR).events == 0


@pytest.mark.django_db
def test_a_row_that_kills_its_worker_every_time_is_given_up_too():
    happen()
    now = NOON
    for _ in range(MAX_TRIES):
        assert len(take(now=now)) == 1
        now += LEASE
    assert take(now=now) == []
    assert stuck()[0].given_up_at == now


@pytest.mark.django_db
def test_a_row_given_back_is_free_at_once_and_has_lost_no_try():
    happen()
    (event,) = take("a")
    release(claim=event.claim)
    (again,) = take("b")
    assert again.claim.tries == 1


@pytest.mark.django_db
def test_an_idle_worker_only_reads(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert take() == []


@pytest.mark.django_db
def test_the_backlog_shows_how_far_behind_the_worker_is():
    assert backlog(now=NOON).oldest_event is None
    happen(3)
    state = backlog(now=NOON + LEASE)
    assert (state.events, state.deliveries, state.oldest_event) == (3, 0, NOON)


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_share_the_rows_and_none_is_taken_twice():
    happen(60)
    gate = threading.Barrier(4)
    taken: list[int] = []
    failures: list[BaseException] = []

    def one(name: str) -> None:
        try:
            gate.wait()
            while events := take(name, limit=5):
                for event in events:
                    finish(event)
                    taken.append(event.claim.id)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    # A worker may find all free rows just being locked by others and go home early; nobody's row is lost for it.
    for event in take("last", limit=60):
        taken.append(event.claim.id)
    assert len(taken) == len(set(taken)) == 60
