from itertools import combinations

import pytest

from jishi.accounts.rules.roles import GRANTS, Permission, Role
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.web import navigation
from jishi.web.icons import ICONS


@pytest.fixture
def all_pages(monkeypatch):
    monkeypatch.setattr(navigation, "address", lambda name: f"/{name}/")


def viewer(*roles: Role) -> Viewer:
    return Viewer(7, "小李", tuple(Grant(role, 1, "石峰区", 0, "/1/") for role in roles))


SOME_ROLES = [pair for size in (1, 2) for pair in combinations(Role, size)]


@pytest.mark.parametrize("roles", SOME_ROLES)
def test_the_navigation_offers_only_what_may_be_opened(all_pages, roles):
    granted = set().union(*(GRANTS[role] for role in roles))
    for entry, _ in navigation.open_to(viewer(*roles)):
        assert entry.permission is None or entry.permission in granted


@pytest.mark.parametrize("roles", SOME_ROLES)
def test_no_address_stands_there_twice_and_one_is_current(all_pages, roles):
    links = navigation.links(viewer(*roles), "/notices/3/")
    assert len({link.url for link in links}) == len(links)
    assert [link.url for link in links if link.is_current] == ["/notices/"]


@pytest.mark.parametrize("role", [role for role in Role if GRANTS[role] & {Permission.INSTRUCT, Permission.ANSWER}])
def test_who_gives_or_answers_instructions_finds_them(all_pages, role):
    assert "/instructions/" in {link.url for link in navigation.links(viewer(role), "/")}


@pytest.mark.parametrize("role", Role)
def test_everybody_has_a_first_page_of_the_own_work(all_pages, role):
    first = navigation.first_page(viewer(role))
    assert first == navigation.links(viewer(role), "/")[0].url
    assert first not in ("/", "/notices/")


def test_the_administrator_lands_on_the_people(all_pages):
    assert navigation.first_page(viewer(Role.ADMINISTRATOR)) == "/people/"


def test_who_has_no_posting_lands_on_the_public_page(all_pages):
    assert navigation.first_page(viewer()) == "/"


@pytest.mark.parametrize("role", sorted(navigation.PHONE_ROLES))
def test_a_thumb_reaches_at_most_five_tabs(all_pages, role):
    assert 1 <= len([link for link in navigation.links(viewer(role), "/") if link.on_phone]) <= 5


def test_a_page_this_deployment_lacks_is_left_out(monkeypatch):
    monkeypatch.setattr(navigation, "address", lambda name: None)
    assert navigation.links(viewer(*Role), "/") == []


def test_the_layout_follows_the_work():
    assert navigation.layout_of(None) == "layout/public.html"
    assert navigation.layout_of(viewer(Role.GRID_WORKER)) == "layout/phone.html"
    assert navigation.layout_of(viewer(Role.GRID_WORKER, Role.DISPATCHER)) == "layout/desk.html"
    assert navigation.layout_of(viewer()) == "layout/desk.html"


def test_every_entry_has_a_known_icon():
    assert {entry.icon for entry in navigation.ENTRIES} <= set(ICONS)
