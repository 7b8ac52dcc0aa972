"""Whether a plan may be changed, and whether it may be approved."""

import datetime as dt
from dataclasses import replace

import pytest

from jishi.kernel.errors import Conflict, Forbidden, Invalid
from jishi.planning.rules.figures import Beside
from jishi.planning.rules.plan import (
    BlockRow,
    GridRow,
    PlanRow,
    Proposal,
    check_approval,
    check_name,
    check_open,
    check_reason,
    check_today,
    listed,
)
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.standing import Lived
from jishi.planning.rules.vocabulary import Mode, State
from jishi.territory.rules.tree import UnitRow

DAY = dt.date(2025, 1, 1)
COMMUNITY = UnitRow(9, "430204003001", "响石社区", "社区", 2, 3, "/1/3/9/", None, None, DAY, None)
MOMENT = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)
ASKER, OTHER = 7, 8


def plan(state: State = State.READY, version: int = 3) -> PlanRow:
    return PlanRow(
        1, COMMUNITY, Mode.REBALANCE, Standard(4, 12, 10), state, (1, 2), "", version, MOMENT, ASKER, "老周", None, None
    )


def proposal(
    *placed: tuple[int, int | None], reasons: tuple[str, ...] = ("", ""), names=("第一网格", "第二网格")
) -> Proposal:
    """Blocks of two households in a row: the number of the grid, and the present one, of each."""
    grids = tuple(
        GridRow(
            n, names[n], n + 1, "算出的原因" if n == 0 else "", reasons[n], "老周" if reasons[n] else "", None, None
        )
        for n in range(2)
    )
    blocks = tuple(
        BlockRow(at, 100 + at, f"{at + 1}号", "", 2, 6, 2.0, present, grid, grid, "", None, 113.1, 27.9, 1.0, 1.0)
        for at, (grid, present) in enumerate(placed)
    )
    besides = tuple(Beside(at, at + 1, 2, 1.0) for at in range(len(placed) - 1))
    return Proposal(plan(), grids, blocks, besides, {1: "第一网格", 2: "第二网格"})


EVEN = proposal((0, 1), (0, 1), (1, 1), (1, 2))
UNEVEN = proposal((0, 1), (1, 1), (1, 2), (1, 2))


@pytest.mark.capability("C02")
def test_a_plan_tells_who_moves_and_what_each_grid_takes():
    assert [block.label for block in EVEN.moves] == ["3号"]
    assert EVEN.changing == 2
    assert EVEN.takes() == {0: {1: 4}, 1: {1: 2, 2: 2}}
    assert not EVEN.stays(0)
    assert not EVEN.stays(1)
    still = proposal((0, 1), (0, 1), (1, 2), (1, 2))
    assert still.stays(0)
    assert still.stays(1)
    assert not still.moves
    assert not proposal((0, 1), (1, 2), names=("东片网格", "第二网格")).stays(0)


@pytest.mark.capability("C02", "K06-I3")
def test_a_grid_off_the_standard_needs_a_reason_before_it_is_approved():
    assert [grid.name for grid in UNEVEN.without_reason] == ["第一网格", "第二网格"]
    with pytest.raises(Invalid, match="第一网格、第二网格超出标准或不连片"):
        check_approval(UNEVEN, OTHER, [1, 2])
    check_approval(proposal((0, 1), (1, 1), (1, 2), (1, 2), reasons=("山村", "大院")), OTHER, [1, 2])
    check_approval(EVEN, OTHER, [2, 1])


@pytest.mark.capability("C02")
def test_nobody_approves_a_plan_of_their_own_nor_one_of_grids_that_are_no_more():
    with pytest.raises(Forbidden, match="须由别人批准"):
        check_approval(EVEN, ASKER, [1, 2])
    moved = replace(EVEN, blocks=(replace(EVEN.blocks[0], moved_by="小赵", moved_by_id=OTHER), *EVEN.blocks[1:]))
    said = replace(
        EVEN, grids=(replace(EVEN.grids[0], reason="山村", reason_by="小赵", reason_by_id=OTHER), EVEN.grids[1])
    )
    for touched in (moved, said):
        assert touched.hands == {ASKER, OTHER}
        with pytest.raises(Forbidden, match="须由别人批准"):
            check_approval(touched, OTHER, [1, 2])
    for live in ([1], [1, 2, 3], [1, 4]):
        with pytest.raises(Conflict, match="有过调整"):
            check_approval(EVEN, OTHER, live)


@pytest.mark.capability("C02", "K06-I1", "K06-I3")
def test_what_is_registered_since_is_looked_at_before_a_plan_takes_effect():
    check_today(EVEN, {0: Lived(4, 12), 1: Lived(4, 12)})
    with pytest.raises(Conflict, match="第二网格已没有住户"):
        check_today(EVEN, {0: Lived(4, 12)})
    with pytest.raises(Conflict, match="第一网格现在超出标准"):
        check_today(EVEN, {0: Lived(10, 30), 1: Lived(4, 12)})
    with pytest.raises(Conflict, match="第一网格现在超出标准"):
        check_today(EVEN, {0: Lived(4, 60, (48,)), 1: Lived(4, 12)})
    excused = replace(EVEN, grids=(replace(EVEN.grids[0], reason="大院", reason_by="老周"), EVEN.grids[1]))
    check_today(excused, {0: Lived(10, 30), 1: Lived(4, 12)})


def test_of_many_grids_only_the_first_are_named():
    names = [f"第{n}网格" for n in range(1, 8)]
    assert listed(names[:5]) == "第1网格、第2网格、第3网格、第4网格、第5网格"
    assert listed(names) == "第1网格、第2网格、第3网格、第4网格、第5网格等7个网格"


def test_why_a_grid_is_off_is_told_as_computed_until_a_person_changes_it():
    assert UNEVEN.cause_of(0) == "算出的原因"
    assert UNEVEN.cause_of(1) == "6户，标准为3.6至4.4户"
    assert EVEN.cause_of(0) == ""
    apart = proposal((0, 1), (1, 1), (0, 2), (1, 2))
    assert apart.cause_of(1) == "分成互不相连的2片"


@pytest.mark.parametrize("state", list(State))
def test_only_a_plan_that_waits_for_a_decision_is_changed(state):
    if state is State.READY:
        check_open(plan(state), 3)
        with pytest.raises(Conflict, match="刚刚被别人改过"):
            check_open(plan(state), 2)
    else:
        with pytest.raises(Conflict):
            check_open(plan(state), 3)


def test_reasons_and_names_are_kept_tidy():
    assert check_reason("  山村，\n  两地相隔 12 公里 ") == "山村， 两地相隔 12 公里"
    with pytest.raises(Invalid, match="最多300字，现在301字"):
        check_reason("山" * 301)
    assert check_name(" 东片网格 ", {"西片网格"}) == "东片网格"
    for wrong in ("", "  ", "网" * 81, "西片网格"):
        with pytest.raises(Invalid):
            check_name(wrong, {"西片网格"})
