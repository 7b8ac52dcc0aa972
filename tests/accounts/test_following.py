"""Postings go on where their unit went: nobody is cut off by a reform on paper, and nobody gains by one."""

import datetime as dt
import json
from itertools import pairwise

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from jishi.accounts import actions, queries
from jishi.accounts.models import Person, Posting
from jishi.accounts.rules.posting import Period, uncovered
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM
from jishi.audit.models import Entry
from jishi.kernel.canonical import digest
from jishi.organizations import actions as organizations
from jishi.territory import actions as territory
from jishi.territory.models import Unit
from jishi.territory.rules.succession import Part
from tests.accounts.sense import all_make_sense
from tests.cast import NOW, SINCE, TODAY, Cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def moves(changed: territory.Changed) -> list[tuple[int, int]]:
    return [(follow.former_id, follow.successor_id) for follow in changed.follows]


def follow(cast: Cast, changed: territory.Changed, by=None) -> int:
    """Bodies first, then people, as the process does it."""
    by, pairs = by or cast.zhao, moves(changed)
    absorbed = organizations.follow_units(moves=pairs, by=by, now=NOW).absorbed
    return actions.follow_units(moves=pairs, absorbed=absorbed, by=by, now=NOW)


def posts(key: str) -> list[tuple[str, str, dt.date, dt.date | None]]:
    """Role, unit, first day and end of every posting somebody ever held."""
    held = Posting.objects.filter(person__username=key).order_by("id")
    return [(posting.role, posting.unit.name, posting.valid_from, posting.valid_to) for posting in held]


def split(cast: Cast) -> territory.Changed:
    return territory.split_unit(unit_id=cast.grid.pk, parts=[Part("东网格"), Part("西网格")], by=cast.zhao, now=NOW)


@pytest.mark.capability("C03", "C92")
def test_a_worker_goes_on_in_the_primary_part_of_her_grid_the_same_day(cast: Cast, client: Client):
    cast.login(client, "li")
    key = cast.token("li")
    cast.person("sun")
    neighbour = posts("sun")
    changed = split(cast)
    assert follow(cast, changed) == 1
    east = changed.begun[0]
    assert posts("li") == [("grid_worker", "第一网格", SINCE, TODAY), ("grid_worker", "东网格", TODAY, None)]
    viewer = queries.viewer_of(cast.person("li").pk, TODAY)
    assert [(grant.unit_id, grant.path) for grant in viewer.grants] == [(east.id, east.path)]
    assert [g.unit_id for g in queries.viewer_of(cast.person("li").pk, TODAY - DAY).grants] == [cast.grid.pk]
    assert queries.viewer_of_token(digest(key), NOW) == viewer
    assert queries.staff_in(east.path, Role.GRID_WORKER, TODAY) == (cast.person("li").pk,)
    assert client.session["_auth_user_id"] == str(cast.person("li").pk)
    assert posts("sun") == neighbour


def test_following_again_changes_nothing(cast: Cast):
    cast.person("li")
    changed = split(cast)
    follow(cast, changed)
    before, entries = posts("li"), Entry.objects.count()
    assert follow(cast, changed) == 0
    assert (posts("li"), Entry.objects.count()) == (before, entries)


@pytest.mark.capability("C93")
def test_every_move_is_on_the_record_of_the_person(cast: Cast):
    person_id = cast.person("li").pk
    changed = split(cast)
    follow(cast, changed)
    line = Entry.objects.get(stream=f"person:{person_id}")
    facts = json.loads(line.facts)
    assert (line.action, line.actor) == ("accounts.follow_unit", "小赵")
    assert facts["units"] == [[cast.grid.pk], changed.begun[0].id]
    assert [len(facts[which]) for which in ("ended", "begun")] == [1, 1]


def test_a_posting_of_today_moves_today(cast: Cast):
    li = cast.person("li")
    Posting.objects.filter(person=li).update(valid_from=TODAY)
    assert follow(cast, split(cast)) == 1
    assert posts("li") == [("grid_worker", "第一网格", TODAY, TODAY), ("grid_worker", "东网格", TODAY, None)]


def test_what_begins_later_or_ends_later_keeps_its_days_and_what_has_ended_stays(cast: Cast):
    person = Person.objects.create(username="new", name="新人")
    for since, until in [
        (TODAY - 9 * DAY, TODAY),
        (TODAY - 5 * DAY, TODAY + 5 * DAY),
        (TODAY + 8 * DAY, TODAY + 9 * DAY),
    ]:
        Posting.objects.create(person=person, role=Role.GRID_WORKER, unit=cast.grid, valid_from=since, valid_to=until)
    assert follow(cast, split(cast)) == 2
    assert [(since, until) for _, unit, since, until in posts("new") if unit == "东网格"] == [
        (TODAY, TODAY + 5 * DAY),
        (TODAY + 8 * DAY, TODAY + 9 * DAY),
    ]
    assert [until for _, unit, _, until in posts("new") if unit == "第一网格"] == [TODAY, TODAY, TODAY + 8 * DAY]
    all_make_sense()
    assert actions.follow_ended_units(now=NOW) == 0


def test_one_post_in_two_grids_that_become_one_is_held_once(cast: Cast):
    li = cast.person("li")
    cast.person("sun")
    Posting.objects.create(person=li, role=Role.GRID_WORKER, unit=cast.next_grid, valid_from=TODAY + DAY)
    changed = territory.merge_units(
        unit_ids=[cast.grid.pk, cast.next_grid.pk], into=Part("大网格"), by=cast.zhao, now=NOW
    )
    assert follow(cast, changed) == 2
    live = Posting.objects.filter(valid_to__isnull=True, role=Role.GRID_WORKER).order_by("person__username")
    assert [(posting.person.username, posting.unit.name, posting.valid_from) for posting in live] == [
        ("li", "大网格", TODAY),
        ("sun", "大网格", TODAY),
    ]


