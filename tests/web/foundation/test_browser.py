"""What the scripts do, in a real browser, on the gallery and the login page."""

import io
import re
from typing import Any

import pytest
from PIL import Image

from tests.cast import PASSWORD
from tests.web.foundation.conftest import CHROMIUM

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no browser on this machine"),
]
WORDS = "响石广场东侧路灯不亮，\n已经三晚了"


def log_in(tab: Any) -> None:
    tab.goto("/login/?next=/components/")
    tab.fill("[name=username]", "zhao")
    tab.fill("[name=password]", PASSWORD)
    tab.click("form.j-form button[type=submit]")
    tab.wait_for_url("**/components/")


def typed_form(tab: Any) -> Any:
    return tab.locator("form[data-keep=sample]")


def type_words(tab: Any) -> None:
    form = typed_form(tab)
    form.locator("textarea").fill(WORDS)
    form.locator("label.choice", has_text="转交单位").click()
    form.locator("[name=community]").select_option("2")


def test_what_was_typed_survives_an_expired_session(tab, cast):
    cast.person("zhao")
    log_in(tab)
    type_words(tab)
    tab.context.clear_cookies()
    tab.goto("/components/")  # the session is gone
    log_in(tab)
    form = typed_form(tab)
    assert form.locator("textarea").input_value() == WORDS
    assert form.locator("[name=kind][value=send]").is_checked()
    assert form.locator("[name=community]").input_value() == "2"
    assert form.get_by_text("已恢复您上次未提交的内容").is_visible()


def test_who_wants_an_empty_form_gets_one(tab, cast):
    cast.person("zhao")
    log_in(tab)
    type_words(tab)
    tab.reload()
    typed_form(tab).locator("textarea").fill("改了几个字")
    with tab.expect_navigation():
        typed_form(tab).get_by_role("button", name="清空重填").click()
    assert typed_form(tab).locator("textarea").input_value() == ""


def test_a_taken_form_is_forgotten_and_another_is_not(tab, cast):
    cast.person("zhao")
    log_in(tab)
    type_words(tab)
    key = typed_form(tab).locator("[name=once_key]").input_value()
    cookie = {"value": "1", "domain": "localhost", "path": "/"}
    tab.context.add_cookies([{"name": "taken_00000000-0000-4000-8000-000000000000", **cookie}])
    tab.reload()
    assert typed_form(tab).locator("textarea").input_value() == WORDS
    assert typed_form(tab).locator("[name=once_key]").input_value() == key
    tab.context.add_cookies([{"name": f"taken_{key}", **cookie}])
    tab.reload()
    assert typed_form(tab).locator("textarea").input_value() == ""
    assert [c for c in tab.context.cookies() if c["name"].startswith("taken_")] == []


def test_logging_out_leaves_nothing_on_a_shared_computer(tab, cast):
    cast.person("zhao")
    log_in(tab)
    type_words(tab)
    tab.click(".side-menu summary")
    tab.locator(".side-nav form[data-forget] button").click()
    tab.wait_for_url("**/")
    assert tab.evaluate("Object.keys(localStorage).length") == 0


def test_a_form_is_sent_once_however_often_it_is_pressed(tab, cast):
    cast.person("zhao")
    log_in(tab)
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    typed_form(tab).locator("textarea").fill(WORDS)
    with tab.expect_navigation():
        tab.evaluate(
            "() => { const form = document.querySelector('form[data-keep=sample]');"
            " for (let i = 0; i < 5; i += 1) form.requestSubmit(); }"
        )
    assert len(sent) == 1


def test_photos_are_shrunk_and_lose_their_place(tab, cast):
    cast.person("zhao")
    log_in(tab)
    picture = Image.new("RGB", (3200, 1200), "#888")
    place = Image.Exif()
    place[0x8825] = {1: "N", 2: (27.0, 52.0, 0.0)}
    held = io.BytesIO()
    picture.save(held, "JPEG", exif=place)
    field = typed_form(tab).locator("input[type=file]")
    for count in (1, 2):  # choosing again adds
        field.set_input_files([{"name": "路灯.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}])
        typed_form(tab).locator(".photo-list li").nth(count - 1).wait_for()
    sizes = tab.evaluate(
        """async () => Promise.all(
             Array.from(document.querySelector('form[data-keep=sample] [type=file]').files).map(async (file) => {
               const it = await createImageBitmap(file);
               const text = new TextDecoder('latin1').decode(await file.arrayBuffer());
               return [it.width, it.height, file.type, text.includes('Exif')];
             }))"""
    )
    assert sizes == [[1600, 600, "image/jpeg", False]] * 2
    typed_form(tab).get_by_label("删除照片 1").click()
    assert typed_form(tab).locator(".photo-list li").count() == 1


@pytest.mark.capability("C95")
def test_a_list_is_walked_by_keyboard(tab, cast):
    cast.person("zhao")
    log_in(tab)
    tab.keyboard.press("j")
    first = tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.textContent") != first
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement.textContent") == first
    tab.keyboard.press("?")
    assert tab.get_by_text("键盘快捷键").is_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.hasAttribute('data-search')")
    tab.keyboard.type("j")  # a letter in a field is a letter
    assert tab.locator("[data-search]").input_value() == "j"


def test_a_tap_on_the_map_gives_the_place(tab, cast):
    cast.person("zhao")
    log_in(tab)
    tab.wait_for_selector("#sample-pick[data-ready]", timeout=30_000)
    box = tab.locator("#sample-pick")
    box.scroll_into_view_if_needed()
    box.click(position={"x": 150, "y": 160})
    longitude = float(tab.locator("#sample_longitude").input_value())
    latitude = float(tab.locator("#sample_latitude").input_value())
    assert 113.05 < longitude < 113.2
    assert 27.85 < latitude < 27.93
    assert tab.locator("#sample-pick .map-sketch").is_visible()


@pytest.mark.parametrize("address", ["/", "/login/", "/components/", "/nowhere/"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_its_screen(tab, cast, address, width):
    cast.person("zhao")
    log_in(tab)
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(address)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.capability("C95")
def test_everything_to_press_on_a_phone_is_large_enough(tab):
    for address in ("/", "/login/"):
        tab.goto(address)
        small = tab.evaluate(
            """() => Array.from(document.querySelectorAll('a.button, button, a.tool, .form-control, a.big-action'))
                 .filter((it) => it.offsetParent && it.getBoundingClientRect().height < 44).map((it) => it.outerHTML)"""
        )
        assert small == []


def test_the_first_load_of_a_page_stays_small(tab):
    weights: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if re.search(r"\.(css|js|mjs|svg)|/login/", response.url):
            import brotli

            weights[response.url] = len(brotli.compress(response.body(), quality=9))

    tab.on("response", weigh)
    tab.goto("/login/", wait_until="networkidle")
    assert len(weights) >= 8
    assert sum(weights.values()) <= 120 * 1024
