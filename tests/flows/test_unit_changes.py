"""A unit changes and everything that was its goes on: nobody is cut off, nothing lies in a unit that is no more, and
what was counted last month is counted the same."""

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.accounts.models import Person, Posting
from jishi.accounts.queries import viewer_of
from jishi.audit.models import Entry
from jishi.flows import unit_changes
from jishi.flows.unit_changes import OPERATOR, Followed
from jishi.kernel.errors import Conflict, Forbidden
from jishi.matters.models import Matter, Step
from jishi.matters.queries.desks import day, queue
from jishi.matters.queries.detail import detail
from jishi.matters.queries.figures import registered_by_unit
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.receipt import receipt
from jishi.matters.queries.worklist import Filter, counts, worklist
from jishi.matters.rules.steps import HAND_OVER
from jishi.organizations.models import Organization
from jishi.organizations.queries import organization
from jishi.territory import queries as territory
from jishi.territory.models import Unit
from jishi.territory.rules.succession import Part
from tests.accounts.sense import all_make_sense
from tests.cast import NOW, PEOPLE, SHANGHAI, SINCE, TODAY
from tests.matters.town import Way, begin, forget, lay_down

pytestmark = pytest.mark.django_db

OCTOBER = dt.datetime(2026, 10, 1, tzinfo=SHANGHAI)
NOVEMBER = dt.datetime(2026, 11, 1, tzinfo=SHANGHAI)
DECEMBER = dt.datetime(2026, 12, 1, tzinfo=SHANGHAI)


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def viewer(town, key):
    return viewer_of(town.person(key).pk, TODAY)


def forty(town) -> list[Way]:
    """Matters of two months at every level of the place; every fifth in the first grid is closed."""
    places = [town.grid, town.next_grid, town.other_grid, town.community, town.other_community, town.town, town.county]
    ways = []
    for n in range(40):
        at = (OCTOBER, NOVEMBER)[n % 2] + dt.timedelta(days=4 + n % 10, hours=10)
        ways.append(begin(town, unit_id=places[n % 7].pk, now=at))
    for way in ways[::7][::2]:
        way.to("closed")
    return ways


def figures() -> list[list[tuple]]:
    """Both months at every depth, as plain numbers."""
    return [
        [(row.unit_id, row.name, row.count, row.closed, row.on_time) for row in found]
        for since, until in ((OCTOBER, NOVEMBER), (NOVEMBER, DECEMBER), (OCTOBER, DECEMBER))
        for depth in range(5)
        for found in [registered_by_unit(since=since, until=until, depth=depth)]
    ]


def everything_holds(now=NOW) -> None:
    """Open matters lie in the tree of today and under a live centre or lead; postings make sense; nothing is broken."""
    assert territory.tree().faults() == []
    for row in Matter.objects.filter(closed_at__isnull=True):
        areas = tuple(getattr(row, f"area_{level}") for level in range(1, 6))
        deepest = next((unit_id for unit_id in reversed(areas) if unit_id is not None), None)
        if deepest is not None:
            assert territory.unit(deepest).area_ids == areas
        assert organization(row.responsible_id) is not None
    all_make_sense()
    broken = [line for line in broken_invariants(now=now) if "后台进程" not in line]
    assert broken == []


def handed_over(way: Way) -> list[str]:
    return [step.note for step in Step.objects.filter(matter=way.receipt.matter_id, name=HAND_OVER).order_by("seq")]


def change_everything(town):
    """The first grid is split, the east part joins the next grid, and a community comes under another town."""
    zhao = town.zhao
    done = unit_changes.split(unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], primary=1, by=zhao, now=NOW)
    east, west = done.units
    joined = unit_changes.merge(unit_ids=[town.next_grid.pk, east.id], into=Part("大网格"), by=zhao, now=NOW)
    moved = unit_changes.move(
        unit_id=town.other_community.pk, parent_id=town.town.pk, code="430204003002", by=zhao, now=NOW
    )
    return west, joined.units[0], moved.units[0]


