"""Rows of text out of CSV and XLSX files as people send them: any usual encoding, any line break, torn quotes.

A line number is the one an editor shows: of a record that spans several lines, its first.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jishi.flows.importing.workbooks import is_workbook, opened, string_number
from jishi.kernel.errors import Invalid, TooLarge

MAX_BYTES = 200 * 1024 * 1024
ENCODINGS = (("utf-8-sig", "strict"), ("gb18030", "strict"), ("utf-8-sig", "replace"), ("gb18030", "replace"))
DELIMITERS = ",\t;"
HEADER_WITHIN = 10  # records above which the header must stand: titles and notes are often put on top
LONGEST = 2_000  # lines of one record; a quote that is open for longer was never closed
TORN = "引号没有成对，无法分清各列"
GARBLED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Line:
    """One record, or, with ``torn``, lines of which no record could be made."""

    number: int
    cells: tuple[str, ...]
    torn: bool = False

    @property
    def blank(self) -> bool:
        return not self.torn and not any(cell.strip() for cell in self.cells)


class NoHeader(Invalid):
    """None of the tables in the file has a header that is known."""


Header = Callable[[Sequence[str]], bool]  # are these cells the header?
Row = Callable[[Sequence[str], Sequence[str]], bool]  # do these cells look like a row under that header?


@dataclass(frozen=True, slots=True)
class Sheet:
    header: Line
    lines: list[Line]


def read_sheet(path: Path, is_header: Header, is_row: Row) -> Sheet:
    """The first table in the file with a header. Raises ``Invalid`` if the file cannot be read or has none."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TooLarge(f"{path.name} 超过200MB，请分成几个文件")
    tables = _workbook(path) if is_workbook(path) else _texts(path.read_bytes(), is_header, is_row)
    for table in tables:
        sheet = _headed(table, is_header)
        if sheet is not None:
            return sheet
    raise NoHeader(f"{path.name}：没有找到认识的表头")


def _headed(table: Iterator[Line], is_header: Header) -> Sheet | None:
    for _, line in zip(range(HEADER_WITHIN), table, strict=False):
        if is_header(line.cells):
            return Sheet(line, [found for found in table if not found.blank])
    return None


def _workbook(path: Path) -> Iterator[Iterator[Line]]:
    try:
        with opened(path) as book:
            strings = list(book.strings())
            for sheet in book.sheets:
                yield (
                    Line(number, ("",) * block.left + tuple(_shown(cell, strings) for cell in row))
                    for block in sheet.blocks()
                    for number, row in enumerate(block.rows, start=block.line)
                )
    except Invalid as refusal:
        raise Invalid(f"{path.name}：{refusal.message}") from refusal


def _shown(cell: Any, strings: Sequence[str]) -> str:
    number = string_number(cell)
    return written(cell) if number is None else strings[number]


def written(cell: Any) -> str:
    """A cell of a workbook as it would stand in a CSV file."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return str(cell)


def _texts(content: bytes, is_header: Header, is_row: Row) -> Iterator[Iterator[Line]]:
    """The file read in every way that could be meant; the first with a header is right."""
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding, errors in (("utf-16", "replace"),) if wide else ENCODINGS:
        try:
            text = content.decode(encoding, errors)
        except UnicodeDecodeError:
            continue
        lines = list(io.StringIO(text, newline=""))
        for delimiter in DELIMITERS:
            yield _Records(lines, delimiter, is_header, is_row).read()


class _Records:
    """The records of a CSV text, with a fresh start after every place where a quote was never closed."""

    def __init__(self, lines: list[str], delimiter: str, is_header: Header, is_row: Row) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.is_header = is_header
        self.is_row = is_row
        self.header: Sequence[str] | None = None

    def read(self) -> Iterator[Line]:
        csv.field_size_limit(MAX_BYTES)
        at = 0
        while at < len(self.lines):
            line, at = self._next(at)
            if self.header is None and self.is_header(line.cells):
                self.header = line.cells
            yield line

    def _next(self, at: int) -> tuple[Line, int]:
        """The record that begins at ``at`` and where the next begins."""
        cells, after = self._record(at, strict=True)
        if cells is not None and (after == at + 1 or self.header is None or self._looks_right(cells)):
            return Line(at + 1, cells), after
        if cells is None:
            loose, _ = self._record(at, strict=False, longest=1)
            closed = self.lines[at].count('"') % 2 == 0
            if loose is not None and (self.header is None or (closed and self._looks_right(loose))):
                return Line(at + 1, loose), at + 1
            after = len(self.lines)
        restart = self._restart(at + 1, after)
        if restart is None and cells is not None:
            return Line(at + 1, cells), after
        return Line(at + 1, (), torn=True), after if restart is None else restart

    def _record(self, at: int, *, strict: bool, longest: int = LONGEST) -> tuple[tuple[str, ...] | None, int]:
        feed = (self.lines[k] for k in range(at, min(len(self.lines), at + longest)))
        reader = csv.reader(feed, delimiter=self.delimiter, strict=strict)
        try:
            cells = next(reader)
        except csv.Error:
            return None, at + 1
        return tuple(cells), at + reader.line_num

    def _looks_right(self, cells: Sequence[str]) -> bool:
        return self.header is not None and self.is_row(self.header, cells)

    def _restart(self, start: int, end: int) -> int | None:
        for at in range(start, end):
            cells, _ = self._record(at, strict=True)
            if cells is not None and self._looks_right(cells):
                return at
        return None
