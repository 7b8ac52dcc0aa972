import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from jishi.flows import unit_changes
from jishi.matters.actions.registration import register
from jishi.matters.models import Matter
from jishi.matters.rules.given import Report
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.rules.succession import Part
from jishi.web.phone.day import CHIPS, pressing
from tests.matters.town import REPLY, Way, begin
from tests.web.phone.conftest import picture

pytestmark = pytest.mark.django_db


def titled(town: Any, title: str, **more: Any) -> Way:
    now = timezone.now()
    return begin(town, title=title, now=now, **more)


def cards(page: Any) -> dict[str, str]:
    """Title -> the card as text, hidden ones too, in the order shown."""
    found = re.findall(r"<li class=\"card-j\".*?</li>", page.text, re.DOTALL)
    return {re.search(r"data-open>(.*?)</a>", card)[1]: card for card in found}  # type: ignore[index]


def kinds(card: str) -> list[str]:
    return re.search(r'data-kinds="([^"]*)"', card)[1].split()  # type: ignore[index]


def test_new_matters_of_the_grid_are_one_tap_from_being_settled(client, town):
    way = titled(town, "新来的事")
    titled(town, "别的网格的事", unit_id=town.next_grid.pk)
    shown = cards(town.login(client, "li").get("/day/"))
    assert list(shown) == ["新来的事"]
    assert kinds(shown["新来的事"]) == ["new"]
    assert f"/matters/{way.receipt.number}/steps/settle/" in shown["新来的事"]


@pytest.mark.capability("C34", "K22-I2")
def test_what_the_person_handled_is_not_theirs_to_verify(client, town):
    own, others = titled(town, "自己处理的"), titled(town, "别人处理的")
    own.take("settle", "li", note="已办")
    others.take("settle", "zhou", note="已办")
    shown = cards(town.login(client, "li").get("/day/?show=to_verify"))
    assert "to_verify" in kinds(shown["别人处理的"])
    assert "自己处理的" not in shown or "to_verify" not in kinds(shown["自己处理的"])
    assert f"/matters/{others.receipt.number}/steps/verify/" in shown["别人处理的"]
    assert f"/matters/{own.receipt.number}/steps/" not in client.get("/day/").text


def test_the_counts_on_the_chips_are_the_rows_under_them(client, town):
    titled(town, "新的")
    titled(town, "在处置的").to("handling")
    titled(town, "待核实的").to("verifying")
    Matter.objects.filter(title="新的").update(due_at=timezone.now() + dt.timedelta(minutes=1))
    report = Report(channel=Channel.GRID, text="我登记的", unit_id=town.next_grid.pk)
    register(report=report, by=town.li, now=timezone.now())
    page = town.login(client, "li").get("/day/")
    shown = cards(page)
    for key in CHIPS:
        count = int(re.search(rf'data-show="{key}".*?class="count">(\d+)<', page.text)[1])  # type: ignore[index]
        rows = [card for card in shown.values() if (key in kinds(card) if key else 'data-all="yes"' in card)]
        assert count == len(rows), key
    assert len(shown) == 4
    assert kinds(shown["我登记的"]) == ["mine"]


@pytest.mark.parametrize("key", CHIPS)
def test_a_chip_hides_what_is_not_under_it(client, town, key):
    titled(town, "新的")
    titled(town, "待核实的").to("verifying")
    for card in cards(town.login(client, "li").get(f"/day/?show={key}")).values():
        under = key in kinds(card) if key else 'data-all="yes"' in card
        assert (" hidden>" in card.split("\n")[0]) is not under


def test_the_most_pressing_comes_first(town):
    now = timezone.now()
    at = {"registered_at": now}
    row = lambda hours, urgent=False: at | {"due_at": now + dt.timedelta(hours=hours), "urgent": urgent}  # noqa: E731
    listed = [
        (row(-50), ["", "due"]),
        (row(-1, urgent=True), ["", "due"]),
        (row(30, urgent=True), [""]),
        (row(2), ["", "due"]),
        (row(20), [""]),
        (row(-9), ["mine"]),
    ]
    ranks = [pressing(*each, now) for each in listed]
    assert ranks == sorted(ranks)


def test_the_sheet_of_a_verification_posts_what_the_step_asks(client, town):
    """The hidden and visible fields of the sheet, posted as they stand, verify the matter."""
    way = titled(town, "换了灯泡").to("verifying")
    page = town.login(client, "li").get("/day/")
    version = re.search(r'data-sheet="verify" data-version="(\d+)"', page.text)[1]  # type: ignore[index]
    posted = {
        "how": "on_site",
        "version": version,
        "note": "到现场看过，问题已经解决。",
        "longitude": "113.12",
        "latitude": "27.87",
        "photos": [picture()],
        "next": "/day/",
        "once_key": "7d8e3a52-5f0c-4a55-8d3e-2f9f0a6b1c11",
    }
    for name in ("how", "version", "note", "longitude", "latitude", "photos", "next", "once_key"):
        assert f'name="{name}"' in page.text
    answer = client.post(f"/matters/{way.receipt.number}/steps/verify/", posted)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/day/"
    assert way.row.stage == "verified"


