"""Neighbours who hold a post for a building: they agree to it, they are named to few, they give it back."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jishi.addresses import actions
from jishi.addresses.models import PostHolder
from jishi.addresses.queries.points import codes_at, point_of
from jishi.addresses.queries.posts import holders
from jishi.addresses.rules.posts import BuildingPost
from jishi.audit.models import Entry
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.addresses.street import POINT, street
from tests.cast import NOW, PEOPLE, TODAY

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=30)
WARDEN = {"post": BuildingPost.WARDEN, "name": "孔大妈", "phone": "0000-3301", "agreed": True}


def held(viewer, row, day=TODAY):
    """Post → the names of its holders at an address and above it."""
    found = holders(viewer, row.unit_id, row.line, day)
    return {post: [(one.name, one.phone) for one in people] for post, people in found}


@pytest.mark.capability("C04")
def test_a_post_held_for_a_building_holds_for_everything_in_it(cast):
    here = street(cast)
    assert held(cast.li, here.building) == {}
    actions.take_post(address_id=here.building.id, by=cast.zhou, now=NOW, **WARDEN)
    assert held(cast.li, here.rooms[0]) == {BuildingPost.WARDEN: [("孔大妈", "0000-3301")]}
    assert held(cast.li, here.courtyard) == {BuildingPost.WARDEN: []}  # of one building, not of the whole courtyard
    assert held(cast.li, here.building, TODAY - dt.timedelta(days=1)) == {}


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", PEOPLE)
def test_a_holder_is_named_only_to_those_who_read_the_register_there(cast, who):
    here = street(cast)
    actions.take_post(address_id=here.building.id, by=cast.li, now=NOW, **WARDEN)
    named = held(getattr(cast, who), here.building)[BuildingPost.WARDEN]
    assert named == ([("孔大妈", "0000-3301")] if who in {"li", "zhou"} else [(None, None)])
    assert held(None, here.building)[BuildingPost.WARDEN] == [(None, None)]


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", sorted(set(PEOPLE) - {"li", "zhou"}))
def test_posts_are_entered_by_those_who_keep_the_register_there(cast, who):
    here = street(cast)
    with pytest.raises(Forbidden):
        actions.take_post(address_id=here.building.id, by=getattr(cast, who), now=NOW, **WARDEN)
    assert not PostHolder.objects.exists()


@pytest.mark.capability("C04")
def test_nobody_is_entered_without_having_agreed(cast):
    here = street(cast)
    with pytest.raises(Invalid) as refused:
        actions.take_post(address_id=here.building.id, by=cast.li, now=NOW, **WARDEN | {"agreed": False})
    assert refused.value.field == "agreed"


def test_a_post_is_entered_once_and_not_for_a_road(cast):
    here = street(cast)
    actions.take_post(address_id=here.building.id, by=cast.zhou, now=NOW, **WARDEN)
    with pytest.raises(Conflict):
        actions.take_post(address_id=here.building.id, by=cast.zhou, now=NOW, **WARDEN)
    for wrong in (here.road, here.rooms[0]):
        with pytest.raises(Invalid):
            actions.take_post(address_id=wrong.id, by=cast.zhou, now=NOW, **WARDEN)


@pytest.mark.capability("C04", "C92")
def test_who_gives_a_post_back_is_not_telephoned_any_more(cast):
    here = street(cast)
    held_id = actions.take_post(address_id=here.building.id, by=cast.li, now=NOW, **WARDEN)
    with pytest.raises(Forbidden):
        actions.leave_post(holder_id=held_id, by=cast.sun, now=LATER)
    actions.leave_post(holder_id=held_id, by=cast.li, now=LATER)
    row = PostHolder.objects.get()
    assert (row.valid_to, row.phone) == (LATER.date(), "")
    assert held(cast.li, here.building, LATER.date()) == {}
    with pytest.raises(NotFound):
        actions.leave_post(holder_id=held_id, by=cast.li, now=LATER)


@pytest.mark.capability("C04")
def test_the_trail_tells_of_the_post_and_keeps_no_name(cast):
    here = street(cast)
    held_id = actions.take_post(address_id=here.building.id, by=cast.li, now=NOW, **WARDEN)
    actions.leave_post(holder_id=held_id, by=cast.li, now=LATER)
    told = Entry.objects.filter(action__startswith="address_post").order_by("id")
    assert [entry.action for entry in told] == ["address_post", "address_post_end"]
    assert not any("孔大妈" in str(entry.facts) or "3301" in str(entry.facts) for entry in told)


def test_the_posts_of_a_house_end_with_it(cast):
    here = street(cast)
    actions.take_post(address_id=here.house.id, by=cast.li, now=NOW, **WARDEN)
    actions.cancel(address_id=here.house.id, by=cast.zhao, now=LATER, reason="房屋已拆除")
    row = PostHolder.objects.get()
    assert (row.valid_to, row.phone) == (LATER.date(), "")


@pytest.mark.parametrize("wrong", [{"post": "boss"}, {"name": ""}, {"valid_to": TODAY}], ids=str)
def test_the_database_itself_refuses_what_cannot_be(cast, wrong):
    here = street(cast)
    given = {"address_id": here.building.id, "post": "warden", "name": "孔大妈", "phone": "0000-3301"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PostHolder.objects.create(**given | {"valid_from": TODAY} | wrong)


@pytest.mark.capability("C04")
def test_a_building_without_a_point_lies_at_its_courtyard_and_knows_the_codes_in_it(cast):
    here = street(cast)
    assert here.building.point is None
    assert point_of(here.rooms[0]) == POINT
    assert point_of(here.house) is None
    inside = {here.building.code, *(one.code for one in (*here.entrances, *here.rooms))}
    assert set(codes_at(here.building)) == inside
