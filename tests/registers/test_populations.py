"""Who counts as 常住人口 depends on who counts; each count has its name, and the people behind it are the same."""

import datetime as dt

import pytest

from jishi.registers.actions import dwellings, households
from jishi.registers.queries import lists
from jishi.registers.queries.populations import populations
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.populations import Population
from jishi.registers.rules.vocabulary import EndReason, Relation, StayKind
from tests.cast import NOW, TODAY
from tests.registers.town import enter, entry, person

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C24", "K29-B1")]

AT_HOME = (StayKind.REGISTERED, StayKind.USUAL)
AWAY, RENTING = (StayKind.REGISTERED,), (StayKind.RENTED,)
YEAR_AGO, MONTH_AGO = NOW - dt.timedelta(days=366), NOW - dt.timedelta(days=30)


def counted(town, who="zhou", unit=None):
    """How many people by definition; and that each count opens to so many rows."""
    viewer, unit_id = town.viewer(who), unit.pk if unit is not None else None
    found = {each.population.value: each.people for each in populations(viewer, TODAY, unit_id)}
    for name, people in found.items():
        assert lists.residents(viewer, unit_id=unit_id, counted=(Population(name), TODAY)).total == people
    return found


def test_who_is_registered_here_and_lives_here_counts_everywhere(town):
    enter(town, person(stays=AT_HOME))
    assert counted(town) == {"registered": 1, "census": 1, "present": 1}


def test_a_tenant_of_last_month_is_present_and_no_more(town):
    enter(town, person(stays=RENTING), now=MONTH_AGO)
    assert counted(town) == {"registered": 0, "census": 0, "present": 1}


def test_a_tenant_of_last_year_is_counted_by_the_statisticians(town):
    enter(town, person(stays=RENTING), now=YEAR_AGO)
    assert counted(town) == {"registered": 0, "census": 1, "present": 1}


def test_a_tenant_who_moved_within_the_community_has_lived_here_all_the_while(town):
    entered = enter(town, person(stays=RENTING), now=YEAR_AGO)
    households.move_household(
        household_id=entered.id, entry=entry(town, door="5栋101"), stay=StayKind.RENTED, origin=Origin(),
        by=town.viewer("li"), now=MONTH_AGO,
    )  # fmt: skip
    assert counted(town)["census"] == 1


def test_whose_registration_is_here_and_who_was_never_here_is_counted_by_the_police(town):
    enter(town, person(stays=AT_HOME), person("李月禾", Relation.SPOUSE, stays=AWAY))
    assert counted(town) == {"registered": 2, "census": 1, "present": 1}


@pytest.mark.parametrize(("left", "census"), [(MONTH_AGO, 2), (NOW - dt.timedelta(days=200), 1)])
def test_who_left_lately_still_counts_and_who_left_long_ago_does_not(town, left, census):
    entered = enter(town, person(stays=AT_HOME), person("李月禾", Relation.SPOUSE, stays=AT_HOME), now=YEAR_AGO)
    households.leave(
        household_id=entered.id, resident_id=entered.resident_ids[1], reason=EndReason.MOVED, by=town.viewer("li"),
        now=left,
    )  # fmt: skip
    assert counted(town) == {"registered": 2, "census": census, "present": 1}


def test_the_dead_are_nowhere(town):
    entered = enter(town, person(stays=AT_HOME), person("李月禾", Relation.SPOUSE, stays=AT_HOME), now=YEAR_AGO)
    households.leave(
        household_id=entered.id, resident_id=entered.resident_ids[1], reason=EndReason.DECEASED,
        by=town.viewer("li"), now=MONTH_AGO,
    )  # fmt: skip
    assert counted(town) == {"registered": 1, "census": 1, "present": 1}


def test_somebody_with_two_homes_in_a_community_is_one_person(town):
    entered = enter(town, person(stays=AT_HOME))
    other = enter(town, person("李月禾"), door="9栋901")
    dwellings.tie(
        resident_id=entered.resident_ids[0], dwelling_id=other.dwelling_id, kind=StayKind.LODGING,
        by=town.viewer("li"), now=NOW,
    )  # fmt: skip
    assert counted(town) == {"registered": 2, "census": 2, "present": 2}


def test_registered_in_one_grid_and_living_in_the_next_is_one_count_in_each(town):
    home = enter(town, person("张清晓", stays=AT_HOME))
    enter(town, person("李月禾", stays=RENTING), by="sun", unit=town.next_grid, door="8栋101", now=MONTH_AGO)
    tenant = lists.residents(town.viewer("sun")).rows[0].id
    dwellings.tie(
        resident_id=tenant, dwelling_id=home.dwelling_id, kind=StayKind.REGISTERED, by=town.viewer("zhou"), now=NOW
    )
    assert counted(town, unit=town.grid) == {"registered": 2, "census": 1, "present": 1}
    assert counted(town, unit=town.next_grid) == {"registered": 0, "census": 1, "present": 1}
    assert counted(town) == {"registered": 2, "census": 2, "present": 2}


def test_another_area_is_not_counted(town):
    enter(town, person(stays=AT_HOME))
    assert counted(town, "sun") == {"registered": 0, "census": 0, "present": 0}
