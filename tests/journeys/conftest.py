"""A small place on a real server on the loopback, and real browsers to walk through it."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from jishi.duties.models import Category, DutyItem
from jishi.territory.actions.grounds import draw_sketches
from tests.cast import PASSWORD, SINCE, Cast
from tests.journeys.visitor import DESK, FLAGS, HERE, PHONE, Visitor, find_chromium
from tests.matters.town import forget, lay_down

CHROMIUM = find_chromium()
LATE: list[str] = []  # journeys that had to be walked twice
SIDE = 0.03  # degrees: the county of the journeys is a square of some six kilometres


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Walk a journey that failed once more: a browser on a busy machine answers late now and then, a defect twice."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    # After the last journey of all, server and database must still stand for a second walk.
    reports = runtestprotocol(item, log=False, nextitem=nextitem or item.parent)
    if any(report.failed for report in reports):
        LATE.append(item.nodeid)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for name in LATE:
        terminalreporter.write_line(f"walked twice: {name}")


@pytest.fixture
def town(transactional_db: None, cast: Cast) -> Cast:
    """The cast with the rules of their county."""
    lay_down(cast)
    return cast


@pytest.fixture
def phone(live_server: Any, town: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Takes the phone into the hand: each call closes the browser and starts it anew with what it kept on its disk.

    A script error or something the security policy blocked fails the test.
    """
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the driver runs an event loop in this thread
    trouble: list[str] = []
    opened: list[Any] = []

    def start() -> Any:
        while opened:
            opened.pop().close()
        context = driver.chromium.launch_persistent_context(
            tmp_path / "phone",
            executable_path=CHROMIUM,
            args=FLAGS,
            base_url=live_server.url,
            viewport=PHONE,
            has_touch=True,
            locale="zh-CN",
            geolocation=HERE,
            permissions=["geolocation"],
        )
        opened.append(context)
        context.on("weberror", lambda error: trouble.append(str(error.error)))
        context.on(
            "console",
            lambda message: trouble.append(message.text) if "Security Policy" in message.text else None,
        )
        return context

    with sync_playwright() as driver:
        yield start
        while opened:
            opened.pop().close()
    assert trouble == []


@pytest.fixture
def county(town: Cast) -> Cast:
    """The town with shapes to tap on and a duty list that names who lights the streets and who helps."""
    east, north = HERE["longitude"], HERE["latitude"]
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[east + SIDE * x, north + SIDE * y] for x, y in corners]
    now = dt.datetime.now(dt.UTC)
    draw_sketches(by=town.zhao, now=now, outline={"type": "Polygon", "coordinates": [ring]})
    Category.objects.filter(code="0101").update(parent=Category.objects.get(code="01"))
    DutyItem.objects.create(
        list_name="区直部门职责清单",
        number="12",
        name="路灯维护",
        basis="《城市照明管理规定》第二十条",
        category_code="0101",
        organization=town.city_management,
        helpers=["GS"],
        valid_from=SINCE,
    )
    forget()
    return town


@pytest.fixture
def visitor(county: Cast, stranger: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Brings somebody of the cast, to a county that is laid out."""
    return stranger


@pytest.fixture
def stranger(
    live_server: Any, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Visitor]]:
    """Brings somebody with a browser of their own: at a desk, or with a phone in the hand.

    Whatever goes wrong behind the scenes (a script, a missing file, a request that leaves the machine) fails the test.
    """
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the driver runs an event loop in this thread
    trouble: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def bring(who: str = "", *, phone: bool = False, scripts: bool = True) -> Visitor:
            context = browser.new_context(
                base_url=live_server.url,
                viewport=PHONE if phone else DESK,
                has_touch=phone,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                geolocation=HERE,
                permissions=["geolocation"],
                java_script_enabled=scripts,
            )
            somebody = Visitor(context, live_server.url, trouble)
            return somebody.logs_in(who) if who else somebody

        yield bring
        browser.close()
    assert trouble == []


@pytest.fixture(autouse=True)
def browser_at_hand() -> None:
    """Without a browser a journey is left out at a desk, and fails where everything must be tested."""
    if not CHROMIUM and os.environ.get("CI"):
        pytest.fail("no Chromium on this machine: install it or name one in JISHI_CHROMIUM")
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")


def log_in(tab: Any, who: str) -> None:
    tab.goto("/login/")
    tab.fill("[name=username]", who)
    tab.fill("[name=password]", PASSWORD)
    with tab.expect_navigation():
        tab.click("form.j-form button[type=submit]")


def fits(tab: Any) -> bool:
    """Whether nothing on the page is wider than the screen."""
    return bool(tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