def test_the_sheet_says_what_is_required_and_nothing_is_said_beforehand(client, town):
    way = titled(town, "换了灯泡").to("verifying")
    sheet = town.login(client, "li").get("/day/").text.split('data-sheet-template="verify"')[1]
    page = client.get(f"/matters/{way.receipt.number}/steps/verify/").text
    assert sheet.count("现场核实必填") == page.count("现场核实必填") == 2  # the photo and the place
    assert "选填" not in page
    words = re.search(r'<textarea[^>]*name="note"[^>]*placeholder="到现场看过，问题已经解决。"[^>]*>([^<]*)<', sheet)
    assert words is not None
    assert words[1].strip() == ""


@pytest.mark.capability("C02", "K06-I4")
def test_after_a_change_of_grids_a_matter_stands_where_it_lies_now(client, town):
    titled(town, "老楼漏水")
    report = Report(channel=Channel.GRID, text="邻格的路灯", unit_id=town.next_grid.pk)
    register(report=report, by=town.li, now=timezone.now())
    parts = [Part("甲网格"), Part("乙网格")]
    unit_changes.split(unit_id=town.grid.pk, parts=parts, primary=1, by=town.zhao, now=timezone.now())
    unit_changes.rename(unit_id=town.next_grid.pk, name="丙网格", by=town.zhao, now=timezone.now())
    shown = cards(town.login(client, "li").get("/day/"))
    assert "乙网格" in shown["老楼漏水"]
    assert "/matters/" in shown["老楼漏水"]
    shown = cards(client.get("/day/?show=mine"))
    assert "丙网格" in shown["邻格的路灯"]
    assert 'href="/receipt/' in shown["邻格的路灯"]


@pytest.mark.capability("C02")
def test_what_was_closed_before_a_change_of_grids_is_still_open_to_who_keeps_the_grid_on(client, town):
    report = Report(channel=Channel.GRID, text="早就办完的", unit_id=town.grid.pk)
    way = Way(town, register(report=report, by=town.li, now=timezone.now()), timezone.now())
    way.take("settle", "li", note="已办")
    way.take("verify", "zhou", how="by_phone", note="好了")
    way.take("close", "wang", **REPLY)
    unit_changes.rename(unit_id=town.grid.pk, name="甲网格", by=town.zhao, now=timezone.now())
    card = cards(town.login(client, "li").get("/day/?show=mine"))["早就办完的"]
    assert "甲网格" in card
    assert f'href="/matters/{way.receipt.number}/"' in card


def test_a_leader_has_no_day(client, town):
    titled(town, "新的").to("verifying")
    page = town.login(client, "zhang").get("/day/")
    assert cards(page) == {}


def test_what_lies_elsewhere_opens_its_receipt_and_what_lies_here_opens_itself(client, town):
    town.login(client, "li")
    for title, unit in (("别的网格的", town.next_grid), ("自己网格的", town.grid)):
        report = Report(channel=Channel.GRID, text=title, unit_id=unit.pk)
        register(report=report, by=town.li, now=timezone.now())
    shown = cards(client.get("/day/?show=mine"))
    links = {title: re.search(r'href="([^"]*)" data-open', card)[1] for title, card in shown.items()}  # type: ignore[index]
    assert links["别的网格的"].startswith("/receipt/")
    assert links["自己网格的"].startswith("/matters/")
    assert [client.get(link).status_code for link in links.values()] == [200, 200]


def test_titles_from_people_are_text(client, town):
    titled(town, '<img src=x onerror="alert(1)">')
    assert "<img src=x" not in town.login(client, "li").get("/day/").text


def test_a_closed_matter_of_mine_stays_among_mine_only(client, town):
    report = Report(channel=Channel.GRID, text="已经办完的", unit_id=town.grid.pk)
    way = Way(town, register(report=report, by=town.li, now=timezone.now()), timezone.now())
    way.take("dispatch", "wang", lead_id=town.city_management.pk)
    way.take("sign", "chen")
    way.take("finish", "chen", note="好了", **REPLY)
    way.take("verify", "zhou", how="by_phone", note="好了")
    way.take("close", "wang", **REPLY)
    shown = cards(town.login(client, "li").get("/day/?show=mine"))
    assert kinds(shown["已经办完的"]) == ["mine"]
    assert "data-sheet" not in shown["已经办完的"]