@pytest.mark.capability("C03", "K06-I4", "C92")
def test_after_a_split_a_merger_and_a_move_last_month_is_the_same_and_today_goes_on(town):
    ways = forty(town)
    before, total = figures(), Matter.objects.count()
    li_saw = {row["number"] for row in worklist(viewer(town, "li"), Filter(), now=NOW, limit=100).rows}
    west, big, moved = change_everything(town)

    assert figures() == before
    assert sum(row.count for row in registered_by_unit(since=OCTOBER, until=DECEMBER, depth=3)) == total == 40
    everything_holds()

    # 小李 goes on in the part that took over, 小孙 in the grid that hers became, both with all their open matters.
    li, sun = viewer(town, "li"), viewer(town, "sun")
    assert [grant.unit_id for grant in li.grants] == [west.id]
    assert [grant.unit_id for grant in sun.grants] == [big.id]
    li_sees = {row["number"] for row in worklist(li, Filter(), now=NOW, limit=100).rows}
    assert li_sees == li_saw
    assert {row["number"] for row in day(li, now=NOW).new} == li_sees
    assert counts(li, now=NOW).open == len(li_sees)

    in_grid = [way for way in ways if way.row.unit_id == town.grid.pk and way.row.closed_at is None]
    assert in_grid
    assert {way.receipt.number for way in in_grid} == li_sees
    for way in in_grid:
        assert handed_over(way) == ["单元调整，划转至西网格"]
        line = next(line for line in detail(li, way.receipt.number).history if line["name"] == HAND_OVER)
        assert (line["label"], line["by_name"]) == ("随单元调整划转", "系统")
        assert line["facts"] == {"from_unit": town.grid.pk, "to_unit": west.id}
    for way in ways:
        progress = receipt(way.receipt.number, now=NOW, reopen_days=15)
        assert progress.number == way.receipt.number
        if way.row.closed_at is not None or way.row.unit_id in {town.county.pk, town.town.pk, town.community.pk}:
            assert handed_over(way) == []

    # What lay in the community that moved lies in its new town, and the new town's centre answers for it.
    there = [way.row for way in ways if way.row.area_2 == moved.id]
    assert len(there) == 12
    assert {row.area_1 for row in there} == {town.town.pk}
    assert {row.responsible_id for row in there} == {town.town_centre.pk}
    qian = {row["number"] for row in worklist(viewer(town, "qian"), Filter(), now=NOW, limit=100).rows}
    assert {row.number for row in there} <= qian


@pytest.mark.capability("C03")
def test_the_loop_goes_on_in_the_successor(town):
    way = begin(town).to("verifying")
    unit_changes.split(unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], by=town.zhao, now=NOW)
    from tests.matters.town import ON_SITE, REPLY

    way.take("verify", viewer(town, "li"), **ON_SITE)
    way.take("close", viewer(town, "wang"), **REPLY)
    assert way.row.stage == "closed"
    everything_holds()


@pytest.mark.capability("C92")
def test_the_next_grids_worker_gains_nothing_by_a_split(town):
    way = begin(town)
    unit_changes.split(unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], by=town.zhao, now=NOW)
    assert worklist(viewer(town, "sun"), Filter(), now=NOW).rows == []
    assert worklist(viewer(town, "li"), Filter(), now=NOW).rows[0]["number"] == way.receipt.number


@pytest.mark.capability("C92")
@pytest.mark.parametrize("key", sorted(set(PEOPLE) - {"zhao"}))
def test_only_who_manages_the_place_changes_units(town, key):
    before = Unit.objects.count(), Entry.objects.count()
    by = town.viewer(key)
    tries = [
        lambda: unit_changes.split(unit_id=town.grid.pk, parts=[Part("甲"), Part("乙")], by=by, now=NOW),
        lambda: unit_changes.merge(unit_ids=[town.grid.pk, town.next_grid.pk], into=Part("甲"), by=by, now=NOW),
        lambda: unit_changes.move(unit_id=town.grid.pk, parent_id=town.other_community.pk, by=by, now=NOW),
        lambda: unit_changes.rename(unit_id=town.grid.pk, name="甲", by=by, now=NOW),
    ]
    for attempt in tries:
        with pytest.raises(Forbidden):
            attempt()
    assert (Unit.objects.count(), Entry.objects.count()) == before


