import datetime as dt
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Invalid
from jishi.kernel.numbers import RANDOM_RANGE, check_digit, make_number, parse_number

DAY = dt.date(2026, 11, 22)
NUMBERS = st.builds(
    make_number,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=4),
    st.dates(dt.date(2000, 1, 1), dt.date(2068, 12, 31)),
    st.integers(0, RANDOM_RANGE - 1),
)


def digits_of(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def test_a_number_reads_as_the_papers_show_it():
    number = make_number("SF", DAY, 48271936)
    assert number == f"SF261122-4827-1936-{check_digit('26112248271936')}"


@pytest.mark.capability("C33")
@given(number=NUMBERS)
def test_every_number_made_is_read_again(number):
    assert parse_number(number) == number


@pytest.mark.parametrize("seed", range(30))
def test_every_single_wrong_digit_is_found(seed):
    digits = digits_of(make_number("SF", DAY, random.Random(seed).randrange(RANDOM_RANGE)))
    for place, digit in enumerate(digits):
        for wrong in set("0123456789") - {digit}:
            with pytest.raises(Invalid):
                parse_number("SF" + digits[:place] + wrong + digits[place + 1 :])


@pytest.mark.parametrize("seed", range(30))
def test_every_swap_of_neighbours_is_found(seed):
    digits = digits_of(make_number("SF", DAY, random.Random(seed).randrange(RANDOM_RANGE)))
    for place, (left, right) in enumerate(pairwise(digits)):
        if left != right:
            with pytest.raises(Invalid):
                parse_number("SF" + digits[:place] + right + left + digits[place + 2 :])


def test_the_check_digit_finds_every_error_from_every_state_of_the_sum():
    """Complete, where the tests above use examples: every run of digits leads to one of ten states."""
    states = {check_digit(text): text for text in map(str, range(1000))}
    assert len(states) == 10
    for start in states.values():
        after = [check_digit(start + digit) for digit in "0123456789"]
        assert sorted(after) == list(range(10))  # so a single wrong digit always shows, and stays visible
        for a in range(10):
            for b in range(a):
                assert check_digit(f"{start}{a}{b}") != check_digit(f"{start}{b}{a}")


@pytest.mark.parametrize(
    "typed",
    [
        "sf261122-4827-1936-{c}",
        "SF26112248271936{c}",
        " SF261122 4827 1936 {c} ",
        "\uff33\uff26\uff12\uff1611\uff12\uff12\uff0d4827\uff0d1936\uff0d{c}",  # full-width
        "SF261122—4827—1936—{c}",
        "sf 2611 2248 2719 36{c}",
        "SF26ll22-4827-I936-{c}",
        "SF261122.4827.1936.{c}",
    ],
)
def test_typing_is_forgiven(typed):
    number = make_number("SF", DAY, 48271936)
    assert parse_number(typed.format(c=number[-1])) == number


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "请输入"),
        ("   ", "请输入"),
        ("SF", "15位数字"),
        ("261122482719365", "15位数字"),
        ("SF261122-4827-193", "15位数字"),
        ("SF261122-4827-1936-55", "15位数字"),
        ("SFABCDE261122482719365", "15位数字"),
        ("SF26X122-4827-1936-5", "15位数字"),
        ("事项261122-4827-1936-5", "15位数字"),
        ("SF261322-4827-1936-5", "日期"),
        ("SF000000-0000-0000-0", "日期"),
        ("SF261122-4827-1936-0", "不对"),
        ("'; DROP TABLE matter; --", "15位数字"),
        ("SF²61122-4827-1936-5" * 400, "15位数字"),
    ],
)
def test_what_is_wrong_is_said_in_chinese(typed, says):
    with pytest.raises(Invalid, match=says) as refusal:
        parse_number(typed)
    assert refusal.value.field == "number"


@given(text=st.text())
def test_any_text_is_either_a_number_or_refused(text):
    try:
        number = parse_number(text)
    except Invalid:
        return
    assert parse_number(number) == number


@pytest.mark.parametrize(("prefix", "digits"), [("", 0), ("sf", 0), ("ABCDE", 0), ("SF", -1), ("SF", RANDOM_RANGE)])
def test_impossible_parts_are_refused(prefix, digits):
    with pytest.raises(ValueError, match="must"):
        make_number(prefix, DAY, digits)
