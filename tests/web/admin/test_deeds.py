"""Whatever is written into the audit trail can be read there in Chinese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jishi
from jishi.web.admin.deeds import LABELS, deed

WRITERS = {"record", "written", "_record", "_written", "_write", "_note"}
PREFIX = {"accounts": "accounts."}


def written_actions() -> Iterator[str]:
    """The actions that the rooms write as plain words; those put together from a table are in the table."""
    for path in sorted(Path(jishi.__file__).parent.glob("*/actions*/**/*.py")) + sorted(
        Path(jishi.__file__).parent.glob("*/actions.py")
    ):
        room = path.relative_to(Path(jishi.__file__).parent).parts[0]
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
                name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
                if name in WRITERS:
                    yield from (PREFIX.get(room, "") + word for word in _action(call, name))


def _action(call: ast.Call, name: str) -> Iterator[str]:
    named = [key.value for key in call.keywords if key.arg == "action"]
    for value in named or (call.args[:3] if name.startswith("_") else []):
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.islower():
            word = value.value
            if word.replace("_", "").replace(".", "").isascii() and word not in {"organizations", "place"}:
                yield word


def test_every_action_has_a_chinese_label():
    found = set(written_actions())
    assert len(found) > 20
    assert sorted(found - set(LABELS)) == []
    assert all(label and not label.isascii() for label in LABELS.values())


def test_an_unknown_action_is_shown_as_it_was_written():
    assert deed("matter.close") == "答复结案"
    assert deed("something.old") == "something.old"
