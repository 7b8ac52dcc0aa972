"""A file of many rows as a frame of text, one column a meaning, with the line of each row.

Most files are read at once by polars. What it stumbles over (other encodings, torn quotes, rows of another width,
cells with line breaks) goes the slow and patient way of ``sheets``; line numbers are true either way.
"""

import mmap
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from jishi.flows.importing.layouts import heading
from jishi.flows.importing.sheets import HEADER_WITHIN, NoHeader, read_sheet, written
from jishi.kernel.errors import Invalid, TooLarge

MAX_BYTES = 1024 * 1024 * 1024
_ROWS_AT_ONCE = 50_000
_LEAST = 3  # headings a line must have to be the header
_PIECE = 4 * 1024 * 1024
TORN = "form"  # the column that says what is wrong with the row as a whole


def header_of(path: Path) -> list[str]:
    """The headings of a file, its first line with at least three; raises Invalid if there is none."""
    if not path.is_file():
        raise Invalid("文件已不在，请重新上传。")
    if path.stat().st_size > MAX_BYTES:
        raise TooLarge("文件超过1GB，请分成几个文件。")
    rows: Iterable[Sequence[str]] = _first_of_workbook(path) if is_workbook(path) else _first_of_text(path)
    for cells in rows:
        if sum(bool(cell.strip()) for cell in cells) >= _LEAST:
            return [heading(cell) for cell in cells]
    raise NoHeader("没有找到表头：前10行里没有一行有三个以上的列名。")


def samples_of(path: Path, count: int = 3) -> dict[str, list[str]]:
    """The first values of each column, to see what it holds."""
    cells = header_of(path)
    rows = _first_of_workbook(path) if is_workbook(path) else _first_of_text(path)
    at = next(n for n, row in enumerate(rows) if [heading(cell) for cell in row] == cells)
    below = rows[at + 1 : at + 1 + count]
    return {name: [row[n] for row in below if n < len(row)] for n, name in enumerate(cells)}


def is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _first_of_workbook(path: Path) -> list[list[str]]:
    sheet = _sheet(path)
    return [[written(cell) for cell in row] for row in islice(sheet.iter_rows(), HEADER_WITHIN)]


def _sheet(path: Path) -> Any:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        return workbook.get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid(f"{path.name} 不是可以读取的 XLSX 文件") from error


def _first_of_text(path: Path) -> list[list[str]]:
    with path.open("rb") as file:
        piece = file.read(256 * 1024)
    lines = piece.split(b"\n")
    short = b"\n".join(lines[:-1] if len(lines) > HEADER_WITHIN else lines)
    with tempfile.NamedTemporaryFile(suffix=".csv") as beginning:
        beginning.write(short)
        beginning.flush()
        try:
            found = read_sheet(Path(beginning.name), _headed, lambda header, cells: len(cells) == len(header))
        except NoHeader:
            return []
    return [list(found.header.cells), *[list(line.cells) for line in found.lines[:HEADER_WITHIN]]]


def _headed(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) >= _LEAST


def read_rows(path: Path, columns: Mapping[str, str]) -> pl.DataFrame:
    """Every row that is not blank: ``line`` (Int64), ``form`` (what is wrong with the row as a whole, or null), and a
    text column for every meaning of ``columns``."""
    cells = header_of(path)
    missing = [name for name in columns.values() if name not in cells]
    if missing:
        raise Invalid(f"文件里没有“{missing[0]}”这一列，请重新对应。", field="columns")
    if is_workbook(path):
        found = _from_workbook(path, cells, columns)
    else:
        quick = _quickly(path, cells, columns)
        found = quick if quick is not None else _patiently(path, columns)
    filled = pl.any_horizontal(pl.col(meaning).is_not_null() for meaning in columns)
    return found.filter(filled | pl.col(TORN).is_not_null())


def _quickly(path: Path, cells: list[str], columns: Mapping[str, str]) -> pl.DataFrame | None:
    """The file read by polars; None if a line of it is not simply one row in UTF-8."""
    with path.open("rb") as file:
        first = file.readline().decode("utf-8-sig", "replace")
    if [heading(cell.strip().strip('"')) for cell in first.rstrip("\r\n").split(",")] != cells:
        return None
    try:
        # All columns: a row with too many cells is only found out where all are looked at.
        found = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError):
        return None
    if found.width != len(cells) or found.height != _lines(path) - 1:
        return None
    by_place = {meaning: found.columns[cells.index(name)] for meaning, name in columns.items()}
    named = found.select(pl.col(name).alias(meaning) for meaning, name in by_place.items())
    return _numbered(_emptied(named), first_line=2)


def _lines(path: Path) -> int:
    """How many lines the file has; one that is not ended counts."""
    if not path.stat().st_size:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        count = sum(content[at : at + _PIECE].count(b"\n") for at in range(0, len(content), _PIECE))
        return count + (content[-1:] != b"\n")


def _patiently(path: Path, columns: Mapping[str, str]) -> pl.DataFrame:
    wanted = set(columns.values())

    def is_header(cells: Sequence[str]) -> bool:
        return wanted <= {heading(cell) for cell in cells}

    sheet = read_sheet(path, is_header, lambda header, cells: len(cells) == len(header))
    names = [heading(cell) for cell in sheet.header.cells]
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


def _from_workbook(path: Path, cells: list[str], columns: Mapping[str, str]) -> pl.DataFrame:
    rows = iter(_sheet(path).iter_rows())
    line = next(n for n, row in enumerate(rows, start=1) if [heading(written(cell)) for cell in row] == cells)
    places = {meaning: cells.index(name) for meaning, name in columns.items()}
    parts = [_part([], places)]
    while taken := list(islice(rows, _ROWS_AT_ONCE)):
        parts.append(_part(taken, places))
    return _numbered(_emptied(pl.concat(parts)), first_line=line + 1)


def _part(rows: list[list[Any]], places: Mapping[str, int]) -> pl.DataFrame:
    across = list(zip(*rows, strict=True))
    return pl.DataFrame(
        {meaning: _texts(across[at]) if across else [] for meaning, at in places.items()},
        schema=dict.fromkeys(places, pl.String),
    )


def _texts(cells: Sequence[Any]) -> list[str]:
    return [cell if type(cell) is str else _date_or_text(cell) for cell in cells]


def _date_or_text(cell: Any) -> str:
    """A day stays a day: a workbook writes it as midnight."""
    return written(cell).removesuffix(" 00:00:00")


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
