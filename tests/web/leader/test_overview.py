"""Every figure opens to exactly its rows, in the leader's area only, and nobody is ranked."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from jishi.accounts.models import Posting
from jishi.accounts.rules.roles import Role
from jishi.matters.models import Matter
from tests.cast import PEOPLE, SINCE
from tests.matters.town import begin

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def busy(town):
    """Eight matters in two towns: late and not, urgent, escalated, paused, of two grades; one lies nowhere below."""
    now = timezone.now()
    for place in (town.grid, town.next_grid, town.other_grid, town.county):
        for late in (False, True):
            receipt = begin(town, title=f"{place.name}{place.pk}{late}", unit_id=place.pk, now=now).receipt
            Matter.objects.filter(pk=receipt.matter_id).update(due_at=now - HOUR if late else now + 48 * HOUR)
    own = Matter.objects.filter(unit_id=town.grid.pk).order_by("id")
    Matter.objects.filter(pk=own[0].pk).update(urgent=True, grade="big")
    Matter.objects.filter(pk=own[1].pk).update(escalation=2)
    return town


def links(page: Any) -> dict[str, int]:
    """Every address of rows on the page with the figure it stands at."""
    main = page.text[page.text.index('<main id="main"') : page.text.index("</main>")]
    found = re.findall(r'<a[^>]*href="(/overview/matters/[^"]*)"[^>]*>(.*?)</a>', main, re.DOTALL)
    return {
        unescape(address): int(re.search(r"(?:<b>|stat-value\">)\s*([\d,]+)", body)[1].replace(",", ""))  # type: ignore[index]
        for address, body in found
    }


def rows(page: Any) -> int:
    return page.text.count('<article class="card-j"')


@pytest.mark.capability("C39", "C89")
def test_every_figure_opens_to_its_rows(client, busy):
    busy.login(client, "zhang")
    for start in ("/overview/", f"/overview/?unit={busy.town.pk}", f"/overview/?unit={busy.community.pk}"):
        shown = links(client.get(start))
        assert len(shown) >= 6
        assert {address: rows(client.get(address)) for address in shown} == shown


@pytest.mark.capability("C39", "C89")
def test_the_figures_are_those_of_the_county(client, busy):
    shown = links(busy.login(client, "zhang").get("/overview/"))
    assert shown["/overview/matters/"] == 8
    assert shown["/overview/matters/?way=overdue"] == 4
    assert shown["/overview/matters/?way=urgent"] == 1
    assert shown["/overview/matters/?way=escalated"] == 1
    assert shown[f"/overview/matters/?unit={busy.town.pk}"] == 4
    assert shown[f"/overview/matters/?unit={busy.other_town.pk}"] == 2
    assert shown["/overview/matters/?grade=big"] == 1


def test_what_lies_in_no_town_is_said_and_not_lost(client, busy):
    text = busy.login(client, "zhang").get("/overview/").text
    assert "另有 2 件未落到镇街，其中 1 件超期" in text


@pytest.fixture
def town_leader(busy):
    """张区长 leads 响石岭街道 only."""
    Posting.objects.filter(person=busy.person("zhang")).delete()
    Posting.objects.create(
        person=busy.person("zhang"), role=Role.LEADER, unit=busy.town, organization=None, valid_from=SINCE
    )
    return busy


@pytest.mark.capability("C39", "C92")
def test_a_town_leader_sees_the_town_and_nothing_beside_it(client, town_leader):
    town_leader.login(client, "zhang")
    shown = links(client.get("/overview/"))
    assert shown["/overview/matters/"] == 4
    assert f"/overview/matters/?unit={town_leader.community.pk}" in shown
    beside = [town_leader.county.pk, town_leader.other_town.pk, town_leader.other_grid.pk, 10**12]
    for address in ("/overview/", "/overview/matters/"):
        for unit in beside:
            assert client.get(f"{address}?unit={unit}").status_code == 404
    assert town_leader.other_grid.name not in client.get("/overview/matters/").text.replace(town_leader.grid.name, "")


@pytest.mark.parametrize("asked", ["x", "-1", "0", "9" * 30, "1;drop", "²"])
def test_a_unit_that_is_none_is_not_found(client, busy, asked):
    assert busy.login(client, "zhang").get("/overview/", {"unit": asked}).status_code == 404


@pytest.mark.parametrize("who", PEOPLE)
def test_only_leaders_open_these_pages(client, town, who):
    town.login(client, who)
    for address in ("/overview/", "/overview/matters/", "/instructions/new/"):
        assert client.get(address).status_code == (200 if who == "zhang" else 403)


@pytest.mark.capability("L12", "L14")
def test_people_are_neither_named_nor_ranked(client, busy):
    busy.login(client, "zhang")
    for address in ("/overview/", "/overview/matters/", "/overview/matters/?way=overdue"):
        text = client.get(address).text
        main = text[text.index('<main id="main"') : text.index("</main>")]
        assert not [name for name, *_ in PEOPLE.values() if name in main]
        assert "排名" not in main


def test_the_figures_are_counted_once_in_a_few_seconds(client, busy, django_assert_max_num_queries):
    busy.login(client, "zhang")
    client.get("/overview/")
    with django_assert_max_num_queries(4):
        client.get("/overview/")


def test_a_long_list_goes_on_where_it_stopped(client, busy):
    now = timezone.now()
    for number in range(33):
        begin(busy, title=f"第{number}件", now=now)
    busy.login(client, "zhang")
    first = client.get("/overview/matters/")
    more = unescape(re.search(r'href="(/overview/matters/\?after=[^"]+)"', first.text)[1])  # type: ignore[index]
    rest = client.get(more, headers={"HX-Request": "true"})
    assert "<html" not in rest.text
    assert rows(first) + rows(rest) == 41
    titles = re.findall(r"data-open>(.*?)</a>", first.text + rest.text)
    assert len(set(titles)) == 41
