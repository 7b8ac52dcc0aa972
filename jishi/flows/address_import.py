"""Taking in a file of addresses (CSV or XLSX): one line a door or a room, its levels in columns."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses import actions
from jishi.addresses.rules.entries import Entry, names_of, read_point, split_names
from jishi.addresses.rules.levels import KEPT
from jishi.flows.importing.sheets import read_sheet
from jishi.kernel.errors import Invalid
from jishi.territory.rules.loading import Counts, LoadRefused, Problem

UNIT, EVERYDAY, FORMER, LONGITUDE, LATITUDE = "单元代码", "俗称", "曾用名", "经度", "纬度"
LEVELS = {level.label: level for level in KEPT}
# «单元» is an entrance here; the governance unit is meant by its code.
COLUMNS = (UNIT, *LEVELS, EVERYDAY, FORMER, LONGITUDE, LATITUDE)


def import_file(*, path: Path, by: Viewer, now: dt.datetime) -> Counts:
    """Add what is new in the file. Raises LoadRefused with every bad line; then nothing is added."""
    sheet = read_sheet(path, _is_header, lambda cells, header: len(cells) <= len(header))
    heads = [cell.strip() for cell in sheet.header.cells]
    unknown = [head for head in heads if head and head not in COLUMNS]
    if unknown:
        raise Invalid(f"不认识的列：{'、'.join(unknown)}。可用的列：{'、'.join(COLUMNS)}。")
    problems: list[Problem] = []
    entries: list[Entry] = []
    for line in sheet.lines:
        if line.blank:
            continue
        try:
            entries.append(_entry(dict(zip(heads, line.cells, strict=False)), path.name, line.number))
        except Invalid as refusal:
            problems.append(Problem(path.name, line.number, refusal.message.rstrip("。")))
    if problems:
        raise LoadRefused(problems)
    return actions.load(entries=entries, by=by, now=now)


def _is_header(cells: Sequence[str]) -> bool:
    return UNIT in {cell.strip() for cell in cells}


def _entry(row: Mapping[str, str], file: str, line: int) -> Entry:
    return Entry(
        unit_code=row.get(UNIT, "").strip(),
        names=names_of((level, row.get(label, "")) for label, level in LEVELS.items()),
        everyday=tuple(split_names(row.get(EVERYDAY, ""))),
        former=tuple(split_names(row.get(FORMER, ""))),
        point=read_point(row.get(LONGITUDE, "").strip(), row.get(LATITUDE, "").strip()),
        file=file,
        line=line,
    )
