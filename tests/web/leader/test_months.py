"""A leader's month: what was registered where, as the units stood then."""

import datetime as dt

import pytest
from django.utils import timezone

from jishi.flows import unit_changes
from jishi.territory.rules.succession import Part
from tests.cast import PEOPLE
from tests.matters.town import REPLY, begin

pytestmark = pytest.mark.django_db
ADDRESS = "/overview/months/"


def last_month() -> dt.datetime:
    end = timezone.localtime().replace(day=1, hour=9, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    return end.replace(day=1)


def cells(page: str) -> list[str]:
    body = page.split("<tbody>")[1].split("</tfoot>")[0]
    return [part.split("<")[0] for part in body.replace("<td>", "¦").replace('<th scope="row">', "¦").split("¦")[1:]]


@pytest.mark.capability("C03", "C39")
def test_last_month_stands_there_unit_by_unit_with_its_sum(client, town):
    begin(town, now=last_month())
    begin(town, now=last_month()).to("verified").wait(hours=26).take("close", "wang", **REPLY)
    begin(town, unit_id=town.other_grid.pk, now=last_month())
    begin(town, now=timezone.now())
    town.login(client, "zhang")
    overview = client.get("/overview/").text
    assert overview.index("我的批办") < overview.index(ADDRESS) < overview.index("新批办")
    page = client.get(ADDRESS).text
    assert cells(page) == ["清水塘街道", "1", "0", "0", "响石岭街道", "2", "1", "1", "合计", "3", "1", "1"]
    named = last_month()
    assert f"{named.year}年{named.month}月" in page
    assert cells(client.get(ADDRESS, {"month": f"{named:%Y-%m}"}).text) == cells(page)
    assert cells(client.get(ADDRESS, {"month": f"{timezone.localtime():%Y-%m}"}).text)[-3:] == ["1", "0", "0"]


@pytest.mark.capability("C03", "K06-I4")
def test_a_split_of_today_moves_no_figure_of_last_month(client, town):
    begin(town, now=last_month())
    town.login(client, "zhang")
    before = cells(client.get(ADDRESS).text)
    unit_changes.split(
        unit_id=town.grid.pk, parts=[Part("东网格"), Part("西网格")], primary=0, by=town.zhao, now=timezone.now()
    )
    assert cells(client.get(ADDRESS).text) == before


def test_a_leader_of_a_town_sees_its_communities_alone(client, town):
    from jishi.accounts.models import Posting

    Posting.objects.filter(person=town.person("zhang")).update(unit=town.town)
    begin(town, now=last_month())
    begin(town, unit_id=town.other_grid.pk, now=last_month())
    assert cells(town.login(client, "zhang").get(ADDRESS).text) == ["响石社区", "1", "0", "0", "合计", "1", "0", "0"]


@pytest.mark.parametrize("month", ["2026-13", "gestern", "9999-01", "1999-12", "2026-1-1"])
def test_what_is_no_month_leads_nowhere(client, town, month):
    assert town.login(client, "zhang").get(ADDRESS, {"month": month}).status_code == 404


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "zhang"])
def test_nobody_but_a_leader_opens_it(client, town, who):
    assert town.login(client, who).get(ADDRESS).status_code == 403


def test_a_month_without_matters_says_so(client, town):
    page = town.login(client, "zhang").get(ADDRESS, {"month": "2020-02"}).text
    assert "这个月没有登记" in page
    assert "month=2020-01" in page
    assert "month=2020-03" in page
