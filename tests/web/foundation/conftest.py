"""A browser, and requests that pass through the guards without a URL of their own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.cache import SessionStore
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory

from jishi.accounts.rules.viewer import Viewer
from tests.journeys.visitor import FLAGS, find_chromium

CHROMIUM = find_chromium()


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ask() -> Callable[..., HttpRequest]:
    """Builds a request as the middleware hands it to a view."""

    def build(method: str = "GET", path: str = "/x/", *, viewer: Viewer | None = None, **more: Any) -> Any:
        request: Any = RequestFactory().generic(method, path, **more)
        request.session = SessionStore()
        request._messages = FallbackStorage(request)
        request.viewer = viewer
        request.number = "abc1234567"
        request.is_htmx = request.headers.get("HX-Request") == "true"
        return request

    return build


@pytest.fixture
def tab(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A tab of a real browser on the running site; a script error or a blocked resource fails the test."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the driver runs an event loop in this thread
    trouble: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=live_server.url, viewport={"width": 360, "height": 740})
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "console",
            lambda message: trouble.append(message.text) if "Security Policy" in message.text else None,
        )
        yield page
        browser.close()
    assert trouble == []
