"""Names: what is written down, what is compared, what is found; and the order of the levels."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.addresses.rules.levels import CODED, GIVEN_BY_UNITS, KEPT, RANKS, Level, below, check_place, may_stand_below
from jishi.addresses.rules.naming import MAX_NAME, clean_name, folded, grams, initials, is_numbered, key_of, natural
from jishi.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("12号", "12"),
        ("十二号", "12"),
        ("１２号", "12"),
        ("12之1号", "12-1"),
        ("12-1号", "12-1"),
        ("3栋", "3"),
        ("三幢", "3"),
        ("A座", "a"),
        ("第三组", "3"),
        ("二十三栋", "23"),
        ("三十栋", "30"),
        ("10A室", "10a"),
        ("东门路", "东门路"),
        ("五一路", "五一路"),
        ("319国道", "319国道"),
        ("幸福大厦", "幸福大厦"),
    ],
)
def test_numbered_names_have_their_number_for_a_key(name, key):
    assert key_of(name) == key
    assert is_numbered(name) == (key != folded(name))


@pytest.mark.capability("C05")
@pytest.mark.parametrize(
    ("name", "letters"), [("东门路", "dml"), ("重庆路", "cql"), ("长安街", "caj"), ("SOHO3期", "soho3q")]
)
def test_initials_follow_the_reading_of_the_phrase(name, letters):
    assert initials(name) == letters


@given(st.integers(1, 9_999))
def test_neighbours_are_sorted_by_their_numbers(number):
    assert natural(f"{number}号") < natural(f"{number + 1}号")


@given(st.text(max_size=80))
def test_a_name_is_written_down_or_refused_in_words(text):
    try:
        name = clean_name(text, Level.ROAD)
    except Invalid:
        assert not re.search(r"\w", text) or len(text) > MAX_NAME // 4
    else:
        assert 0 < len(name) <= MAX_NAME
        assert clean_name(name, Level.ROAD) == name


@pytest.mark.parametrize("text", ["", "  ", "，。", "路" * (MAX_NAME + 1)])
def test_what_is_no_name_is_refused_at_its_field(text):
    with pytest.raises(Invalid) as refusal:
        clean_name(text, Level.ROAD)
    assert refusal.value.field == "name"


@given(st.text(alphabet="东门解放幸福路街abc12", min_size=1, max_size=10))
def test_every_pair_of_characters_of_a_name_finds_it(name):
    found = grams([name])
    if is_numbered(name):
        assert found == set()
    else:
        assert {name[n : n + 2] for n in range(len(name) - 1)} <= found
        assert set(name) <= found


@pytest.mark.capability("C05")
def test_which_level_may_stand_below_which():
    """All pairs. A level may be left out and never turned round; what units name is not entered here."""
    for level, above in product(Level, [None, *KEPT]):
        allowed = level in KEPT and (
            level in {Level.ROAD, Level.GROUP, Level.DOOR, Level.BUILDING}
            if above is None
            else RANKS[above] < RANKS[level]
        )
        assert may_stand_below(level, above) == allowed
        assert (level in below(above)) == allowed
        if allowed:
            check_place(level, above)
        else:
            with pytest.raises(Invalid) as refusal:
                check_place(level, above)
            assert refusal.value.field == "level"


def test_a_road_and_a_village_group_exclude_each_other():
    assert RANKS[Level.ROAD] == RANKS[Level.GROUP]
    assert not may_stand_below(Level.ROAD, Level.GROUP)
    assert not may_stand_below(Level.GROUP, Level.ROAD)


def test_codes_begin_at_the_door():
    assert [level.label for level in CODED] == ["门牌", "楼栋", "单元", "层", "室"]
    assert set(KEPT) | GIVEN_BY_UNITS == set(Level)
    assert [level for level in Level if level.is_place_name] == [Level.ROAD, Level.GROUP]
