"""Every household of a community is in exactly one block; the rules know no database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.planning.rules.blocks import Living, Standing, blocks_of, chinese, fresh_names
from jishi.planning.rules.standard import Standard

USUAL = Standard()
GRIDS = {1: "第一网格", 2: "第二网格"}
POINT = (113.11, 27.87)

ROAD = Standing(10, "road", "东门路", (10,), None)
COURTYARD = Standing(11, "door", "东门路12号", (10, 11), POINT)
BUILDING = Standing(12, "building", "东门路12号3栋", (10, 11, 12), None)
ENTRANCES = [Standing(20 + n, "entrance", f"东门路12号3栋{n}单元", (10, 11, 12, 20 + n), None) for n in (1, 2)]
ROOMS = [
    Standing(100 + n, "room", f"东门路12号3栋{1 + n % 2}单元{n}室", (10, 11, 12, 21 + n % 2, 100 + n), None)
    for n in range(6)
]
HOUSE = Standing(13, "door", "东门路2号", (10, 13), None)
ADDRESSES = [ROAD, COURTYARD, BUILDING, *ENTRANCES, *ROOMS, HOUSE]


def homes(*addresses: int | None, unit: int = 1) -> list[Living]:
    return [Living(number, unit, address, 3) for number, address in enumerate(addresses)]


@pytest.mark.capability("C02")
def test_the_homes_of_a_building_are_one_block_with_what_it_has_in_common_with_others():
    (block,) = blocks_of(ADDRESSES, homes(100, 101, 102), GRIDS, USUAL)
    assert (block.address_id, block.label, block.households, block.people) == (12, "东门路12号3栋", 3, 9)
    assert (block.present, block.point) == (1, POINT)
    assert (block.compound, block.street) == ("东门路12号", "东门路")


@pytest.mark.capability("C02", "K06-B2")
def test_of_a_dormitory_the_people_count_and_of_a_big_family_the_household():
    living = [Living(1, 1, 13, 7), Living(2, 1, 13, 2000, collective=True), Living(3, 1, 13, 1, collective=True)]
    (block,) = blocks_of(ADDRESSES, living, GRIDS, USUAL)
    assert (block.households, block.people) == (3, 2008)
    assert block.load == pytest.approx(1 + 2000 / 3 + 1)


@pytest.mark.capability("C02")
def test_a_building_bigger_than_a_grid_is_taken_entrance_by_entrance():
    found = blocks_of(ADDRESSES, homes(100, 101, 102, 103), GRIDS, Standard(3, 9, 10))
    assert [(block.label, block.households) for block in found] == [
        ("东门路12号3栋1单元", 2),
        ("东门路12号3栋2单元", 2),
    ]


@pytest.mark.capability("C02", "K06-B4")
def test_a_building_counted_in_two_grids_is_one_block_in_the_grid_of_most_of_its_households():
    living = [Living(1, 1, 100, 1), Living(2, 2, 101, 1), Living(3, 2, 102, 1)]
    (block,) = blocks_of(ADDRESSES, living, GRIDS, USUAL)
    assert (block.present, block.households) == (2, 3)


@pytest.mark.capability("C02")
def test_homes_without_an_address_stay_together_grid_by_grid():
    living = [Living(1, 1, None, 2), Living(2, 2, None, 1), Living(3, 2, 999, 4), Living(4, 77, None, 1)]
    found = blocks_of(ADDRESSES, living, GRIDS, USUAL)
    assert {(block.present, block.label, block.households) for block in found} == {
        (1, "第一网格未对应标准地址的住户", 1),
        (2, "第二网格未对应标准地址的住户", 2),
        (None, "未对应标准地址的住户", 1),
    }


def test_blocks_come_in_the_order_in_which_people_count_doors():
    more = [Standing(30 + n, "door", f"东门路{n}号", (10, 30 + n), None) for n in (2, 10, 9)]
    found = blocks_of([ROAD, *more], homes(None, 40, 32, 39), GRIDS, USUAL)
    assert [block.label for block in found][:3] == ["东门路2号", "东门路9号", "东门路10号"]
    assert found[-1].address_id is None


@pytest.mark.capability("C02", "K06-I1")
@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, 77]), st.sampled_from([None, 12, 13, 999, *range(100, 106)]), st.integers(0, 9)
        ),
        max_size=60,
    ),
    st.integers(1, 5),
)
def test_no_household_is_lost_or_counted_twice(told, most):
    living = [Living(number, *one) for number, one in enumerate(told)]
    found = blocks_of(ADDRESSES, living, GRIDS, Standard(most, 3 * most, 10))
    assert sum(block.households for block in found) == len(living)
    assert sum(block.people for block in found) == sum(one.people for one in living)
    assert all(block.households for block in found)
    known = [block.address_id for block in found if block.address_id is not None]
    assert len(known) == len(set(known))


def test_new_grids_are_called_what_comes_next():
    assert [chinese(n) for n in (1, 9, 10, 11, 20, 21, 99)] == ["一", "九", "十", "十一", "二十", "二十一", "九十九"]
    assert fresh_names({"第一网格", "第三网格"}, 3) == ["第二网格", "第四网格", "第五网格"]
    assert fresh_names((), 0) == []
    assert fresh_names({f"第{chinese(n)}网格" for n in range(1, 100)}, 1) == ["第100网格"]
