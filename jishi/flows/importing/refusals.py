"""The rows that were not taken in, as a sheet to put right and bring again."""

import csv
from collections.abc import Mapping
from pathlib import Path

from jishi.flows.importing.sheets import Sheet


def write_refused(path: Path, sheet: Sheet, reasons: Mapping[int, str]) -> None:
    """The refused rows as a CSV that Excel opens: the columns of the file, then the line and the reason.

    ``reasons`` are by line.
    """
    width = len(sheet.header.cells)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*sheet.header.cells, "行号", "原因"])
        for line in sheet.lines:
            if line.number in reasons:
                padded = [*line.cells, *[""] * width][:width]
                writer.writerow([*padded, line.number, reasons[line.number]])
