"""Units in the database: loading, changing, and counting last month the same for ever."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.audit.models import Entry
from jishi.audit.queries import verify
from jishi.kernel.errors import Conflict, DomainError, Invalid
from jishi.territory import actions, queries
from jishi.territory.models import Boundary, Succession, Unit
from jishi.territory.rules.actors import Operator
from jishi.territory.rules.loading import Counts, LoadRefused
from jishi.territory.rules.succession import Part
from tests.territory.woods import COUNTY, KINDS, county_entries

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)
LATER = dt.datetime(2026, 7, 1, 9, 0, tzinfo=SHANGHAI)
ZHAO = Operator("小赵", 1)
CONTENT = {
    "key": "shifeng",
    "name": "石峰区",
    "county_code": COUNTY,
    "number_prefix": "SF",
    "center": [113.11, 27.88],
    "area_km2": 166,
    "levels": [
        {"key": "county", "name": "区", "kinds": ["区"]},
        {"key": "town", "name": "镇街", "kinds": ["街道", "镇"]},
        {"key": "community", "name": "社区（村）", "kinds": ["社区", "村"]},
        {"key": "grid", "name": "网格", "kinds": ["网格"]},
        {"key": "building", "name": "楼栋", "kinds": ["楼栋"]},
    ],
    "work_hours": [["08:30", "12:00"], ["14:00", "17:30"]],
}
SHAPE = (((1, 1), (0,)), ((0, 0),))

pytestmark = pytest.mark.django_db


def lay_down(shape=SHAPE, now=NOW):
    actions.load_place(content=CONTENT, by=ZHAO, now=now)
    return actions.load_units(entries=county_entries(shape), by=ZHAO, now=now)


def picture(day=None):
    tree = queries.tree() if day is None else queries.tree_as_of(day)
    return [(u.id, u.code, u.name, u.kind, u.path) for u in tree]


def grid(code="430204001001001"):
    return queries.by_code(code)


def test_loading_twice_changes_nothing():
    assert lay_down().counts == Counts(new=13)
    before, entries = picture(), Entry.objects.count()
    assert not actions.load_place(content=CONTENT, by=ZHAO, now=LATER)
    assert actions.load_units(entries=county_entries(SHAPE), by=ZHAO, now=LATER).counts == Counts(unchanged=13)
    assert (picture(), Entry.objects.count()) == (before, entries)


def test_a_file_in_any_order_gives_the_same_tree():
    actions.load_place(content=CONTENT, by=ZHAO, now=NOW)
    actions.load_units(entries=county_entries(SHAPE)[::-1], by=ZHAO, now=NOW)
    backwards = [(u.code, u.depth, u.name) for u in queries.tree()]
    assert queries.tree().faults() == []
    assert backwards == sorted(
        [(e.code, KINDS.index(e.kind), e.name) for e in county_entries(SHAPE)], key=lambda row: (row[1], row[0])
    )


def test_one_bad_row_leaves_everything_as_it_was():
    lay_down()
    before = picture()
    entries = [*county_entries(SHAPE), replace(county_entries(SHAPE)[2], code="430204001777", name="", line=99)]
    with pytest.raises(LoadRefused, match=r"f\.csv:99"):
        actions.load_units(entries=entries, by=ZHAO, now=LATER)
    queries.forget_cache()
    assert picture() == before


def test_units_need_a_place_first():
    with pytest.raises(Invalid, match="地方模板"):
        actions.load_units(entries=county_entries(SHAPE), by=ZHAO, now=NOW)


def test_another_county_is_refused():
    lay_down()
    with pytest.raises(Conflict, match="只管一个县"):
        actions.load_place(content=CONTENT | {"county_code": "430203000000", "name": "芦淞区"}, by=ZHAO, now=NOW)


def test_a_new_name_in_the_file_is_a_dated_change():
    lay_down()
    old = queries.by_code("430204001001")
    entries = [replace(e, name="新社区", kind="村") if e.code == old.code else e for e in county_entries(SHAPE)]
    loaded = actions.load_units(entries=entries, by=ZHAO, now=LATER)
    assert loaded.counts == Counts(changed=1, unchanged=12)
    new = queries.by_code(old.code)
    assert (new.name, new.kind, new.valid_from, new.id != old.id) == ("新社区", "村", LATER.date(), True)
    assert {f.former_id for f in loaded.follows} >= {old.id}
    assert queries.tree_as_of(NOW.date()).by_code[old.code].name == old.name


@pytest.mark.capability("C03", "K06-I4")
def test_after_a_split_last_month_is_counted_the_same():
    lay_down()
    # Thirty reports of June, as rows of a table that keeps the unit each was registered in.
    june = [queries.units(3)[n % 5].id for n in range(30)]

    def figures():
        counted = {}
        areas = queries.areas_on_record(june)
        names = {u.id: u.name for u in queries.tree_as_of(dt.date(2026, 6, 30))}
        for unit_id in june:
            for area in areas[unit_id]:
                if area is not None:
                    counted[names[area]] = counted.get(names[area], 0) + 1
        return counted

    before, tree = figures(), picture(dt.date(2026, 6, 30))
    target = grid()
    building = queries.children(target.id)[0]
    done = actions.split_unit(
        unit_id=target.id, parts=[Part("东网格", children=frozenset({building.id})), Part("西网格")], by=ZHAO, now=LATER
    )
    actions.rename_unit(unit_id=queries.by_code("430204001000").id, name="新街道", by=ZHAO, now=LATER)
    actions.merge_units(
        unit_ids=[u.id for u in queries.children(queries.by_code("430204001000").id)],
        into=Part("大社区", "430204001001"),
        by=ZHAO,
        now=LATER,
    )
    assert figures() == before
    assert picture(dt.date(2026, 6, 30)) == tree
    assert queries.tree().faults() == []
    east = next(u for u in queries.tree() if u.name == "东网格")
    assert queries.primary_successor(target.id).id == east.id
    assert {u.name for u in queries.successors(target.id)} == {"东网格", "西网格"}
    assert queries.unit(target.id) is None
    assert queries.unit_at(target.path) == east
    assert queries.unit_on_record(target.id).valid_to == LATER.date()
    assert done.cause == "拆分"


def test_followers_are_told_the_deepest_first_and_each_has_one_to_follow():
    lay_down()
    town = queries.by_code("430204001000")
    below = queries.subtree_ids(town.id)
    done = actions.rename_unit(unit_id=town.id, name="新街道", by=ZHAO, now=LATER)
    assert [f.depth for f in done.follows] == sorted((f.depth for f in done.follows), reverse=True)
    assert {f.former_id for f in done.follows} == set(below)
    assert {f.successor_id for f in done.follows} == set(queries.subtree_ids(queries.by_code("430204001000").id))


def test_a_moved_grid_gets_a_number_of_its_new_community():
    lay_down()
    other = queries.by_code("430204002001")
    done = actions.move_unit(unit_id=grid().id, parent_id=other.id, by=ZHAO, now=LATER)
    assert done.begun[0].code == "430204002001003"
    assert queries.area_ids(done.begun[0])[:2] == queries.area_ids(other)[:2]
    assert [u.name for u in queries.children(done.begun[0].id)] == ["1栋"]
    assert queries.full_name(done.begun[0]) == "第2街道 2-1社区 第1网格"


def test_the_history_of_a_unit_tells_every_change():
    lay_down()
    first = grid()
    second = actions.rename_unit(unit_id=first.id, name="改名网格", by=ZHAO, now=NOW).begun[0]
    building = queries.children(second.id)[0]
    third = actions.split_unit(
        unit_id=second.id, parts=[Part("甲", children=frozenset({building.id})), Part("乙")], by=ZHAO, now=LATER
    ).begun
    told = queries.history(third[0].id)
    assert [(step.cause, step.former.name, step.successor.name) for step in told] == [
        ("更名", "第1网格", "改名网格"),
        ("拆分", "改名网格", "甲"),
        ("拆分", "改名网格", "乙"),
    ]


def test_a_change_before_the_unit_began_is_refused():
    lay_down(now=LATER)
    with pytest.raises(Invalid, match="还没有设立"):
        actions.rename_unit(unit_id=grid().id, name="新", by=ZHAO, now=NOW)


def test_a_unit_cannot_be_changed_twice_from_one_picture():
    lay_down()
    old = grid()
    actions.rename_unit(unit_id=old.id, name="甲", by=ZHAO, now=LATER)
    with pytest.raises(Conflict, match="已经终止"):
        actions.rename_unit(unit_id=old.id, name="乙", by=ZHAO, now=LATER)


def test_a_kind_of_another_level_is_refused_in_a_renaming():
    lay_down()
    with pytest.raises(DomainError, match="只能是"):
        actions.rename_unit(unit_id=grid().id, name="新", kind="街道", by=ZHAO, now=LATER)
    queries.forget_cache()
    assert grid().name == "第1网格"


@pytest.mark.capability("C93")
def test_every_change_leaves_an_audit_line_in_a_proven_chain():
    lay_down()
    done = actions.rename_unit(unit_id=grid().id, name="新", by=ZHAO, now=LATER)
    line = Entry.objects.get(stream=f"unit:{done.begun[0].id}")
    assert (line.action, line.actor, line.actor_id) == ("unit_rename", "小赵", 1)
    assert verify().intact


def test_the_database_itself_refuses_a_second_live_code_and_a_second_county():
    lay_down()
    live = Unit.objects.get(code=grid().code)
    for wrong in (
        Unit(code=live.code, name="x", kind="网格", depth=3, parent=live.parent, path="/", valid_from=NOW.date()),
        Unit(code="1", name="x", kind="区", depth=0, path="/", valid_from=NOW.date()),
        Unit(code="2", name="x", kind="网格", depth=3, path="/", valid_from=NOW.date()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


@pytest.mark.capability("K06-I2")
def test_sketches_are_drawn_once_and_every_unit_is_found_on_its_own_ground():
    lay_down()
    assert actions.draw_sketches(by=ZHAO, now=NOW).new == 13
    assert actions.draw_sketches(by=ZHAO, now=LATER) == Counts(unchanged=13)
    for unit in queries.tree():
        found = queries.locate(unit.longitude, unit.latitude)
        assert found.is_within(unit)
        assert not queries.children(found.id) or found.depth == unit.depth
    assert queries.locate(0, 0) is None
    features = queries.map_features(depth=3, within=queries.by_code("430204002000"))["features"]
    assert [f["properties"]["code"] for f in features] == ["430204002001001", "430204002001002"]
    assert all(f["properties"]["sketch"] for f in features)


def test_ground_follows_its_units_through_changes():
    lay_down()
    actions.draw_sketches(by=ZHAO, now=NOW)
    first, second = queries.by_code("430204002001001"), queries.by_code("430204002001002")
    before = queries.ground_of(first.id)
    parts = actions.split_unit(unit_id=first.id, parts=[Part("甲"), Part("乙")], by=ZHAO, now=LATER).begun
    assert all(queries.locate(u.longitude, u.latitude).id == u.id for u in parts)
    assert queries.ground_of(first.id) is None
    assert queries.ground_of(first.id, dt.date(2026, 6, 15)) == before
    whole = actions.merge_units(unit_ids=[*(u.id for u in parts), second.id], into=Part("合"), by=ZHAO, now=LATER).begun
    for old in (first, second):
        assert queries.locate(old.longitude, old.latitude).id == whole[0].id
    moved = actions.move_unit(
        unit_id=whole[0].id, parent_id=queries.by_code("430204001002").id, by=ZHAO, now=LATER
    ).begun[0]
    assert queries.locate(first.longitude, first.latitude).id == moved.id
    shapes = {f["properties"]["code"]: f["geometry"] for f in queries.map_features(depth=2)["features"]}
    from shapely.geometry import shape

    assert shape(shapes["430204001002"]).contains(shape(queries.ground_of(moved.id)).representative_point())


def test_a_true_boundary_replaces_the_sketch_and_is_not_drawn_over():
    lay_down()
    actions.draw_sketches(by=ZHAO, now=NOW)
    square = {"type": "Polygon", "coordinates": [[[113.0, 27.8], [113.2, 27.8], [113.2, 28.0], [113.0, 27.8]]]}
    assert actions.set_boundary(unit_id=queries.county().id, geometry=square, by=ZHAO, now=LATER)
    assert not actions.set_boundary(unit_id=queries.county().id, geometry=square, by=ZHAO, now=LATER)
    assert actions.draw_sketches(by=ZHAO, now=LATER).new == 12
    held = Boundary.objects.get(unit_id=queries.county().id, valid_to__isnull=True)
    assert (held.is_sketch, held.valid_from) == (False, LATER.date())


@pytest.mark.capability("C04")
def test_the_names_move_with_the_sketches_when_the_true_outline_comes_and_given_points_stay():
    lay_down()
    given = queries.by_code("430204001001")
    Unit.objects.filter(pk=given.id).update(longitude=113.5, latitude=28.5)
    actions.draw_sketches(by=ZHAO, now=NOW)
    square = {"type": "Polygon", "coordinates": [[[113.3, 27.8], [113.5, 27.8], [113.5, 28.0], [113.3, 27.8]]]}
    actions.draw_sketches(by=ZHAO, now=LATER, outline=square)
    queries.forget_cache()
    for unit in queries.tree():
        if unit.id != given.id:
            assert queries.locate(unit.longitude, unit.latitude).is_within(unit), unit.name
    stays = queries.unit(given.id)
    assert (stays.longitude, stays.latitude) == (113.5, 28.5)


@pytest.mark.parametrize("wrong", [{}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon"}])
def test_a_boundary_without_an_area_is_refused(wrong):
    lay_down()
    with pytest.raises(Invalid, match="可用的面"):
        actions.set_boundary(unit_id=queries.county().id, geometry=wrong, by=ZHAO, now=NOW)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
@pytest.mark.capability("C03")
def test_the_database_keeps_what_the_plan_promises(chance):
    with transaction.atomic():
        lay_down()
        pictures, now = {}, NOW
        for _ in range(4):
            pictures[now.date()] = picture(now.date())
            now += dt.timedelta(days=3)
            unit = chance.choice(queries.units(3))
            match chance.choice(["split", "move", "rename"]):
                case "split":
                    children = frozenset(u.id for u in queries.children(unit.id))
                    parts = [Part("甲", children=children), Part("乙")]
                    actions.split_unit(unit_id=unit.id, parts=parts, by=ZHAO, now=now)
                case "move":
                    target = chance.choice([u for u in queries.units(2) if u.id != unit.parent_id])
                    actions.move_unit(unit_id=unit.id, parent_id=target.id, by=ZHAO, now=now)
                case "rename":
                    town = queries.ancestors(unit)[1]
                    actions.rename_unit(unit_id=town.id, name=town.name + "新", by=ZHAO, now=now)
        assert queries.tree().faults() == []
        for day, held in pictures.items():
            assert picture(day) == held
        ended = set(Unit.objects.filter(valid_to__isnull=False).values_list("pk", flat=True))
        assert ended == set(Succession.objects.filter(is_primary=True).values_list("former_id", flat=True))
        transaction.set_rollback(True)
    queries.forget_cache()


def test_the_tree_of_every_request_costs_no_query():
    lay_down()
    queries.tree()
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        for unit in queries.units():
            queries.area_ids(queries.unit(unit.id))
            queries.full_name(unit)
    assert len(asked) == 0
