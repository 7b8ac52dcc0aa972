"""A fault opens one matter in the right grid, with the component; both or neither."""

import datetime as dt

import pytest

from jishi.accounts.rules.viewer import SYSTEM
from jishi.flows import component_faults, unit_changes
from jishi.flows.component_faults import report_fault
from jishi.kernel.errors import Forbidden, Invalid, NotFound
from jishi.matters.models import Matter
from jishi.matters.queries.at_component import matters_about
from jishi.organizations.models import Organization
from jishi.parts import queries
from jishi.parts.models import Component, Inspection
from jishi.parts.rules.given import Body
from jishi.territory.models import Boundary
from jishi.territory.rules.succession import Part
from tests.cast import NOW, TODAY
from tests.matters.town import report
from tests.parts.conftest import town as town
from tests.parts.square import IN_GRID, IN_NEXT_GRID, IN_OTHER_GRID, put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06")]


@pytest.mark.parametrize(
    ("unit", "point", "who", "grid"),
    [
        ("grid", IN_GRID, "li", "grid"),
        ("grid", None, "li", "grid"),
        ("community", IN_NEXT_GRID, "zhou", "next_grid"),
        ("community", None, "zhou", "community"),
        ("next_grid", IN_OTHER_GRID, "sun", "next_grid"),
    ],
)
def test_the_matter_lies_in_the_grid_of_the_component(town, unit, point, who, grid):
    longitude, latitude = point or (None, None)
    code = put(town, unit_id=getattr(town, unit).pk, longitude=longitude, latitude=latitude, place="东门路口")
    receipt = report_fault(code=code, note="灯不亮", by=town.viewer(who), now=NOW)
    matter = Matter.objects.get(number=receipt.number)
    assert (matter.unit_id, matter.component_code, matter.place) == (getattr(town, grid).pk, code, "东门路口")
    assert matter.channel == ("grid" if who in ("li", "sun") else "quick")
    assert Component.objects.get(code=code).condition == "faulty"
    assert Inspection.objects.get().matter_number == receipt.number


def test_who_answers_for_it_stands_in_the_text_and_nobody_is_charged_by_the_machine(town):
    code = put(town, keeper=Body(town.city_management.pk), owner=Body(name="某物业公司"), name="12号杆")
    report_fault(code=code, note="灯不亮\n罩子掉了", by=town.li, now=NOW)
    matter = Matter.objects.get()
    assert matter.title == "12号杆：灯不亮 罩子掉了"
    assert matter.text.splitlines() == [
        "灯不亮",
        "罩子掉了",
        f"部件：路灯（{code}）12号杆",
        "养护单位：区城市管理局，权属单位：某物业公司",
    ]
    assert matter.lead_id is None


def test_the_history_shows_each_viewer_what_is_theirs_to_see(town):
    code = put(town, keeper=Body(town.city_management.pk))
    number = report_fault(code=code, note="灯不亮", by=town.li, now=NOW).number
    report(town)
    for who, sees in (("li", True), ("zhou", True), ("wang", True), ("zhang", True), ("sun", False), ("chen", False)):
        assert [row["number"] for row in matters_about(town.viewer(who), code)] == ([number] if sees else [])
    with pytest.raises(NotFound):
        queries.component(town.sun, code)


@pytest.mark.parametrize(("note", "field"), [(" ", "note"), ("坏" * 501, "note")])
def test_a_fault_that_cannot_be_taken_leaves_nothing(town, note, field):
    code = put(town)
    with pytest.raises(Invalid) as refused:
        report_fault(code=code, note=note, by=town.li, now=NOW)
    assert refused.value.field == field
    assert (Matter.objects.count(), Inspection.objects.count()) == (0, 0)
    assert Component.objects.get().condition == "sound"


def test_without_the_inspection_there_is_no_matter(town, monkeypatch):
    def failing(**_):
        raise RuntimeError("the disk is full")

    code = put(town)
    monkeypatch.setattr(component_faults, "inspect", failing)
    with pytest.raises(RuntimeError):
        report_fault(code=code, note="灯不亮", by=town.li, now=NOW)
    assert Matter.objects.count() == 0


@pytest.mark.parametrize("who", ["sun", "chen", "zhang", "wu"])
def test_who_does_not_work_there_reports_no_fault(town, who):
    code = put(town)
    with pytest.raises((NotFound, Forbidden)):
        report_fault(code=code, note="灯不亮", by=town.viewer(who), now=NOW)
    assert Matter.objects.count() == 0


@pytest.mark.capability("C03", "K06-I4")
def test_a_split_carries_each_component_to_the_part_it_stands_in(town):
    west = put(town, serial=1, longitude=113.01, latitude=27.85)
    east = put(town, serial=2, longitude=113.04, latitude=27.85)
    nowhere = put(town, serial=3, longitude=None, latitude=None)
    far = put(town, serial=4, longitude=IN_OTHER_GRID[0], latitude=IN_OTHER_GRID[1])
    later = NOW + dt.timedelta(days=30)
    parts = [Part("甲网格"), Part("乙网格")]
    done = unit_changes.split(unit_id=town.grid.pk, parts=parts, primary=1, by=town.zhao, now=later)
    assert done.followed.components == 4
    lying = dict(Component.objects.values_list("code", "unit__name"))
    grounds = {row.unit.name: row.geometry for row in Boundary.objects.filter(valid_to=None, unit__valid_to=None)}
    for code, longitude in ((west, 113.01), (east, 113.04)):
        ring = grounds[lying[code]]["coordinates"][0]
        assert min(x for x, _ in ring) <= longitude <= max(x for x, _ in ring)
    assert lying[west] != lying[east]
    assert lying[nowhere] == lying[far] == "乙网格"
    row = queries.component(SYSTEM, west).row
    assert [(one.unit_id, one.since, one.until) for one in queries.earlier_places(row.id)] == [
        (town.grid.pk, TODAY, later.date())
    ]
    assert queries.components(town.sun, queries.Filter(), today=TODAY).rows == ()


@pytest.mark.capability("C03")
def test_a_merged_office_keeps_what_the_other_kept(town):
    from jishi.parts import actions

    heir = Organization.objects.get(pk=town.water.pk)
    code = put(town, keeper=Body(town.city_management.pk))
    moves = [(town.grid.pk, town.next_grid.pk)]
    absorbed = [(town.city_management.pk, heir.pk)]
    assert actions.follow_units(moves=moves, absorbed=absorbed, by=SYSTEM, now=NOW) == 1
    found = queries.component(town.he, code)
    assert (found.keeper.organization_id, found.row.unit_id) == (heir.pk, town.next_grid.pk)


def test_what_came_in_the_very_moment_of_a_change_is_caught_up_with(town):
    later = NOW + dt.timedelta(days=30)
    parts = [Part("甲网格"), Part("乙网格")]
    unit_changes.split(unit_id=town.grid.pk, parts=parts, by=town.zhao, now=later)
    code = put(town, longitude=None, latitude=None)
    assert unit_changes.catch_up(now=later) == 1
    assert queries.component(SYSTEM, code).row.unit_name == "甲网格"
    assert unit_changes.catch_up(now=later) == 0
