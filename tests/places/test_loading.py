"""Place folders become places: all or nothing, once, and again without effect."""

import datetime as dt
import json
import shutil

import pytest

from jishi.audit.models import Entry
from jishi.duties import queries as duties
from jishi.flows.place_loading import Loaded, load_place
from jishi.flows.unit_changes import OPERATOR
from jishi.kernel.errors import Conflict, Invalid
from jishi.kernel.geo import wgs84_to_gcj02
from jishi.organizations import queries as organizations
from jishi.organizations.models import Organization
from jishi.territory import queries as units
from jishi.territory.models import PlaceVersion, Unit
from jishi.territory.rules.loading import LoadRefused
from tests.places.test_templates import COUNTS, PLACES, spoil

NOW = dt.datetime(2026, 11, 18, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
LATER = NOW + dt.timedelta(days=30)

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(tmp_path):
    for name in ("shifeng", "common"):
        shutil.copytree(PLACES / name, tmp_path / name)
    return tmp_path / "shifeng"


@pytest.mark.capability("C01")
@pytest.mark.parametrize("key", COUNTS)
def test_each_of_the_five_places_loads_without_an_orphan(key):
    told = []
    loaded = load_place(PLACES / key, now=NOW, by="小赵", progress=lambda *said: told.append(said))
    towns, communities, *_ = COUNTS[key]
    assert (len(units.units(0)), len(units.units(1)), len(units.units(2))) == (1, towns, communities)
    assert units.tree().faults() == []
    assert loaded.counts["units"].new == loaded.counts["sketches"].new == 1 + towns + communities
    assert len(organizations.dispatchable("centre")) == towns + 1
    assert len(organizations.dispatchable("community_office")) == communities
    assert all(organizations.community_office_for(unit).unit_id == unit.id for unit in units.units(2))
    assert units.place().key == key
    assert told[-1] == ("装载", 8, 8)


def test_loading_again_changes_nothing():
    first = load_place(PLACES / "shifeng", now=NOW)
    before = (list(Unit.objects.values().order_by("id")), list(Organization.objects.values().order_by("id")))
    entries = Entry.objects.count()
    again = load_place(PLACES / "shifeng", now=LATER)
    assert again.changed_nothing
    assert not first.changed_nothing
    assert "没有变化" in str(again)
    assert all((c.new, c.changed, c.ended) == (0, 0, 0) for c in again.counts.values())
    after = (list(Unit.objects.values().order_by("id")), list(Organization.objects.values().order_by("id")))
    assert (after, Entry.objects.count(), PlaceVersion.objects.count()) == (before, entries, 1)


@pytest.mark.capability("C97")
def test_a_demo_stays_a_demo_whatever_template_is_loaded_over_it(copy, client):
    from jishi.demo.build import marks
    from jishi.territory import actions as territory

    load_place(PLACES / "shifeng", now=NOW)
    territory.load_place(content={**units.place().content, **marks()}, by=OPERATOR, now=NOW)
    units.forget_cache()
    assert load_place(PLACES / "shifeng", now=LATER).changed_nothing
    template = (copy / "place.yaml").read_text().replace("number_prefix: SF", "number_prefix: SG")
    (copy / "place.yaml").write_text(template)
    assert load_place(copy, now=LATER).is_new_version
    content = units.place().content
    assert content["number_prefix"] == "SG"
    assert {name: content[name] for name in marks()} == marks()
    page = client.get("/login/").text
    assert "演示数据" in page
    assert marks()["demo_password"] in page


def test_shifeng_units_hold_from_the_day_of_the_official_file_and_the_rest_from_the_load():
    load_place(PLACES / "shifeng", now=NOW)
    assert {unit.valid_from for unit in units.tree()} == {dt.date(2023, 6, 30)}
    assert len(units.tree_as_of(dt.date(2024, 1, 1))) == 77
    assert len(units.tree_as_of(dt.date(2023, 6, 29))) == 0


@pytest.mark.capability("C68")
def test_the_three_lists_of_shifeng_stand_in_the_database():
    load_place(PLACES / "shifeng", now=NOW)
    counts = duties.duty_lists(NOW.date())
    assert {name: counts[name] for name in ("社区公共服务清单", "群众自治事务清单", "有偿服务清单")} == {
        "社区公共服务清单": 81,
        "群众自治事务清单": 26,
        "有偿服务清单": 11,
    }


def test_a_spoilt_file_loads_nothing_at_all(copy):
    spoil(copy / "duties.csv", "0891,STHJ", "0891,NOBODY")
    with pytest.raises(LoadRefused):
        load_place(copy, now=NOW)
    assert (Unit.objects.count(), PlaceVersion.objects.count(), Organization.objects.count()) == (0, 0, 0)


def test_what_only_the_database_can_refuse_is_undone_too(copy):
    load_place(copy, now=NOW)
    spoil(copy / "place.yaml", "name: 石峰区", "name: 石峰新区")
    spoil(copy / "duties.csv", "1,基层党组织建设", "1,换了名称")
    with pytest.raises(Invalid):
        load_place(copy, now=NOW - dt.timedelta(days=3000))
    assert (units.county().name, PlaceVersion.objects.count()) == ("石峰区", 1)
    assert "换了名称" not in {item.name for item in duties.items()}


def test_a_second_county_is_refused(copy):
    load_place(copy, now=NOW)
    with pytest.raises(Conflict, match="只管一个县"):
        load_place(PLACES / "zhijiang", now=NOW)


@pytest.mark.capability("C03")
def test_a_changed_folder_is_a_dated_change_and_bodies_follow(copy):
    load_place(copy, now=NOW)
    spoil(copy / "divisions.csv", "东门社区居委会", "东大门社区居委会")
    spoil(
        copy / "place.yaml",
        "members: 居民",
        "members: 居民\nlimits:\n  - {clock: overall, grade: small, amount: 3, measure: working_day}",
    )
    loaded = load_place(copy, now=LATER)
    assert (loaded.counts["units"].changed, loaded.counts["limits"].changed) == (1, 1)
    community = units.by_code("430204001003")
    assert (community.name, community.valid_from) == ("东大门社区", LATER.date())
    office = organizations.community_office_for(community)
    assert (office.unit_id, office.name) == (community.id, "东大门社区居委会")
    assert units.tree_as_of(NOW.date()).by_code[community.code].name == "东门社区"
    assert [follow.successor_id for follow in loaded.follows] == [community.id]
    assert "变更1" in str(loaded)


def test_an_outline_of_a_map_service_is_put_right_and_kept_as_the_true_boundary(tmp_path):
    square = [(113.05, 27.82), (113.18, 27.82), (113.18, 27.95), (113.05, 27.95), (113.05, 27.82)]
    shifted = {"type": "Polygon", "coordinates": [[list(wgs84_to_gcj02(*point)) for point in square]]}
    path = tmp_path / "outline.json"
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shifted}))
    load_place(PLACES / "shifeng", now=NOW, outline=path, gcj02=True)
    ring = units.ground_of(units.county().id)["coordinates"][0]
    assert sorted({(round(lon, 4), round(lat, 4)) for lon, lat in ring}) == sorted(set(square))
    assert units.locate(113.1, 27.9).depth == 2
    assert not units.map_features(depth=0)["features"][0]["properties"]["sketch"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "Point", "coordinates": [1, 2]}'])
def test_a_file_that_is_no_outline_is_refused_in_words(tmp_path, text):
    path = tmp_path / "outline.json"
    path.write_text(text)
    with pytest.raises(Invalid, match="GeoJSON"):
        load_place(PLACES / "shifeng", now=NOW, outline=path)
    assert Unit.objects.count() == 0


def test_a_load_tells_what_it_did():
    loaded = load_place(PLACES / "shifeng", now=NOW)
    assert isinstance(loaded, Loaded)
    assert "治理单元" in str(loaded)
    assert "新增77" in str(loaded)
