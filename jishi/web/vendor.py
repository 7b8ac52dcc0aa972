"""Copies the front-end files the pages serve out of the installed npm packages: ``python -m jishi.web.vendor``.

Nothing is bundled. An explicit list keeps source maps, unused builds and 6,000 unused icons out of the release, and
of Tabler's style sheet only the rules whose names stand in our pages are kept: 13 KB gzipped instead of 79.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from jishi.web.icons import ICONS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "frontend" / "node_modules"
TARGET = Path(__file__).resolve().parent / "static" / "vendor"

FILES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
}
# Licences that must travel with the files; Tabler says its own in the first lines of its style sheet.
LICENCES = {
    "tabler-icons.LICENSE": "@tabler/icons/LICENSE",
    "htmx.LICENSE": "htmx.org/LICENSE",
    "maplibre-gl.LICENSE": "maplibre-gl/LICENSE.txt",
}
STYLES = "@tabler/core/dist/css/tabler.min.css"
# Where a class name may stand: templates, the Python that writes small marks, and our own scripts.
USED_IN = ("templates/**/*.html", "**/*.py", "static/jishi/*.js")
SOURCE_MAP = re.compile(r"^(?:/\*|//)# sourceMappingURL=.*$", re.MULTILINE)
DRAWING = re.compile(r"<svg(?P<head>.*?)>(?P<body>.*)</svg>", re.DOTALL)
BLANK = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def icon_source(name: str) -> Path:
    """Where the package keeps the drawing: ``star-filled`` lies in another folder than ``star``."""
    folder, stem = ("filled", name.removesuffix("-filled")) if name.endswith("-filled") else ("outline", name)
    return PACKAGES / "@tabler/icons/icons" / folder / f"{stem}.svg"


def symbol(name: str) -> str:
    """One icon as a ``<symbol>``; the stroke comes from the page's own style."""
    drawing = DRAWING.search(icon_source(name).read_text("utf-8"))
    if drawing is None:
        raise ValueError(f"{name} is not an SVG drawing")
    lines = drawing["body"].replace(BLANK, "").split()
    paint = ' fill="currentColor" stroke="none"' if name.endswith("-filled") else ""
    return f'<symbol id="{name}" viewBox="0 0 24 24"{paint}>{" ".join(lines)}</symbol>'


def sprite() -> str:
    """All used icons in one file, drawn on the page with ``<use href="…#name">``."""
    symbols = "\n".join(symbol(name) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def used_styles() -> str:
    """Tabler's rules for the names our pages use, by PurgeCSS; its licence comment stays on top."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        raise FileNotFoundError(2, "no node", "node")
    tool = PACKAGES / "purgecss" / "bin" / "purgecss.js"
    pages = [str(Path(__file__).resolve().parent / pattern) for pattern in USED_IN]
    source = PACKAGES / STYLES
    arguments = [node, str(tool), "--css", str(source), "--content", *pages]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)  # noqa: S603 — our own list
    kept: str = json.loads(done.stdout)[0]["css"]
    licence = re.match(r"(?:@charset[^;]*;)?\s*(/\*!.*?\*/)", source.read_text("utf-8"), re.DOTALL)
    if licence is not None and licence[1] not in kept:
        kept = f"{licence[1]}\n{kept}"
    return SOURCE_MAP.sub("", kept)


def write(target: Path, text: str) -> bool:
    """Write the file unless it already says so; returns whether anything changed."""
    if target.exists() and target.read_text("utf-8") == text:
        return False
    target.write_text(text, "utf-8")
    return True


def copy_all() -> int:
    """Bring the vendor folder up to date. Returns the number of files written.

    Raises FileNotFoundError when the packages are not installed (``npm ci`` in frontend/).
    """
    wanted = {name: SOURCE_MAP.sub("", (PACKAGES / path).read_text("utf-8")) for name, path in FILES.items()}
    wanted |= {name: (PACKAGES / path).read_text("utf-8") for name, path in LICENCES.items()}
    wanted["icons.svg"] = sprite()
    wanted["tabler.css"] = used_styles()
    TARGET.mkdir(parents=True, exist_ok=True)
    for stale in TARGET.iterdir():
        if stale.name not in wanted:
            stale.unlink()
    return sum(write(TARGET / name, text) for name, text in wanted.items())


def main() -> None:
    try:
        written = copy_all()
    except FileNotFoundError as missing:
        sys.exit(f"{missing.filename} 不存在：请先在 frontend/ 里运行 npm ci")
    sys.stderr.write(f"static/vendor: {written} files written\n")


if __name__ == "__main__":
    main()
