"""House rules about the text of the program that no linter knows."""

import ast
import re

import pytest

from tests.architecture.source import ROOT, python_files, tracked

MOST_LINES = 400
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".html", ".js", ".css", ".sh", ".txt", ".lock", ".json", ".cfg"}
# Paths of one machine, and hosts that packages come from: neither belongs into what others check out.
# The words are put together here so that this file does not find itself.
MACHINE = re.compile(
    "|".join(
        [
            r"(?<![\w./<])/(?:work|root|home/\w+|opt/(?:pypi|wheels))/",
            r"/tmp/" + "plan",
            r"https?://[\w.-]*(?:pypi" + r"\.org|pythonhosted|npmjs|npmmirror|tuna\.tsinghua|aliyun)",
        ]
    )
)


def test_no_module_is_longer_than_it_can_be_read():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in python_files("jishi", "jishi_site", "tests")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_module_is_named_for_having_no_name():
    found = [
        path.relative_to(ROOT).as_posix()
        for path in python_files("jishi", "jishi_site", "tests")
        if FORBIDDEN_NAMES & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    assert found == []


def test_no_import_is_relative():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("jishi", "jishi_site", "tests")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert found == []


def test_no_machine_path_and_no_package_host_is_in_the_tree():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        if path.suffix in TEXT or path.name in {"Makefile", "run"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_pin_exactly_and_name_no_place(lock: str):
    lines = (ROOT / lock).read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin) for pin in pins)


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text()
    blocks = re.findall(r"(?:^dependencies|^dev|^bench) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2
    silent = [line for block in blocks for line in block.splitlines() if line.strip() and "# " not in line]
    assert silent == []


def test_clocks_are_read_only_at_the_edge():
    """Rules and actions are told the time; only pages, endpoints, commands, flows and the worker read a clock."""
    edge = {"web", "api", "cli", "flows", "demo"}
    called_by_django = {"jishi/accounts/sessions.py"}  # which tells it no time
    reading = re.compile(r"\b(?:timezone\.now|datetime\.now|datetime\.utcnow|date\.today|time\.time)\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files("jishi")
        if path.relative_to(ROOT).parts[1] not in edge and str(path.relative_to(ROOT)) not in called_by_django
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if reading.search(line)
    ]
    assert found == []
