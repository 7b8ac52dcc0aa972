"""Rooms meet only at their public faces, and stand on each other in one order."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.architecture.source import ROOT

# These have no rooms' inside: everything in them is for all.
FREE = {"algorithms", "kernel", "orm"}
FACES = ("actions", "queries", "rules")
# What is loaded by its name in the settings, and may reach what the name stands for.
ENTRIES = {"web", "api", "cli"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("jishi", cache_dir=None)


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def crossings(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    return sorted(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if room_of(importer) and room_of(imported) and room_of(importer) != room_of(imported)
    )


def test_rooms_meet_only_at_the_public_face(graph: grimp.ImportGraph):
    wrong = [
        f"{importer} imports {imported}"
        for importer, imported in crossings(graph)
        if room_of(imported) not in FREE | {"flows", "demo"}
        and (len(parts := imported.split(".")) < 3 or parts[2] not in FACES)
    ]
    assert wrong == []


def test_there_are_crossings_to_judge(graph: grimp.ImportGraph):
    assert len(crossings(graph)) > 20


def test_importing_rules_does_not_import_django():
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for folder in ("jishi/*/rules/**/*.py", "jishi/*/rules.py", "jishi/kernel/*.py")
        for path in Path(ROOT).glob(folder)
    )
    assert len(modules) > 10
    imports = "\n".join(f"import {module.removesuffix('.__init__')}" for module in modules)
    program = f"{imports}\nimport sys\nassert 'django' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_room_package_is_empty():
    """Importing a room's rules runs the room's `__init__`, which must therefore do nothing."""
    filled = [
        path.relative_to(ROOT).as_posix() for path in ROOT.glob("jishi/*/__init__.py") if path.read_text().strip()
    ]
    assert filled == []