@pytest.mark.capability("C93")
def test_when_a_matter_cannot_follow_the_unit_stays_as_it_was(town, monkeypatch):
    begin(town)

    def full_disk(**_: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(unit_changes, "hand_over_open_matters", full_disk)
    with pytest.raises(OSError, match="disk full"), transaction.atomic():
        unit_changes.rename(unit_id=town.grid.pk, name="新网格", by=town.zhao, now=NOW)
    assert territory.unit(town.grid.pk).name == "第一网格"
    assert viewer(town, "li").grants == town.li.grants


def test_the_summary_says_what_followed_and_progress_is_told(town):
    for _ in range(3):
        begin(town)
    begin(town, unit_id=town.community.pk)
    told = []
    done = unit_changes.rename(
        unit_id=town.community.pk, name="新响石社区", by=town.zhao, now=NOW, progress=lambda *said: told.append(said)
    )
    assert (done.cause, done.begun, done.day) == ("更名", 3, TODAY)
    assert done.followed == Followed(bodies=1, absorbed=0, postings=3, matters=4)
    assert "新响石社区（430204003001）" in str(done)
    assert "移交4" in str(done)
    assert told[-1] == ("移交未办结事项", 3, 3)


def test_a_renamed_county_keeps_everybody_and_everything(town):
    begin(town, unit_id=town.county.pk)
    way = begin(town)
    unit_changes.rename(unit_id=town.county.pk, name="石峰新区", by=town.zhao, now=NOW)
    everything_holds()
    for key in PEOPLE:
        assert [g.role for g in viewer(town, key).grants] == [g.role for g in town.viewer(key).grants]
    assert counts(viewer(town, "wang"), now=NOW).open == 2
    way.take("dispatch", viewer(town, "wang"), lead_id=town.city_management.pk)


@pytest.mark.capability("C92")
def test_what_was_closed_before_is_still_seen_and_can_be_opened_again(town):
    way = begin(town).to("closed")
    unit_changes.rename(unit_id=town.town.pk, name="新响石岭街道", by=town.zhao, now=NOW)
    unit_changes.rename(unit_id=territory.by_code(town.grid.code).id, name="新网格", by=town.zhao, now=NOW)
    number = way.receipt.number
    for key in ("li", "zhou", "qian"):
        assert detail(viewer(town, key), number).matter["closed_at"]
        assert [row["number"] for row in worklist(viewer(town, key), Filter(closed=True), now=NOW).rows] == [number]
    way.take("ask_reopening", note="又不亮了")
    way.take("reopen", viewer(town, "qian"), note="重新处理")
    sweep(NOW)
    everything_holds()
    assert [row["number"] for row in day(viewer(town, "li"), now=NOW).new] == [number]


def sweep(now) -> None:
    """The worker's rounds that look after units."""
    unit_changes.catch_up(now=now)


def test_what_was_registered_in_the_moment_of_a_change_is_caught_by_the_worker(town, monkeypatch):
    old = territory.unit(town.grid.pk)
    unit_changes.split(unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], by=town.zhao, now=NOW)
    person = Person.objects.create(username="new", name="新人")
    Posting.objects.create(person=person, role="grid_worker", unit=town.grid, valid_from=TODAY)
    with monkeypatch.context() as stale:
        stale.setattr("jishi.matters.actions.registration.unit", lambda _id: old)  # as a process that does not know yet
        way = begin(town)
    assert way.row.area_3 == town.grid.pk
    sweep(NOW)
    everything_holds()
    assert handed_over(way) == ["单元调整，划转至东网格"]
    assert unit_changes.catch_up(now=NOW) == 0


@pytest.fixture
def two_communities(town):
    """A second community under the town, with its office and the people of it."""
    path = town.town.path
    second = Unit.objects.create(
        code="430204003002", name="映山社区", kind="社区", parent=town.town, depth=2, valid_from=SINCE, path="/"
    )
    Unit.objects.filter(pk=second.pk).update(path=f"{path}{second.pk}/")
    office = Organization.objects.create(
        code="SQ-YS", name="映山社区两委", short_name="映山", kind="community_office", unit=second, valid_from=SINCE
    )
    lin = Person.objects.create(username="lin", name="老林")
    Posting.objects.create(person=lin, role="community", unit=second, organization=office, valid_from=SINCE)
    forget()
    return second, office, lin


@pytest.mark.capability("C03")
def test_of_two_offices_that_meet_in_one_community_one_goes_on_with_the_work_of_both(town, two_communities):
    from jishi.matters.actions.instructions import instruct

    second, office, lin = two_communities
    led = begin(town, unit_id=second.pk)
    led.take("dispatch", "wang", lead_id=office.pk, helper_ids=(town.water.pk,), task="修灯")
    led.take("sign", viewer_of(lin.pk, TODAY))
    helped = begin(town, unit_id=second.pk)
    helped.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(office.pk,))
    instruct(by=town.zhang, organization_id=office.pk, text="请核查", due_at=NOW + dt.timedelta(days=3), now=NOW)
    done = unit_changes.merge(
        unit_ids=[town.community.pk, second.pk], into=Part("大社区", town.community.code), by=OPERATOR, now=NOW
    )
    assert (done.followed.bodies, done.followed.absorbed) == (1, 1)
    everything_holds()
    assert organization(office.pk) is None
    heir = town.community_office.pk
    assert (led.row.lead_id, led.row.responsible_id) == (heir, heir)
    for person_id in (lin.pk, town.person("zhou").pk):
        mine = queue(viewer_of(person_id, TODAY))
        assert [row["number"] for row in mine.working] == [led.receipt.number]
        assert [row["number"] for row in mine.helping] == [helped.receipt.number]
        assert [row["text"] for row in mine.instructions] == ["请核查"]
    assert "映山社区两委并入响石社区两委" in handed_over(led)
    led.take("begin", viewer_of(lin.pk, TODAY))


