"""The life of an address: created, changed, cancelled; nothing that was true is lost and no code comes back."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.models import Address, Alias, EarlierState
from jishi.addresses.queries import address, aliases, by_code, children, nearest, official_name, state_on, tops
from jishi.addresses.rules.codes import parse_code
from jishi.addresses.rules.levels import CODED, Level
from jishi.addresses.rules.naming import AliasKind
from jishi.audit.models import Entry
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.addresses.street import POINT, add, street
from tests.cast import NOW, TODAY

LATER = NOW + dt.timedelta(days=30)
LATEST = NOW + dt.timedelta(days=60)


@pytest.mark.capability("C05", "K29-I4")
def test_every_address_from_the_door_down_gets_a_code_and_a_road_gets_none(cast):
    here = street(cast)
    coded = [*here.doors, here.building, *here.entrances, *here.rooms]
    assert here.road.code is None
    assert all(row.level in CODED and row.code == parse_code(row.code) for row in coded)
    assert len({row.code for row in coded}) == len(coded)


@pytest.mark.capability("C05")
def test_the_whole_address_names_county_town_and_community_but_no_grid(cast):
    here = street(cast)
    assert official_name(here.rooms[0]) == "石峰区响石岭街道响石社区东门路12号3栋1单元101室"
    assert here.rooms[0].unit_id == cast.grid.pk


@pytest.mark.capability("C05")
def test_an_address_that_is_renamed_keeps_its_code_its_past_and_its_old_name(cast):
    here = street(cast)
    actions.change(address_id=here.courtyard.id, name="16号", by=cast.zhao, now=LATER)
    changed = address(here.courtyard.id)
    assert (changed.name, changed.code) == ("16号", here.courtyard.code)
    assert address(here.rooms[0].id).full_name == "东门路16号3栋1单元101室"
    assert state_on(changed.id, TODAY).full_name == "东门路12号"
    assert state_on(changed.id, LATER.date()).full_name == "东门路16号"
    assert state_on(here.rooms[0].id, TODAY).full_name == "东门路12号3栋1单元101室"
    assert state_on(changed.id, TODAY - dt.timedelta(days=1)) is None
    kinds = {alias.name: alias.kind for alias in aliases([changed.id])[changed.id]}
    assert kinds == {"幸福小区": AliasKind.EVERYDAY, "12号": AliasKind.FORMER}


def test_every_day_of_the_past_has_one_state(cast):
    here = street(cast)
    actions.change(address_id=here.house.id, name="18号", by=SYSTEM, now=LATER)
    actions.change(address_id=here.house.id, name="20号", by=SYSTEM, now=LATEST)
    days = [TODAY, LATER.date(), LATEST.date()]
    assert [state_on(here.house.id, day).name for day in days] == ["14号", "18号", "20号"]
    periods = EarlierState.objects.filter(address_id=here.house.id).order_by("valid_from")
    assert [(row.valid_from, row.valid_to) for row in periods] == [(days[0], days[1]), (days[1], days[2])]


def test_a_name_taken_up_again_is_no_longer_a_former_one(cast):
    here = street(cast)
    actions.change(address_id=here.road.id, name="解放路", by=SYSTEM, now=LATER)
    actions.change(address_id=here.road.id, name="东门路", by=SYSTEM, now=LATEST)
    assert [alias.name for alias in aliases([here.road.id])[here.road.id]] == ["解放路"]


def test_a_wrong_name_can_be_put_right_without_becoming_a_former_name(cast):
    here = street(cast)
    actions.change(address_id=here.road.id, name="东门大道", by=SYSTEM, now=NOW, keep_former=False)
    assert aliases([here.road.id]) == {}


def test_a_building_moves_with_everything_in_it(cast):
    here = street(cast)
    actions.change(address_id=here.building.id, parent_id=here.house.id, by=SYSTEM, now=LATER)
    room = address(here.rooms[0].id)
    assert room.full_name == "东门路14号3栋1单元101室"
    assert room.line == (here.road.id, here.house.id, here.building.id, here.entrances[0].id, room.id)
    assert state_on(room.id, TODAY).full_name == "东门路12号3栋1单元101室"


def test_nothing_comes_below_itself(cast):
    here = street(cast)
    with pytest.raises(Invalid, match="自己的下级"):
        actions.change(address_id=here.building.id, parent_id=here.rooms[0].id, by=SYSTEM, now=NOW)
    with pytest.raises(Invalid, match="不能直接设在"):
        actions.change(address_id=here.house.id, parent_id=here.entrances[0].id, by=SYSTEM, now=NOW)


def test_changing_nothing_leaves_no_trace(cast):
    here = street(cast)
    before = Entry.objects.count()
    actions.change(address_id=here.road.id, name="东门路", by=SYSTEM, now=LATER)
    assert Entry.objects.count() == before
    assert not EarlierState.objects.exists()


@pytest.mark.capability("C05", "K29-B4")
def test_a_demolished_house_keeps_its_code_for_ever(cast):
    here = street(cast)
    actions.cancel(address_id=here.house.id, by=cast.zhao, now=LATER, reason="房屋已拆除")
    gone = by_code(here.house.code)
    assert gone.id == here.house.id
    assert gone.valid_to == LATER.date()
    assert not gone.is_live
    assert here.house not in children(here.road.id)
    drawn = iter([_number(here.house.code), 5])
    again = add(Level.DOOR, "14号", here.road, draw=lambda _limit: next(drawn), now=LATEST)
    assert again.code not in (None, here.house.code)
    with pytest.raises(IntegrityError, match=r"(?i)unique|code"), transaction.atomic():
        Address.objects.filter(pk=again.id).update(code=here.house.code)


def _number(code: str) -> int:
    """The number a code was made of."""
    from jishi.addresses.rules.codes import ALPHABET, BASE, BODY

    return sum(ALPHABET.index(each) * BASE**place for place, each in enumerate(code[:BODY]))


def test_what_holds_others_is_not_cancelled(cast):
    here = street(cast)
    with pytest.raises(Conflict, match="下还有地址"):
        actions.cancel(address_id=here.courtyard.id, by=SYSTEM, now=NOW, reason="拆除")
    with pytest.raises(Conflict, match="住着一户"):
        actions.cancel(
            address_id=here.house.id, by=SYSTEM, now=NOW, reason="拆除", held_by=lambda _id: "里面住着一户人。"
        )
    with pytest.raises(Invalid, match="原因"):
        actions.cancel(address_id=here.house.id, by=SYSTEM, now=NOW, reason=" ")
    actions.cancel(address_id=here.house.id, by=SYSTEM, now=NOW, reason="拆除")
    with pytest.raises(Conflict, match="已经注销"):
        actions.cancel(address_id=here.house.id, by=SYSTEM, now=NOW, reason="拆除")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"level": Level.COMMUNITY, "name": "东门社区"}, "level"),
        ({"level": Level.ROOM, "name": "101室"}, "level"),
        ({"level": Level.ROAD, "name": "，"}, "name"),
        ({"level": Level.ROAD, "name": "路" * 61}, "name"),
        ({"level": Level.ROAD, "name": "西门路", "unit_id": None}, "unit_id"),
        ({"level": Level.ROAD, "name": "西门路", "unit_id": 2**40}, "unit_id"),
        ({"level": Level.ROAD, "name": "西门路", "longitude": 113.0}, "longitude"),
        ({"level": Level.ROAD, "name": "西门路", "longitude": 500.0, "latitude": 1.0}, "longitude"),
        ({"level": Level.ROAD, "name": "东门路"}, "name"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast, given, field):
    street(cast)
    with pytest.raises((Invalid, Conflict)) as refusal:
        actions.create(**({"unit_id": cast.community.pk, "by": SYSTEM, "now": NOW} | given))
    assert refusal.value.field == field


def test_a_door_lies_within_what_its_road_lies_in(cast):
    here = street(cast)
    with pytest.raises(Invalid, match="不在上级地址所在的响石社区之内"):
        add(Level.DOOR, "9号", here.road, unit_id=cast.other_grid.pk)
    assert add(Level.DOOR, "9号", here.road).unit_id == cast.community.pk


def test_administrators_write_addresses_and_grid_workers_what_is_inside_their_buildings(cast):
    here = street(cast)
    add(Level.DOOR, "9号", here.road, by=cast.zhao)
    room = add(Level.ROOM, "103室", here.entrances[0], by=cast.li)
    assert Entry.objects.get(stream=f"address:{room.id}").actor == "小李"
    refused = [
        lambda: add(Level.ROOM, "104室", here.entrances[0], by=cast.sun),
        lambda: add(Level.DOOR, "11号", here.road, by=cast.li),
        lambda: actions.change(address_id=room.id, name="105室", by=cast.li, now=NOW),
        lambda: actions.cancel(address_id=room.id, reason="错", by=cast.zhang, now=NOW),
        lambda: actions.add_alias(address_id=room.id, name="小屋", kind=AliasKind.EVERYDAY, by=cast.wu, now=NOW),
    ]
    for attempt in refused:
        with pytest.raises(Forbidden):
            attempt()


def test_every_write_leaves_its_line_in_the_audit_record(cast):
    here = street(cast)
    alias = actions.add_alias(address_id=here.house.id, name="老屋", kind=AliasKind.EVERYDAY, by=cast.zhao, now=NOW)
    actions.end_alias(alias_id=alias, by=cast.zhao, now=NOW)
    actions.change(address_id=here.house.id, point=POINT, by=cast.zhao, now=NOW)
    actions.cancel(address_id=here.house.id, reason="拆除", by=cast.zhao, now=NOW)
    lines = Entry.objects.filter(stream=f"address:{here.house.id}").order_by("seq").values_list("action", "actor")
    said = ["address_alias", "address_alias_end", "address_change", "address_cancel"]
    assert list(lines) == [("address_create", "系统"), *((action, "小赵") for action in said)]


def test_an_alias_is_given_once(cast):
    here = street(cast)
    for name in ("幸福小区", "12号"):
        with pytest.raises(Conflict) as refusal:
            actions.add_alias(address_id=here.courtyard.id, name=name, kind=AliasKind.EVERYDAY, by=SYSTEM, now=NOW)
        assert refusal.value.field == "name"
    with pytest.raises(NotFound):
        actions.end_alias(alias_id=0, by=SYSTEM, now=NOW)
    assert Alias.objects.count() == 1


def test_what_is_not_there_is_not_found(cast):
    street(cast)
    for ask in (
        lambda: address(0),
        lambda: by_code("2222-2222"),
        lambda: actions.change(address_id=0, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_unit_shows_its_roads_and_a_road_its_doors_in_order(cast):
    here = street(cast)
    add(Level.DOOR, "2号", here.road)
    add(Level.GROUP, "3组", unit_id=cast.community.pk)
    assert [row.name for row in tops(cast.community.pk)] == ["3组", "东门路"]
    assert [row.name for row in children(here.road.id)] == ["2号", "12号", "14号"]
    assert tops(cast.other_community.pk) == []


@pytest.mark.capability("C05")
def test_a_point_leads_to_the_nearest_door(cast):
    here = street(cast)
    actions.change(address_id=here.house.id, point=(POINT[0] + 0.002, POINT[1]), by=SYSTEM, now=NOW)
    assert nearest(*POINT).row.id == here.courtyard.id
    found = nearest(POINT[0] + 0.0015, POINT[1])
    assert found.row.id == here.house.id
    assert 40 < found.metres < 60
    assert nearest(POINT[0] + 1, POINT[1]) is None
    actions.cancel(address_id=here.house.id, reason="拆除", by=SYSTEM, now=NOW)
    assert nearest(POINT[0] + 0.0015, POINT[1]).row.id == here.courtyard.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "community"},
        {"level": "road"},
        {"code": None},
        {"parent": None, "level": "room"},
        {"longitude": 1.0, "latitude": None},
        {"valid_to": TODAY - dt.timedelta(days=1)},
    ],
)
def test_the_database_itself_refuses_what_must_never_be(cast, wrong):
    here = street(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.filter(pk=here.rooms[0].id).update(**wrong)


def test_of_two_neighbours_with_one_name_the_database_takes_one(cast):
    here = street(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.filter(pk=here.house.id).update(name="12号")
