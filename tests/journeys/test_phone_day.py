"""The day page in the hand: how many taps, what is held back, what works without a network, what is kept."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from jishi.matters.models import Matter, Photo
from tests.journeys.conftest import CHROMIUM, HERE, fits, log_in
from tests.journeys.test_offline import picture
from tests.matters.town import begin

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no browser on this machine"),
]
TOO_SMALL = """() => Array.from(document.querySelectorAll('main :is(a, button, select, summary)'))
    .filter((it) => it.offsetParent && !it.closest('label') && !it.classList.contains('card-link'))
    .filter((it) => it.getBoundingClientRect().height < 44).map((it) => it.outerHTML.slice(0, 90))"""
WHAT_IS_KEPT = """async () => {
    const opening = indexedDB.open("jishi-offline");
    const base = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
    const all = base.transaction("reports").objectStore("reports").getAll();
    const kept = await new Promise((done) => (all.onsuccess = () => done(all.result)));
    return JSON.stringify([kept, { ...localStorage }]);
}"""


def card(tab: Any, title: str) -> Any:
    return tab.locator("li.card-j", has_text=title)


@pytest.mark.capability("C34", "K22-I2", "K22-B4")
def test_verifying_takes_a_photo_and_three_taps(phone, town):
    row = begin(town, title="路灯修好了吗", now=timezone.now()).to("verifying").row
    tab = phone().pages[0]
    log_in(tab, "li")
    with tab.expect_file_chooser() as camera:
        card(tab, "路灯修好了吗").get_by_text("核实", exact=True).tap()  # the first tap opens the camera
    camera.value.set_files([{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture(30)}])
    sheet = tab.locator("dialog[open]")
    sheet.locator(".photo-list li").wait_for()
    sheet.get_by_text("已标出位置").wait_for()
    sheet.get_by_role("button", name="核实通过").tap()
    expect(sheet.get_by_text("请写明核实情况")).to_be_visible()  # nobody has said yet what was seen
    sheet.get_by_role("button", name="到现场看过，问题已经解决").tap()
    with tab.expect_navigation():
        sheet.get_by_role("button", name="核实通过").tap()
    row.refresh_from_db()
    assert row.stage == "verified"
    assert Photo.objects.get(kind="verified").matter_id == row.pk


def test_a_verification_without_a_photo_is_held_back(phone, town):
    begin(town, title="等核实的事", now=timezone.now()).to("verifying")
    tab = phone().pages[0]
    log_in(tab, "li")
    with tab.expect_file_chooser():
        card(tab, "等核实的事").get_by_text("核实", exact=True).tap()
    sheet = tab.locator("dialog[open]")
    sheet.get_by_role("button", name="核实通过").tap()
    expect(sheet.get_by_text("请先拍一张现场照片")).to_be_visible()
    sheet.get_by_label("关闭").tap()
    expect(tab.locator("dialog")).to_have_count(0)
    assert Matter.objects.get().stage == "verifying"


def test_chips_narrow_the_list_without_asking_the_server(phone, town):
    now = timezone.now()
    begin(town, title="新来的", now=now)
    begin(town, title="待核实的", now=now).to("verifying")
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    context.set_offline(True)
    tab.locator("[data-show=to_verify]").tap()
    expect(card(tab, "待核实的")).to_be_visible()
    expect(card(tab, "新来的")).to_be_hidden()
    assert tab.url.endswith("/day/?show=to_verify")
    tab.locator("[data-show=mine]").tap()
    expect(tab.get_by_text("这里没有待办")).to_be_visible()


@pytest.mark.capability("C95")
@pytest.mark.parametrize("large", [False, True])
def test_the_pages_fit_the_phone_and_everything_is_large_enough_to_hit(phone, town, large):
    begin(town, title="很长的标题" * 20, place="很长的地点" * 20, now=timezone.now())
    tab = phone().pages[0]
    log_in(tab, "li")
    if large:
        tab.goto("/type-size/?next=/day/")
    for address in ("/day/", "/day/register/"):
        tab.goto(address)
        assert fits(tab)
        assert tab.evaluate(TOO_SMALL) == []


@pytest.mark.capability("L23")
def test_the_position_of_the_phone_stays_in_the_form_until_it_is_sent(phone, town):
    tab = phone().pages[0]
    log_in(tab, "li")
    tab.goto("/day/register/")
    tab.locator("[data-locate]").tap()
    tab.get_by_text("已标出位置").wait_for()
    tab.goto("/day/")
    assert str(HERE["longitude"]) not in tab.evaluate(WHAT_IS_KEPT)
    assert not Matter.objects.exists()


def test_the_tab_bar_never_covers_what_has_the_focus(phone, town):
    for nth in range(9):
        begin(town, title=f"第{nth}件", now=timezone.now()).to("verifying")
    tab = phone().pages[0]
    log_in(tab, "li")
    bar = tab.locator(".tab-bar").bounding_box()["y"]
    tab.emulate_media(reduced_motion="reduce")
    for button in tab.locator("[data-sheet]").all():
        button.focus()
        box = button.bounding_box()
        assert box["y"] + box["height"] <= bar
