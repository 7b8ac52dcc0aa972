"""Citizen numbers: what holds together is read, and every slip of a finger is noticed."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jishi.kernel.citizen_numbers import citizen_check, parse_citizen_number
from jishi.kernel.errors import Invalid

TODAY = dt.date(2026, 11, 18)

births = st.dates(dt.date(1850, 1, 1), TODAY)
numbers = st.builds(
    lambda region, birth, sequence: f"{region:06d}{birth:%Y%m%d}{sequence:03d}",
    st.integers(0, 999_999),
    births,
    st.integers(0, 999),
).map(lambda first: first + citizen_check(first))


@pytest.mark.capability("C24", "K29-B2")
@pytest.mark.parametrize("number", ["360426199101010071", "120103198806018241", "11010519491231002X"])
def test_true_numbers_are_read(number):
    assert parse_citizen_number(number, TODAY).text == number


def test_a_number_tells_birth_date_and_sex():
    found = parse_citizen_number(" １１０１０５ 19491231 002x ", TODAY)
    assert (found.text, found.birth_date, found.is_male) == ("11010519491231002X", dt.date(1949, 12, 31), False)


@pytest.mark.capability("C24", "K29-B2")
@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_noticed(number, place, character):
    assume(number[place] != character)
    with pytest.raises(Invalid) as refused:
        parse_citizen_number(number[:place] + character + number[place + 1 :], TODAY)
    assert refused.value.field == "document_number"


@pytest.mark.capability("C24", "K29-B2")
@given(numbers, st.integers(0, 16))
def test_two_neighbours_in_the_wrong_order_are_always_noticed(number, place):
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(Invalid):
        parse_citizen_number(swapped, TODAY)


@given(numbers)
def test_every_number_that_holds_together_is_read(number):
    assert parse_citizen_number(number, TODAY).text == number


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("36042619910101007", "18位"),
        ("36042619911301007X", "不是一个日期"),
        ("360426209901010070", "不可能"),
        ("360426184901010070", "不可能"),
        ("360426199101010072", "有一位不对"),
    ],
)
def test_it_says_what_is_wrong(number, says):
    with pytest.raises(Invalid, match=says):
        parse_citizen_number(number, TODAY)
