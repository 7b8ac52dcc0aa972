"""Who hears of a plan: who asked, who approves, and the people whose grids it changes."""

import threading

import pytest

from jishi.flows import worker
from jishi.flows.grid_approval import approve_plan
from jishi.flows.rounds import HANDLERS
from jishi.notices.models import Notice
from jishi.planning.rules.vocabulary import Mode
from tests.cast import NOW

pytestmark = pytest.mark.django_db


def told(street) -> dict[str, tuple[str, str]]:
    """By the name of each person told: the last sentence and where it leads."""
    worker.run(worker="w", stop=threading.Event(), once=True, handlers=HANDLERS, sweeps=(), clock=lambda: NOW)
    names = {street.cast.person(key).pk: key for key in ("li", "sun", "zhou", "zhang", "zhao", "wang", "wu")}
    return {names[row.person_id]: (row.text, row.link) for row in Notice.objects.order_by("id")}


@pytest.mark.capability("C02")
def test_a_plan_that_is_drawn_is_told_to_who_asked_and_to_who_approves(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    heard = told(street)
    assert set(heard) == {"zhou", "zhang", "zhao"}
    assert heard["zhang"] == (
        "【网格划分】响石社区的方案（在现有网格上调整）已算出，由老周提出，待批准",
        f"/grids/plans/{found.plan.id}/",
    )


@pytest.mark.capability("C02")
def test_an_approved_plan_is_told_to_the_grid_workers_who_cannot_open_it(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    told(street)
    Notice.objects.all().delete()
    approve_plan(plan_id=found.plan.id, version=found.plan.version, by=street.cast.zhang, now=NOW)
    heard = told(street)
    assert set(heard) == {"zhou", "li", "sun"}
    assert heard["li"][0].startswith("【网格划分】响石社区的方案已由张区长批准，即日起生效")
    assert heard["li"][1] == "/day/"
    assert heard["zhou"][1] == f"/grids/plans/{found.plan.id}/"


@pytest.mark.capability("C02")
def test_a_plan_that_could_not_be_drawn_is_told_to_who_asked(street):
    street.drawn(Mode.DRAW)
    heard = told(street)
    assert set(heard) == {"zhou"}
    assert "没有算出：响石社区还没有登记住户" in heard["zhou"][0]
