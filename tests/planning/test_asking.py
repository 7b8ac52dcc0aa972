"""Who asks for a division, when it is refused, and what the worker makes of it."""

import datetime as dt

import pytest

from jishi.flows.grid_proposals import PlanDesk
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.planning import actions as planning
from jishi.planning.models import GridPlan, PlannedBlock, PlannedGrid
from jishi.planning.queries import plan, proposal
from jishi.planning.rules.vocabulary import Mode, State
from tests.cast import NOW
from tests.planning.village import FEW

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=11)


@pytest.mark.capability("C02")
def test_two_grids_of_seven_and_one_become_two_of_four(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    assert found.plan.state is State.READY
    assert [(one.households, one.within, one.pieces) for one in found.after.grids] == [(4, True, 1), (4, True, 1)]
    assert [one.households for one in found.before.grids] == [7, 1]
    assert {grid.name: grid.unit_id for grid in found.grids} == {
        "第一网格": street.cast.grid.pk,
        "第二网格": street.cast.next_grid.pk,
    }
    assert [block.label for block in found.moves] == ["长街5号", "长街6号", "长街7号"]
    assert found.changing == 3
    assert not found.without_reason


@pytest.mark.capability("C02", "K06-I1")
def test_every_household_is_in_one_block_and_every_block_in_one_grid(street):
    street.move_in(*street.build(5), *street.build(3, street.cast.next_grid), None, None)
    for mode in Mode:
        found = street.drawn(mode)
        assert sum(block.households for block in found.blocks) == 10
        assert {block.grid for block in found.blocks} == {grid.number for grid in found.grids}
        lumps = [block.label for block in found.blocks if block.address_id is None]
        assert lumps == ["第一网格未对应标准地址的住户"]
        planning.withdraw(plan_id=found.plan.id, by=street.cast.zhou, now=NOW)


@pytest.mark.capability("C02")
def test_the_same_registers_give_the_same_proposal(street):
    street.move_in(*street.build(9), *street.build(3, street.cast.next_grid))
    first = street.drawn(Mode.DRAW)
    planning.withdraw(plan_id=first.plan.id, by=street.cast.zhou, now=NOW)
    again = street.drawn(Mode.DRAW)
    assert [(one.label, one.grid) for one in again.blocks] == [(one.label, one.grid) for one in first.blocks]


@pytest.mark.capability("C02")
def test_what_stays_as_it_is_is_looked_at_grid_by_grid(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn(Mode.KEEP)
    assert not found.moves
    assert all(found.stays(grid.number) for grid in found.grids)
    assert [grid.name for grid in found.without_reason] == ["第一网格", "第二网格"]
    assert found.cause_of(0) == "7户，标准为3至5户"


@pytest.mark.capability("C02", "C92")
def test_only_who_plans_grids_there_asks(street):
    cast, asked = street.cast, {"mode": Mode.DRAW, "standard": FEW, "now": NOW}
    for who in ("li", "wang", "chen", "zhang", "wu"):
        with pytest.raises(Forbidden):
            planning.ask(community_id=cast.community.pk, by=cast.viewer(who), **asked)
    with pytest.raises(Forbidden, match="不在您的辖区内"):
        planning.ask(community_id=cast.other_community.pk, by=cast.zhou, **asked)
    with pytest.raises(Invalid, match="不是社区"):
        planning.ask(community_id=cast.town.pk, by=cast.zhao, **asked)
    with pytest.raises(NotFound):
        planning.ask(community_id=10**9, by=cast.zhao, **asked)
    assert planning.ask(community_id=cast.other_community.pk, by=cast.zhao, **asked).state is State.ASKED


@pytest.mark.capability("C02")
def test_a_community_has_one_open_plan(street):
    first = street.ask()
    with pytest.raises(Conflict, match="已有一份方案没有定"):
        street.ask()
    planning.withdraw(plan_id=first.id, by=street.cast.zhou, now=NOW)
    with pytest.raises(Conflict, match="不用撤回"):
        planning.withdraw(plan_id=first.id, by=street.cast.zhou, now=NOW)
    assert street.ask().id != first.id


def test_a_community_without_grids_is_drawn_afresh(street):
    cast = street.cast
    cast.other_grid.valid_to = cast.other_grid.valid_from
    cast.other_grid.save()
    from tests.matters.town import forget

    forget()
    with pytest.raises(Invalid, match="还没有网格"):
        planning.ask(community_id=cast.other_community.pk, mode=Mode.KEEP, standard=FEW, by=cast.zhao, now=NOW)


@pytest.mark.capability("C02")
def test_where_nobody_is_registered_there_is_nothing_to_divide(street):
    found = street.drawn()
    assert found.plan.state is State.FAILED
    assert found.plan.note == "响石社区还没有登记住户，无法按户数划分。请先录入或导入住户。"
    assert street.ask().state is State.ASKED  # asking again is possible


@pytest.mark.capability("C02")
def test_homes_nobody_can_place_on_the_map_are_told(street):
    street.move_in(None)
    found = street.drawn()
    assert "没有坐标" in found.plan.note


def test_a_plan_that_a_killed_worker_had_in_hand_is_drawn_by_the_next_one(street):
    street.move_in(*street.build(4))
    asked = street.ask()
    held = planning.claim(worker="killed", now=NOW, lease=dt.timedelta(minutes=10))
    assert held is not None
    assert PlanDesk(lambda: NOW)(NOW) is False
    assert PlanDesk(lambda: LATER)(LATER) is True
    assert plan(street.cast.zhou, asked.id).state is State.READY
    with pytest.raises(Conflict, match="已由另一个后台程序算出"):
        planning.fail(plan=held, note="", now=LATER)


def test_a_plan_withdrawn_while_it_is_drawn_stays_withdrawn(street, monkeypatch):
    from jishi.flows import grid_proposals

    street.move_in(*street.build(4))
    asked = street.ask()
    real = grid_proposals.draw_plan

    def slow(held, clock):
        planning.withdraw(plan_id=asked.id, by=street.cast.zhou, now=NOW)
        real(held, clock)

    monkeypatch.setattr(grid_proposals, "draw_plan", slow)
    assert PlanDesk(lambda: NOW)(NOW) is True
    assert plan(street.cast.zhou, asked.id).state is State.WITHDRAWN
    assert not PlannedBlock.objects.exists()


def test_a_fault_of_the_program_ends_the_plan_with_a_word_about_it(street, monkeypatch):
    from jishi.flows import grid_proposals

    street.move_in(*street.build(4))
    asked = street.ask()

    def broken(held, clock):
        raise ZeroDivisionError

    monkeypatch.setattr(grid_proposals, "draw_plan", broken)
    with pytest.raises(ZeroDivisionError):
        PlanDesk(lambda: NOW)(NOW)
    row = plan(street.cast.zhou, asked.id)
    assert (row.state, row.note) == (State.FAILED, "程序出错，没有算出来；请联系系统管理员。")


@pytest.mark.capability("C92")
def test_a_plan_is_not_known_outside_its_area(street):
    cast = street.cast
    asked = planning.ask(community_id=cast.other_community.pk, mode=Mode.DRAW, standard=FEW, by=cast.zhao, now=NOW)
    for who in ("zhou", "li", "wang", "wu"):
        with pytest.raises(NotFound):
            proposal(cast.viewer(who), asked.id)
    assert plan(cast.zhang, asked.id) == asked


def test_what_is_withdrawn_keeps_who_asked_and_who_gave_up_but_no_blocks(street):
    street.move_in(*street.build(4))
    found = street.drawn()
    planning.withdraw(plan_id=found.plan.id, by=street.cast.zhou, now=LATER)
    row = GridPlan.objects.get()
    assert (row.state, row.asked_by, row.decided_by, row.neighbours) == ("withdrawn", "老周", "老周", [])
    assert not PlannedGrid.objects.exists()
