"""Levels, codes, partition and the memory of a process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Invalid
from jishi.territory.rules.codes import check_code, child_code, next_code
from jishi.territory.rules.levels import ladder_of, level_list
from tests.territory.woods import LADDER

BRANCHED = ladder_of(
    {
        "ladder": {
            "members": "居民",
            "levels": [
                {"key": "county", "name": "市", "kinds": ["市"], "functions": ["派单"]},
                {"key": "town", "name": "乡镇", "kinds": ["镇", "街道"], "functions": ["统筹", "调解"]},
            ],
            "branches": [
                {
                    "key": "rural",
                    "name": "乡村",
                    "town_name": "乡镇",
                    "levels": [
                        {"key": "village", "name": "村", "kinds": ["村"], "functions": ["调解"]},
                        {"key": "hearth", "name": "中心户", "kinds": ["中心户"]},
                    ],
                },
                {
                    "key": "urban",
                    "name": "城区",
                    "town_name": "街道",
                    "levels": [
                        {"key": "community", "name": "社区", "kinds": ["社区"]},
                        {"key": "grid", "name": "网格", "kinds": ["网格"], "functions": ["调解"]},
                    ],
                },
            ],
        }
    }
)


def test_each_branch_has_its_own_names():
    assert BRANCHED.names("rural") == ("市", "乡镇", "村", "中心户")
    assert BRANCHED.names("urban") == ("市", "街道", "社区", "网格")
    assert BRANCHED.name_at(3) == "中心户/网格"
    assert [level["kinds"] for level in level_list(BRANCHED)] == [
        ["市"],
        ["镇", "街道"],
        ["村", "社区"],
        ["中心户", "网格"],
    ]


@pytest.mark.capability("K03-I3")
def test_the_lowest_level_with_a_function_handles_it_in_each_branch():
    assert [level.name for level in BRANCHED.handling("调解")] == ["村", "网格"]
    assert [level.name for level in BRANCHED.handling("统筹")] == ["乡镇"]
    assert BRANCHED.handling("没有这个功能") == ()


@pytest.mark.parametrize(
    ("depth", "kind", "parent", "allowed"),
    [
        (2, "村", "镇", True),
        (2, "社区", "街道", True),
        (3, "中心户", "村", True),
        (3, "中心户", "社区", False),
        (3, "网格", "村", False),
        (2, "网格", "镇", False),
        (4, "网格", "网格", False),
    ],
)
def test_a_unit_of_one_branch_does_not_stand_in_the_other(depth, kind, parent, allowed):
    if allowed:
        BRANCHED.check_kind(depth, kind, parent)
    else:
        with pytest.raises(Invalid):
            BRANCHED.check_kind(depth, kind, parent)


def test_what_is_drawn_below_a_community_is_a_grid_or_what_its_branch_has_first():
    assert BRANCHED.kind_below(2, "社区") == "网格"
    assert BRANCHED.kind_below(2, "村") == "中心户"
    assert LADDER.kind_below(3, "网格") == "楼栋"
    with pytest.raises(Invalid, match="没有第5级"):
        LADDER.kind_below(4, "楼栋")


def test_a_ladder_without_branches_has_one_level_a_depth():
    assert LADDER.names() == ("区", "镇街", "社区（村）", "网格", "楼栋")
    assert LADDER.deepest == 4


CODES = [
    ("430204000000", 0, "", True),
    ("430204001000", 1, "430204000000", True),
    ("430204001502", 2, "430204001000", True),
    ("430204001502", 2, "430204002000", False),
    ("430204001000", 2, "430204001000", False),
    ("430204001", 1, "430204000000", False),
    ("430204001002001", 3, "430204001002", True),
    ("430204001002000", 3, "430204001002", False),
    ("430204001003001", 3, "430204001002", False),
    ("4302040010020A1", 3, "430204001002", False),
    ("430204001002001001", 4, "430204001002001", True),
]


@pytest.mark.parametrize(("code", "depth", "parent", "good"), CODES)
def test_codes_fit_their_depth_and_their_parent(code, depth, parent, good):
    if good:
        check_code(code, depth, parent)
    else:
        with pytest.raises(Invalid):
            check_code(code, depth, parent)


@given(st.sets(st.integers(1, 999)))
def test_the_next_code_is_free(serials):
    parent = "430204001002"
    taken = {child_code(parent, serial) for serial in serials} | {"430204001003999"}
    if len(serials) == 999:
        return
    code = next_code(parent, taken)
    assert code not in taken
    check_code(code, 3, parent)


def test_a_unit_has_room_for_999():
    parent = "430204001002"
    with pytest.raises(Invalid):
        next_code(parent, {child_code(parent, serial) for serial in range(1, 1000)})
    with pytest.raises(Invalid):
        child_code(parent, 0)
