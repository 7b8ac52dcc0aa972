"""Which test shows which capability: `python -m tests.capabilities` writes docs/reference/capabilities.md.

The marks are read from the source, so neither Django nor the tests are imported. A mark on a module
(`pytestmark`) or class counts for all tests in it.
"""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "docs" / "reference" / "requirements.csv"
PAGE = ROOT / "docs" / "reference" / "capabilities.md"

HEAD = """# What is shown by which test

Written by `python -m tests.capabilities` from the marks on the tests; a test fails when this page is stale.
Nothing counts as done without a test named here. `C` is a capability, `K22-I2` an invariant and `K22-B3` a
bad case of a mechanism, `G2` what must hold everywhere, `L02` a rule that follows from law or ethics. The texts
are in `requirements.csv`.
"""

SECTIONS = (
    ("Capabilities", "C"),
    ("Mechanisms", "K"),
    ("Always and everywhere", "G"),
    ("Law and ethics", "L"),
)


def requirements() -> dict[str, str]:
    with REQUIREMENTS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["text"] for row in csv.DictReader(file)}


def marks() -> dict[str, list[str]]:
    """Requirement id -> the tests that carry it, as `tests/matters/test_x.py::test_name`, sorted."""
    shown: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for test, ids in _tests(tree.body, _module_marks(tree.body)):
            for one in ids:
                shown[one].add(f"{path.relative_to(ROOT).as_posix()}::{test}")
    return {one: sorted(tests) for one, tests in sorted(shown.items())}


def page() -> str:
    """The whole page as Markdown."""
    known, shown = requirements(), marks()
    parts = [HEAD]
    for title, letter in SECTIONS:
        rows = [(one, known.get(one, "not a requirement"), tests) for one, tests in shown.items() if one[0] == letter]
        total = sum(one[0] == letter and (letter != "K" or "-" in one) for one in known)
        parts.append(f"\n## {title}: {len(rows)} of {total}\n\n| id | what | shown by |\n| --- | --- | --- |\n")
        parts += [f"| {one} | {_cell(text)} | {_links(tests)} |\n" for one, text, tests in rows]
    waiting = [one for one in known if one[0] == "C" and one not in shown]
    parts.append(f"\n## Capabilities not shown yet\n\n{' '.join(waiting)}\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _links(tests: Iterable[str]) -> str:
    return "<br>".join(f"`{test.removeprefix('tests/')}`" for test in tests)


def _tests(body: list[ast.stmt], above: set[str]) -> Iterator[tuple[str, set[str]]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, above | _decorators(node) | _module_marks(node.body))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name, above | _decorators(node)


def _decorators(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    return {one for decorator in node.decorator_list for one in _ids(decorator)}


def _module_marks(body: list[ast.stmt]) -> set[str]:
    return {
        one
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for one in _ids(node.value)
    }


def _ids(node: ast.expr) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.capability":
            yield from (ast.literal_eval(argument) for argument in call.args)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
