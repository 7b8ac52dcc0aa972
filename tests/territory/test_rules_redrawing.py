"""The grids of a community are drawn anew: nothing is lost, nobody takes over twice, nonsense is refused in words."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Conflict, Invalid
from jishi.territory.rules.redrawing import Redrawn, plan_redraw, primary_takers, standing
from jishi.territory.rules.succession import Cause, plan_rename
from tests.territory.woods import SINCE, Wood, county_entries

DAY = dt.date(2026, 6, 1)
COMMUNITY = "430204001001"


def grown(*grids: int) -> Wood:
    """One community with grids of so many buildings, and a second one with a grid."""
    return Wood.planted(county_entries([[grids, [1]]]))


def units(wood):
    """The community and its grids."""
    tree = wood.tree()
    community = tree.by_code[COMMUNITY]
    return community, tree.children(community.id)


def redrawn(wood, *parts, kind="网格"):
    community, _ = units(wood)
    return plan_redraw(wood.tree(), community.id, parts, kind=kind)


def origins(plan):
    """What each grid begun comes from: name -> {former: primary}."""
    tops = [new for new in plan.begun if new.parent_index is None]
    return {new.name: {origin.former: origin.is_primary for origin in new.origins} for new in tops}


divisions = st.integers(1, 4).flatmap(
    lambda grids: st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 300)), min_size=grids, max_size=grids), min_size=1, max_size=5
    )
)


@pytest.mark.capability("K06-I1", "K06-I2", "K06-I4", "C03")
@given(divisions, st.lists(st.integers(0, 2), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_any_division_is_a_partition_and_each_former_has_one_to_take_over(shares, buildings, chance):
    wood = grown(*buildings[: len(shares[0])])
    community, grids = units(wood)
    taken = [{grid.id: weight for grid, weight in zip(grids, row, strict=True) if weight is not None} for row in shares]
    taken = [formers for formers in taken if formers]
    free = [grid.id for grid in grids]
    chance.shuffle(free)
    parts = []
    for number, formers in enumerate(taken):
        keeps = next((id for id in free if id in formers), None) if chance.random() < 0.5 else None
        if keeps is not None:
            free.remove(keeps)
        parts.append(Redrawn(f"新{number}", formers, keeps))
    if not parts:
        return
    before = wood.tree()
    plan = plan_redraw(before, community.id, parts)
    claimed = {former for formers in taken for former in formers}

    below = {child.id for id in claimed for child in before.children(id)}
    assert set(plan.ended) == claimed | below
    primaries = Counter(origin.former for new in plan.begun for origin in new.origins if origin.is_primary)
    assert primaries == Counter(plan.ended)
    for part, (_, found) in zip(parts, origins(plan).items(), strict=True):
        assert set(found) == set(part.formers)
        assert part.keeps is None or found[part.keeps]

    wood.carry_out(plan, DAY)
    after = wood.tree()
    assert after.faults() == []
    codes = [row.code for row in wood.rows.values() if row.valid_to is None]
    assert len(codes) == len(set(codes))
    assert all(unit.code.startswith(after.by_id[unit.parent_id].code) for unit in after if unit.depth > 2)
    untouched = {grid.id for grid in grids} - claimed
    assert {unit.id for unit in after.children(community.id)} >= untouched
    assert len(after.children(community.id)) == len(untouched) + len(parts)
    kept = {part.name: before.by_id[part.keeps].code for part in parts if part.keeps is not None}
    assert kept == {unit.name: unit.code for unit in after.children(community.id) if unit.name in kept}
    assert Counter(unit.name for unit in before.at(4)) == Counter(unit.name for unit in after.at(4))
    assert {u.id: (u.code, u.path) for u in wood.tree(SINCE)} == {u.id: (u.code, u.path) for u in before}


@pytest.mark.capability("C03")
def test_what_is_unfinished_goes_to_who_keeps_the_grid_else_to_who_takes_most_of_it():
    wood = grown(0, 0, 0)
    _, (one, two, three) = units(wood)
    parts = [
        Redrawn("甲", {one.id: 10, two.id: 100, three.id: 50}, keeps=one.id),
        Redrawn("乙", {one.id: 300, two.id: 120}),
        Redrawn("丙", {three.id: 50}),
    ]
    assert primary_takers(parts) == {one.id: 0, two.id: 1, three.id: 0}
    plan = redrawn(wood, *parts)
    assert plan.cause is Cause.REDRAW
    assert plan.cause.label == "重划"
    assert origins(plan) == {
        "甲": {one.id: True, two.id: False, three.id: True},
        "乙": {one.id: False, two.id: True},
        "丙": {three.id: False},
    }
    assert [new.code[-3:] for new in plan.begun] == ["001", "004", "005"]


def test_grids_no_part_names_and_grids_that_stay_as_they_are_go_on_untouched():
    wood = grown(1, 0, 0, 0)
    _, (one, two, three, four) = units(wood)
    parts = [
        Redrawn(one.name, {one.id: 400}, keeps=one.id),
        Redrawn("东网格", {two.id: 200, three.id: 0}),
        Redrawn("西网格", {two.id: 200, three.id: 400}, keeps=three.id),
    ]
    plan = redrawn(wood, *parts)
    assert standing(wood.tree(), parts) == {0: one.id}
    assert set(plan.ended) == {two.id, three.id}
    wood.carry_out(plan, DAY)
    assert {one.id, four.id} < set(wood.tree().by_id)
    assert [unit.code[-3:] for unit in units(wood)[1]] == ["001", "003", "004", "005"]


def test_buildings_go_with_the_grid_that_takes_over_unless_it_is_said_otherwise():
    wood = grown(2, 1)
    _, (one, two) = units(wood)
    tree = wood.tree()
    first, second = tree.children(one.id)
    (third,) = tree.children(two.id)
    plan = redrawn(
        wood,
        Redrawn("甲", {one.id: 300, two.id: 100}, keeps=one.id),
        Redrawn("乙", {one.id: 100, two.id: 300}, children=frozenset({second.id})),
    )
    wood.carry_out(plan, DAY)
    after = wood.tree()
    east, west = (after.by_code[f"{COMMUNITY}{serial}"] for serial in ("001", "003"))
    assert [(unit.name, unit.code[-6:]) for unit in after.children(east.id)] == [(first.name, "001001")]
    assert sorted(unit.code[-6:] for unit in after.children(west.id)) == ["003001", "003002"]
    assert sorted(unit.name for unit in after.children(west.id)) == sorted([second.name, third.name])


def test_a_community_without_grids_gets_its_first_ones():
    wood = grown()
    plan = redrawn(wood, Redrawn("第一网格", {}), Redrawn("第二网格", {}))
    assert plan.ended == ()
    assert [(new.name, new.code[-3:], new.kind, new.origins) for new in plan.begun] == [
        ("第一网格", "001", "网格", ()),
        ("第二网格", "002", "网格", ()),
    ]


def test_one_grid_may_be_called_differently_or_take_up_another():
    wood = grown(0, 0)
    _, (one, two) = units(wood)
    (renamed,) = redrawn(wood, Redrawn("东网格", {one.id: 400}, keeps=one.id)).begun
    assert (renamed.code, renamed.keeps_ground) == (one.code, True)
    (joined,) = redrawn(wood, Redrawn(one.name, {one.id: 400, two.id: 100}, keeps=one.id)).begun
    assert [origin.is_primary for origin in joined.origins] == [True, True]


NONSENSE = {
    "不是社区": lambda t, c, a, b: (t.by_id[c.parent_id].id, [Redrawn("甲", {})]),
    "至少要有一个网格": lambda t, c, a, b: (c.id, []),
    "不是“1-1社区”的网格": lambda t, c, a, b: (c.id, [Redrawn("甲", {t.at(3)[-1].id: 1})]),
    "不在它的来源里": lambda t, c, a, b: (c.id, [Redrawn("甲", {a.id: 1}, keeps=b.id)]),
    "只能由一个新网格沿用": lambda t, c, a, b: (
        c.id,
        [Redrawn("甲", {a.id: 1}, keeps=a.id), Redrawn("乙", {a.id: 1}, keeps=a.id)],
    ),
    "不能有两个“甲”": lambda t, c, a, b: (c.id, [Redrawn("甲", {a.id: 1}), Redrawn(" 甲 ", {a.id: 1})]),
    "不能有两个“第2网格”": lambda t, c, a, b: (c.id, [Redrawn("第2网格", {a.id: 1})]),
    "没有需要重划的网格": lambda t, c, a, b: (
        c.id,
        [Redrawn(a.name, {a.id: 1}, keeps=a.id), Redrawn(b.name, {b.id: 1}, keeps=b.id)],
    ),
    "不能小于0": lambda t, c, a, b: (c.id, [Redrawn("甲", {a.id: -1})]),
    "没有写明“乙”取自": lambda t, c, a, b: (c.id, [Redrawn("甲", {a.id: 1}), Redrawn("乙", {})]),
    "名称不能为空": lambda t, c, a, b: (c.id, [Redrawn(" ", {a.id: 1})]),
    "不能超过80个字": lambda t, c, a, b: (c.id, [Redrawn("长" * 81, {a.id: 1})]),
    "不在它的来源之下": lambda t, c, a, b: (
        c.id,
        [Redrawn("甲", {a.id: 1}, children=frozenset({t.children(b.id)[0].id}))],
    ),
    "只能归入一个网格": lambda t, c, a, b: (
        c.id,
        [Redrawn(name, {b.id: 1}, children=frozenset({t.children(b.id)[0].id})) for name in ("甲", "乙")],
    ),
}


@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_is_refused_in_words(words):
    wood = grown(0, 1)
    community, (one, two) = units(wood)
    about, parts = NONSENSE[words](wood.tree(), community, one, two)
    with pytest.raises(Invalid, match=words):
        plan_redraw(wood.tree(), about, parts)


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
def test_a_number_of_households_is_a_number(weight):
    wood = grown(0)
    with pytest.raises(Invalid, match="户数"):
        redrawn(wood, Redrawn("甲", {units(wood)[1][0].id: weight}))


def test_what_has_ended_meanwhile_is_a_conflict():
    wood = grown(0, 0)
    community, (one, _) = units(wood)
    with pytest.raises(Conflict, match="已经有网格"):
        redrawn(wood, Redrawn("甲", {}))
    wood.carry_out(plan_rename(wood.tree(), one.id, "新名"), DAY)
    with pytest.raises(Conflict, match="已经终止"):
        redrawn(wood, Redrawn("甲", {one.id: 1}))
    wood.carry_out(plan_rename(wood.tree(), community.id, "新社区"), DAY)
    with pytest.raises(Conflict, match="已经终止"):
        plan_redraw(wood.tree(), community.id, [Redrawn("甲", {one.id: 1})])
