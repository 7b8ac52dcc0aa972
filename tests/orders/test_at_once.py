"""Two people at the same moment. On PostgreSQL these are two connections, two transactions, one row."""

import datetime as dt
import threading
from functools import partial

import pytest
from django.db import connection

from jishi.kernel.errors import Conflict, DomainError
from jishi.orders.actions.overdue import give_back_overdue
from jishi.orders.models import OfferDay, Order, ServiceOffer, Step
from jishi.orders.queries.invariants import broken_invariants
from tests.cast import NOW
from tests.orders.counter import begin

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def at_once(*calls):
    """Run the calls in threads that begin together, each with a connection of its own; answers or refusals."""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        barrier.wait()
        try:
            answers[place] = call()
        except DomainError as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.capability("C37", "K21-I4", "K21-B2")
@pytest.mark.parametrize("limit", ["at_once", "per_day"])
def test_of_two_acceptances_for_the_last_place_exactly_one_wins(lasting_town, limit):
    town = lasting_town
    for number in range(ROUNDS):
        ServiceOffer.objects.filter(pk=town.repair.pk).update(**{limit: 1})
        day = NOW.date() + dt.timedelta(days=number + 1)
        ways = [begin(town, wished_on=day).to("offered") for _ in range(2)]
        answers = at_once(*(partial(way.take, "accept", town.chen) for way in ways))
        assert sum(isinstance(answer, Conflict) for answer in answers) == 1, answers
        assert (ServiceOffer.objects.get(pk=town.repair.pk).taken, OfferDay.objects.get(day=day).taken) == (1, 1)
        winner = next(way for way in ways if way.row.stage == "taken")
        winner.take("complete", "chen", note="已办完")
        assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("K21-B2", "K21-I2")
def test_a_unit_accepts_while_the_community_sends_the_order_to_another(lasting_town):
    town = lasting_town
    for _ in range(ROUNDS):
        ServiceOffer.objects.filter(pk=town.repair.pk).update(at_once=99, per_day=99)
        way = begin(town).to("offered")
        seen = way.row.version
        answers = at_once(
            partial(way.take, "accept", town.chen, seen),
            partial(way.take, "redispatch", town.zhou, seen, offer_id=town.plumber.pk, note="更近"),
        )
        assert sum(isinstance(answer, DomainError) for answer in answers) == 1, answers
        assert way.row.version == seen + 1
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("K21-I3", "K21-B1")
def test_two_workers_give_an_overdue_order_back_once_and_a_late_acceptance_does_not_undo_it(lasting_town):
    town = lasting_town
    ways = [begin(town).to("offered") for _ in range(ROUNDS)]
    late = max(way.row.due_at for way in ways)
    answers = at_once(
        *(partial(give_back_overdue, now=late) for _ in range(2)), partial(ways[0].take, "accept", town.chen)
    )
    accepted = ways[0].row.stage == "taken"
    assert answers[0] + answers[1] == ROUNDS - accepted
    assert Step.objects.filter(name="lapse").count() == ROUNDS - accepted
    assert Order.objects.filter(stage="returned").count() == ROUNDS - accepted
    assert list(broken_invariants(now=late)) == []
