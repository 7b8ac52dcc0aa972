"""A file of many rows as a frame of text, one column a meaning, with the line of each row.

Most CSV files are read by polars, in pieces, so that only the columns that mean something stay. What it stumbles over
(torn quotes, rows of another width, cells with line breaks) goes the slow and patient way of ``sheets``; line
numbers are true either way. Workbooks come piece by piece (``workbooks``).
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from jishi.flows.importing.layouts import heading
from jishi.flows.importing.register_columns import guessed
from jishi.flows.importing.sheets import DELIMITERS, HEADER_WITHIN, NoHeader, read_sheet, written
from jishi.flows.importing.workbooks import MARK, Block, Merged, Sheet, Workbook, is_workbook, opened, string_number
from jishi.kernel.errors import Invalid, TooLarge

MAX_BYTES = 1024 * 1024 * 1024
_STRINGS_AT_ONCE = 200_000
_LEAST = 3  # headings a line must have to be the header
_PIECE = 16 * 1024 * 1024
_BEGINNING = 256 * 1024
TORN = "form"  # the column that says what is wrong with the row as a whole
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a file begins with: its headings, the line they stand in, and the first rows below them."""

    headings: list[str]
    line: int
    below: list[list[str]]
    encoding: str = ""  # of a text
    delimiter: str = ""
    sheet: str = ""  # of a workbook


def header_of(path: Path) -> list[str]:
    """The headings of a file, each once; raises Invalid with the reason if there are none."""
    return beginning_of(path).headings


def samples_of(path: Path, count: int = 3) -> dict[str, list[str]]:
    """The first values of each column, to see what it holds."""
    found = beginning_of(path)
    return {name: [row[n] for row in found.below[:count] if n < len(row)] for n, name in enumerate(found.headings)}


def headings_of(cells: Sequence[str]) -> list[str]:
    """The cells as headings; the second of two alike is told apart: 联系电话（2）."""
    names: list[str] = []
    for name in map(heading, cells):
        number = 2
        told = name
        while told and told in names:
            told, number = f"{name}（{number}）", number + 1
        names.append(told)
    return names


def beginning_of(path: Path) -> Beginning:
    """The header of a file is the one of its first lines that says most; raises Invalid if there is none."""
    if not path.is_file():
        raise Invalid("文件已不在，请重新上传。")
    size = path.stat().st_size
    if size == 0:
        raise Invalid("这个文件是空的。")
    if size > MAX_BYTES:
        raise TooLarge("文件超过1GB，请分成几个文件。")
    return _beginning_of_workbook(path) if is_workbook(path) else _beginning_of_text(path)


def _headed(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, int] | None:
    """Of numbered rows the place of the header and how many of its headings are usual ones; a line such as
    “填报单位：某社区” is none."""
    best: tuple[int, int] | None = None
    for place, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        told = [cell for cell in cells if cell.strip() and not set("：:") & set(cell)]
        usual = len(guessed(cells))
        if len(told) >= _LEAST and (best is None or usual > best[1]):
            best = place, usual
    return best


def _nothing() -> NoHeader:
    return NoHeader(f"没有找到表头：前{HEADER_WITHIN}行里没有一行有三个以上的列名。")


def _beginning_of_workbook(path: Path) -> Beginning:
    """The sheet whose header says a name; Invalid if several hold people, lest one be forgotten."""
    found: list[Beginning] = []
    with opened(path) as book:
        for sheet in book.sheets:
            rows = _first_rows(book, sheet)
            headed = _headed(rows)
            if headed is not None:
                line, cells = rows[headed[0]]
                below = [row for _, row in rows[headed[0] + 1 :]]
                found.append(Beginning(headings_of(cells), line, below, sheet=sheet.name))
    named = [one for one in found if "name" in guessed(one.headings) and one.below]
    if len(named) > 1:
        names = "、".join(f"“{one.sheet}”" for one in named)
        raise Invalid(f"这个文件有{len(named)}张名册：{names}。请放进一张工作表，或分开上传。")
    if not found:
        raise _nothing()
    return named[0] if named else found[0]


def _first_rows(book: Workbook, sheet: Sheet) -> list[tuple[int, list[str]]]:
    every = (
        (line, [""] * block.left + row) for block in sheet.blocks() for line, row in enumerate(block.rows, block.line)
    )
    rows = list(islice(every, 2 * HEADER_WITHIN))
    numbers = [number for _, cells in rows for cell in cells if (number := string_number(cell)) is not None]
    strings = list(islice(book.strings(), max(numbers, default=-1) + 1))
    return [(line, [_shown(cell, strings) for cell in cells]) for line, cells in rows]


