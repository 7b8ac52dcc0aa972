"""The templates as text: what the security policy forbids, what does not exist, what nobody was shown."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.urls import reverse

from jishi.matters.rules.stages import Stage
from jishi.web import vendor
from jishi.web.icons import ICONS
from jishi.web.tones import STAGE_TONES, TONES

WEB = Path(vendor.__file__).parent
TEMPLATES = WEB / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
MACRO_FILES = [path for path in COMPONENTS if path.stem != "gallery"]
SOURCES = [*ALL, *WEB.rglob("*.py")]
VENDORED = {f"vendor/{name}" for name in (*vendor.FILES, "icons.svg")}


def name_of(path: Path) -> str:
    return path.relative_to(WEB).as_posix()


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_template_compiles(path):
    engines["jinja2"].env.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_template_has_nothing_the_browser_would_block(path):
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("path", MACRO_FILES, ids=name_of)
def test_the_gallery_shows_every_macro(path):
    example = TEMPLATES / "components" / "gallery" / path.name
    shown = example.read_text("utf-8") + path.read_text("utf-8").replace("macro ", "")
    for macro in re.findall(r"{%-? (?:macro (\w+)\(|set (\w+) = marks)", path.read_text("utf-8")):
        macro = "".join(macro)
        assert f"{macro}(" in shown
        assert re.search(rf"import [^%]*\b{macro}\b", example.read_text("utf-8")), macro


def test_the_gallery_lists_every_macro_file():
    listed = re.findall(r"components/gallery/(\w+)\.html", (TEMPLATES / "components/gallery.html").read_text())
    assert sorted(listed) == [path.stem for path in MACRO_FILES]


def test_every_icon_that_is_named_is_shipped():
    named = {
        icon
        for path in SOURCES
        for icon in re.findall(r"(?:\bicon\(|icon_name=)\s*\"([a-z0-9-]+)\"", path.read_text("utf-8"))
    }
    assert named <= set(ICONS)
    assert list(ICONS) == sorted(set(ICONS))


def test_every_static_file_that_is_named_exists():
    named = {
        file for path in ALL for file in re.findall(r"\b(?:plain_)?static\(\"([^\"]+)\"\)", path.read_text("utf-8"))
    }
    assert {file for file in named if file not in VENDORED and finders.find(file) is None} == set()


def test_every_stage_has_a_tone_and_every_tone_a_colour():
    theme = (WEB / "static" / "jishi" / "theme.css").read_text("utf-8")
    assert set(STAGE_TONES) == set(Stage)
    assert set(STAGE_TONES.values()) <= set(TONES)
    for tone in TONES:
        assert f".tag-{tone} " in theme
        assert f".notice-{tone} " in theme or tone == "checking"


@pytest.mark.django_db
def test_the_gallery_opens_to_people_at_work_only(client, cast):
    assert client.get(reverse("components")).status_code == 404
    cast.login(client, "zhao")
    response = client.get(reverse("components"))
    assert response.status_code == 200
    assert response.text.count('class="gallery-item"') == len(MACRO_FILES)


@pytest.mark.django_db
def test_what_people_type_is_text_and_never_markup(client):
    nasty = '"><script>alert(1)</script>'
    response = client.post(reverse("login"), {"username": nasty, "password": "x", "next": nasty})
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert" in response.text
