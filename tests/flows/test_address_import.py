"""A file of addresses is taken in whole or not at all, and a second time changes nothing."""

import itertools

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions
from jishi.addresses.actions.loading import load
from jishi.addresses.models import Address
from jishi.addresses.queries import aliases, search
from jishi.addresses.rules.codes import parse_code
from jishi.addresses.rules.entries import Entry, names_of, split_names
from jishi.addresses.rules.levels import Level
from jishi.flows.address_import import import_file
from jishi.flows.unit_changes import move
from jishi.kernel.errors import Forbidden, Invalid
from jishi.territory.rules.loading import Counts, LoadRefused
from tests.addresses.street import street
from tests.cast import NOW
from tests.matters.town import forget, lay_down

pytestmark = pytest.mark.django_db

HEAD = "单元代码,路,村组,门牌,楼栋,单元,层,室,俗称,曾用名,经度,纬度"


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def book(tmp_path, *lines: str, head: str = HEAD):
    path = tmp_path / "地址.csv"
    path.write_text("\n".join([head, *lines]), encoding="utf-8-sig")
    return path


def take_in(path, by=SYSTEM) -> Counts:
    return import_file(path=path, by=by, now=NOW)


@pytest.mark.capability("C05")
def test_one_line_brings_everything_above_it(town, tmp_path):
    grid = town.grid.code
    lines = [
        f"{grid},东门路,无,12号,,,,,幸福小区,解放路8号,113.11,27.87",
        f"{grid},东门路,,12号,3栋,2单元,无,301室,,,,",
        f"{grid},东门路,,12号,3栋,2单元,无,302室,,,,",
        f"{town.other_community.code},,3组,8号,,,,,、老屋,,,",
    ]
    assert take_in(book(tmp_path, *lines)) == Counts(new=8, unchanged=0)
    room = search("幸福小区3-2-301").rows[0]
    assert room.full_name == "东门路12号3栋2单元301室"
    assert room.unit_id == town.grid.pk
    assert Address.objects.get(name="东门路").unit_id == town.community.pk
    assert search("解放路8号").rows[0].point == (113.11, 27.87)
    codes = list(Address.objects.filter(code__isnull=False).values_list("code", flat=True))
    assert len(set(codes)) == 6
    assert all(parse_code(code) == code for code in codes)


@pytest.mark.capability("C05")
def test_the_same_file_again_changes_nothing(town, tmp_path):
    street(town)
    lines = [f"{town.grid.code},东门路,,12号,3栋,1单元,,101室,,,,", f"{town.grid.code},西门路,,1号,,,,,,,,"]
    path = book(tmp_path, *lines)
    assert take_in(path) == Counts(new=2, unchanged=1)
    before = list(Address.objects.order_by("id").values_list("id", "code", "full_name"))
    assert take_in(path) == Counts(unchanged=2)
    assert list(Address.objects.order_by("id").values_list("id", "code", "full_name")) == before


def test_a_known_address_gets_the_name_people_use(town, tmp_path):
    here = street(town)
    take_in(book(tmp_path, f"{town.grid.code},东门路,,14号,,,,,老供销社,,,"))
    assert [alias.name for alias in aliases([here.house.id])[here.house.id]] == ["老供销社"]
    assert search("lgxs").rows[0].id == here.house.id


@pytest.mark.capability("C05")
def test_every_bad_line_is_named_and_nothing_is_taken_in(town, tmp_path):
    lines = [
        "999,东门路,,1号,,,,,,,,",
        f"{town.grid.code},,,,,,,101室,,,,",
        f"{town.grid.code},无,,,,,,,,,,",
        f"{town.grid.code},东门路,,2号,,,,,,,999,1",
        f"{town.grid.code},东门路,,3号,,,,,,,,",
    ]
    with pytest.raises(LoadRefused) as refusal:
        take_in(book(tmp_path, *lines))
    assert [problem.line for problem in refusal.value.problems] == [2, 3, 4, 5]
    assert not Address.objects.exists()
    with pytest.raises(LoadRefused, match="经度和纬度应为数字"):
        take_in(book(tmp_path, f"{town.grid.code},东门路,,2号,,,,,,,东,1"))
    with pytest.raises(Invalid, match="不认识的列：楼长"):
        take_in(book(tmp_path, "x", head="单元代码,楼长"))


def test_a_road_that_runs_through_two_communities_is_not_doubled(town, tmp_path):
    here = street(town)
    move(unit_id=town.grid.pk, parent_id=town.other_community.pk, by=town.zhao, now=NOW)
    take_in(book(tmp_path, f"{town.next_grid.code},东门路,,30号,,,,,,,,"))
    assert Address.objects.get(name="30号").parent_id == here.road.id


def test_codes_that_were_ever_given_are_not_given_again(town):
    here = street(town)
    actions.cancel(address_id=here.house.id, reason="拆除", by=SYSTEM, now=NOW)
    names = names_of([(Level.ROAD, "西门路"), (Level.DOOR, "1号")])
    drawn = itertools.chain([number_of(here.house.code), number_of(here.courtyard.code)], itertools.count(77))
    load(entries=[Entry(town.grid.code, names)], by=SYSTEM, now=NOW, draw=lambda _limit: next(drawn))
    assert Address.objects.filter(code__isnull=False).count() == 10


def number_of(code: str) -> int:
    from jishi.addresses.rules.codes import ALPHABET, BASE, BODY

    return sum(ALPHABET.index(each) * BASE**place for place, each in enumerate(code[:BODY]))


def test_only_who_manages_the_place_takes_addresses_in(town, tmp_path):
    path = book(tmp_path, f"{town.grid.code},东门路,,1号,,,,,,,,")
    with pytest.raises(Forbidden):
        take_in(path, by=town.li)
    assert take_in(path, by=town.zhao).new == 2


def test_names_in_one_cell():
    assert list(split_names("幸福小区、老厂，无;-")) == ["幸福小区", "老厂", "无;-"]
    assert split_names("无") == []
