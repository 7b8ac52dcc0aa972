"""The dispatcher's desk: what it lists, how it is narrowed, what it costs."""

from itertools import product

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jishi.duties.models import DutyItem
from jishi.web.desk.filters import LANES
from tests.cast import NOW, SINCE
from tests.matters.town import begin, forget

pytestmark = pytest.mark.django_db
PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def fresh_figures():
    cache.clear()


def numbers(page: str) -> list[str]:
    """The numbers of the listed matters, in order."""
    return [part.split('"', 1)[0] for part in page.split('data-number="')[1:]]


def listed(client, **asked) -> list[str]:
    return numbers(client.get("/desk/", asked).content.decode())


@pytest.mark.capability("C35", "C38")
def test_what_is_due_first_stands_first(client, town):
    big = begin(town, text="历史遗留问题", grade=None)
    small = begin(town)
    urgent = begin(town, text="楼道有燃气泄漏的味道")
    town.login(client, "wang")
    assert listed(client) == [way.receipt.number for way in sorted((big, small, urgent), key=lambda w: w.row.due_at)]


@pytest.mark.capability("C34", "C38", "C41")
def test_every_lane_holds_its_matters_and_counts_them(client, town):
    ways = {
        "new": begin(town),
        "unsigned": begin(town).to("dispatched"),
        "returned": begin(town).to("dispatched"),
        "working": begin(town).to("handling"),
        "requests": begin(town).to("accepted"),
        "paused": begin(town).to("accepted"),
        "verifying": begin(town).to("verifying"),
        "verified": begin(town).to("verified"),
        "closed": begin(town).to("closed"),
    }
    ways["returned"].take("return", "chen", ground="not_ours", note="不归我们")
    ways["requests"].take("ask_extension", "chen", note="等配件", working_days=2)
    ways["paused"].take("pause", "wang", reason="season", note="雨季", until=NOW.replace(day=25))
    town.login(client, "wang")
    for lane, way in ways.items():
        found = listed(client, lane=lane)
        assert way.receipt.number in found, lane
        others = {other.receipt.number for name, other in ways.items() if name != lane}
        if lane not in {"working"}:
            assert not others & set(found), lane
    page = client.get("/desk/").content.decode()
    assert '待签收<span class="count">1</span>' in page
    assert '申请待批<span class="count">1</span>' in page
    assert '挂账<span class="count">1</span>' in page


@pytest.mark.parametrize("who", ["wang", "qian", "zhou", "li", "zhang", "chen"])
@pytest.mark.capability("C35")
def test_everybody_sees_only_their_own(client, town, who):
    here, there = begin(town), begin(town, unit_id=town.other_grid.pk)
    shared = begin(town).to("dispatched")
    expected = {
        "wang": {here, there, shared}, "zhang": {here, there, shared}, "qian": {here, shared},
        "zhou": {here, shared}, "li": {here, shared}, "chen": {shared},
    }[who]  # fmt: skip
    town.login(client, who)
    assert set(listed(client)) == {way.receipt.number for way in expected}


def test_the_filters_live_in_the_address(client, town):
    here, there = begin(town, urgent=True), begin(town, unit_id=town.other_grid.pk, category_code="0101")
    town.login(client, "wang")
    for asked, way in (
        ({"unit": town.other_community.pk}, there),
        ({"category": "0101"}, there),
        ({"urgent": "1"}, here),
        ({"q": there.receipt.number.lower()}, there),
        ({"org": here.row.responsible_id, "urgent": "1"}, here),
    ):
        assert listed(client, **asked) == [way.receipt.number]
    page = client.get("/desk/", {"unit": town.other_community.pk, "grade": "small"}).content.decode()
    assert f'value="{town.other_community.pk}" selected' in page
    assert f"unit={town.other_community.pk}&amp;grade=small" in page


WRONG = ("", "x", "-1", "9" * 40, "\x00", "' OR 1=1 --", "<b>", "é")


@pytest.mark.parametrize(
    ("name", "value"),
    list(
        product(("lane", "unit", "due", "category", "grade", "channel", "org", "urgent", "escalated", "q", "m"), WRONG)
    ),
)
def test_nonsense_in_the_address_never_breaks_the_page(client, town, name, value):
    begin(town)
    answer = town.login(client, "wang").get("/desk/", {name: value})
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()


