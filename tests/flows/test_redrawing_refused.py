"""Who may redraw a community, which divisions are refused with nothing changed, and the ground of new grids."""

import datetime as dt

import pytest
from django.db import transaction

from jishi.addresses.rules.levels import Level
from jishi.audit.models import Entry
from jishi.flows import unit_changes
from jishi.flows.unit_changes import OPERATOR
from jishi.kernel.errors import Conflict, Forbidden, Invalid
from jishi.territory import queries as territory
from jishi.territory.models import Boundary, Unit
from jishi.territory.rules.redrawing import Redrawn
from tests.addresses.street import add
from tests.cast import PEOPLE
from tests.flows.redrawn_town import (
    LATER,
    WEST,
    furnish,
    leader_of,
    lying,
    redraw,
    three,
    told,
)
from tests.parts.conftest import town as town
from tests.parts.square import box

pytestmark = pytest.mark.django_db

SOUTH = 27.85


@pytest.mark.capability("C93", "C92")
def test_only_who_manages_the_place_or_approves_grids_there_redraws(town):
    furnish(town)
    before = Unit.objects.count(), Entry.objects.count()
    for key in sorted(set(PEOPLE) - {"zhao", "zhang"}):
        with pytest.raises(Forbidden):
            redraw(town, by=town.viewer(key))
    with pytest.raises(Forbidden, match="不在您负责的范围内"):
        redraw(town, by=leader_of(town.other_town))
    assert (Unit.objects.count(), Entry.objects.count()) == before
    done = redraw(town, by=leader_of(town.town))
    assert len(done.parts) == 3
    line = Entry.objects.get(stream=f"unit:{done.parts[1].id}", action="unit_redraw")
    assert line.actor == "李主任"


def test_the_leader_of_the_county_and_the_operator_redraw_too(town):
    first = redraw(town, by=town.zhang).parts
    again = [
        Redrawn("大网格", {first[0].id: 1, first[1].id: 1}, keeps=first[0].id),
        Redrawn("第二网格", {first[2].id: 1}, keeps=first[2].id),
    ]
    done = redraw(town, again, by=OPERATOR, now=LATER + dt.timedelta(days=1))
    assert [unit.name for unit in done.parts] == ["大网格", "第二网格"]
    assert done.parts[1].id == first[2].id


WRONG = {
    "不存在的网格": ({"addresses": {1: 3}}, Invalid),
    "没有划给": ("east", Conflict),
    "不在要调整的单元里": ("elsewhere", Conflict),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_division_that_does_not_fit_the_houses_any_more_is_refused_and_changes_nothing(town, words):
    things = furnish(town)
    elsewhere = add(Level.DOOR, "99号", unit_id=town.other_grid.pk)
    more, error = WRONG[words]
    if more == "east":
        more = {"addresses": {things.doors[WEST].id: 2}}  # 第二网格 takes nothing from 第一网格
    elif more == "elsewhere":
        more = {"addresses": {elsewhere.id: 1}}
    before = lying(things), told(LATER.date()), Entry.objects.count()
    with pytest.raises(error, match=words), transaction.atomic():
        redraw(town, **more)
    assert (lying(things), told(LATER.date()), Entry.objects.count()) == before
    assert territory.unit(town.grid.pk) is not None


@pytest.mark.parametrize("wrong", [{"type": "Point", "coordinates": [113, 27]}, {"type": "Polygon"}, {}])
def test_a_ground_that_is_no_area_is_refused(town, wrong):
    first = town.grid.pk
    with pytest.raises(Invalid, match="“第一网格”的范围不是可用的面"):
        redraw(town, three(town, west=Redrawn("第一网格", {first: 2}, keeps=first, geometry=wrong)))
    assert territory.unit(first) is not None


def test_a_redrawing_inside_of_a_transaction_that_fails_leaves_nothing(town):
    things = furnish(town)
    before = lying(things), told(LATER.date())

    class Failed(Exception):
        pass

    def fails() -> None:
        with transaction.atomic():
            redraw(town)
            raise Failed

    with pytest.raises(Failed):
        fails()
    unit_changes.forget_places()
    assert (lying(things), told(LATER.date())) == before


@pytest.mark.capability("C02", "C03")
def test_without_given_grounds_sketches_are_cut_by_how_much_each_takes(town):
    first, second = town.grid.pk, town.next_grid.pk
    parts = [
        Redrawn("甲", {first: 300, second: 0}, keeps=first),
        Redrawn("乙", {first: 100}),
        Redrawn("丙", {second: 400}),
    ]
    done = redraw(town, parts)
    from shapely.geometry import shape

    areas = {}
    for unit in done.parts:
        held = Boundary.objects.get(unit_id=unit.id, valid_to__isnull=True)
        assert held.is_sketch
        areas[unit.name] = shape(held.geometry)
        assert areas[unit.name].is_valid
    whole = shape(box(113.0, 113.1))
    assert sum(area.area for area in areas.values()) == pytest.approx(whole.area)
    assert areas["乙"].area == pytest.approx(whole.area / 8, rel=0.01)
    assert areas["甲"].area == pytest.approx(whole.area * (3 / 8 + 0.05 / 1.05 / 2), rel=0.01)


def test_of_a_redrawn_community_only_some_grounds_are_given(town):
    first = town.grid.pk
    parts = [Redrawn("甲", {first: 1}, geometry=box(113.0, 113.01)), Redrawn("乙", {first: 1}, keeps=first)]
    done = redraw(town, parts)
    assert territory.locate(113.005, SOUTH).id == done.parts[0].id
    assert territory.locate(113.02, SOUTH).id == done.parts[1].id
