"""Static files as they are served after `collectstatic`, from a folder of their own."""

import pytest
from django.core.management import call_command
from django.test.utils import override_settings

from jishi.web import vendor
from jishi.web.storage import HashedStorage


@pytest.fixture
def sources(tmp_path, settings):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "jishi").mkdir(parents=True)
    target.mkdir()
    (source / "jishi" / "page.js").write_text('import { a } from "./a.js";\nimport("./b.js");\n')
    (source / "jishi" / "a.js").write_text("export const a = 1;\n")
    (source / "jishi" / "b.js").write_text("export const b = 2;\n")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = target
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return target


def test_before_anything_is_collected_names_are_plain(sources):
    assert HashedStorage().url("jishi/page.js") == "/static/jishi/page.js"


def test_collected_files_have_hashed_names_also_inside_each_other(sources):
    call_command("collectstatic", interactive=False, verbosity=0)
    with override_settings(DEBUG=False):
        storage = HashedStorage()
        url = storage.url("jishi/page.js")
        assert url != "/static/jishi/page.js"
        text = (sources / url.removeprefix("/static/")).read_text()
        assert storage.url("jishi/a.js").rsplit("/", 1)[1] in text
        assert storage.url("jishi/b.js").rsplit("/", 1)[1] in text
        assert (sources / f"{url.removeprefix('/static/')}.br").exists() or len(text) < 200
        assert storage.url("jishi/not-collected.js") == "/static/jishi/not-collected.js"


def test_the_packages_hold_every_file_we_take(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "vendor")
    written = vendor.copy_all()
    assert written == len(vendor.FILES) + len(vendor.LICENCES) + len(["icons.svg", "tabler.css"])
    assert vendor.copy_all() == 0
    for name in vendor.FILES:
        assert "sourceMappingURL" not in (tmp_path / "vendor" / name).read_text("utf-8")


def test_without_packages_the_set_up_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "PACKAGES", tmp_path / "none")
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "vendor")
    with pytest.raises(SystemExit, match="npm ci"):
        vendor.main()
