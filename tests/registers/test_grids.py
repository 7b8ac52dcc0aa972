"""Units are split, merged and moved, and the households go along; what was counted for last month stays as it was."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.accounts.models import Person, Posting
from jishi.accounts.queries import viewer_of
from jishi.flows import unit_changes
from jishi.flows.unit_changes import OPERATOR
from jishi.kernel.errors import Forbidden
from jishi.registers.actions.grids import follow_ended_units, hand_over_households
from jishi.registers.models import DwellingGrid, Household, HouseholdGrid, PremisesGrid
from jishi.registers.queries import pages
from jishi.registers.queries.figures import households_by_grid, households_by_unit, people_by_grid
from jishi.territory.models import Unit
from jishi.territory.queries import forget_cache
from jishi.territory.rules.succession import Part
from tests.cast import NOW, TODAY
from tests.matters.town import forget
from tests.registers.town import enter, person

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=40)


@pytest.fixture
def streets(town):
    """Three households in the first grid, two in the second."""
    for number in range(3):
        enter(town, person(f"甲{number}"), door=f"1栋10{number}")
    for number in range(2):
        enter(town, person(f"乙{number}"), door=f"9栋10{number}", by="sun", unit=town.next_grid)
    return town


def standing():
    return dict(HouseholdGrid.objects.filter(valid_to__isnull=True).values_list("household_id", "unit_id"))


def each_in_one_live_grid():
    live = HouseholdGrid.objects.filter(valid_to__isnull=True)
    assert sorted(live.values_list("household_id", flat=True)) == sorted(
        Household.objects.filter(valid_to__isnull=True).values_list("id", flat=True)
    )
    assert not live.filter(unit__valid_to__isnull=False).exists()


@pytest.mark.capability("K06-I4", "C03")
def test_a_split_keeps_the_households_and_last_month_is_counted_as_it_was(streets):
    before = households_by_grid(TODAY)
    assert before == {streets.grid.pk: 3, streets.next_grid.pk: 2}
    done = unit_changes.split(
        unit_id=streets.grid.pk, parts=[Part("第一网格"), Part("第三网格")], by=OPERATOR, now=LATER
    )
    assert done.followed.households == 3
    assert "住户：随迁3" in str(done)
    assert households_by_grid(TODAY) == before
    after = households_by_grid(LATER.date())
    assert sum(after.values()) == sum(before.values())
    assert after[done.units[0].id] == 3
    assert people_by_grid(TODAY) == before
    assert households_by_unit(TODAY, 2) == households_by_unit(LATER.date(), 2) == {streets.community.pk: 5}
    each_in_one_live_grid()
    assert not DwellingGrid.objects.filter(valid_to__isnull=True, unit_id=streets.grid.pk).exists()
    assert not PremisesGrid.objects.filter(valid_to__isnull=True, unit_id=streets.grid.pk).exists()


@pytest.mark.capability("K06-I4", "C03")
def test_a_merger_and_a_move_carry_the_households_too(streets):
    merged = unit_changes.merge(
        unit_ids=[streets.grid.pk, streets.next_grid.pk], into=Part("合并网格"), by=OPERATOR, now=LATER
    )
    assert households_by_grid(LATER.date()) == {merged.units[0].id: 5}
    moved = unit_changes.move(
        unit_id=streets.community.pk,
        parent_id=streets.other_town.pk,
        code="430204001009",
        by=OPERATOR,
        now=LATER + dt.timedelta(days=1),
    )
    assert moved.followed.households == 5
    assert households_by_unit(LATER.date() + dt.timedelta(days=1), 1) == {streets.other_town.pk: 5}
    assert households_by_unit(TODAY, 1) == {streets.town.pk: 5}
    each_in_one_live_grid()


@pytest.mark.capability("K06-I1", "K06-I4")
def test_a_new_division_hands_every_household_to_its_grid(streets):
    places = dict.fromkeys(Household.objects.values_list("id", flat=True), streets.next_grid.pk)
    with pytest.raises(Forbidden):
        hand_over_households(places=places, by=streets.zhou, now=LATER)
    assert hand_over_households(places=places, by=streets.zhao, now=LATER) == 3
    assert set(standing().values()) == {streets.next_grid.pk}
    assert households_by_grid(TODAY) == {streets.grid.pk: 3, streets.next_grid.pk: 2}
    assert set(DwellingGrid.objects.filter(valid_to__isnull=True).values_list("unit_id", flat=True)) == {
        streets.next_grid.pk
    }
    assert hand_over_households(places=places, by=streets.zhao, now=LATER) == 0


@pytest.mark.capability("C92")
def test_who_approves_divisions_hands_over_the_households_of_the_own_ground_only(streets):
    here = dict.fromkeys(standing(), streets.next_grid.pk)
    assert hand_over_households(places=here, by=streets.zhang, now=LATER) == 3
    town_leader = Person.objects.create(username="lin", name="林书记")
    Posting.objects.create(person=town_leader, role="leader", unit=streets.other_town, valid_from=TODAY)
    with pytest.raises(Forbidden, match="不在您负责的范围内"):
        hand_over_households(places=here, by=viewer_of(town_leader.pk, TODAY), now=LATER)


def test_what_was_entered_in_the_moment_of_a_change_is_caught_up(streets):
    unit_changes.split(unit_id=streets.grid.pk, parts=[Part("第一网格"), Part("第三网格")], by=OPERATOR, now=LATER)
    late = Household.objects.earliest("id")
    HouseholdGrid.objects.filter(household=late, valid_to__isnull=True).update(unit_id=streets.grid.pk)
    assert follow_ended_units(now=LATER) == 1
    each_in_one_live_grid()
    assert follow_ended_units(now=LATER) == 0


def test_the_page_of_a_household_goes_along_with_its_grid(streets):
    number = Household.objects.earliest("id").number
    unit_changes.rename(unit_id=streets.grid.pk, name="东门网格", by=OPERATOR, now=LATER)
    forget()
    li = viewer_of(streets.person("li").pk, LATER.date())
    assert li is not None
    assert pages.household(li, number, LATER.date()).grid.name == "东门网格"


changes = st.lists(
    st.tuples(st.sampled_from(["split", "merge", "rename", "hand over"]), st.integers(0, 9), st.integers(0, 9)),
    max_size=6,
)


@pytest.mark.capability("K06-I1", "K06-I4")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_whatever_happens_to_the_units_every_household_is_in_one_grid_and_the_past_stays(streets, walk):
    from django.db import transaction

    with transaction.atomic():
        past = {TODAY: households_by_grid(TODAY)}
        for day, (what, first, second) in enumerate(walk, start=1):
            now = NOW + dt.timedelta(days=day)
            change(streets, what, first, second, now)
            assert {when: households_by_grid(when) for when in past} == past
            past[now.date()] = households_by_grid(now.date())
            assert sum(past[now.date()].values()) == 5
            each_in_one_live_grid()
        transaction.set_rollback(True)
    forget_cache()


def change(town, what, first, second, now):
    grids = list(Unit.objects.filter(parent=town.community, valid_to__isnull=True, depth=3).order_by("id"))
    one, other = grids[first % len(grids)], grids[second % len(grids)]
    if what == "split":
        unit_changes.split(unit_id=one.pk, parts=[Part(f"甲{now:%d}"), Part(f"乙{now:%d}")], by=OPERATOR, now=now)
    elif what == "merge" and one != other:
        unit_changes.merge(unit_ids=[one.pk, other.pk], into=Part(f"合{now:%d}"), by=OPERATOR, now=now)
    elif what == "rename":
        unit_changes.rename(unit_id=one.pk, name=f"新{now:%d}", by=OPERATOR, now=now)
    else:
        ids = Household.objects.values_list("id", flat=True)
        hand_over_households(places={each: other.pk for each in ids if each % 2}, by=town.zhao, now=now)
