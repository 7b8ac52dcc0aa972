"""Finding an address: by any name, by a part of one, by initials, by numbers in any spelling, by code."""

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.queries import search
from jishi.addresses.rules.codes import written
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import AliasKind
from jishi.territory.queries import unit
from tests.addresses.street import add, street
from tests.cast import NOW

ROOM = "东门路12号3栋2单元201室"


def names(typed: str, **more) -> list[str]:
    return [row.full_name for row in search(typed, **more).rows]


@pytest.mark.capability("C05")
@pytest.mark.parametrize(
    "typed",
    [
        ROOM,
        "东门路 12号 3栋 2单元 201室",
        "响石岭街道响石社区东门路12号3栋2单元201室",
        "响石社区东门路12号3栋2单元201",
        "东门路１２号３栋２单元２０１室",
        "东门路十二号三栋二单元201",
        "东门路12号3幢201",
        "幸福小区3栋2单元201",
        "幸福 3-2-201",
        "dml12h3d2dy201",
        "dml 12 3 2 201",
        "DML12号3栋201",
        "xfxq3d201",
        "门路12 3 2 201",
    ],
)
def test_one_room_is_found_however_it_is_typed(cast, typed):
    street(cast)
    assert names(typed)[0] == ROOM


@pytest.mark.capability("C05")
@pytest.mark.parametrize("typed", ["东门路", "东门", "门路", "东", "dml", "dm", "ml", "DML", "响石社区东门"])
def test_a_road_is_found_by_every_part_of_its_name(cast, typed):
    street(cast)
    assert names(typed)[0] == "东门路"


@pytest.mark.capability("C05")
def test_a_code_finds_its_door_however_it_is_written(cast):
    here = street(cast)
    for typed in (here.house.code, written(here.house.code), written(here.house.code).lower()):
        assert names(typed) == ["东门路14号"]


@pytest.mark.capability("C05")
def test_a_former_name_goes_on_finding_the_address(cast):
    here = street(cast)
    actions.change(address_id=here.road.id, name="解放路", by=SYSTEM, now=NOW)
    assert names("东门路14号") == names("解放路14号") == names("jfl14") == ["解放路14号"]


@pytest.mark.capability("C05")
def test_a_name_that_has_ended_and_an_address_that_has_ended_find_nothing(cast):
    here = street(cast)
    alias = actions.add_alias(address_id=here.house.id, name="老供销社", kind=AliasKind.EVERYDAY, by=SYSTEM, now=NOW)
    assert names("供销社") == names("lgxs") == ["东门路14号"]
    actions.end_alias(alias_id=alias, by=SYSTEM, now=NOW)
    assert names("供销社") == []
    actions.cancel(address_id=here.house.id, by=SYSTEM, now=NOW, reason="拆除")
    assert "东门路14号" not in names("东门路14号")


def test_a_door_that_is_not_there_leads_to_the_road_and_says_so(cast):
    street(cast)
    found = search("东门路99号")
    assert [row.full_name for row in found.rows] == ["东门路"]
    assert not found.complete


def test_a_number_offers_those_that_begin_with_it(cast):
    street(cast)
    assert names("东门路1") == ["东门路12号", "东门路14号"]
    assert names("东门路12号3栋1单元10") == ["东门路12号3栋1单元101室", "东门路12号3栋1单元102室"]


def test_a_road_offers_its_doors_and_a_community_its_roads(cast):
    street(cast)
    assert names("东门路") == ["东门路", "东门路12号", "东门路14号"]
    assert names("响石社区") == ["东门路"]


def test_a_search_stays_within_the_unit_asked_for(cast):
    street(cast)
    other = add(Level.ROAD, "东门路", unit_id=cast.other_community.pk)
    far = add(Level.DOOR, "14号", other, unit_id=cast.other_grid.pk)
    there = unit(cast.other_town.pk)
    assert [row.id for row in search("东门路14号", within=there).rows] == [far.id]
    assert len(search("东门路14号").rows) == 2
    assert [row.id for row in search("映峰社区东门路14号").rows] == [far.id]


def test_names_with_numbers_in_them_are_names(cast):
    here = street(cast)
    add(Level.ROAD, "五一路", unit_id=cast.community.pk)
    country = add(Level.ROAD, "319国道", unit_id=cast.community.pk)
    add(Level.DOOR, "7号", country)
    add(Level.BUILDING, "A座", here.courtyard)
    assert names("五一路")[0] == "五一路"
    assert names("319国道7号") == ["319国道7号"]
    assert names("幸福小区a座") == names("东门路12号A栋") == ["东门路12号A座"]


def test_village_groups_are_found_through_their_village(cast):
    group = add(Level.GROUP, "3组", unit_id=cast.other_community.pk)
    add(Level.DOOR, "8号", group)
    assert names("映峰社区3组8号") == names("映峰三组8") == ["3组8号"]


@pytest.mark.parametrize("typed", ["", "   ", "，。", "%", "'", '"', "_", "\\", "单元", "无此路", "-", "x" * 500])
def test_nothing_typed_breaks_the_search(cast, typed):
    street(cast)
    assert search(typed).rows == []


@pytest.mark.django_db
def test_an_empty_book_has_nothing(cast):
    assert search("东门路12号").rows == []
