"""A household is entered at its door, whole or not at all; a person is in one household, a household in one grid."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jishi.audit.models import Entry
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from jishi.registers.actions import dwellings, households
from jishi.registers.actions.premises import end_premises, enter_premises
from jishi.registers.models import (
    Dwelling,
    DwellingGrid,
    Home,
    Household,
    HouseholdGrid,
    Membership,
    Premises,
    Resident,
    Stay,
)
from jishi.registers.queries import pages
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.household_numbers import parse_household_number
from jishi.registers.rules.vocabulary import EndReason, Relation, StayKind
from tests.cast import NOW, TODAY
from tests.registers.town import citizen_number, enter, entry, household, person, resident

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=30)
FAMILY = (
    person("张清晓", document_number=citizen_number(), phone="138 0013 1234"),
    person("李月禾", Relation.SPOUSE, sex="2", birth_date="1987-04-02"),
    person("张星野", Relation.SON, stays=(StayKind.USUAL,), registered_place="长沙市岳麓区某路1号"),
)


@pytest.mark.capability("C24")
def test_a_household_is_entered_with_its_home_and_its_people(town):
    entered = enter(town, *FAMILY, home={"floor_area": "89.5", "is_rented": "0"}, book_number="12")
    row = household(entered)
    assert parse_household_number(row.number.lower()) == row.number == entered.number
    assert list(row.memberships.order_by("id").values_list("resident__name", "relation")) == [
        ("张清晓", "head"),
        ("李月禾", "spouse"),
        ("张星野", "son"),
    ]
    zhang = resident(entered)
    assert (zhang.birth_date, zhang.sex, zhang.initials, zhang.phone) == (
        dt.date(1985, 3, 12),
        "1",
        "zqx",
        "13800131234",
    )
    assert Dwelling.objects.get(pk=entered.dwelling_id).floor_area == 89.5
    assert row.grids.get().unit_id == town.grid.pk


@pytest.mark.capability("C24")
def test_what_is_wrong_with_one_person_leaves_nothing_behind(town):
    wrong = person("李月禾", Relation.SPOUSE, document_number="360426199101010072")
    with pytest.raises(Invalid, match="有一位不对") as refused:
        enter(town, FAMILY[0], wrong)
    assert refused.value.field == "people.1.document_number"
    assert not Household.objects.exists()
    assert not Resident.objects.exists()
    assert not Dwelling.objects.exists()


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ((person(), person("李月禾")), "只有一个户主"),
        ((person(relation=Relation.SPOUSE),), "只有一个户主"),
        (tuple([person()] + [person(f"人{n}", Relation.OTHER) for n in range(30)]), "最多登记30人"),
        (
            tuple(
                person(n, r, document_number=citizen_number()) for n, r in (("甲", Relation.HEAD), ("乙", Relation.SON))
            ),
            "号码相同",
        ),
        ((person(" "),), "请填写姓名"),
        ((person(document_number=citizen_number(), sex="2"),), "性别与身份证号码"),
        ((person(document_number=citizen_number(), birth_date="1985-03-13"),), "出生日期与身份证号码"),
        ((person(document_kind="414", document_number="护照"),), "3至30个字母和数字"),
        ((person(phone="一三八"),), "电话应为5至15位数字"),
        ((person(birth_date="明天"),), "出生日期应写成"),
        ((person(score="3"),), "没有“score”这一项"),
    ],
)
def test_people_who_do_not_make_a_household_are_refused(town, people, says):
    with pytest.raises(DomainError, match=says):
        enter(town, *people)
    assert not Household.objects.exists()


@pytest.mark.parametrize("kind", ["414", "511", "516", "553", "990"])
def test_not_everybody_has_a_citizen_number(town, kind):
    entered = enter(
        town, person("Smith", document_kind=kind, document_number="e1234567"), person("无证件", Relation.SON)
    )
    assert resident(entered).document_number == "E1234567"
    assert resident(entered, 1).document_number == ""


@pytest.mark.capability("K06-I1", "K06-I2", "G1")
def test_a_household_is_in_exactly_one_grid_which_lies_in_one_community(town):
    entered = enter(town)
    row = HouseholdGrid.objects.get(household_id=entered.id)
    assert row.unit.parent_id == town.community.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdGrid.objects.create(household_id=entered.id, unit=town.next_grid, valid_from=TODAY)
    for unit in (town.community, town.town, town.county):
        with pytest.raises(Invalid, match="不是网格"):
            enter(town, unit=unit, by="zhou")


@pytest.mark.capability("K06-B4", "K29-B4")
def test_neither_a_home_nor_a_person_is_counted_in_two_grids(town):
    entered = enter(town)
    other = enter(town, person("孙行远"), by="sun", unit=town.next_grid)
    with pytest.raises(IntegrityError), transaction.atomic():
        DwellingGrid.objects.create(dwelling_id=entered.dwelling_id, unit=town.next_grid, valid_from=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            household_id=other.id, resident_id=entered.resident_ids[0], relation="other", valid_from=TODAY
        )


@pytest.mark.capability("K29-B4")
def test_somebody_on_record_elsewhere_is_not_entered_twice_but_moves(town):
    first = enter(town, *FAMILY)
    again = {"document_number": citizen_number(), "phone": "13900001234"}
    with pytest.raises(Conflict, match="已登记在另一户") as refused:
        enter(town, person(**again), by="sun", unit=town.next_grid, door="9栋101")
    assert refused.value.field == "people.0.document_number"
    with pytest.raises(Conflict, match="另一个姓名"):
        enter(town, person("王二", **again, moves=True), by="sun", unit=town.next_grid, door="9栋101")
    moved = enter(
        town,
        person(**again, moves=True, stays=(StayKind.RENTED,)),
        by="sun",
        unit=town.next_grid,
        door="9栋101",
        now=LATER,
    )
    assert moved.resident_ids == first.resident_ids[:1]
    live = Membership.objects.get(resident_id=moved.resident_ids[0], valid_to__isnull=True)
    assert live.household_id == moved.id
    past = Membership.objects.get(resident_id=moved.resident_ids[0], valid_to__isnull=False)
    assert (past.household_id, past.valid_to) == (first.id, LATER.date())


@pytest.mark.capability("C24")
def test_registered_here_and_living_there_are_two_live_ties(town):
    """人户分离."""
    first = enter(town, *FAMILY)
    moved = enter(
        town,
        person(document_number=citizen_number(), moves=True, stays=(StayKind.RENTED,)),
        by="sun",
        unit=town.next_grid,
        door="9栋101",
        now=LATER,
    )
    ties = Stay.objects.filter(resident_id=moved.resident_ids[0], valid_to__isnull=True)
    assert dict(ties.values_list("kind", "dwelling_id")) == {
        "registered": first.dwelling_id,
        "rented": moved.dwelling_id,
    }
    shown = pages.household(town.sun, moved.number, LATER.date())
    assert shown.members[0].is_separated
    assert [member.name for member in pages.dwelling(town.li, first.dwelling_id, LATER.date()).registered] == ["张清晓"]


def test_nobody_is_registered_at_two_homes(town):
    first = enter(town)
    second = enter(town, person("李月禾"), door="4栋101")
    dwellings.tie(
        resident_id=first.resident_ids[0],
        dwelling_id=second.dwelling_id,
        kind=StayKind.REGISTERED,
        by=town.li,
        now=LATER,
    )
    live = Stay.objects.get(resident_id=first.resident_ids[0], kind="registered", valid_to__isnull=True)
    assert live.dwelling_id == second.dwelling_id
    with pytest.raises(IntegrityError), transaction.atomic():
        Stay.objects.create(
            resident_id=first.resident_ids[0], dwelling_id=first.dwelling_id, kind="registered", valid_from=TODAY
        )
    dwellings.untie(
        resident_id=first.resident_ids[0],
        dwelling_id=second.dwelling_id,
        kind=StayKind.REGISTERED,
        by=town.li,
        now=LATER,
    )
    with pytest.raises(Invalid, match="没有这条居住关系"):
        dwellings.untie(
            resident_id=first.resident_ids[0],
            dwelling_id=second.dwelling_id,
            kind=StayKind.REGISTERED,
            by=town.li,
            now=LATER,
        )


def test_two_households_may_share_a_home_and_it_is_found_by_its_door(town):
    first = enter(town)
    second = enter(town, person("李月禾"), home={"owner_name": "王五"})
    assert first.dwelling_id == second.dwelling_id
    assert Dwelling.objects.get().owner_name == "王五"
    assert len(pages.dwelling(town.li, first.dwelling_id, TODAY).households) == 2


@pytest.mark.parametrize(("who", "error"), [("sun", Forbidden), ("wang", Forbidden), ("zhang", Forbidden)])
def test_only_those_of_the_area_enter(town, who, error):
    with pytest.raises(error):
        enter(town, by=who)
    assert not Household.objects.exists()


def test_nobody_writes_on_a_household_of_another_grid(town):
    entered = enter(town)
    for act in (
        lambda: households.end_household(household_id=entered.id, reason=EndReason.MOVED, by=town.sun, now=LATER),
        lambda: households.join(household_id=entered.id, person=person(), origin=Origin(), by=town.sun, now=LATER),
        lambda: dwellings.end_dwelling(
            dwelling_id=entered.dwelling_id, reason=EndReason.DEMOLISHED, by=town.sun, now=LATER
        ),
    ):
        with pytest.raises(NotFound):
            act()


def test_somebody_joins_leaves_and_becomes_the_head(town):
    entered = enter(town, *FAMILY)
    born = person("张云舟", Relation.DAUGHTER, birth_date="20261101")
    baby = households.join(household_id=entered.id, person=born, origin=Origin(), by=town.li, now=LATER)
    with pytest.raises(Invalid, match="已有户主"):
        households.join(household_id=entered.id, person=person(), origin=Origin(), by=town.li, now=LATER)
    with pytest.raises(Conflict, match="先更换户主"):
        households.leave(
            household_id=entered.id,
            resident_id=entered.resident_ids[0],
            reason=EndReason.DECEASED,
            by=town.li,
            now=LATER,
        )
    households.change_head(
        household_id=entered.id, resident_id=entered.resident_ids[1], former=Relation.SPOUSE, by=town.li, now=LATER
    )
    households.leave(
        household_id=entered.id, resident_id=entered.resident_ids[0], reason=EndReason.DECEASED, by=town.li, now=LATER
    )
    shown = pages.household(town.li, entered.number, LATER.date())
    assert shown.head == "李月禾"
    assert [member.id for member in shown.members] == [*entered.resident_ids[1:], baby]
    assert ("张清晓", TODAY, LATER.date()) in shown.former
    assert resident(entered).end_reason == "deceased"
    assert not Stay.objects.filter(resident_id=entered.resident_ids[0], valid_to__isnull=True).exists()


def test_the_last_person_does_not_leave_an_empty_household(town):
    entered = enter(town)
    with pytest.raises(Conflict, match="整户注销"):
        households.leave(
            household_id=entered.id, resident_id=entered.resident_ids[0], reason=EndReason.MOVED, by=town.li, now=LATER
        )
    with pytest.raises(Invalid, match="不在这一户"):
        households.leave(household_id=entered.id, resident_id=10**9, reason=EndReason.MOVED, by=town.li, now=LATER)


def test_a_household_that_ends_is_still_read_and_keeps_its_days(town):
    entered = enter(town, *FAMILY)
    households.end_household(household_id=entered.id, reason=EndReason.MOVED, by=town.li, now=LATER)
    shown = pages.household(town.li, entered.number, LATER.date())
    assert (shown.ended_on, shown.end_reason, shown.members) == (LATER.date(), "迁走", ())
    assert resident(entered, 0).valid_to is None, "still registered here"
    assert resident(entered, 2).valid_to == LATER.date()
    assert HouseholdGrid.objects.get().valid_to == LATER.date()
    with pytest.raises(NotFound):
        pages.household(town.sun, entered.number, LATER.date())


def test_a_household_moves_to_another_home(town):
    entered = enter(town, *FAMILY)
    there = entry(town, door="5栋101", unit=town.next_grid)
    with pytest.raises(Conflict, match="就登记在这里"):
        households.move_household(
            household_id=entered.id, entry=entry(town), stay=StayKind.USUAL, origin=Origin(), by=town.zhou, now=LATER
        )
    households.move_household(
        household_id=entered.id, entry=there, stay=StayKind.RENTED, origin=Origin(), by=town.zhou, now=LATER
    )
    shown = pages.household(town.sun, entered.number, LATER.date())
    assert shown.home is not None
    assert shown.home.door == "5栋101"
    assert [member.is_separated for member in shown.members] == [True, True, False]
    with pytest.raises(NotFound):
        pages.household(town.li, entered.number, LATER.date())


@pytest.mark.capability("K29-B3")
def test_when_a_house_is_demolished_its_household_stays_in_its_grid_and_is_due(town):
    from jishi.registers.queries.due import due_rows
    from jishi.registers.rules.vocabulary import RecordKind

    entered = enter(town)
    dwellings.end_dwelling(dwelling_id=entered.dwelling_id, reason=EndReason.DEMOLISHED, by=town.li, now=LATER)
    assert not Home.objects.filter(valid_to__isnull=True).exists()
    assert HouseholdGrid.objects.get().valid_to is None
    rows = due_rows(town.li, RecordKind.HOUSEHOLD, LATER.date())
    assert [(row.household, row.why) for row in rows] == [(entered.number, "住处待核实")]


@pytest.mark.capability("C24")
def test_premises_are_entered_with_a_checked_code(town):
    values = {
        "name": "晨光超市",
        "kind": "shop",
        "door": "响石路12号",
        "uscc": "91110000802100433b",
        "staff_count": "３",
    }
    made = enter_premises(unit_id=town.grid.pk, values=values, origin=Origin(), by=town.li, now=NOW)
    row = Premises.objects.get(pk=made)
    assert (row.uscc, row.staff_count, row.initials) == ("91110000802100433B", 3, "cgcs")
    with pytest.raises(Conflict, match="同一个统一社会信用代码"):
        enter_premises(unit_id=town.grid.pk, values=values, origin=Origin(), by=town.li, now=NOW)
    with pytest.raises(Invalid, match="不写约数"):
        enter_premises(
            unit_id=town.grid.pk, values=values | {"staff_count": "约300"}, origin=Origin(), by=town.li, now=NOW
        )
    with pytest.raises(Invalid, match="请选择类别"):
        enter_premises(unit_id=town.grid.pk, values={"name": "甲", "door": "乙"}, origin=Origin(), by=town.li, now=NOW)
    end_premises(premises_id=made, reason=EndReason.CLOSED, by=town.li, now=LATER)
    with pytest.raises(NotFound):
        pages.premises(town.li, made, LATER.date())


@pytest.mark.capability("L22")
def test_what_is_done_leaves_a_line_that_names_nobody(town):
    enter(town, *FAMILY)
    lines = list(Entry.objects.values_list("subject", "facts"))
    assert lines
    assert not [text for line in lines for text in line if "张清晓" in text or "0013" in text or "1985" in text]
