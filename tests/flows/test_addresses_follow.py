"""Grids and communities change, and every door goes on in the unit that took over its ground, with the same code."""

import datetime as dt

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.models import Address
from jishi.addresses.queries import address, by_code, official_name, search, state_on
from jishi.addresses.rules.levels import Level
from jishi.flows import unit_changes
from jishi.territory import queries as units
from jishi.territory.models import Boundary
from jishi.territory.rules.succession import Part
from tests.addresses.street import add, street
from tests.cast import NOW, SINCE, TODAY
from tests.matters.town import forget, lay_down

pytestmark = pytest.mark.django_db

WEST, MIDDLE, EAST, SOUTH, NORTH = 113.10, 113.11, 113.12, 27.86, 27.88


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def rectangle(west: float, east: float) -> dict:
    ring = [[west, SOUTH], [east, SOUTH], [east, NORTH], [west, NORTH], [west, SOUTH]]
    return {"type": "Polygon", "coordinates": [ring]}


def everything() -> dict[int, tuple]:
    """What must never change with the units: code, name, place in the tree."""
    fields = ("code", "name", "full_name", "path", "valid_from", "valid_to")
    return {row[0]: row[1:] for row in Address.objects.values_list("id", *fields)}


def lost() -> list[int]:
    """Live addresses in a unit that has ended, or outside of what the address above them lies in."""
    rows = Address.objects.filter(valid_to__isnull=True).select_related("parent")
    live = units.tree().by_id
    return [
        row.pk
        for row in rows
        if row.unit_id not in live
        or (row.parent is not None and not live[row.unit_id].is_within(live[row.parent.unit_id]))
    ]


@pytest.mark.capability("C05", "C03")
def test_doors_of_a_split_grid_go_to_the_part_on_whose_ground_they_stand(town):
    here = street(town)
    Boundary.objects.create(unit_id=town.grid.pk, geometry=rectangle(WEST, EAST), valid_from=SINCE)
    units.forget_cache()
    actions.change(address_id=here.courtyard.id, point=(113.11, 27.863), by=SYSTEM, now=NOW)
    actions.change(address_id=here.house.id, point=(113.11, 27.877), by=SYSTEM, now=NOW)
    before = everything()
    done = unit_changes.split(unit_id=town.grid.pk, parts=[Part("甲网格"), Part("乙网格")], by=town.zhao, now=NOW)
    assert done.followed.addresses == 9
    assert everything() == before
    at = {row.pk: units.unit(row.unit_id) for row in Address.objects.all()}
    assert at[here.courtyard.id] == units.locate(113.11, 27.863)
    assert at[here.house.id] == units.locate(113.11, 27.877)
    assert at[here.courtyard.id] != at[here.house.id]
    inside = (here.building, *here.entrances, *here.rooms)
    assert {at[row.id] for row in inside} == {at[here.courtyard.id]}
    assert lost() == []
    assert state_on(here.house.id, TODAY - dt.timedelta(days=1)) is None


@pytest.mark.capability("C05")
def test_without_points_and_grounds_doors_go_to_the_part_that_takes_what_is_unfinished(town):
    here = street(town)
    done = unit_changes.split(
        unit_id=town.grid.pk, parts=[Part("甲网格"), Part("乙网格")], primary=1, by=town.zhao, now=NOW
    )
    heir = next(unit for unit in done.units if unit.name == "乙网格")
    assert {address(row.id).unit_id for row in here.rooms} == {heir.id}


@pytest.mark.capability("C05")
def test_after_a_merge_it_is_still_known_in_which_grid_a_door_was(town):
    here = street(town)
    other = add(Level.DOOR, "20号", here.road, unit_id=town.next_grid.pk)
    later = NOW + dt.timedelta(days=10)
    merged = unit_changes.merge(
        unit_ids=[town.grid.pk, town.next_grid.pk], into=Part("大网格"), by=town.zhao, now=later
    ).units[0]
    assert {address(row.id).unit_id for row in (here.house, other)} == {merged.id}
    assert state_on(here.house.id, TODAY).unit_id == town.grid.pk
    assert state_on(other.id, TODAY).unit_id == town.next_grid.pk
    assert state_on(other.id, later.date()).unit_id == merged.id


@pytest.mark.capability("C05", "K29-I4")
def test_a_code_finds_its_door_through_every_change_of_units(town):
    here = street(town)
    code = here.rooms[3].code
    east, _ = sorted(
        unit_changes.split(unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], by=town.zhao, now=NOW).units,
        key=lambda unit: unit.name,
    )
    joined = unit_changes.merge(unit_ids=[town.next_grid.pk, east.id], into=Part("大网格"), by=town.zhao, now=NOW)
    unit_changes.move(unit_id=joined.units[0].id, parent_id=town.other_community.pk, by=town.zhao, now=NOW)
    community = units.by_code("430204001001")
    unit_changes.rename(unit_id=community.id, name="新映峰社区", by=town.zhao, now=NOW)
    row = by_code(code)
    assert row.id == here.rooms[3].id
    assert official_name(row) == "石峰区清水塘街道新映峰社区东门路12号3栋2单元202室"
    assert [found.id for found in search("新映峰社区幸福小区3-2-202").rows] == [row.id]
    assert lost() == []


def test_a_road_whose_doors_come_under_two_towns_lies_in_what_holds_both(town):
    here = street(town)
    stays = add(Level.DOOR, "20号", here.road, unit_id=town.next_grid.pk)
    unit_changes.move(unit_id=town.grid.pk, parent_id=town.other_community.pk, by=town.zhao, now=NOW)
    assert address(here.road.id).unit_id == units.county().id
    assert official_name(address(stays.id)) == "石峰区响石岭街道响石社区东门路20号"
    assert official_name(address(here.house.id)) == "石峰区清水塘街道映峰社区东门路14号"
    assert lost() == []


def test_two_villages_with_a_first_group_each_become_one(town):
    groups = [add(Level.GROUP, "1组", unit_id=unit.pk) for unit in (town.grid, town.next_grid)]
    merged = unit_changes.merge(
        unit_ids=[town.grid.pk, town.next_grid.pk], into=Part("大网格"), by=town.zhao, now=NOW
    ).units[0]
    assert {address(group.id).unit_id for group in groups} == {merged.id}


def test_cancelled_doors_stay_where_they_were(town):
    here = street(town)
    actions.cancel(address_id=here.house.id, reason="拆除", by=SYSTEM, now=NOW)
    unit_changes.rename(unit_id=town.grid.pk, name="新网格", by=town.zhao, now=NOW)
    assert address(here.house.id).unit_id == town.grid.pk
    assert address(here.courtyard.id).unit_id != town.grid.pk


def test_a_door_entered_in_the_very_moment_of_a_change_catches_up(town):
    here = street(town)
    unit_changes.rename(unit_id=town.grid.pk, name="新网格", by=town.zhao, now=NOW)
    Address.objects.filter(pk=here.house.id).update(unit_id=town.grid.pk)
    assert unit_changes.catch_up(now=NOW) == 1
    assert unit_changes.catch_up(now=NOW) == 0
    assert lost() == []
