"""A person changes what was computed, and sees at once what it does."""

import pytest

from jishi.kernel.errors import Conflict, Forbidden, Invalid
from jishi.planning import actions as planning
from jishi.planning.rules.vocabulary import Mode
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(street):
    street.move_in(*street.build(4), *street.build(4, street.cast.next_grid))
    return street.drawn(Mode.KEEP).plan


def move(street, plan, version, blocks, to):
    return planning.move_blocks(
        plan_id=plan.id, version=version, blocks=blocks, to=to, by=street.cast.zhou, now=NOW
    ).version


@pytest.mark.capability("C02")
def test_a_house_is_moved_to_the_grid_beside_it(street, plan):
    move(street, plan, plan.version, [3], 1)
    found = street.look(plan.id)
    assert [(one.households, one.within) for one in found.after.grids] == [(3, True), (5, True)]
    assert [(one.label, one.moved_by) for one in found.moves] == [("长街4号", "老周")]
    assert found.changing == 1


@pytest.mark.capability("C02")
def test_moved_away_from_its_neighbours_it_leaves_a_grid_in_two_pieces(street, plan):
    move(street, plan, plan.version, [1], 1)
    found = street.look(plan.id)
    assert {one.grid: one.pieces for one in found.after.grids} == {0: 2, 1: 2}
    assert [grid.name for grid in found.without_reason] == ["第一网格", "第二网格"]
    assert found.cause_of(0) == "分成互不相连的2片"


@pytest.mark.capability("C02", "K06-I1")
def test_houses_become_a_grid_of_their_own_and_an_empty_grid_is_dropped(street, plan):
    version = move(street, plan, plan.version, [0, 1, 2, 3], None)
    found = street.look(plan.id)
    assert {grid.name: grid.unit_id for grid in found.grids} == {
        "第二网格": street.cast.next_grid.pk,
        "第三网格": None,
    }
    new = next(grid.number for grid in found.grids if grid.unit_id is None)
    move(street, plan, version, [4, 5, 6, 7], new)
    last = street.look(plan.id)
    assert [grid.name for grid in last.grids] == ["第三网格"]
    assert [grid.name for grid in last.emptied] == ["第一网格", "第二网格"]
    move(street, plan, last.plan.version, [4, 5, 6, 7], 1)
    back = next(grid for grid in street.look(plan.id).grids if grid.name == "第二网格")
    assert (back.number, back.unit_id) == (1, street.cast.next_grid.pk)


def test_a_grid_that_is_gone_and_houses_that_are_none_are_refused(street, plan):
    with pytest.raises(Conflict, match="没有这个网格"):
        move(street, plan, plan.version, [0], 9)
    with pytest.raises(Invalid, match="请先选择"):
        move(street, plan, plan.version, [99], 1)
    with pytest.raises(Invalid, match="请先选择"):
        move(street, plan, plan.version, [], 1)


@pytest.mark.capability("C02")
def test_of_two_who_change_the_same_plan_the_second_is_told(street, plan):
    move(street, plan, plan.version, [3], 1)
    with pytest.raises(Conflict, match="刚刚被别人改过"):
        move(street, plan, plan.version, [2], 1)
    assert street.look(plan.id).changing == 1


@pytest.mark.capability("C02")
def test_a_grid_gets_a_name_and_a_reason(street, plan):
    by = {"plan_id": plan.id, "by": street.cast.zhou, "now": NOW}
    named = planning.name_grid(version=plan.version, number=0, name=" 长街西片 ", **by)
    with pytest.raises(Invalid, match="已被本社区另一个网格使用"):
        planning.name_grid(version=named.version, number=1, name="长街西片", **by)
    said = planning.give_reason(version=named.version, number=0, reason="两地隔河", **by)
    grid = street.look(plan.id).grids[0]
    assert (grid.name, grid.reason, grid.reason_by) == ("长街西片", "两地隔河", "老周")
    planning.give_reason(version=said.version, number=0, reason=" ", **by)
    assert street.look(plan.id).grids[0].reason_by == ""


def test_a_name_of_a_grid_nobody_lives_in_is_taken_too(street):
    street.move_in(*street.build(4))
    found = street.drawn(Mode.KEEP)
    with pytest.raises(Invalid, match="已被本社区另一个网格使用"):
        planning.name_grid(
            plan_id=found.plan.id, version=found.plan.version, number=0, name="第二网格", by=street.cast.zhou, now=NOW
        )


@pytest.mark.capability("C92")
def test_who_only_approves_changes_nothing(street, plan):
    with pytest.raises(Forbidden):
        planning.move_blocks(plan_id=plan.id, version=plan.version, blocks=[1], to=1, by=street.cast.zhang, now=NOW)
