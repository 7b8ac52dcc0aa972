"""The door code: every single wrong character and every exchange of two is found, proved by trying them all."""

from itertools import combinations, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.addresses.rules.codes import (
    ALPHABET,
    BASE,
    BODY,
    LENGTH,
    RANDOM_RANGE,
    WEIGHTS,
    looks_like_code,
    make_code,
    parse_code,
    syndrome,
    written,
)
from jishi.kernel.errors import Invalid

drawn = st.integers(0, RANDOM_RANGE - 1)


def good(code: str) -> bool:
    return syndrome(code) == 0


def with_value(weight: int, value: int) -> int:
    return weight * value % BASE


@pytest.mark.capability("C05", "K29-I4")
def test_every_wrong_character_changes_the_sum_by_something_else_than_zero():
    """The sum of a code is the sum over its places. So it is enough to try, for all eight places, all 23 x 22 ways to
    take one character for another: this covers each of the 3.4 thousand million codes."""
    unseen = [
        (place, right, wrong)
        for place, (right, wrong) in product(range(LENGTH), permutations(range(BASE), 2))
        if (with_value(WEIGHTS[place], wrong) - with_value(WEIGHTS[place], right)) % BASE == 0
    ]
    assert unseen == []


@pytest.mark.capability("C05", "K29-I4")
def test_every_exchange_of_two_characters_changes_the_sum():
    """Neighbours or not: all 28 pairs of places, all 23 x 22 pairs of different characters."""
    unseen = [
        (one, other, a, b)
        for (one, other), (a, b) in product(combinations(range(LENGTH), 2), permutations(range(BASE), 2))
        if (
            with_value(WEIGHTS[one], b)
            + with_value(WEIGHTS[other], a)
            - with_value(WEIGHTS[one], a)
            - with_value(WEIGHTS[other], b)
        )
        % BASE
        == 0
    ]
    assert unseen == []


@given(drawn)
def test_the_sum_of_a_code_is_the_sum_over_its_places(number):
    code = make_code(number)
    assert sum(with_value(WEIGHTS[place], ALPHABET.index(code[place])) for place in range(LENGTH)) % BASE == 0


@pytest.mark.capability("C05", "K29-I4")
@given(drawn)
def test_of_all_neighbours_of_a_code_none_is_good(number):
    """One code and everything that one slip makes of it: 176 with a wrong character, 7 with a swap."""
    code = make_code(number)
    wrong = {code[:place] + character + code[place + 1 :] for place, character in product(range(LENGTH), ALPHABET)} - {
        code
    }
    swapped = {code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(LENGTH - 1)} - {code}
    assert len(wrong) == LENGTH * (BASE - 1)
    assert not [slip for slip in wrong | swapped if good(slip)]


@pytest.mark.capability("C05", "K29-I4")
def test_two_hundred_thousand_codes_are_unique_and_valid():
    step = 16_807  # coprime to 23: the numbers drawn do not repeat
    codes = {make_code(n * step % RANDOM_RANGE) for n in range(200_000)}
    assert len(codes) == 200_000
    assert all(len(code) == LENGTH and good(code) for code in codes)


@given(drawn, drawn)
def test_different_numbers_give_different_codes(one, other):
    assert (make_code(one) == make_code(other)) == (one == other)


def test_the_alphabet_has_no_look_alikes():
    assert len(set(ALPHABET)) == BASE == 23
    assert all(BASE % divisor for divisor in range(2, BASE))
    for alike in ("0OQD", "1IL", "2Z", "5S", "8B", "UV"):
        assert len(set(alike) & set(ALPHABET)) <= 1
    assert len(set(WEIGHTS)) == LENGTH
    assert BODY + 1 == LENGTH


@given(drawn, st.sampled_from(["", "-", " ", "－", " - "]), st.booleans(), st.booleans())
def test_a_code_is_read_however_it_is_typed(number, dash, small, wide):
    code = make_code(number)
    typed = f"{code[:4]}{dash}{code[4:]}"
    typed = typed.lower() if small else typed
    if wide:
        typed = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in typed)
    assert parse_code(typed) == code
    assert parse_code(written(code)) == code


@pytest.mark.parametrize("typed", ["", "  ", "7KRM", "7KRM2A9X7", "0000-0000", "门码门码门码门码"])
def test_what_is_no_code_is_refused_in_words(typed):
    assert not looks_like_code(typed)
    with pytest.raises(Invalid) as refusal:
        parse_code(typed)
    assert refusal.value.field == "code"
    assert refusal.value.message.endswith("。")


def test_a_number_out_of_range_makes_no_code():
    for number in (-1, RANDOM_RANGE):
        with pytest.raises(ValueError, match="seven characters"):
            make_code(number)
