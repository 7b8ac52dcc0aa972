"""Every view carries its guard, and every template is used."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.source import ROOT, python_files

TEMPLATES = ROOT / "jishi" / "web" / "templates"


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        path = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        else:
            yield path, one


def test_every_view_says_who_may_open_it():
    bare = [
        path
        for path, pattern in patterns(get_resolver())
        if pattern.callback.__module__.startswith("jishi.web") and not hasattr(pattern.callback, "mark")
    ]
    assert bare == []


def test_a_view_is_public_or_asks_for_a_login_never_both():
    odd = [
        path
        for path, pattern in patterns(get_resolver())
        if (mark := getattr(pattern.callback, "mark", None)) and mark.public and mark.permission is not None
    ]
    assert odd == []


def test_every_template_is_used():
    named = re.compile(r"[\"']([\w./-]+\.(?:html|txt|svg|xml|js|webmanifest))[\"']")
    sources = [*python_files("jishi"), *(path for path in TEMPLATES.rglob("*") if path.is_file())]
    used = {name for path in sources for name in named.findall(path.read_text(encoding="utf-8"))}
    unused = [
        name
        for path in TEMPLATES.rglob("*")
        if path.is_file() and (name := path.relative_to(TEMPLATES).as_posix()) not in used
    ]
    assert unused == []


def test_every_template_that_is_named_exists():
    rendered = re.compile(
        r"(?:render|get_template|extends|include|import|from)\W{1,3}(?:request, )?[\"']([\w/.-]+\.html)[\"']"
    )
    sources = [*python_files("jishi"), *TEMPLATES.rglob("*.html")]
    missing = sorted(
        {
            name
            for path in sources
            for name in rendered.findall(path.read_text(encoding="utf-8"))
            if not (TEMPLATES / name).is_file()
        }
    )
    assert missing == []
