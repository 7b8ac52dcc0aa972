"""What is written down of a neighbour who holds a post for a building."""

import pytest

from jishi.addresses.rules.levels import KEPT, Level
from jishi.addresses.rules.posts import POSTED, BuildingPost, check_posted, clean_holder, clean_phone
from jishi.kernel.errors import Invalid


@pytest.mark.capability("C04")
def test_a_post_is_held_for_a_door_a_building_or_an_entrance():
    assert {Level.DOOR, Level.BUILDING, Level.ENTRANCE} == POSTED
    for level in KEPT:
        if level in POSTED:
            check_posted(level)
        else:
            with pytest.raises(Invalid, match=level.label):
                check_posted(level)


@pytest.mark.capability("C04")
def test_every_post_is_called_as_people_call_it():
    assert [post.label for post in BuildingPost] == ["红管家", "楼栋长", "中心户"]


@pytest.mark.parametrize("typed", ["", "  ", "张" * 31])
def test_a_holder_has_a_name_of_bearable_length(typed):
    with pytest.raises(Invalid) as refused:
        clean_holder(typed)
    assert refused.value.field == "name"
    assert clean_holder(" 张\u3000小兰 ") == "张 小兰"


@pytest.mark.parametrize(("typed", "kept"), [("", ""), (" 0000-1234 ", "0000-1234"), ("０００１２３４５", "00012345")])
def test_a_telephone_is_digits(typed, kept):
    assert clean_phone(typed) == kept


@pytest.mark.parametrize("typed", ["电话", "123", "1" * 21, "0000-12a4"])
def test_what_is_no_telephone_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        clean_phone(typed)
    assert refused.value.field == "phone"
