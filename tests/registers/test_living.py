"""How many live where is counted, nobody is named."""

import pytest

from jishi.registers.actions.households import end_household, leave
from jishi.registers.queries.living import dormitories, living_in, sizes
from jishi.registers.rules.vocabulary import EndReason, HouseholdKind, Relation
from tests.addresses.street import street
from tests.cast import NOW
from tests.registers.town import enter, person

pytestmark = pytest.mark.django_db


@pytest.mark.capability("C02", "C24", "K06-I1")
def test_households_are_counted_in_their_grid_with_the_people_they_have_today(town):
    room = street(town).rooms[0]
    family = enter(town, person("张清晓"), person("李清晓", Relation.SPOUSE), address_id=room.id)
    alone = enter(town, person("王清晓"), door="老屋")
    enter(town, person("赵清晓"), unit=town.next_grid, by="sun", door="新屋")
    here, there = town.grid.pk, town.next_grid.pk
    assert sizes([here, there, town.community.pk]) == {here: (2, 3), there: (1, 1)}
    assert sorted(living_in([here])) == [(family.id, here, room.id, 2, False), (alone.id, here, None, 1, False)]


@pytest.mark.capability("C02", "C24", "K06-B2")
def test_the_people_of_a_dormitory_are_counted_apart(town):
    people = (person("张清晓"), person("李清晓", Relation.OTHER), person("王清晓", Relation.OTHER))
    shared = enter(town, *people, kind=HouseholdKind.COLLECTIVE)
    enter(town, person("赵清晓"), door="老屋")
    assert dormitories([town.grid.pk, town.next_grid.pk]) == {town.grid.pk: [3]}
    assert {row[0] for row in living_in([town.grid.pk]) if row[4]} == {shared.id}


@pytest.mark.capability("C02", "C24")
def test_who_left_and_a_household_that_ended_count_no_more(town):
    family = enter(town, person("张清晓"), person("李清晓", Relation.SPOUSE))
    gone = enter(town, person("王清晓"), door="老屋")
    leave(household_id=family.id, resident_id=family.resident_ids[1], reason=EndReason.MOVED, by=town.li, now=NOW)
    end_household(household_id=gone.id, reason=EndReason.MOVED, by=town.li, now=NOW)
    assert sizes([town.grid.pk]) == {town.grid.pk: (1, 1)}
    assert [row[0] for row in living_in([town.grid.pk])] == [family.id]
    assert sizes([]) == {}