def _shown(cell: Any, strings: Sequence[str]) -> str:
    number = string_number(cell)
    return strings[number] if number is not None else _text(cell)


def _beginning_of_text(path: Path) -> Beginning:
    with path.open("rb") as file:
        piece = file.read(_BEGINNING)
    if b"\0" in piece and piece[:2] not in _WIDE:
        raise Invalid("这不是 XLSX、XLS 或 CSV 文件。请用表格程序打开，另存为 XLSX 后再试。")
    encoding = _encoding_of(piece)
    text = piece.decode(encoding, "ignore")
    best: tuple[int, Beginning] | None = None
    for delimiter in DELIMITERS:
        rows = _records(text, delimiter)
        headed = _headed(rows)
        if headed is None or (best is not None and headed[1] <= best[0]):
            continue
        line, cells = rows[headed[0]]
        below = [row for _, row in rows[headed[0] + 1 :]]
        best = headed[1], Beginning(headings_of(cells), line, below, encoding, delimiter)
    if best is None:
        raise _nothing()
    return best[1]


def _encoding_of(piece: bytes) -> str:
    if piece[:2] in _WIDE:
        return "utf-16"
    whole = piece[: piece.rfind(b"\n") + 1] or piece
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records with the line each begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, before = [], 0
    try:
        for cells in islice(reader, 2 * HEADER_WITHIN):
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error:  # a quote that swallows all the rest: what stands above it is enough
        return rows
    return rows


def read_rows(path: Path, columns: Mapping[str, str]) -> pl.DataFrame:
    """Every row that is not blank: ``line`` (Int64), ``form`` (what is wrong with the row as a whole, or null), and a
    text column for every meaning of ``columns``."""
    start = beginning_of(path)
    missing = [name for name in columns.values() if name not in start.headings]
    if missing:
        raise Invalid(f"文件里没有“{missing[0]}”这一列，请重新对应。", field="columns")
    if is_workbook(path):
        return _from_workbook(path, start, columns)
    quick = _quickly(path, start, columns)
    return _filled(quick if quick is not None else _patiently(path, columns), columns)


def _filled(rows: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    filled = pl.any_horizontal(pl.col(meaning).is_not_null() for meaning in columns)
    return rows.filter(filled | pl.col(TORN).is_not_null())


def _quickly(path: Path, start: Beginning, columns: Mapping[str, str]) -> pl.DataFrame | None:
    """The file read by polars, some megabytes at a time; None if a line of it is not simply one row."""
    places = {meaning: start.headings.index(name) for meaning, name in columns.items()}
    schema = {str(place): pl.String for place in range(len(start.headings))}
    named = [pl.col(str(place)).alias(meaning) for meaning, place in places.items()]
    parts = [pl.DataFrame(schema=dict.fromkeys(places, pl.String))]
    try:
        for piece in _pieces(path, start.encoding, start.line):
            # All columns: a row with too many cells is only found out where all are looked at.
            found = pl.read_csv(piece, has_header=False, schema=schema, separator=start.delimiter)
            if found.height != piece.count(b"\n") + (not piece.endswith(b"\n")):
                return None
            parts.append(_emptied(found.select(named)))
    except (pl.exceptions.PolarsError, UnicodeError):
        return None
    return _numbered(pl.concat(parts), first_line=start.line + 1)


def _pieces(path: Path, encoding: str, above: int) -> Iterator[bytes]:
    """What stands below the first lines, in UTF-8 and always whole lines. Raises UnicodeError for what is not in the
    encoding."""
    if encoding == "utf-8-sig":
        with path.open("rb") as file:
            for _ in range(above):
                file.readline()
            while piece := file.read(_PIECE):
                yield piece + file.readline()
        return
    with path.open(encoding=encoding, newline="\n") as text:
        for _ in range(above):
            text.readline()
        while some := text.read(_PIECE):
            yield (some + text.readline()).encode()


def _patiently(path: Path, columns: Mapping[str, str]) -> pl.DataFrame:
    wanted = set(columns.values())

    def is_header(cells: Sequence[str]) -> bool:
        return wanted <= set(headings_of(cells))

    sheet = read_sheet(path, is_header, lambda header, cells: len(cells) == len(header))
    names = headings_of(sheet.header.cells)
    width = len(names)
    places = {meaning: names.index(name) for meaning, name in columns.items()}
    data: dict[str, list[Any]] = {meaning: [] for meaning in columns}
    for line in sheet.lines:
        for meaning, at in places.items():
            data[meaning].append(line.cells[at] if at < len(line.cells) else None)
    found = _emptied(pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String)))
    return found.with_columns(
        pl.Series("line", [line.number for line in sheet.lines], pl.Int64),
        pl.Series(TORN, [_form(line.cells, line.torn, width) for line in sheet.lines], pl.String),
    )


