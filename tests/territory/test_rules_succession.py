"""What becomes of units when they are split, merged, moved and renamed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Conflict, Invalid
from jishi.territory.rules.succession import Part, plan_merge, plan_move, plan_rename, plan_split
from tests.territory.woods import LADDER, SINCE, Wood, county_entries, shapes

DAY = dt.date(2026, 6, 1)


def grown(shape=(((2, 1), (0,)), ((1,),))):
    return Wood.planted(county_entries(shape))


def unit(wood, code):
    return wood.tree().by_code[code]


def random_operation(wood, chance):
    """One operation that makes sense on the tree of now, or None if the draw does not."""
    tree = wood.tree()
    below_county = [u for u in tree if u.depth]
    target = chance.choice(below_county)
    match chance.choice(["split", "merge", "move", "rename"]):
        case "split" if target.depth > 2:
            parts = [[], []]
            for child in tree.children(target.id):
                chance.choice(parts).append(child.id)
            return plan_split(
                tree, target.id, [Part(f"{target.name}{n}", children=frozenset(ids)) for n, ids in enumerate(parts)]
            )
        case "merge":
            siblings = tree.children(target.parent_id)
            if len(siblings) > 1:
                chosen = chance.sample(list(siblings), 2)
                return plan_merge(tree, [u.id for u in chosen], Part("合并后", chosen[0].code))
        case "move" if target.depth > 2:
            others = [u for u in tree.at(target.depth - 1) if u.id != target.parent_id]
            if others:
                return plan_move(tree, LADDER, target.id, chance.choice(others).id)
        case "rename":
            return plan_rename(tree, target.id, target.name + "新")
    return None


@pytest.mark.capability("C03", "K06-I2")
@given(shapes, st.randoms(use_true_random=False), st.integers(1, 8))
def test_any_course_of_changes_keeps_a_tree_and_leaves_the_past_alone(shape, chance, changes):
    wood = grown(shape)
    day, pictures = SINCE, {}
    for _ in range(changes):
        pictures[day] = {u.id: (u.code, u.name, u.path) for u in wood.tree(day)}
        day += dt.timedelta(days=1)
        plan = random_operation(wood, chance)
        if plan is not None:
            wood.carry_out(plan, day)
    now = wood.tree()
    assert now.faults() == []
    codes = [row.code for row in wood.rows.values() if row.valid_to is None]
    assert len(codes) == len(set(codes))
    for earlier, picture in pictures.items():
        assert {u.id: (u.code, u.name, u.path) for u in wood.tree(earlier)} == picture
        assert wood.tree(earlier).faults() == []
    for grid in now.at(3):
        assert grid.code.startswith(now.by_id[grid.parent_id].code)


@given(shapes, st.randoms(use_true_random=False), st.integers(1, 8))
def test_every_ended_unit_has_exactly_one_to_take_over_what_is_unfinished(shape, chance, changes):
    wood = grown(shape)
    for step in range(changes):
        plan = random_operation(wood, chance)
        if plan is not None:
            wood.carry_out(plan, SINCE + dt.timedelta(days=step + 1))
    primaries = [former for former, _, primary in wood.links if primary]
    assert len(primaries) == len(set(primaries))
    assert set(primaries) == {id for id, row in wood.rows.items() if row.valid_to is not None}


@pytest.mark.capability("K06-I4")
def test_a_split_shares_out_the_children_and_loses_none():
    wood = grown()
    grid = unit(wood, "430204001001001")
    one, two = wood.tree().children(grid.id)
    plan = plan_split(
        wood.tree(),
        grid.id,
        [Part("东网格", children=frozenset({one.id})), Part("西网格", children=frozenset({two.id}))],
    )
    east, _, west, _ = wood.carry_out(plan, DAY)
    assert [u.name for u in wood.tree().children(east)] == [one.name]
    assert [u.name for u in wood.tree().children(west)] == [two.name]
    assert {u.code for u in wood.tree().at(3)} == {
        "430204001001002",
        "430204001001003",
        "430204001001004",
        "430204001002001",
        "430204002001001",
    }


def test_the_number_of_a_split_grid_is_not_given_to_another_one():
    wood = grown(((((0,)),),))
    grid = unit(wood, "430204001001001")
    wood.carry_out(plan_split(wood.tree(), grid.id, [Part("甲"), Part("乙")]), DAY)
    assert {u.code[-3:] for u in wood.tree().at(3)} == {"002", "003"}


def test_a_part_may_keep_the_number_if_it_is_said_so():
    wood = grown(((((0,)),),))
    grid = unit(wood, "430204001001001")
    wood.carry_out(plan_split(wood.tree(), grid.id, [Part("甲", grid.code), Part("乙")]), DAY)
    assert {u.code[-3:] for u in wood.tree().at(3)} == {"001", "002"}


def test_grids_of_two_merged_communities_do_not_fight_for_a_number():
    wood = grown((((0, 0), (0, 0)),))
    a, b = unit(wood, "430204001001"), unit(wood, "430204001002")
    wood.carry_out(plan_merge(wood.tree(), [a.id, b.id], Part("合社区", a.code)), DAY)
    assert [u.code[-3:] for u in wood.tree().at(3)] == ["001", "002", "003", "004"]


NONSENSE = {
    "至少要有两个": lambda t, g, c: plan_split(t, g.id, [Part("甲")]),
    "不能重名": lambda t, g, c: plan_split(t, c.id, [Part("甲", "430204001008"), Part("甲", "430204001009")]),
    "同一个代码": lambda t, g, c: plan_split(t, c.id, [Part("甲", "430204001008"), Part("乙", "430204001008")]),
    "没有归属": lambda t, g, c: plan_split(t, g.id, [Part("甲"), Part("乙")]),
    "只能归入一个": lambda t, g, c: plan_split(
        t, g.id, [Part(n, children=frozenset({t.children(g.id)[0].id})) for n in "甲乙"]
    ),
    "不在被拆分": lambda t, g, c: plan_split(t, g.id, [Part("甲", children=frozenset({c.id})), Part("乙")]),
    "份额": lambda t, g, c: plan_split(t, g.id, [Part("甲", weight=0), Part("乙")]),
    "承接": lambda t, g, c: plan_split(
        t,
        t.at(3)[-1].id,
        [Part("甲"), Part("乙", children=frozenset(u.id for u in t.children(t.at(3)[-1].id)))],
        primary=2,
    ),
    "须写明统计用区划代码": lambda t, g, c: plan_split(
        t, t.at(2)[1].id, [Part("甲", children=frozenset(u.id for u in t.children(t.at(2)[1].id))), Part("乙")]
    ),
    "县级单元不能": lambda t, g, c: plan_split(
        t, t.county.id, [Part("甲"), Part("乙", children=frozenset(u.id for u in t.children(t.county.id)))]
    ),
    "合并至少": lambda t, g, c: plan_merge(t, [g.id, g.id], Part("甲")),
    "同一上级": lambda t, g, c: plan_merge(t, [t.at(3)[0].id, t.at(3)[-1].id], Part("甲")),
    "名称不能为空": lambda t, g, c: plan_merge(t, [u.id for u in t.at(3)[:2]], Part(" ")),
    "已经在这个上级": lambda t, g, c: plan_move(t, LADDER, g.id, c.id),
    "自己的下级": lambda t, g, c: plan_move(t, LADDER, c.id, g.id),
    "不是": lambda t, g, c: plan_move(t, LADDER, g.id, t.at(1)[1].id),
    "新名称与原名称相同": lambda t, g, c: plan_rename(t, g.id, g.name),
}


@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_is_refused_in_words(words):
    tree = grown().tree()
    with pytest.raises(Invalid, match=words):
        NONSENSE[words](tree, tree.by_code["430204001001001"], tree.by_code["430204001001"])


def test_what_has_ended_cannot_be_changed_again():
    wood = grown()
    grid = unit(wood, "430204001002001")
    wood.carry_out(plan_rename(wood.tree(), grid.id, "新名"), DAY)
    with pytest.raises(Conflict, match="已经终止"):
        plan_rename(wood.tree(), grid.id, "再改")


def test_a_code_in_use_is_refused():
    tree = grown().tree()
    grid = tree.by_code["430204001001002"]
    taken = tree.by_code["430204001001001"]
    parts = [Part("甲", taken.code, frozenset(u.id for u in tree.children(grid.id))), Part("乙")]
    with pytest.raises(Conflict, match=taken.name):
        plan_split(tree, grid.id, parts)