def test_a_torn_cursor_is_a_sentence(client, town):
    assert town.login(client, "wang").get("/desk/", {"after": "x_y"}).status_code == 422


def test_more_rows_come_after_the_last_and_none_twice(client, town):
    ways = [begin(town, text=f"第{place}盏路灯不亮") for place in range(53)]
    town.login(client, "wang")
    page = client.get("/desk/").content.decode()
    first = numbers(page)
    after = page.split("after=", 1)[1].split('"', 1)[0]
    rest = numbers(client.get("/desk/", {"after": after}, **PART).content.decode())
    assert (len(first), len(rest)) == (50, 3)
    assert {*first, *rest} == {way.receipt.number for way in ways}


@pytest.mark.capability("C35")
def test_a_page_of_fifty_rows_asks_at_most_six_questions(client, town):
    """Session, person, list, figures, open requests; names come from the trees kept in the process."""
    for place in range(50):
        begin(town, text=f"第{place}盏路灯不亮", unit_id=(town.grid, town.other_grid)[place % 2].pk)
    town.login(client, "wang")
    client.get("/desk/")
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get("/desk/").content.decode()
    assert len(numbers(page)) == 50
    assert len(asked) <= 6, [query["sql"][:90] for query in asked]
    with CaptureQueriesContext(connection) as asked:
        client.get("/desk/")
    assert len(asked) == 3, [query["sql"][:90] for query in asked]


@pytest.mark.capability("C35", "K23-I1")
def test_the_suggestion_cites_the_duty_list_and_fills_the_form(client, town):
    DutyItem.objects.create(
        list_name="派单目录", number="7", name="路灯不亮", basis="城市照明管理规定", category_code="0101",
        organization=town.city_management, helpers=[town.water.code], valid_from=SINCE,
    )  # fmt: skip
    forget()
    way = begin(town)
    town.login(client, "wang")
    panel = client.get(f"/desk/{way.receipt.number}/", **PART).content.decode()
    assert "《派单目录》第7项" in panel
    assert 'data-key="a"' in panel
    accepted = client.get(f"/matters/{way.receipt.number}/steps/dispatch/?accept={town.city_management.pk}", **PART)
    form = accepted.content.decode()
    assert f'name="lead_id" value="{town.city_management.pk}" checked' in form
    assert f'name="helper_ids" value="{town.water.pk}" checked' in form
    assert 'value="0101" selected' in form
    assert "《派单目录》第7项" in form


def test_the_address_names_the_matter_that_is_open(client, town):
    way = begin(town)
    town.login(client, "wang")
    here = {"HTTP_HX_CURRENT_URL": "http://testserver/desk/?lane=new", **PART}
    answer = client.get(f"/desk/{way.receipt.number}/", **here)
    assert answer.headers["HX-Push-Url"] == f"/desk/?lane=new&m={way.receipt.number}"
    page = client.get("/desk/", {"m": way.receipt.number}).content.decode()
    assert f'hx-get="/desk/{way.receipt.number}/"' in page


def test_the_map_shows_what_is_listed_and_counts_what_has_no_place(client, town):
    placed, _ = begin(town, longitude=113.1, latitude=27.87), begin(town)
    page = town.login(client, "wang").get("/desk/map/").content.decode()
    assert f'"id":{placed.row.pk}' in page
    assert "1 件有位置" in page
    assert "1 件未标位置" in page


@pytest.mark.parametrize("who", ["zhao", "wu"])
def test_the_desk_is_not_for_administrators_and_auditors(client, town, who):
    town.login(client, who)
    assert [client.get(path).status_code for path in ("/desk/", "/desk/map/")] == [403, 403]


def test_every_lane_has_a_key_of_its_own():
    assert len({lane.key for lane in LANES}) == len(LANES)


def test_the_rarer_filters_come_when_they_are_opened_and_stay_while_they_hold(client, town):
    town.login(client, "wang")
    assert 'name="org"' not in client.get("/desk/").content.decode()
    assert 'name="org"' in client.get("/desk/filters/", **PART).content.decode()
    held = client.get("/desk/", {"org": town.water.pk}).content.decode()
    assert f'value="{town.water.pk}" selected' in held
