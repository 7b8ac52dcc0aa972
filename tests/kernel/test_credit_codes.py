"""Unified social credit codes: what holds together is read, and slips are noticed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jishi.kernel.credit_codes import credit_check, parse_credit_code
from jishi.kernel.errors import Invalid

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
codes = st.text(ALPHABET, min_size=17, max_size=17).map(lambda first: first + credit_check(first))


@pytest.mark.capability("C24")
@pytest.mark.parametrize("code", ["91110000802100433B", "91350100M000100Y43"])
def test_true_codes_are_read(code):
    assert parse_credit_code(f" {code.lower()} ") == code


@given(codes)
def test_every_code_that_holds_together_is_read(code):
    assert parse_credit_code(code) == code


@pytest.mark.capability("C24")
@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code, place, character):
    assume(code[place] != character)
    with pytest.raises(Invalid) as refused:
        parse_credit_code(code[:place] + character + code[place + 1 :])
    assert refused.value.field == "uscc"


@pytest.mark.capability("C24")
@given(codes, st.integers(0, 16))
def test_two_neighbours_in_the_wrong_order_are_always_noticed(code, place):
    assume(code[place] != code[place + 1])
    with pytest.raises(Invalid):
        parse_credit_code(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@pytest.mark.parametrize(
    ("code", "says"), [("9111", "18位"), ("9111000080210O433B", "不会有“O”"), ("91110000802100433A", "不对")]
)
def test_it_says_what_is_wrong(code, says):
    with pytest.raises(Invalid, match=says):
        parse_credit_code(code)
