"""The desk in a real browser: nothing but the keyboard, and on a telephone."""

from typing import Any

import pytest

from jishi.duties.models import DutyItem
from jishi.matters.models import Matter
from tests.cast import PASSWORD, SINCE
from tests.matters.town import begin, forget
from tests.web.foundation.conftest import CHROMIUM, tab

__all__ = ["tab"]  # the fixture of the foundation, under its own name

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no browser on this machine"),
]


@pytest.fixture
def listed(town: Any) -> list[Any]:
    """Three lamps wait for a unit; the duty list names it."""
    DutyItem.objects.create(
        list_name="派单目录", number="7", name="路灯不亮", category_code="0101", organization=town.city_management,
        valid_from=SINCE,
    )  # fmt: skip
    forget()
    return [begin(town, text=f"第{place}盏路灯不亮。" + "很长的话。" * 400) for place in range(3)]


def enter(tab: Any, wide: bool) -> None:
    if wide:
        tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto("/login/?next=/desk/")
    tab.fill("[name=username]", "wang")
    tab.fill("[name=password]", PASSWORD)
    tab.click("form.j-form button[type=submit]")
    tab.wait_for_url("**/desk/")


@pytest.mark.capability("C35")
def test_a_suggestion_is_dispatched_with_two_keys_and_the_next_matter_opens(tab, town, listed):
    enter(tab, wide=True)
    first, second, _ = listed
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(f"#matter[data-number='{first.receipt.number}']")
    assert f"m={first.receipt.number}" in tab.url
    tab.keyboard.press("a")
    tab.wait_for_selector("#step-form [type=submit]:focus")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(f"#matter[data-number='{second.receipt.number}']")
    assert Matter.objects.get(pk=first.receipt.matter_id).lead_id == town.city_management.pk
    tab.keyboard.press("Escape")
    tab.wait_for_selector("#matter.is-empty", state="attached")
    assert "m=" not in tab.url


@pytest.mark.capability("C35")
def test_on_a_telephone_the_list_comes_first_and_the_matter_fills_the_screen(tab, town, listed):
    enter(tab, wide=False)
    tab.click(f"[data-number='{listed[0].receipt.number}'] [data-open]")
    tab.wait_for_selector("#matter .matter-head")
    assert tab.locator(".desk-side").bounding_box()["width"] == 360
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    tab.get_by_role("button", name="展开全文").click()
    tab.click("[data-close-matter]")
    assert not tab.locator(".desk-side").is_visible()
