"""Sheets for other programs: the rows that stayed out of an import, and lists that are taken out.

No cell of them can be carried out as a formula. The rows that stayed out come with the columns of their file, then the
line, what became of the row, and in the last column the reason; put right, the sheet can be brought again.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from jishi.kernel.sheets import harmless

if TYPE_CHECKING:
    from jishi.flows.importing.sheets import Sheet

BEHIND = ("行号", "结果", "原因")
_TAKEN, _OUT = "已导入，待核实", "未导入"
_ROWS_OF_A_SHEET = 1_000_000  # a workbook holds 1,048,576, title and header among them

Row = Sequence[str]


def write_refused(path: Path, source: Path, refusals: Sequence[tuple[int, bool, str]]) -> None:
    """Write the rows of the file ``source`` that are named (line, whether the rest was taken, reason): as a workbook if
    ``path`` ends with xlsx, else as a CSV that Excel opens."""
    # The library that reads files takes 60 MB; who only takes a list out does not load it.
    from jishi.flows.importing.frames import header_of

    header = header_of(source)
    write_table(path, [*header, *BEHIND], _rows_of_file(source, header, refusals))


def _rows_of_file(source: Path, header: Row, refusals: Sequence[tuple[int, bool, str]]) -> Iterator[Row]:
    import polars as pl

    from jishi.flows.importing.frames import read_rows

    told = {line: (taken, reason) for line, taken, reason in refusals}
    names = {str(place): name for place, name in enumerate(header)}
    named = {place: name for place, name in names.items() if name}
    found = read_rows(source, named).filter(pl.col("line").is_in(list(told)))
    for row in found.iter_rows(named=True):
        taken, reason = told[row["line"]]
        cells = [row.get(place) or "" for place in names]
        yield [*cells, str(row["line"]), _TAKEN if taken else _OUT, reason]


def write_refused_lines(path: Path, sheet: "Sheet", reasons: Mapping[int, str]) -> None:
    """The same for a file that has been read already, of which rows are taken whole or not; ``reasons`` are by line."""
    header = sheet.header.cells
    rows = (
        [*[*line.cells, *[""] * len(header)][: len(header)], str(line.number), reasons[line.number]]
        for line in sheet.lines
        if line.number in reasons
    )
    write_table(path, [*header, BEHIND[0], BEHIND[-1]], rows)


def write_table(path: Path, header: Row, rows: Iterable[Row], note: str = "") -> None:
    """A workbook if ``path`` ends with xlsx, else a CSV; ``note`` stands above the header."""
    write = write_workbook if path.suffix.lower() == ".xlsx" else write_text
    write(path, header, iter(rows), note)


def write_workbook(path: Path, header: Row, rows: Iterator[Row], note: str = "") -> None:
    """Sheets of text, row by row, a second one where one is full; ``note`` stands above the header and at the foot of
    every printed page."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        while True:
            sheet = workbook.add_worksheet()
            top = [[note], header] if note else [header]
            if note:
                sheet.set_footer(f"&L{note.replace('&', '&&')}&R&P/&N")
            sheet.freeze_panes(len(top), 0)
            for number, row in enumerate(chain(top, islice(rows, _ROWS_OF_A_SHEET))):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, harmless(cell), bold if number == len(top) - 1 else None)
            following = next(rows, None)
            if following is None:
                return
            rows = chain([following], rows)


def write_text(path: Path, header: Row, rows: Iterator[Row], note: str = "") -> None:
    """A CSV with the mark by which Excel knows UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in chain([[note]] if note else [], [header], rows):
            writer.writerow([harmless(cell) for cell in row])
