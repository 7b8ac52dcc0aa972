"""The map: a building under the finger, the layers in the address, the keyboard, and the same without script."""

import re

import pytest
from django.utils import timezone

from jishi.addresses.rules.levels import Level
from tests.addresses.street import add
from tests.journeys.visitor import HERE
from tests.matters.town import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
AT = f"#at=17/{HERE['latitude']}/{HERE['longitude']}"


@pytest.fixture
def number(county) -> str:
    """A building in the middle of the map, and a matter thirty metres east of it; returns the number of the matter."""
    add(Level.BUILDING, "3栋", unit_id=county.grid.pk, **HERE)
    beside = {"longitude": HERE["longitude"] + 0.0003, "latitude": HERE["latitude"]}
    return begin(county, unit_id=county.grid.pk, now=timezone.now(), **beside).receipt.number


def drawn(page):
    page.tab.locator("[data-county-map][data-ready]").wait_for()
    return page.tab.locator("[data-county-map]")


@pytest.mark.capability("C04")
def test_a_grid_worker_taps_a_building_and_then_the_matter_beside_it(visitor, county, number):
    page = visitor("li", phone=True)
    map_ = drawn(page.opens(f"/map/{AT}"))
    size = map_.bounding_box()
    map_.click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    page.sees("门码", "件在办", "小李", number)
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.reads("#map-beside"))
    metres_a_dot = 0.5273  # at zoom 17 and this latitude
    map_.click(position={"x": size["width"] / 2 + 29.6 / metres_a_dot, "y": size["height"] / 2})
    page.sees("打开这件事项").presses("打开这件事项").comes_to(f"/matters/{number}/")


@pytest.mark.capability("C04", "C95")
def test_layers_stand_in_the_address_and_the_keyboard_opens_what_is_in_the_middle(visitor, county, number):
    page = visitor("wang")
    map_ = drawn(page.opens(f"/map/{AT}"))
    page.ticks("楼栋门牌").ticks("单位驻地")
    page.tab.wait_for_url(re.compile(r"layers=units&layers=grids&layers=parts&layers=matters"))
    page.tab.reload()
    map_ = drawn(page)
    assert not page.tab.get_by_label("楼栋门牌").is_checked()
    map_.locator("canvas").focus()
    page.types("Enter").sees("联系岗位")
    assert "门码" not in page.reads("#map-beside")
    page.opens("/map/").reaches_everything_by_tab()


@pytest.mark.capability("C04")
def test_without_script_the_list_leads_to_the_matters(visitor, county, number):
    page = visitor("zhou", scripts=False).opens("/map/")
    page.sees(county.grid.name, county.next_grid.name)
    page.tab.locator(".map-line-open").first.click()
    page.comes_to("/desk/").sees(number)
