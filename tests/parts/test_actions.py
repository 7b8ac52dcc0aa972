"""The register of components: what goes in, who sees it, what inspections do, what stays when it goes."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jishi.accounts.rules.viewer import SYSTEM
from jishi.audit.models import Entry
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.parts import actions, queries
from jishi.parts.models import Component, EarlierUnit, Happening, Inspection, Subclass
from jishi.parts.queries import Filter
from jishi.parts.rules.given import Body, Given
from jishi.parts.rules.history import Turn
from jishi.parts.rules.inspections import Condition, Standing
from jishi.territory.rules.loading import LoadRefused
from tests.cast import NOW, TODAY
from tests.parts.square import CATALOGUE, OUTSIDE, code_of, put

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=100)


def codes(viewer, **wanted):
    return [row.code for row in queries.components(viewer, Filter(**wanted), today=TODAY).rows]


@pytest.mark.capability("C06", "C92")
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("li", "own"), ("sun", ""), ("zhou", "own"), ("qian", "own"), ("wang", "own other"), ("zhang", "own other"),
        ("zhao", "own other"), ("chen", "other"), ("he", ""), ("wu", ""),
    ],
)  # fmt: skip
def test_everybody_sees_the_own_area_and_bodies_what_they_answer_for(town, who, sees):
    """Enumerated over the whole cast: 老陈's bureau keeps the lamp in the other town, 供水公司 keeps nothing."""
    own = put(town)
    other = put(town, serial=2, unit_id=town.other_grid.pk, keeper=Body(town.city_management.pk))
    named = {"own": own, "other": other}
    expected = [named[name] for name in sees.split()]
    viewer = town.viewer(who)
    assert codes(viewer) == expected
    for code in named.values():
        if code in expected:
            assert queries.component(viewer, code).row.code == code
        else:
            with pytest.raises(NotFound):
                queries.component(viewer, code)


