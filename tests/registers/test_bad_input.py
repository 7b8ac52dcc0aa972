"""What people really type: rare characters, foreign documents, full-width digits, endless texts, two tabs."""

import datetime as dt

import pytest

from jishi.kernel.errors import Conflict, DomainError, Invalid
from jishi.registers.actions.households import join
from jishi.registers.models import Household, Membership, Resident
from jishi.registers.queries import lists
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.vocabulary import Relation
from tests.cast import NOW, TODAY
from tests.registers.town import citizen_number, enter, person, resident

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C24")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("㐂婆婆", "㐂婆婆"),
        ("𠮷野", "𠮷野"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        (" 张　清晓 ", "张 清晓"),
        ("John Smith", "John Smith"),
    ],
)
def test_names_as_they_are_in_the_papers(town, typed, kept):
    entered = enter(town, person(typed))
    assert resident(entered).name == kept
    found = lists.residents(town.viewer("li"), kept.split()[0])
    assert [row.name for row in found.rows] == [kept]


@pytest.mark.capability("K29-B2")
@pytest.mark.parametrize(
    "number",
    [
        "110105491231002",
        citizen_number()[:-1] + "?",
        citizen_number() + "1",
        "００",
        "身份证",
        "1" * 3000,
        "' OR 1=1 --",
    ],
)
def test_a_citizen_number_that_cannot_be_is_refused(town, number):
    with pytest.raises(Invalid) as refused:
        enter(town, person(document_number=number))
    assert refused.value.field == "people.0.document_number"
    assert not Resident.objects.exists()


def test_full_width_digits_and_spaces_are_the_same_number(town):
    wide = "".join(chr(ord(each) + 0xFEE0) if each.isdigit() else each for each in citizen_number())
    entered = enter(town, person(document_number=f" {wide[:6]} {wide[6:]} "))
    assert resident(entered).document_number == citizen_number()
    with pytest.raises(Conflict):
        enter(town, person(document_number=citizen_number()), door="9栋101")


@pytest.mark.parametrize(
    ("kind", "number"), [("414", "E12345678"), ("414", "ｅ１２３４５６７８"), ("516", "H0123456789"), ("990", "WB-3/2")]
)
def test_other_documents_are_taken_as_they_are(town, kind, number):
    entered = enter(town, person(document_kind=kind, document_number=number))
    assert resident(entered).document_kind == kind
    assert resident(entered).document_number.isascii()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", (TODAY + dt.timedelta(days=1)).isoformat()),
        ("birth_date", "1849-12-31"),
        ("birth_date", "2026-02-30"),
        ("birth_date", "昨天"),
        ("name", "张" * 3000),
        ("former_name", "张" * 61),
        ("registered_place", "路" * 3000),
        ("phone", "1" * 3000),
        ("phone", "找他儿子"),
        ("sex", "3"),
        ("document_kind", "000"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_field(town, field, value):
    with pytest.raises(DomainError) as refused:
        enter(town, person(**{field: value}))
    assert refused.value.field == f"people.0.{field}"
    assert not Household.objects.exists()


def test_nobody_is_in_two_households(town):
    enter(town, person(document_number=citizen_number()))
    with pytest.raises(Conflict) as refused:
        enter(
            town, person("李月禾"), person("张清晓", Relation.SPOUSE, document_number=citizen_number()), door="9栋101"
        )
    assert refused.value.field == "people.1.document_number"
    assert Household.objects.count() == 1
    assert Membership.objects.filter(valid_to__isnull=True).count() == 1


def test_a_second_head_is_refused_when_entering_and_when_joining(town):
    with pytest.raises(Invalid):
        enter(town, person(), person("李月禾"))
    entered = enter(town)
    with pytest.raises(Invalid) as refused:
        join(household_id=entered.id, person=person("李月禾"), origin=Origin(), by=town.viewer("li"), now=NOW)
    assert refused.value.field == "relation"


@pytest.mark.parametrize("search", ["%", "_", "\\", "'", "𠮷", "a" * 60, "0000", "h0000000000", "*", "( )"])
def test_a_search_for_anything_finds_nothing_and_breaks_nothing(town, search):
    enter(town)
    assert lists.households(town.viewer("li"), search).total == 0
    assert lists.residents(town.viewer("li"), search).total == 0


def test_the_same_household_from_a_second_window_is_noticed_without_any_document(town):
    enter(town, person(), person("李月禾", Relation.SPOUSE))
    with pytest.raises(Conflict) as refused:
        enter(town, person(), person("李月禾", Relation.SPOUSE))
    assert refused.value.field == "people.0.name"
    assert Household.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ({}, {}, False),
        ({"birth_date": "1985-03-12"}, {}, False),
        ({"birth_date": "1985-03-12"}, {"birth_date": "1985-03-12"}, False),
        ({"birth_date": "1985-03-12"}, {"birth_date": "1990-01-01"}, True),
        ({"document_number": citizen_number()}, {}, False),
        ({"document_number": citizen_number()}, {"document_number": citizen_number("19870402", 22)}, True),
    ],
)
def test_two_of_one_name_at_one_door_are_told_apart_by_what_the_papers_say(town, first, second, taken):
    enter(town, person(**first))
    if not taken:
        with pytest.raises(Conflict):
            enter(town, person(**second))
        return
    enter(town, person(**second))
    assert Resident.objects.filter(name="张清晓").count() == 2