def test_people_of_an_office_go_with_their_office(cast: Cast):
    cast.everybody()
    changed = territory.rename_unit(unit_id=cast.town.pk, name="新响石岭街道", by=cast.zhao, now=NOW)
    assert follow(cast, changed) == 4  # 小李, 小孙, 老周, 小钱
    all_make_sense()
    for key in ("zhou", "qian"):
        grant = queries.viewer_of(cast.person(key).pk, TODAY).grants[0]
        assert (grant.organization_id, grant.path.startswith(changed.begun[0].path)) == (
            cast.viewer(key).grants[0].organization_id,
            True,
        )
    assert posts("chen")[-1][3] is None  # whose unit was not touched stays as he is
    assert len(posts("chen")) == 1


def test_two_communities_that_become_one_have_one_office_with_the_people_of_both(cast: Cast):
    cast.everybody()
    third = Unit.objects.create(
        code="430204003002", name="映山社区", kind="社区", parent=cast.town, depth=2, valid_from=SINCE, path="/"
    )
    Unit.objects.filter(pk=third.pk).update(path=f"{cast.town.path}{third.pk}/")
    office = type(cast.community_office).objects.create(
        code="SQ-YS", name="映山社区两委", short_name="映山", kind="community_office", unit=third, valid_from=SINCE
    )
    for key in ("lin", "zhou"):
        person, _ = Person.objects.get_or_create(username=key, defaults={"name": key})
        Posting.objects.create(
            person=person, role=Role.COMMUNITY, unit=third, organization=office, valid_from=TODAY - DAY
        )
    changed = territory.merge_units(
        unit_ids=[cast.community.pk, third.pk], into=Part("大社区", "430204003001"), by=cast.zhao, now=NOW
    )
    follow(cast, changed)
    live = Posting.objects.filter(role=Role.COMMUNITY, valid_to__isnull=True).order_by("person__username")
    assert [(posting.person.username, posting.unit.name, posting.organization_id) for posting in live] == [
        ("lin", "大社区", cast.community_office.pk),
        ("zhou", "大社区", cast.community_office.pk),
    ]
    office.refresh_from_db()
    assert office.valid_to == TODAY
    all_make_sense()


def test_a_handler_whose_ground_leaves_the_area_of_her_office_stays_with_the_office(cast: Cast):
    cast.everybody()
    from tests.matters.town import lay_down

    lay_down(cast)
    person = Person.objects.create(username="new", name="新人")
    Posting.objects.create(
        person=person, role=Role.HANDLER, unit=cast.community, organization=cast.town_office, valid_from=SINCE
    )
    changed = territory.move_unit(
        unit_id=cast.community.pk, parent_id=cast.other_town.pk, code="430204001002", by=cast.zhao, now=NOW
    )
    follow(cast, changed)
    assert posts("new")[-1] == ("handler", "响石岭街道", TODAY, None)
    assert posts("zhou")[-1] == ("community", "响石社区", TODAY, None)
    all_make_sense()


def test_the_doers_own_posting_follows_and_an_administrator_is_left(cast: Cast):
    cast.everybody()
    changed = territory.rename_unit(unit_id=cast.county.pk, name="石峰新区", by=cast.zhao, now=NOW)
    follow(cast, changed)
    all_make_sense()
    viewer = queries.viewer_of(cast.person("zhao").pk, TODAY)
    assert [(grant.role, grant.unit_name) for grant in viewer.grants] == [(Role.ADMINISTRATOR, "石峰新区")]


def test_a_leaver_gets_no_new_posting(cast: Cast):
    cast.everybody()
    actions.dismiss(person_id=cast.person("li").pk, by=cast.zhao, now=NOW)
    assert follow(cast, split(cast)) == 0
    assert queries.viewer_of(cast.person("li").pk, TODAY) is None


def test_a_posting_that_missed_the_change_is_caught_by_the_next_round(cast: Cast):
    changed = split(cast)
    person = Person.objects.create(username="new", name="新人")
    Posting.objects.create(person=person, role=Role.GRID_WORKER, unit=cast.grid, valid_from=TODAY)
    assert actions.follow_ended_units(now=NOW) == 1
    assert actions.follow_ended_units(now=NOW) == 0
    assert posts("new")[-1] == ("grid_worker", changed.begun[0].name, TODAY, None)


def test_a_posting_already_held_at_the_successor_is_not_doubled(cast: Cast):
    person = cast.person("li")
    east = split(cast).begun[0]
    actions.open_posting(person_id=person.pk, role=Role.GRID_WORKER, unit_id=east.id, by=SYSTEM, now=NOW)
    assert actions.follow_ended_units(now=NOW) == 0
    assert [unit for _, unit, _, until in posts("li") if until is None] == ["东网格"]


days = st.integers(0, 12).map(lambda n: TODAY + n * DAY)
periods = st.lists(st.builds(Period, days, st.none() | days), max_size=4)


@given(periods, periods)
def test_uncovered_days_are_counted_one_by_one(wanted: list[Period], held: list[Period]):
    found = uncovered(wanted, held)
    for day in [TODAY + n * DAY for n in range(-1, 15)]:
        expected = any(one.holds(day) for one in wanted) and not any(one.holds(day) for one in held)
        assert sum(one.holds(day) for one in found) == expected
    assert all(one.until is not None and one.until < two.since for one, two in pairwise(found))
