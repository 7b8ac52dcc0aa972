"""The sheet of rows that stayed out: the columns of the file, then line, what became of the row, and the reason."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from jishi.flows.importing.frames import header_of, read_rows
from jishi.kernel.sheets import harmless

BEHIND = ("行号", "结果", "原因")
_TAKEN, _OUT = "已导入，待核实", "未导入"


def write_refused(path: Path, source: Path, refusals: Sequence[tuple[int, bool, str]]) -> None:
    """Write the rows of ``source`` that are named (line, whether the rest was taken, reason): as a workbook if ``path``
    ends with xlsx, else as a CSV that Excel opens."""
    header = header_of(source)
    rows = _rows(source, header, refusals)
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, [*header, *BEHIND], rows)
    else:
        write_text(path, [*header, *BEHIND], rows)


def _rows(source: Path, header: Sequence[str], refusals: Sequence[tuple[int, bool, str]]) -> Iterator[Sequence[str]]:
    told = {line: (taken, reason) for line, taken, reason in refusals}
    names = {str(place): name for place, name in enumerate(header)}
    named = {place: name for place, name in names.items() if name}
    found = read_rows(source, named).filter(pl.col("line").is_in(list(told)))
    for row in found.iter_rows(named=True):
        taken, reason = told[row["line"]]
        cells = [row.get(place) or "" for place in names]
        yield [*cells, str(row["line"]), _TAKEN if taken else _OUT, reason]


def write_workbook(path: Path, header: Sequence[str], rows: Iterator[Sequence[str]], note: str = "") -> None:
    """One sheet of text, row by row; ``note`` stands above the header and at the foot of every printed page."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        at = 0
        if note:
            sheet.set_footer(f"&L{note.replace('&', '&&')}&R&P/&N")
            sheet.write_string(0, 0, note)
            at = 1
        sheet.write_row(at, 0, header, workbook.add_format({"bold": True}))
        sheet.freeze_panes(at + 1, 0)
        for number, row in enumerate(rows, start=at + 1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, harmless(cell))


def write_text(path: Path, header: Sequence[str], rows: Iterator[Sequence[str]], note: str = "") -> None:
    """A CSV with the mark by which Excel knows UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        if note:
            writer.writerow([note])
        writer.writerow(header)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
