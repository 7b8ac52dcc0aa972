"""Text files of a place read so that every complaint can name its file and line: CSV rows and YAML sections."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from jishi.territory.rules.loading import Problem

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file; values are stripped, a column the file does not have is empty."""

    file: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


def _decoded(file: str, data: bytes, problems: list[Problem]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(Problem(file, line, "不是UTF-8编码的文本，请另存为UTF-8后再装载"))
        return ""


def read_csv(file: str, data: bytes, columns: Iterable[str], problems: list[Problem]) -> list[Row]:
    """The rows of a CSV file; what is wrong with the file or a line is added to ``problems``.

    ``columns`` must all be there; further columns are kept. Empty lines are passed over.
    """
    text = _decoded(file, data, problems)
    if not text:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    header: list[str] = []
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not header:
                header = [cell.strip() for cell in cells]
                missing = [column for column in columns if column not in header]
                if missing:
                    problems.append(Problem(file, line, f"缺少列：{'、'.join(missing)}"))
                    return []
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    problems.append(Problem(file, line, f"有{len(cells)}列，应为{len(header)}列"))
                else:
                    values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
                    rows.append(Row(file, line, values))
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, f"不是有效的CSV:{error}"))
    return rows


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain values, with the line each value begins on."""

    file: str
    content: dict[str, Any]
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def _lines_of(node: yaml.Node, path: Path, document: str, problems: list[Problem]) -> dict[Path, int]:
    lines = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            if inner in lines:
                problems.append(Problem(document, key.start_mark.line + 1, f"“{key.value}”写了两次"))
            lines |= _lines_of(value, inner, document, problems)
            lines[inner] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines |= _lines_of(value, (*path, index), document, problems)
    return lines


def read_yaml(file: str, data: bytes, problems: list[Problem]) -> Document:
    """A YAML mapping with the lines of its values; what is wrong with it is added to ``problems``."""
    text = _decoded(file, data, problems)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        lines = _lines_of(node, (), file, problems) if node is not None else {}
        content = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.append(Problem(file, mark.line + 1 if mark else 1, f"不是有效的YAML：{error.problem}"))
        return Document(file, {}, {})
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a control character, a 13th month, a deep nest
        problems.append(Problem(file, 1, f"不是有效的YAML：{type(error).__name__}"))
        return Document(file, {}, {})
    if not isinstance(content, dict):
        problems.append(Problem(file, 1, "应是“名称: 值”的结构"))
        return Document(file, {}, {})
    return Document(file, content, lines)


@dataclass(frozen=True)
class Section:
    """One mapping inside a document. Asking for a value that is missing or of a wrong type notes a problem and
    gives an empty value, so that one reading finds everything that is wrong."""

    document: Document
    value: Mapping[str, Any]
    path: Path = ()
    problems: list[Problem] = field(default_factory=list)

    def fail(self, reason: str, *keys: str | int) -> None:
        self.problems.append(Problem(self.document.file, self.document.line((*self.path, *keys)), reason))

    def _typed(self, key: str, kind: type, default: Any, wanted: str) -> Any:
        value = self.value.get(key, default)
        if value is None:
            self.fail(f"缺少“{key}”")
            return kind()
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fail(f"“{key}”应是{wanted}", key)
            return kind()
        return value

    def text(self, key: str, default: str | None = None, *, choices: Iterable[str] = ()) -> str:
        before = len(self.problems)
        value = self._typed(key, str, default, "文字")
        if len(self.problems) > before:
            return ""
        allowed = tuple(choices)
        if allowed and value and value not in allowed:
            self.fail(f"“{key}”是“{value}”，只能是：{'、'.join(allowed)}", key)
            return ""
        if default is None and key in self.value and not str(value).strip():
            self.fail(f"“{key}”不能为空", key)
        return str(value).strip()

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        before = len(self.problems)
        value = self._typed(key, int, default, "整数")
        if len(self.problems) == before and key in self.value and value < least:
            self.fail(f"“{key}”不能小于{least}", key)
        return int(value)

    def flag(self, key: str, default: bool = False) -> bool:
        return bool(self._typed(key, bool, default, "true或false"))

    def entries(self, key: str, *, required: bool = True) -> list[Any]:
        before = len(self.problems)
        value = self._typed(key, list, None if required else [], "列表")
        if len(self.problems) == before and required and not value:
            self.fail(f"“{key}”不能是空列表", key)
        return list(value)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        found = self.entries(key, required=required)
        for index, item in enumerate(found):
            if not isinstance(item, str) or not item.strip():
                self.fail(f"“{key}”的每一项应是文字", key, index)
        return tuple(str(item).strip() for item in found)

    def inner(self, key: str) -> "Section":
        value = self._typed(key, dict, None, "“名称: 值”的结构")
        return Section(self.document, value, (*self.path, key), self.problems)

    def sections(self, key: str, *, required: bool = True) -> list["Section"]:
        found = []
        for index, item in enumerate(self.entries(key, required=required)):
            if isinstance(item, dict):
                found.append(Section(self.document, item, (*self.path, key, index), self.problems))
            else:
                self.fail(f"“{key}”的每一项应是“名称: 值”的结构", key, index)
        return found

    def only(self, *keys: str) -> None:
        """Notes every key that means nothing here: a misspelt key would otherwise be silently without effect."""
        for key in self.value:
            if key not in keys:
                self.fail(f"不认识“{key}”，这里可以写：{'、'.join(keys)}", str(key))
