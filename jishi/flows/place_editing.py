"""An administrator changes a file of the place on a page: the same checks as for a folder, all or nothing.

The deployment keeps its own copy of the folder beside its data; what came with the program stays as it was.
"""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from jishi.flows.place_loading import Loaded, load_place
from jishi.flows.place_reading import COMMON
from jishi.kernel.errors import Invalid
from jishi.territory.queries import place
from jishi.territory.rules.actors import Actor

TEMPLATE = "place.yaml"
LONGEST = 200_000


def folder_in_use(key: str) -> Path:
    """The folder of a place: the deployment's own copy if it was ever changed, else the one that came along."""
    own = Path(settings.VAR_DIR) / "places" / key
    return own if (own / TEMPLATE).is_file() else Path(settings.PLACES_DIR) / key


def template_text() -> str:
    """The template in force as its file is written."""
    return (folder_in_use(place().key) / TEMPLATE).read_text(encoding="utf-8")


def change_template(*, text: str, by: Actor, now: dt.datetime) -> Loaded:
    """Load the place with ``text`` as its template and keep it; a text with mistakes changes nothing.

    Raises LoadRefused with every bad line.
    """
    if len(text) > LONGEST:
        raise Invalid("模板内容过长", field="text")
    return change_file(name=TEMPLATE, text=text, by=by, now=now)


def change_file(*, name: str, text: str, by: Actor, now: dt.datetime) -> Loaded:
    """Load the place with ``text`` in one of its files and keep it. Raises LoadRefused; then nothing changes."""
    key = place().key
    folder = folder_in_use(key)
    kept = Path(settings.VAR_DIR) / "places"
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as room:
        draft = Path(room) / key
        shutil.copytree(folder, draft)
        shutil.copytree(folder.parent / COMMON, Path(room) / COMMON)
        (draft / name).write_text(text.replace("\r\n", "\n"), encoding="utf-8")
        loaded = load_place(draft, by=by, now=now)
        _swap_in(Path(room) / COMMON, kept / COMMON)
        _swap_in(draft, kept / key)
    return loaded


def _swap_in(fresh: Path, target: Path) -> None:
    """Put a folder in its place; the one that stood there is gone afterwards."""
    old = fresh.with_name(f"{fresh.name}.old")
    if target.exists():
        target.replace(old)
    fresh.replace(target)
    shutil.rmtree(old, ignore_errors=True)