def test_a_load_that_renames_cuts_nobody_off(town):
    from jishi.flows.unit_changes import follow
    from jishi.territory import actions

    way = begin(town)
    first = actions.rename_unit(unit_id=town.community.pk, name="新社区", by=OPERATOR, now=NOW)
    grid = territory.by_code(town.grid.code)
    second = actions.rename_unit(unit_id=grid.id, name="新网格", by=OPERATOR, now=NOW)
    assert follow((*first.follows, *second.follows), by=OPERATOR, now=NOW).postings == 3
    everything_holds()
    assert way.row.area_3 == second.begun[0].id
    assert [grant.unit_name for grant in viewer(town, "li").grants] == ["新网格"]


def test_nothing_followed_is_nothing_done(town):
    before = Entry.objects.count()
    assert unit_changes.follow((), by=OPERATOR, now=NOW) == Followed()
    assert Entry.objects.count() == before


def test_a_unit_that_has_ended_is_changed_no_more(town):
    unit_changes.rename(unit_id=town.grid.pk, name="甲", by=town.zhao, now=NOW)
    with pytest.raises(Conflict, match="已经终止"):
        unit_changes.rename(unit_id=town.grid.pk, name="乙", by=town.zhao, now=NOW)


@pytest.mark.capability("C03", "K06-I4")
@settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_any_course_of_changes_leaves_the_past_alone_and_takes_the_present_along(town, chance):
    try:
        with transaction.atomic():
            any_course(town, chance)
            transaction.set_rollback(True)
    finally:
        forget()


def any_course(town, chance) -> None:
    """Five changes on different days, with new matters before each; figures of days gone by never move."""
    now, told = NOW - dt.timedelta(days=40), []
    for turn in range(5):
        for unit in chance.choices(territory.units(), k=3):
            begin(town, unit_id=unit.id, now=now)
        count = Matter.objects.filter(closed_at__isnull=True).count()
        told.append((now, [registered_by_unit(since=OCTOBER, until=now, depth=depth) for depth in range(4)]))
        unit = chance.choice([unit for unit in territory.units() if unit.depth])
        some_change(unit, chance, 100 + turn, now)
        for until, found in told:
            assert [registered_by_unit(since=OCTOBER, until=until, depth=depth) for depth in range(4)] == found
        assert Matter.objects.filter(closed_at__isnull=True).count() == count
        everything_holds(now)
        now += dt.timedelta(days=8)


def some_change(unit, chance, serial: int, now: dt.datetime) -> None:
    siblings = [other for other in territory.children(unit.parent_id) if other.id != unit.id]
    parents = [other for other in territory.units(unit.depth - 1) if other.id != unit.parent_id]
    above = territory.unit(unit.parent_id).code
    official = f"{above[:9]}{serial}" if unit.depth == 2 else f"{above[:6]}{serial}000"
    match chance.choice(["split", "merge", "move", "rename"]):
        case "split":
            shared = Counter({child.id: chance.randrange(2) for child in territory.children(unit.id)})
            parts = [
                Part(name, own, frozenset(child for child, part in shared.items() if part == index))
                for index, (name, own) in enumerate([("甲", unit.code), ("乙", official if unit.depth < 3 else "")])
            ]
            unit_changes.split(unit_id=unit.id, parts=parts, primary=chance.randrange(2), by=OPERATOR, now=now)
        case "merge" if siblings:
            into = Part("合", unit.code)
            unit_changes.merge(unit_ids=[unit.id, chance.choice(siblings).id], into=into, by=OPERATOR, now=now)
        case "move" if parents and unit.depth == 3:
            unit_changes.move(unit_id=unit.id, parent_id=chance.choice(parents).id, by=OPERATOR, now=now)
        case _:
            unit_changes.rename(unit_id=unit.id, name=f"新{unit.name}", by=OPERATOR, now=now)