def _form(cells: Sequence[str], torn: bool, width: int) -> str | None:
    if torn:
        return "引号没有成对，无法分清各列"
    if any(cell.strip() for cell in cells[width:]):
        return f"列数不符：表头{width}列，本行{len(cells)}列"
    return "有无法识别的字符，文件在传送中可能损坏" if any("\ufffd" in cell for cell in cells) else None


def _from_workbook(path: Path, start: Beginning, columns: Mapping[str, str]) -> pl.DataFrame:
    places = {meaning: start.headings.index(name) for meaning, name in columns.items()}
    with opened(path) as book:
        sheet = next(one for one in book.sheets if one.name == start.sheet)
        parts = [_part(Block(1, 0, []), 0, places)]
        parts += [_part(block, start.line, places) for block in sheet.blocks()]
        found = pl.concat(parts)
        del parts
        found = _with_strings(found, book.strings)
    found = _emptied(found.drop("line")).with_columns(found["line"], pl.lit(None, pl.String).alias(TORN))
    return _spread(_filled(found, columns), found, sheet.merged, places)


def _part(block: Block, above: int, places: Mapping[str, int]) -> pl.DataFrame:
    """The rows of a block below the line ``above``."""
    first = max(block.line, above + 1)
    across = list(zip(*block.rows[first - block.line :], strict=True))
    count = len(across[0]) if across else 0

    def cells(at: int) -> list[str | None]:
        inside = block.left <= at < block.left + len(across)
        return (
            [cell if type(cell) is str else _text(cell) for cell in across[at - block.left]]
            if inside
            else [None] * count
        )

    lines = pl.DataFrame({"line": range(first, first + count)}, schema={"line": pl.Int64})
    return lines.with_columns(pl.Series(meaning, cells(at), pl.String) for meaning, at in places.items())


def _text(cell: Any) -> str:
    """A day stays a day: a workbook writes it as midnight."""
    return cell if type(cell) is str else written(cell).removesuffix(" 00:00:00")


def _with_strings(rows: pl.DataFrame, strings: Callable[[], Iterator[str]]) -> pl.DataFrame:
    """The shared strings in the place of their numbers."""
    given, parts = strings(), [pl.Series([], dtype=pl.String)]
    while taken := list(islice(given, _STRINGS_AT_ONCE)):
        parts.append(pl.Series(taken, dtype=pl.String))
    shared = pl.concat(parts)
    if not len(shared):
        return rows
    for name in rows.columns[1:]:
        number = rows[name].str.strip_prefix(MARK).cast(pl.UInt32, strict=False)
        number = pl.select(pl.when(rows[name].str.starts_with(MARK)).then(number)).to_series()
        rows = rows.with_columns(pl.coalesce(shared.gather(number), pl.col(name)).alias(name))
    return rows


def _spread(
    rows: pl.DataFrame, every: pl.DataFrame, merged: Sequence[Merged], places: Mapping[str, int]
) -> pl.DataFrame:
    """What stands in a cell merged over several rows holds for each of them."""
    for meaning, at in places.items():
        below = [(line, one.first) for one in merged if one.column == at for line in range(one.first + 1, one.last + 1)]
        if not below:
            continue
        told = pl.DataFrame(below, schema={"line": pl.Int64, "from": pl.Int64}, orient="row")
        said = told.join(every.select(pl.col("line").alias("from"), pl.col(meaning).alias("said")), on="from")
        rows = rows.join(said.select("line", "said").unique("line"), on="line", how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce(meaning, "said").alias(meaning)).drop("said")
    return rows


def _emptied(rows: pl.DataFrame) -> pl.DataFrame:
    """Blanks around are none of the value, and an empty cell says nothing. An apostrophe before = + - @ is the one
    we write ourselves so that no program takes the value for a formula."""
    for name in rows.columns:  # one after the other: of a million rows two copies would stand side by side
        stripped = pl.col(name).str.strip_chars().str.replace(r"^'([=+\-@])", "$1")
        rows = rows.with_columns(stripped).with_columns(pl.when(pl.col(name) != "").then(pl.col(name)))
    return rows


def _numbered(rows: pl.DataFrame, first_line: int) -> pl.DataFrame:
    return rows.with_row_index("line", offset=first_line).with_columns(
        pl.col("line").cast(pl.Int64), pl.lit(None, pl.String).alias(TORN)
    )
