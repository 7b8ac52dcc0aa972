"""The service worker knows every file its pages need, and the scripts know the addresses they ask."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from jishi.web.phone.worker import FILES, WORKER

STATIC = Path(finders.find("jishi/page.js")).parent
# Loaded when somebody opens the map, which needs a network anyway.
WITH_A_NETWORK = {"jishi/map.js", "vendor/maplibre-gl.mjs", "vendor/maplibre-gl.css", "vendor/maplibre-gl-worker.mjs"}


def imported(name: str) -> set[str]:
    """The modules a script imports, at once or later."""
    if not name.endswith(".js") or name.startswith("vendor/"):
        return set()
    text = Path(finders.find(name)).read_text("utf-8")
    return {f"jishi/{each}" for each in re.findall(r"(?:from |import\()\"\./([\w.]+)\"", text)}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/day/", "/day/register/"])
def test_everything_a_kept_page_loads_is_kept(client, cast, address):
    from tests.matters.town import lay_down

    lay_down(cast)
    page = cast.login(client, "li").get(address).text
    needed = set(re.findall(r"/static/([\w./-]+)", page))
    for _ in range(4):
        needed |= {each for name in needed for each in imported(name)}
    assert needed - WITH_A_NETWORK <= set(FILES)
    assert set(FILES) <= needed | {"jishi/phone_day.js", "jishi/phone_register.js", "vendor/htmx.js"}


def test_every_kept_file_exists():
    assert [name for name in (*FILES, WORKER) if not name.startswith("vendor/") and finders.find(name) is None] == []


@pytest.mark.django_db
def test_the_worker_is_served_at_the_top_and_asked_for_anew(client):
    answer = client.get("/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert '"pages":["/day/","/day/register/"]' in answer.text
    assert 'importScripts("/static/jishi/offline_worker.js")' in answer.text


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("offline_sending.js", "sending_pass"),
        ("offline_sending.js", "phone_register"),
        ("offline.js", "service_worker"),
        ("offline.js", "login"),
    ],
)
def test_the_addresses_in_the_scripts_are_those_of_the_pages(script, name):
    assert f'"{reverse(name)}' in (STATIC / script).read_text("utf-8") or f"`{reverse(name)}" in (
        STATIC / script
    ).read_text("utf-8")


@pytest.mark.django_db
def test_the_notice_kept_for_later_names_nobody(client, cast):
    anonymous = client.get("/day/offline/").text
    assert 'data-person=""' in anonymous
    assert "没有网络，这一页打不开" in anonymous


@pytest.mark.capability("L14", "L23")
def test_nothing_follows_the_person_with_the_phone():
    """The position is asked for by a tap, once; no watching, no beacons, no background sync, no use counts."""
    for path in STATIC.glob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"watchPosition|sendBeacon|periodicSync|pushManager|devicemotion", text), path.name
        if path.name.startswith(("offline", "phone")):
            assert "geolocation" not in text, path.name
