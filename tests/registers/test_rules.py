"""The small rules of the register: masks, periods, household numbers, what a source's value does."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.errors import Invalid
from jishi.registers.rules.claims import Outcome, outcome
from jishi.registers.rules.fields import FIELDS, Field, as_text
from jishi.registers.rules.household_numbers import RANDOM_RANGE, household_number, parse_household_number
from jishi.registers.rules.masking import SENSITIVE, masked
from jishi.registers.rules.names import initials
from jishi.registers.rules.populations import Population, half_a_year_before
from jishi.registers.rules.verification import USUAL_DAYS, periods_of
from jishi.registers.rules.vocabulary import GB4761, RecordKind, Relation, Sensitivity, Source

TODAY = dt.date(2026, 11, 18)
SHOE: dict[str, Any] = {
    "name": "shoe",
    "label": "鞋码",
    "purpose": "发放防滑鞋",
    "truth": Source.SELF,
    "sensitivity": Sensitivity.PLAIN,
    "read": lambda text, day: text,
}


@pytest.mark.capability("L05")
@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("phone", "13800131234", "138****1234"),
        ("document_number", "00000019850312011X", "000***********011X"),
        ("owner_phone", "8123456", "8*****6"),
        ("contact_phone", "12345", "*****"),
        ("phone", "", ""),
        ("name", "张清晓", "张清晓"),
    ],
)
def test_numbers_are_masked_and_names_are_not(field, value, shown):
    assert masked(field, value) == shown


@given(st.sampled_from(sorted(SENSITIVE)), st.text("0123456789X", min_size=1, max_size=30))
def test_a_mask_keeps_the_length_and_hides_at_least_half_of_what_is_short(field, value):
    shown = masked(field, value)
    assert len(shown) == len(value)
    assert shown.count("*") >= min(len(value), 4)


def test_every_field_that_holds_a_number_of_a_person_is_masked():
    names = {name for fields in FIELDS.values() for name in fields}
    assert names >= SENSITIVE
    assert {name for name in names if "phone" in name or "document_number" in name} == SENSITIVE


@given(st.integers(0, RANDOM_RANGE - 1), st.integers(1, 10), st.sampled_from("0123456789"))
def test_a_household_number_is_read_back_and_a_slip_is_noticed(digits, place, digit):
    number = household_number(digits)
    assert parse_household_number(f" {number[:5].lower()}-{number[5:]}") == number
    if number[place] != digit:
        with pytest.raises(Invalid):
            parse_household_number(number[:place] + digit + number[place + 1 :])


texts = st.sampled_from(["", "甲", "乙"])


@pytest.mark.capability("C25", "K29-I3")
@given(texts, st.sampled_from(Source), texts, st.sampled_from(Source))
def test_a_value_of_another_source_never_takes_the_place_of_a_known_one(known, known_from, value, source):
    found = outcome(known=known, known_from=known_from, value=value, source=source)
    replaces = found in (Outcome.FILLS, Outcome.SUCCEEDS)
    assert replaces == bool(value and value != known and (not known or source is known_from))
    assert (found is Outcome.CONFLICTS) == bool(value and known and value != known and source is not known_from)


@pytest.mark.capability("C25", "K29-I6")
@pytest.mark.parametrize("kind", list(RecordKind))
def test_a_record_is_due_from_the_day_after_its_period(kind):
    periods = periods_of({"registers": {"verify_days": {kind.value: 10, "rented": 3}}})
    last = TODAY - dt.timedelta(days=10)
    assert not periods.is_due(kind, last, TODAY)
    assert periods.is_due(kind, last - dt.timedelta(days=1), TODAY)
    assert periods.is_due(kind, last, TODAY, rented=True)
    assert periods_of({}).days == USUAL_DAYS


@pytest.mark.parametrize(
    ("name", "letters"), [("张清晓", "zqx"), ("曾云舟", "zyz"), ("单星野", "sxy"), ("A3便利店", "a3bld"), ("", "")]
)
def test_initials_are_those_people_type(name, letters):
    assert initials(name) == letters


def test_every_relation_has_its_code_in_the_standard():
    assert sorted(GB4761.values()) == sorted(Relation)
    assert list(GB4761) == [str(digit) for digit in range(10)]


@pytest.mark.parametrize(
    ("kind", "name", "typed", "kept"),
    [
        (RecordKind.RESIDENT, "birth_date", "１９８５.3.12", "1985-03-12"),
        (RecordKind.RESIDENT, "birth_date", "19850312", "1985-03-12"),
        (RecordKind.RESIDENT, "sex", "女", "2"),
        (RecordKind.RESIDENT, "phone", "+86 138-0013-1234", "+8613800131234"),
        (RecordKind.DWELLING, "floor_area", "89.5", "89.50"),
        (RecordKind.DWELLING, "is_rented", "是", "1"),
        (RecordKind.HOUSEHOLD, "book_number", "０12", "012"),
        (RecordKind.PREMISES, "staff_count", "07", "7"),
    ],
)
def test_what_is_typed_is_read_in_one_form(kind, name, typed, kept):
    field = FIELDS[kind][name]
    assert field.read(typed, TODAY) == kept
    assert as_text(field.column(kept)) == kept


@pytest.mark.capability("K29-B5")
@pytest.mark.parametrize(
    ("kind", "name", "typed"),
    [
        (RecordKind.PREMISES, "staff_count", "约300"),
        (RecordKind.DWELLING, "floor_area", "-3"),
        (RecordKind.DWELLING, "floor_area", "九十"),
        (RecordKind.DWELLING, "is_rented", "也许"),
        (RecordKind.HOUSEHOLD, "book_number", "1234567890"),
        (RecordKind.RESIDENT, "birth_date", "2099-01-01"),
        (RecordKind.RESIDENT, "name", "长" * 61),
        (RecordKind.RESIDENT, "sex", "3"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(kind, name, typed):
    with pytest.raises(Invalid) as refused:
        FIELDS[kind][name].read(typed, TODAY)
    assert refused.value.field == name


@pytest.mark.capability("K29-I7", "L01")
@pytest.mark.parametrize("left_out", ["purpose", "label", "name"])
@pytest.mark.parametrize("said", ["", "  "])
def test_a_field_without_a_purpose_cannot_be_made(left_out, said):
    with pytest.raises(TypeError):
        Field(**{name: value for name, value in SHOE.items() if name != left_out})


@pytest.mark.capability("K29-I1")
def test_every_field_has_one_source_of_truth_a_purpose_and_a_period():
    periods = periods_of({})
    for kind, fields in FIELDS.items():
        assert periods.days[kind] > 0
        for name, field in fields.items():
            assert field.name == name
            assert field.truth in Source
            assert len(field.purpose) > 2


@pytest.mark.capability("K29-B1")
def test_no_two_populations_have_one_name_or_one_definition():
    assert len({each.label for each in Population}) == len({each.definition for each in Population}) == len(Population)
    usual = [each for each in Population if "常住人口" in each.label]
    assert len(usual) == 2


@pytest.mark.parametrize(
    ("day", "then"),
    [
        ("2026-11-22", "2026-05-22"),
        ("2026-03-15", "2025-09-15"),
        ("2026-08-31", "2026-02-28"),
        ("2024-08-31", "2024-02-29"),
    ],
)
def test_half_a_year_is_six_months_of_the_calendar(day, then):
    assert half_a_year_before(dt.date.fromisoformat(day)) == dt.date.fromisoformat(then)
