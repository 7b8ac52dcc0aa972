"""Somebody at a browser of their own. What they do reads as a sentence; every page they meet is looked at."""

import io
import os
import re
import shutil
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import urlsplit

from PIL import Image

from tests.cast import PASSWORD

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
HERE = {"longitude": 113.1203, "latitude": 27.8702}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000  # milliseconds: a shared machine may be slow for a moment

TO_PRESS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
# What the keyboard must come to: shown, not switched off, and of a group of radio buttons any one.
NOT_REACHED = """(wanted) => {
  const shown = (it) => it.checkVisibility({ checkVisibilityCSS: true }) && !it.disabled && !it.closest("[inert]");
  const groups = new Set([...window.reached].filter((it) => it.type === "radio").map((it) => it.name));
  return [...document.querySelectorAll(wanted)]
    .filter((it) => shown(it) && !window.reached.has(it) && !(it.type === "radio" && groups.has(it.name)))
    .map((it) => it.outerHTML.slice(0, 160));
}"""


def find_chromium() -> str:
    """The browser of the journeys: $JISHI_CHROMIUM, or the one this machine has; empty without one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("JISHI_CHROMIUM") or next(filter(None, map(shutil.which, names)), "")


def picture(shade: int = 90) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 120, 160)).save(held, "JPEG")
    return held.getvalue()


class Visitor:
    """Drives one tab. ``trouble`` collects what went wrong behind the scenes; it must stay empty."""

    def __init__(self, context: Any, home: str, trouble: list[str]) -> None:
        self.context, self.home, self.trouble = context, home, trouble
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: trouble.append(str(error.error)))
        context.on("console", self._hear)
        context.on("request", self._follow)
        context.on("response", self._weigh)
        self.tab = context.new_page()

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.trouble.append(f"console: {message.text}")

    def _follow(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.trouble.append(f"left the machine: {request.url}")

    def _weigh(self, response: Any) -> None:
        if response.status >= 400:
            self.trouble.append(f"{response.status}: {response.url}")

    # what a person does

    def opens(self, path: str) -> Self:
        self.tab.goto(path)
        return self.looks()

    def logs_in(self, who: str) -> Self:
        self.opens("/login/")
        self.tab.fill("[name=username]", who)
        self.tab.fill("[name=password]", PASSWORD)
        with self.tab.expect_navigation():
            self.tab.click("form.j-form button[type=submit]")
        return self.looks()

    def presses(self, name: str, within: str = "body") -> Self:
        """The first button or link whose name begins so."""
        begins = re.compile(rf"^\s*{re.escape(name)}")
        part = self.tab.locator(within)
        found = part.get_by_role("button", name=begins).or_(part.get_by_role("link", name=begins))
        found.locator("visible=true").first.click()
        return self

    def unfolds(self, words: str) -> Self:
        self.tab.locator("summary:visible", has_text=words).first.click()
        return self

    def writes(self, label: str, words: str) -> Self:
        self.tab.get_by_label(label).locator("visible=true").first.fill(words)
        return self

    def chooses(self, label: str, option: str) -> Self:
        self.tab.get_by_label(label).locator("visible=true").first.select_option(label=option)
        return self

    def ticks(self, words: str, within: str = "body") -> Self:
        """A card, a radio button or a box, by the words beside it."""
        self.tab.locator(within).locator("label:visible", has_text=words).first.click()
        return self

    def photographs(self, shade: int = 90, within: str = "body") -> Self:
        file = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture(shade)}
        box = self.tab.locator(within).locator("[data-photos]:visible").first
        box.locator("input[type=file]").set_input_files([file])
        box.locator(".photo-list li img").first.wait_for()
        return self

    def types(self, keys: str) -> Self:
        self.tab.keyboard.press(keys)
        return self

    def sees(self, *words: str) -> Self:
        """Waits until each of the words stands on the page, then looks at the page."""
        for one in words:
            self.tab.get_by_text(one).locator("visible=true").first.wait_for()
        return self.looks()

    def does_not_see(self, *words: str) -> Self:
        seen = [one for one in words if self.tab.get_by_text(one).locator("visible=true").count()]
        assert not seen, f"{seen} on {self.tab.url}"
        return self

    def comes_to(self, path: str) -> Self:
        self.tab.wait_for_url(lambda url: urlsplit(url).path.startswith(path))
        return self.looks()

    # what holds on every page

    def looks(self) -> Self:
        """The page is in Chinese and nothing on it is wider than the screen."""
        self.tab.wait_for_load_state()
        where = self.tab.url
        assert self.tab.evaluate("document.documentElement.lang") == "zh-CN", where
        assert self.tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, where
        return self

    def reaches_everything_by_tab(self) -> Self:
        """Walks the page by the Tab key once around; whatever can be pressed was come to."""
        self.tab.evaluate(
            """() => {
                 window.reached = new Set();
                 document.addEventListener("focusin", (event) => window.reached.add(event.target));
                 document.activeElement.blur();
               }"""
        )
        for _ in range(self.tab.locator(TO_PRESS).count() + 10):
            self.tab.keyboard.press("Tab")
        assert self.tab.evaluate(NOT_REACHED, TO_PRESS) == [], self.tab.url
        return self

    def reads(self, selector: str) -> str:
        return str(self.tab.locator(selector).first.inner_text()).strip()

    def words_not_chinese(self, known: Iterable[str]) -> list[str]:
        """Latin words on the page that a resident or an official would not expect to read."""
        words = re.findall(r"(?<![0-9A-Za-z])[A-Za-z]{3,}(?![0-9A-Za-z])", self.tab.locator("body").inner_text())
        return sorted({word for word in words if word.lower() not in known})