@pytest.mark.capability("C06", "K29-I5")
def test_the_database_refuses_a_component_outside_the_sub_class_in_its_code(town):
    put(town)
    for change in ({"subclass_id": "0101"}, {"code": code_of("0101", 9)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Component.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subclass.objects.filter(pk="0118").update(major_id="04")


@pytest.mark.capability("C06", "K29-I4")
def test_a_code_is_given_once_even_after_the_component_is_gone(town):
    code = put(town)
    actions.retire(code=code, reason="拆除", by=town.zhao, now=NOW)
    assert codes(SYSTEM) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        put(town)
    assert actions.register(subclass_code="0118", given=Given("", town.grid.pk), by=town.zhao, now=NOW) == code_of(
        serial=2
    )
    with pytest.raises(Conflict, match="已经注销"):
        actions.retire(code=code, reason="再拆一次", by=town.zhao, now=NOW)


@pytest.mark.capability("C06")
def test_an_inspection_moves_the_day_and_stays_in_the_history(town):
    code = put(town)
    actions.inspect(code=code, condition=Condition.FAULTY, note="灯不亮", by=town.li, now=NOW)
    assert queries.component(town.li, code).row.standing(TODAY) is Standing.FAULTY
    actions.inspect(code=code, condition=Condition.SOUND, by=town.zhou, now=LATER)
    row = queries.component(town.li, code).row
    assert (row.condition, row.inspected_on) == (Condition.SOUND, LATER.date())
    assert row.inspect_by == LATER.date() + dt.timedelta(days=90)
    told = queries.inspections(row.id)
    assert [(one.by_name, one.condition, one.note) for one in told] == [
        ("老周", Condition.SOUND, ""),
        ("小李", Condition.FAULTY, "灯不亮"),
    ]
    assert Entry.objects.filter(action="component_inspect").count() == 2


@pytest.mark.capability("C06", "C92")
@pytest.mark.parametrize("who", ["sun", "wang", "chen", "zhang", "zhao", "wu"])
def test_only_who_works_in_the_area_inspects(town, who):
    code = put(town, keeper=Body(town.city_management.pk))
    with pytest.raises(NotFound):
        actions.inspect(code=code, condition=Condition.SOUND, by=town.viewer(who), now=NOW)
    assert Inspection.objects.count() == 0


@pytest.mark.capability("C06", "K29-I6")
def test_what_is_past_its_day_is_a_task_of_its_grid_worker_alone(town):
    late, soon = put(town, "0101", 1), put(town, "0101", 20)
    put(town, "0401")
    day = TODAY + dt.timedelta(days=10)
    found = queries.due(town.li, today=day, limit=5)
    assert ([row.code for row in found.rows], found.total) == ([late], 1)
    assert queries.due(town.sun, today=day, limit=5).total == 0
    assert queries.due(town.zhang, today=day, limit=5).total == 0
    found = queries.due(town.zhou, today=TODAY + dt.timedelta(days=60), limit=1)
    assert ([row.code for row in found.rows], found.total) == ([late], 2)
    actions.inspect(code=late, condition=Condition.SOUND, by=town.li, now=NOW + dt.timedelta(days=60))
    found = queries.due(town.li, today=TODAY + dt.timedelta(days=60), limit=5)
    assert [row.code for row in found.rows] == [soon]


def test_lists_are_narrowed_and_paged(town):
    lamps = [put(town, serial=n, name=f"东门路{n}号灯") for n in (1, 2, 3)]
    tree = put(town, "0401", unit_id=town.other_grid.pk, place="映峰社区院内")
    assert codes(SYSTEM, class_code="01") == lamps
    assert codes(SYSTEM, subclass_code="0401") == codes(SYSTEM, unit_id=town.other_town.pk) == [tree]
    assert codes(SYSTEM, search="2号") == codes(SYSTEM, search=lamps[1]) == [lamps[1]]
    assert codes(SYSTEM, search="映峰") == [tree]
    assert codes(SYSTEM, search=f"{lamps[0][:10]}") == lamps
    assert codes(SYSTEM, standing=Standing.DUE) == codes(SYSTEM, standing=Standing.FAULTY) == []
    assert len(codes(SYSTEM, standing=Standing.SOUND)) == 4
    first = queries.components(SYSTEM, Filter(), today=TODAY, limit=3)
    rest = queries.components(SYSTEM, Filter(), today=TODAY, after=first.after, limit=3)
    assert [row.code for row in (*first.rows, *rest.rows)] == [*lamps, tree]
    assert rest.after == ""
    assert queries.count(SYSTEM, Filter(class_code="01"), today=TODAY) == 3
    assert queries.figures(SYSTEM) == {"0118": 3, "0401": 1}


def test_a_component_is_put_right_and_where_it_lay_is_kept(town):
    code = put(town)
    given = Given(code, town.next_grid.pk, name="12号杆", place="东门路口", keeper=Body(name="某公司"))
    actions.change(code=code, given=given, by=town.zhao, now=LATER)
    found = queries.component(town.sun, code)
    assert (found.row.name, found.row.unit_id, found.keeper.name) == ("12号杆", town.next_grid.pk, "某公司")
    places = queries.earlier_places(found.row.id)
    assert [(one.unit_id, one.since, one.until) for one in places] == [(town.grid.pk, TODAY, LATER.date())]
    with pytest.raises(NotFound):
        queries.component(town.li, code)
    entries = Entry.objects.count()
    actions.change(code=code, given=given, by=town.zhao, now=LATER)
    assert (Entry.objects.count(), EarlierUnit.objects.count()) == (entries, 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"unit_id": 999_999}, "unit_id"),
        ({"unit_id": "town"}, "unit_id"),
        ({"longitude": 113.0}, "longitude"),
        ({"longitude": OUTSIDE[0], "latitude": OUTSIDE[1]}, "longitude"),
        ({"name": "名" * 61}, "name"),
        ({"place": "地" * 121}, "place"),
        ({"owner": Body(999_999)}, "owner"),
        ({"keeper": Body(name="单" * 81)}, "keeper"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(town, given, field):
    values = {"code": "", "unit_id": town.grid.pk} | given
    if values["unit_id"] == "town":
        values["unit_id"] = town.town.pk
    with pytest.raises(Invalid) as refused:
        actions.register(subclass_code="0118", given=Given(**values), by=town.zhao, now=NOW)
    assert refused.value.field == field
    assert Component.objects.count() == 0


def test_only_who_manages_the_place_writes_the_register(town):
    code = put(town)
    given = Given(code, town.grid.pk)
    for who in ("li", "zhou", "wang", "chen", "zhang", "wu"):
        by = town.viewer(who)
        with pytest.raises(Forbidden):
            actions.correct_condition(code=code, condition=Condition.FAULTY, reason="记错", by=by, now=NOW)
        with pytest.raises(Forbidden):
            actions.change(code=code, given=given, by=by, now=NOW)
        with pytest.raises(Forbidden):
            actions.retire(code=code, reason="不要了", by=by, now=NOW)
        with pytest.raises(Forbidden):
            actions.add_components(given=[given], days={"0118": 90}, source="", by=by, now=NOW)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("zhao", "grid next_grid other_grid"), ("li", "grid"), ("sun", "next_grid"), ("zhou", "grid next_grid"),
        ("wang", ""), ("chen", ""), ("zhang", ""), ("wu", ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_entered_by_who_inspects_there(town, who, may):
    for name in ("grid", "next_grid", "other_grid"):
        given = Given("", getattr(town, name).pk)
        if name in may.split():
            code = actions.register(subclass_code="0118", given=given, by=town.viewer(who), now=NOW)
            assert queries.component(SYSTEM, code).recorded_by == town.viewer(who).name
        else:
            with pytest.raises(Forbidden):
                actions.register(subclass_code="0118", given=given, by=town.viewer(who), now=NOW)


def test_every_change_leaves_a_line_in_the_history(town):
    code = put(town, name="12号杆", keeper=Body(town.water.pk))
    given = Given(code, town.grid.pk, name="13号杆", longitude=113.021, latitude=27.85, keeper=Body(name="某公司"))
    actions.change(code=code, given=given, by=town.zhao, now=NOW)
    actions.correct_condition(code=code, condition=Condition.FAULTY, reason="漏记", by=town.zhao, now=NOW)
    with pytest.raises(Conflict):
        actions.correct_condition(code=code, condition=Condition.FAULTY, reason="漏记", by=town.zhao, now=NOW)
    actions.retire(code=code, reason="拆除", by=town.zhao, now=NOW)
    found = queries.component(town.zhao, code)
    assert found.until == TODAY
    assert [(one.turn, one.note) for one in reversed(queries.happenings(found.row.id))] == [
        (Turn.CHANGED, "名称：12号杆 → 13号杆；地图上的点已更正"),
        (Turn.BODIES, f"养护单位：{town.water.name} → 某公司"),
        (Turn.CORRECTED, "更正为“有故障”：漏记"),
        (Turn.RETIRED, "拆除"),
    ]


def test_the_history_only_grows_and_names_the_matter_it_follows_from(town):
    code = put(town)
    actions.inspect(code=code, condition=Condition.SOUND, by=town.li, now=NOW)
    row = Component.objects.get()
    Happening.objects.create(component=row, at=NOW, turn=Turn.REPAIRED.value, by_name="老王", matter_number="SF1")
    for model in (Happening, Inspection):
        for change in (lambda rows: rows.update(note="改过"), lambda rows: rows.all()._raw_delete("default")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(model.objects)
    for turn, number in ((Turn.REPAIRED, ""), (Turn.CHANGED, "SF1")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Happening.objects.create(component=row, at=NOW, turn=turn.value, by_name="老王", matter_number=number)


@pytest.mark.capability("K29-I5")
def test_the_catalogue_is_loaded_and_a_class_that_is_gone_takes_nothing_new(town):
    again = actions.load_catalogue(entries=CATALOGUE, by=SYSTEM, now=NOW)
    assert (again.unchanged, again.anything_happened) == (3, False)
    code = put(town, "0401")
    counts = actions.load_catalogue(entries=CATALOGUE[:2], by=SYSTEM, now=LATER)
    assert counts.ended == 1
    assert queries.subclass("0401") is None
    with pytest.raises(Invalid):
        actions.register(subclass_code="0401", given=Given("", town.grid.pk), by=town.zhao, now=LATER)
    assert queries.component(SYSTEM, code).row.subclass_name == "古树名木"
    back = actions.load_catalogue(entries=CATALOGUE, by=SYSTEM, now=LATER)
    assert (back.changed, queries.subclass("0401").name) == (1, "古树名木")
    with pytest.raises(LoadRefused):
        actions.load_catalogue(entries=[*CATALOGUE, replace(CATALOGUE[0], line=4)], by=SYSTEM, now=LATER)


def test_two_who_register_at_once_get_two_numbers(town, monkeypatch):
    code = put(town)
    seen = iter([0, 0, 1])  # the second reader looks before the first has written
    monkeypatch.setattr("jishi.parts.actions.entering.last_serial", lambda county, subclass: next(seen))
    given = Given("", town.grid.pk)
    assert actions.register(subclass_code="0118", given=given, by=town.zhao, now=NOW) == code_of(serial=2) != code
