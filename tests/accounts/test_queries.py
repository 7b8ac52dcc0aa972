"""Who is looking: the postings that hold on a day, read in one query."""

import datetime as dt

import pytest

from jishi.accounts import queries
from jishi.accounts.models import Person, Posting, Token
from jishi.accounts.rules.roles import Permission, Role
from jishi.kernel.canonical import digest
from jishi.kernel.errors import Forbidden, NotFound
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_viewer_is_read_in_one_query(cast: Cast, django_assert_num_queries):
    chen = cast.person("chen")
    with django_assert_num_queries(1):
        viewer = queries.viewer_of(chen.pk, TODAY)
    assert viewer is not None
    assert viewer.name == "老陈"
    (grant,) = viewer.grants
    assert (grant.role, grant.unit_name, grant.depth, grant.path) == (
        Role.HANDLER,
        "石峰区",
        0,
        f"/{cast.county.pk}/",
    )
    assert (grant.organization_id, grant.organization_name) == (cast.city_management.pk, "区城市管理局")


@pytest.mark.capability("C92")
def test_a_posting_holds_from_its_first_day_up_to_its_last(cast: Cast):
    li = cast.person("li")
    Posting.objects.filter(person=li).update(valid_from=TODAY, valid_to=TODAY + DAY * 2)
    held = {
        day: bool(queries.viewer_of(li.pk, TODAY + DAY * day).grants)  # type: ignore[union-attr]
        for day in range(-1, 4)
    }
    assert held == {-1: False, 0: True, 1: True, 2: False, 3: False}


def test_a_person_without_posting_may_log_in_and_do_nothing(cast: Cast):
    nobody = Person.objects.create(username="nobody", name="无岗")
    viewer = queries.viewer_of(nobody.pk, TODAY)
    assert viewer is not None
    assert not any(viewer.may(permission) for permission in Permission)


def test_somebody_with_two_postings_has_both(cast: Cast):
    li = cast.person("li")
    Posting.objects.create(person=li, role=Role.GRID_WORKER, unit=cast.next_grid, valid_from=TODAY)
    viewer = queries.viewer_of(li.pk, TODAY)
    assert viewer is not None
    assert [grant.unit_id for grant in viewer.grants] == [cast.grid.pk, cast.next_grid.pk]


def test_an_unknown_or_inactive_person_is_no_viewer(cast: Cast):
    li = cast.person("li")
    assert queries.viewer_of(0, TODAY) is None
    Person.objects.filter(pk=li.pk).update(is_active=False)
    assert queries.viewer_of(li.pk, TODAY) is None


def test_a_key_leads_to_its_person_in_one_query(cast: Cast, django_assert_num_queries):
    key, li = cast.token("li"), cast.li
    with django_assert_num_queries(1):
        assert queries.viewer_of_token(digest(key), NOW) == li


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": NOW}, {"expires_at": NOW}, {"expires_at": NOW - DAY}, {"digest": "0" * 64}],
)
def test_a_key_revoked_run_out_or_unknown_leads_nowhere(cast: Cast, change):
    key = cast.token("li")
    Token.objects.update(**change)
    assert queries.viewer_of_token(digest(key), NOW) is None


def test_a_key_works_until_it_runs_out(cast: Cast):
    key = cast.token("li")
    Token.objects.update(expires_at=NOW + dt.timedelta(seconds=1))
    assert queries.viewer_of_token(digest(key), NOW) is not None


def test_people_are_found_by_name_user_name_and_phone(cast: Cast):
    cast.everybody()
    Person.objects.filter(username="li").update(phone="0731-000")
    found = {
        search: [row.username for row in queries.people(cast.zhao, search).rows]
        for search in ("小李", "l", "0731-000", "小 li", "' OR 1=1 --", "%")
    }
    assert found == {
        "小李": ["li"],
        "l": ["li"],
        "0731-000": ["li"],
        "小 li": ["li"],
        "' OR 1=1 --": [],
        "%": [],
    }


def test_people_come_fifty_a_page_in_few_queries(cast: Cast, django_assert_max_num_queries):
    Person.objects.bulk_create(Person(username=f"p{n:03}", name=f"人{n:03}") for n in range(119))
    zhao = cast.zhao
    with django_assert_max_num_queries(3):
        page = queries.people(zhao, page=3)
    assert (page.total, page.pages, page.number, len(page.rows)) == (120, 3, 3, 20)
    assert queries.people(zhao, page=99).number == 3
    assert queries.people(zhao, page=-1).number == 1


@pytest.mark.capability("C92")
def test_only_who_manages_people_reads_about_others(cast: Cast):
    cast.everybody()
    li = cast.person("li")
    for key in ("sun", "zhou", "wang", "qian", "chen", "he", "zhang", "wu"):
        viewer = cast.viewer(key)
        with pytest.raises(Forbidden):
            queries.people(viewer)
        for read in (queries.person, queries.postings_of, queries.tokens_of):
            with pytest.raises(NotFound):
                read(viewer, li.pk)
    assert queries.person(cast.zhao, li.pk).name == "小李"
    assert queries.person(cast.li, li.pk).postings[0].unit_name == "第一网格"
    assert queries.postings_of(cast.zhao, li.pk)[0].valid_to is None


def test_staff_are_who_acts_for_the_organization_today(cast: Cast):
    cast.everybody()
    assert queries.staff_of(cast.city_management.pk, TODAY) == (cast.person("chen").pk,)
    Posting.objects.filter(person=cast.person("chen")).update(valid_to=TODAY)
    assert queries.staff_of(cast.city_management.pk, TODAY) == ()


def test_staff_in_a_place_are_posted_to_it_or_above(cast: Cast):
    cast.everybody()
    ids = {key: (cast.person(key).pk,) for key in ("li", "zhou", "zhang")}
    assert queries.staff_in(cast.grid.path, Role.GRID_WORKER, TODAY) == ids["li"]
    assert queries.staff_in(cast.grid.path, Role.COMMUNITY, TODAY) == ids["zhou"]
    assert queries.staff_in(cast.grid.path, Role.LEADER, TODAY) == ids["zhang"]
    assert queries.staff_in(cast.community.path, Role.GRID_WORKER, TODAY) == ()
    assert queries.staff_in(cast.other_grid.path, Role.COMMUNITY, TODAY) == ()


def test_addresses_are_given_of_people_in_service_only(cast: Cast):
    li, sun = cast.person("li"), cast.person("sun")
    Person.objects.update(email="somebody@example.org")
    Person.objects.filter(pk=sun.pk).update(is_active=False)
    assert queries.email_addresses([li.pk, sun.pk]) == {li.pk: "somebody@example.org"}


def test_a_person_is_named_by_user_name_on_the_command_line(cast: Cast):
    assert queries.person_id_of("li") if cast.person("li") else None
    with pytest.raises(NotFound):
        queries.person_id_of("nobody")
