"""The grids of a community are drawn anew in one operation, and everything goes to the grid in which it lies then."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.accounts.models import Posting
from jishi.accounts.queries import viewer_of
from jishi.addresses.actions import change
from jishi.addresses.models import Address
from jishi.addresses.queries import address, state_on
from jishi.addresses.rules.levels import Level
from jishi.audit.queries import verify
from jishi.flows import unit_changes
from jishi.kernel.errors import Conflict
from jishi.matters.models import Matter, Step
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.worklist import Filter, worklist
from jishi.matters.rules.steps import HAND_OVER
from jishi.orders.queries import invariants as order_invariants
from jishi.parts.models import Component
from jishi.registers.models import DwellingGrid, Household, HouseholdGrid
from jishi.registers.queries.figures import households_by_unit
from jishi.territory import queries as territory
from jishi.territory.models import Boundary, Succession, Unit
from jishi.territory.rules.redrawing import Redrawn
from jishi.territory.rules.succession import Part
from tests.addresses.street import add
from tests.cast import NOW, TODAY
from tests.flows.redrawn_town import (
    EAST,
    LATER,
    LATITUDES,
    LEFT,
    RIGHT,
    WEST,
    counted,
    furnish,
    household,
    lying,
    nothing_is_lost,
    redraw,
    told,
)
from tests.matters.town import begin, forget
from tests.parts.conftest import town as town
from tests.parts.square import box, put

pytestmark = pytest.mark.django_db

SOUTH = 27.85
BY_GROUND = {WEST: "第一网格", LEFT: "中网格", RIGHT: "中网格", EAST: "第二网格"}


@pytest.mark.capability("C02", "C03", "K06-I1", "K06-I2", "K06-I4")
def test_everything_goes_to_the_grid_on_whose_new_ground_it_lies(town):
    things = furnish(town)
    before, much = told(), counted()
    done = redraw(town)

    assert lying(things) == {
        "doors": BY_GROUND,
        "rooms": BY_GROUND,
        "households": {**BY_GROUND, None: "第一网格"},
        "premises": BY_GROUND,
        "components": {**BY_GROUND, None: "第一网格"},
        "matters": {**BY_GROUND, None: "第一网格"},
    }
    nothing_is_lost(town)
    assert (told(), counted()) == (before, much)
    assert households_by_unit(LATER.date(), 2) == households_by_unit(TODAY, 2) == {town.community.pk: 5}
    assert address(things.road.id).unit_id == town.community.pk

    followed = done.followed
    assert (followed.addresses, followed.households, followed.components, followed.matters) == (8, 5, 5, 5)
    assert done.cause == "重划"
    assert [(unit.name, unit.code[-3:]) for unit in done.parts] == [
        ("第一网格", "001"),
        ("中网格", "003"),
        ("第二网格", "002"),
    ]
    assert [unit.name for unit in done.vacant] == ["中网格"]
    assert "尚无网格员：中网格" in str(done)
    for broken in (broken_invariants(now=NOW), order_invariants.broken_invariants(now=NOW), verify().breaks):
        assert list(broken) == []  # what `jishi check` proves


@pytest.mark.capability("C03", "C92")
def test_people_go_on_in_the_grid_that_keeps_its_code_and_the_new_one_waits_for_somebody(town):
    things = furnish(town)
    west, middle, east = redraw(town).parts
    later = LATER.date()
    li, sun, zhou = (viewer_of(town.person(key).pk, later) for key in ("li", "sun", "zhou"))
    assert [grant.unit_id for grant in li.grants] == [west.id]
    assert [grant.unit_id for grant in sun.grants] == [east.id]
    assert not Posting.objects.filter(unit_id=middle.id).exists()

    def seen(viewer):
        return {row["number"] for row in worklist(viewer, Filter(), now=LATER).rows}

    number = {at: way.receipt.number for at, way in things.matters.items()}
    assert seen(li) == {number[WEST], number[None]}
    assert seen(sun) == {number[EAST]}
    assert seen(zhou) >= set(number.values())
    line = Step.objects.get(matter=things.matters[LEFT].receipt.matter_id, name=HAND_OVER)
    assert (line.note, line.facts) == ("单元调整，划转至中网格", {"from_unit": town.grid.pk, "to_unit": middle.id})
    things.matters[LEFT].take("dispatch", "wang", lead_id=town.city_management.pk)


@pytest.mark.capability("C05", "K06-I1")
def test_what_the_division_says_of_a_house_goes_before_its_point_and_holds_for_all_in_it(town):
    things = furnish(town)
    redraw(town, addresses={things.doors[WEST].id: 1, things.doors[EAST].id: 1, things.rooms[EAST].id: 2})
    found = lying(things)
    assert found["rooms"] == {**BY_GROUND, WEST: "中网格", EAST: "第二网格"}
    assert found["households"] == {**BY_GROUND, None: "第一网格", WEST: "中网格", EAST: "第二网格"}
    assert (found["doors"][WEST], found["premises"][WEST]) == ("中网格", "中网格")
    assert found["doors"][EAST] == "响石社区"  # a house in two grids lies in what holds both
    assert found["components"] == {**BY_GROUND, None: "第一网格"}
    nothing_is_lost(town)


@pytest.mark.capability("C05", "K06-I1")
def test_a_building_whose_entrances_come_to_two_grids(town):
    things = furnish(town)
    one, two = (add(Level.ENTRANCE, f"{n}单元", things.doors[WEST]) for n in (1, 2))
    flats = {n: add(Level.ROOM, f"{n}02室", entrance) for n, entrance in enumerate((one, two), start=1)}
    homes = {n: household(town, f"1号{n}-102", flat.id, town.grid) for n, flat in flats.items()}
    redraw(town, addresses={one.id: 0, two.id: 1})
    names = {unit.id: unit.name for unit in territory.units()}
    assert [names[address(flats[n].id).unit_id] for n in (1, 2)] == ["第一网格", "中网格"]
    standing = dict(HouseholdGrid.objects.filter(valid_to__isnull=True).values_list("household_id", "unit__name"))
    assert [standing[homes[n]] for n in (1, 2)] == ["第一网格", "中网格"]
    assert names[address(things.doors[WEST].id).unit_id] == "响石社区"
    nothing_is_lost(town)


@pytest.mark.capability("K06-I1")
def test_households_without_an_address_go_where_the_division_says_else_to_who_takes_over(town):
    things = furnish(town)
    redraw(town, rest={town.grid.pk: 1})
    assert lying(things)["households"] == {**BY_GROUND, None: "中网格"}
    nothing_is_lost(town)


@pytest.mark.capability("C05")
def test_a_matter_reported_at_a_door_goes_with_its_door(town):
    things = furnish(town)
    way = begin(town, unit_id=town.grid.pk, door_code=things.doors[WEST].code)
    assert (way.row.door_code, way.row.longitude) == (things.doors[WEST].code, WEST)
    done = redraw(town, addresses={things.doors[WEST].id: 1})
    assert way.row.area_3 == done.parts[1].id


@pytest.mark.capability("C05", "C03")
def test_it_is_still_known_in_which_grid_a_door_was(town):
    things = furnish(town)
    done = redraw(town)
    for at, door in things.doors.items():
        was = town.grid.pk if at < 113.05 else town.next_grid.pk
        assert state_on(door.id, LATER.date() - dt.timedelta(days=1)).unit_id == was
        assert state_on(door.id, LATER.date()).unit_id in {unit.id for unit in done.parts}


@pytest.mark.capability("K06-I4", "C03")
def test_a_split_by_ground_takes_everything_along_too(town):
    things = furnish(town)
    before, much = told(), counted()
    done = unit_changes.split(
        unit_id=town.grid.pk, parts=[Part("甲网格"), Part("乙网格")], primary=1, by=town.zhao, now=LATER
    )
    found = lying(things)
    for kind in ("doors", "rooms", "households", "premises", "components", "matters"):
        by_point = {at: territory.locate(at, LATITUDES[at]).name for at in (WEST, LEFT)}
        assert {at: found[kind][at] for at in (WEST, LEFT)} == by_point
        assert found[kind].get(None, "乙网格") == "乙网格"
    assert set(by_point.values()) == {"甲网格", "乙网格"}
    assert [unit.name for unit in done.vacant] == ["甲网格"]
    nothing_is_lost(town)
    assert (told(), counted()) == (before, much)


@pytest.mark.capability("C03")
def test_a_grid_that_stays_as_it_is_keeps_its_row_and_its_people(town):
    furnish(town)
    second = town.next_grid.pk
    parts = [
        Redrawn("第二网格", {second: 2}, keeps=second, geometry=box(113.05, 113.1)),
        Redrawn("甲网格", {town.grid.pk: 2}, geometry=box(113.0, 113.02)),
        Redrawn("乙网格", {town.grid.pk: 1}, geometry=box(113.02, 113.05)),
    ]
    done = redraw(town, parts)
    assert (done.parts[0].id, done.begun) == (second, 2)
    assert [unit.name for unit in done.units] == ["甲网格", "乙网格"]
    assert Posting.objects.get(person=town.person("sun"), valid_to__isnull=True).unit_id == second
    assert not Boundary.objects.get(unit_id=second, valid_to__isnull=True).is_sketch  # a true one is not drawn over
    nothing_is_lost(town)


@pytest.mark.capability("C02", "K06-I1")
def test_a_community_without_grids_gets_its_first_ones_and_what_tells_its_place_goes_there(town):
    community = town.other_community
    Unit.objects.filter(pk=town.other_grid.pk).update(valid_to=TODAY)
    forget()
    at = {"unit_id": community.pk, "latitude": SOUTH}
    doors = [add(Level.DOOR, f"{n}号", longitude=113.12 + n / 50, **at) for n in (0, 1, 2)]
    homes = [household(town, f"{n}号", door.id, community) for n, door in enumerate(doors)]
    homes.append(household(town, "老屋", None, community))
    lamp = put(town, unit_id=community.pk, longitude=113.12, latitude=SOUTH)
    way, far = begin(town, longitude=113.16, **at), begin(town, unit_id=community.pk)
    before = told()
    parts = [Redrawn("东网格", {}, geometry=box(113.1, 113.13)), Redrawn("西网格", {}, geometry=box(113.13, 113.2))]
    done = unit_changes.redraw(
        community_id=community.pk, parts=parts, addresses={doors[2].id: 0}, by=town.zhao, now=LATER
    )
    east, west = done.parts
    assert [(unit.name, unit.kind, unit.code[-3:]) for unit in done.parts] == [
        ("东网格", "基础网格", "001"),
        ("西网格", "基础网格", "002"),
    ]
    standing = dict(HouseholdGrid.objects.filter(valid_to__isnull=True).values_list("household_id", "unit_id"))
    assert [standing[home] for home in homes] == [east.id, west.id, east.id, community.pk]
    assert [address(door.id).unit_id for door in doors] == [east.id, west.id, east.id]
    assert Component.objects.get(code=lamp).unit_id == east.id
    assert (way.row.area_3, far.row.area_3) == (west.id, None)
    assert done.followed == unit_changes.Followed(matters=1, households=3, addresses=3, components=1)
    assert done.vacant == done.parts
    assert told() == before
    with pytest.raises(Conflict, match="已经有网格"):
        unit_changes.redraw(community_id=community.pk, parts=parts, by=town.zhao, now=LATER)


@pytest.mark.capability("C02", "K06-I1")
def test_houses_nobody_had_put_into_a_grid_come_into_one(town):
    things = furnish(town)
    door = add(Level.DOOR, "9号", things.road, unit_id=town.community.pk, longitude=LEFT, latitude=SOUTH)
    home = household(town, "9号", door.id, town.grid)
    HouseholdGrid.objects.filter(household_id=home).update(unit_id=town.community.pk)
    DwellingGrid.objects.filter(dwelling__homes__household_id=home).update(unit_id=town.community.pk)
    matter = begin(town, unit_id=town.community.pk)
    done = redraw(town)
    assert address(door.id).unit_id == done.parts[1].id
    assert HouseholdGrid.objects.get(household_id=home, valid_to__isnull=True).unit_id == done.parts[1].id
    assert matter.row.area_3 is None
    assert state_on(door.id, TODAY).unit_id == town.community.pk
    nothing_is_lost(town)


@pytest.mark.capability("C03")
def test_the_history_of_a_grid_tells_of_the_redrawing(town):
    done = redraw(town)
    steps = {(step.cause, step.former.name, step.successor.name) for step in territory.history(done.parts[1].id)}
    assert steps == {
        ("重划", "第一网格", "第一网格"),
        ("重划", "第一网格", "中网格"),
        ("重划", "第二网格", "中网格"),
        ("重划", "第二网格", "第二网格"),
    }
    assert territory.formers(done.parts[0].id) == (town.grid.pk,)
    assert Succession.objects.filter(is_primary=True).count() == 2


def test_what_came_in_the_very_moment_of_a_redrawing_is_caught_up_by_its_ground(town):
    things = furnish(town)
    done = redraw(town)
    Address.objects.filter(pk=things.doors[RIGHT].id).update(unit_id=town.next_grid.pk)
    Address.objects.filter(pk=things.rooms[LEFT].id).update(unit_id=town.grid.pk)
    late = HouseholdGrid.objects.filter(household_id=things.households[RIGHT], valid_to__isnull=True)
    late.update(unit_id=town.next_grid.pk)
    Matter.objects.filter(pk=things.matters[LEFT].receipt.matter_id).update(area_3=town.grid.pk)
    assert unit_changes.catch_up(now=LATER) == 4
    found = lying(things)
    assert found["doors"] == found["rooms"] == BY_GROUND
    assert found["households"] == {**BY_GROUND, None: "第一网格"}
    assert things.matters[LEFT].row.area_3 == done.parts[1].id
    assert unit_changes.catch_up(now=LATER) == 0
    nothing_is_lost(town)


def test_a_house_that_was_moved_the_same_day_is_taken_along(town):
    things = furnish(town)
    change(address_id=things.doors[WEST].id, point=(LEFT, SOUTH), by=unit_changes.SYSTEM, now=NOW)
    redraw(town, now=NOW)
    assert lying(things)["households"][WEST] == "中网格"
    nothing_is_lost(town)


@pytest.mark.capability("K06-I1")
def test_redrawing_costs_the_same_number_of_statements_however_many_live_there(town):
    def cost(homes: int) -> int:
        with transaction.atomic():
            things = furnish(town)
            for number in range(homes):
                flat = add(Level.ROOM, f"{200 + number}室", things.doors[LEFT])
                household(town, f"2号{200 + number}", flat.id, town.grid)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                redraw(town)
            transaction.set_rollback(True)
        forget()
        return len(asked)

    assert cost(40) == cost(4)


@pytest.mark.capability("K06-I1", "K06-I2", "K06-I4", "C03")
@settings(max_examples=10, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_however_often_a_community_is_redrawn_the_past_stays_and_nothing_is_lost(town, chance):
    try:
        with transaction.atomic():
            things = furnish(town)
            much, past = counted(), {TODAY: told()}
            for turn in range(1, 4):
                now = NOW + dt.timedelta(days=turn)
                redraw(town, some_division(town, chance, turn), now=now)
                nothing_is_lost(town)
                assert counted() == much
                assert {day: told(day) for day in past} == past
                past[now.date()] = told(now.date())
                assert sum(households_by_unit(now.date(), 3).values()) == Household.objects.count() == 5
            assert unit_changes.catch_up(now=now) == 0
            assert set(lying(things)["rooms"]) == {WEST, LEFT, RIGHT, EAST}
            transaction.set_rollback(True)
    finally:
        forget()


def some_division(town, chance, turn: int) -> list[Redrawn]:
    """Two or three grids between random borders, each taking from every grid there is."""
    grids = territory.children(territory.by_code(town.community.code).id)
    cuts = sorted(chance.sample([113.02, 113.03, 113.055, 113.08], chance.choice([1, 2])))
    keeps = chance.sample([unit.id for unit in grids], chance.randrange(2))
    return [
        Redrawn(f"{turn}-{number}", {unit.id: chance.randrange(3) for unit in grids}, keep, box(west, east))
        for number, (west, east, keep) in enumerate(
            zip([113.0, *cuts], [*cuts, 113.1], [*keeps, None, None, None], strict=False)
        )
    ]
