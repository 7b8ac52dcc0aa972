"""Taking in a file of messages: every good row becomes a matter, once; every other row is told with its reason.

A matter's clocks run from the import, not from the day the message was written elsewhere: what lies years back would
be overdue before anybody saw it. When it was said first stands in the first line of its history.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import category
from jishi.flows.importing.layouts import Layout, fitting, known_layouts, read_layout
from jishi.flows.importing.naming import Gazetteer, Named
from jishi.flows.importing.refused import write_refused_lines
from jishi.flows.importing.rows import Reader, looks_like_row, places_of_headings
from jishi.flows.importing.sheets import Line, NoHeader, Sheet, read_sheet
from jishi.kernel.errors import DomainError, Invalid
from jishi.matters.actions.importing import register_many
from jishi.matters.queries.sources import numbers_by_source
from jishi.matters.rules.given import Receipt, Report
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.queries import units

BATCH = 200  # rows of one transaction: a crash undoes at most one batch, and the next run does it again
Progress = Callable[[str, int, int], None]


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    ALREADY = "already"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"accepted": "已登记", "already": "此前已导入", "refused": "未导入"}[self.value]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row: its matter number, or the reason why there is none."""

    line: int
    id: str
    outcome: Outcome
    number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file."""

    file: str
    layout: str
    rows: tuple[RowReport, ...]

    def of(self, outcome: Outcome) -> tuple[RowReport, ...]:
        return tuple(row for row in self.rows if row.outcome is outcome)

    @property
    def refused(self) -> tuple[RowReport, ...]:
        return self.of(Outcome.REFUSED)

    @property
    def counts(self) -> dict[str, int]:
        return {outcome.value: len(self.of(outcome)) for outcome in Outcome}


def import_file(
    *,
    path: Path,
    now: dt.datetime,
    mapping: str | Path | None = None,
    channel: Channel = Channel.IMPORT,
    by: Viewer | None = None,
    refused_to: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Register the rows of a CSV or XLSX file and report on each.

    Parameters
    ----------
    mapping
        Name of a mapping in ``places/common/mappings`` or a mapping file; without it the header decides.
    channel, by
        Every channel but the import itself needs somebody who may register for it.
    refused_to
        Where to write the refused rows as they are, with line and reason, to be put right and imported again.
    progress
        Told what is done, how many rows are done and how many there are.

    Running it again adds nothing: a row is known by its layout and its id. Rows are written 200 at a time; after a
    crash the next run goes on where it stopped. Raises ``Invalid`` if the file or the mapping cannot be used at all.
    """
    layouts = _layouts(mapping)
    sheet, layout = _open(path, layouts)
    _check_classes(layout)
    reader = Reader(
        layout=layout,
        width=len(sheet.header.cells),
        columns=places_of_headings(sheet.header.cells),
        channel=channel,
        now=now,
        places=_gazetteer(),
    )
    rows: list[RowReport] = []
    seen: dict[str, int] = {}
    for start in range(0, len(sheet.lines), BATCH):
        rows += _import_batch(sheet.lines[start : start + BATCH], reader, seen, by)
        if progress is not None:
            progress("导入", len(rows), len(sheet.lines))
    if refused_to is not None:
        write_refused_lines(refused_to, sheet, {row.line: row.reason for row in rows if row.outcome is Outcome.REFUSED})
    return ImportReport(path.name, layout.name, tuple(rows))


def mappings_folder() -> Path:
    return Path(settings.PLACES_DIR) / "common" / "mappings"


def _layouts(mapping: str | Path | None) -> tuple[Layout, ...]:
    """The layouts a file may have: all that are known, or the one that was named."""
    if mapping is None:
        return known_layouts(mappings_folder())
    if Path(mapping).is_file():
        return (read_layout(Path(mapping)),)
    known = known_layouts(mappings_folder())
    named = tuple(layout for layout in known if layout.name == str(mapping))
    if not named:
        raise Invalid(f"没有名为“{mapping}”的对应文件，现有：{'、'.join(layout.name for layout in known)}")
    return named


def _open(path: Path, layouts: Sequence[Layout]) -> tuple[Sheet, Layout]:
    def is_row(header: Sequence[str], cells: Sequence[str]) -> bool:
        layout = fitting(layouts, header)
        return layout is not None and looks_like_row(layout, header, cells)

    try:
        sheet = read_sheet(path, lambda cells: fitting(layouts, cells) is not None, is_row)
    except NoHeader as missing:
        known = "；".join(f"{layout.name} 需要 {'、'.join(_headings(layout))}" for layout in layouts)
        raise Invalid(f"{missing.message}。{known}") from None
    except OSError as error:
        raise Invalid(f"{path.name} 无法读取：{error.strerror}") from error
    layout = fitting(layouts, sheet.header.cells)
    assert layout is not None  # read_sheet has found the header by it
    return sheet, layout


def _headings(layout: Layout) -> list[str]:
    """The columns a file must have, in the order of the mapping."""
    return list(dict.fromkeys(heading for headings in layout.columns.values() for heading in headings))


def _check_classes(layout: Layout) -> None:
    unknown = sorted({code for code in (layout.classes or {}).values() if category(code) is None})
    if unknown:
        raise Invalid(f"对应文件 {layout.name} 中的类别代码在本地没有：{'、'.join(unknown)}")


def _gazetteer() -> Gazetteer:
    places = [*units(1), *units(2)]
    return Gazetteer(Named(unit.id, unit.name, unit.path, unit.depth) for unit in places)


def _import_batch(lines: Sequence[Line], reader: Reader, seen: dict[str, int], by: Viewer | None) -> list[RowReport]:
    """One transaction. Should the database refuse it, each row is tried alone, so that only the culprit stays out."""
    found: dict[int, RowReport] = {}
    wanted: dict[int, Report] = {}
    keys = {line.number: reader.key(line) for line in lines}
    known = numbers_by_source(reader.source_key(key) for key in keys.values() if key)
    for line in lines:
        key = keys[line.number]
        outcome = _known(line, key, known.get(reader.source_key(key), ""), seen)
        if outcome is None:
            try:
                wanted[line.number] = reader.report(line)
            except DomainError as refusal:
                outcome = RowReport(line.number, key, Outcome.REFUSED, reason=refusal.message)
        if outcome is None or outcome.outcome is Outcome.ALREADY:
            seen.setdefault(key, line.number)
        if outcome is not None:
            found[line.number] = outcome
    for number, result in zip(wanted, _register(list(wanted.values()), by, reader.now), strict=True):
        found[number] = _told(number, keys[number], result)
    return [found[line.number] for line in lines]


def _known(line: Line, key: str, number: str, seen: dict[str, int]) -> RowReport | None:
    """What can be said of a row without reading on: its id came before, in this file or in an earlier run."""
    if key and key in seen:
        reason = f"编号与第{seen[key]}行相同"
        return RowReport(line.number, key, Outcome.REFUSED, reason=reason)
    return RowReport(line.number, key, Outcome.ALREADY, number=number) if number else None


def _told(line: int, key: str, outcome: Receipt | DomainError) -> RowReport:
    if isinstance(outcome, DomainError):
        return RowReport(line, key, Outcome.REFUSED, reason=outcome.message)
    return RowReport(line, key, Outcome.ACCEPTED, number=outcome.number)


def _register(reports: Sequence[Report], by: Viewer | None, now: dt.datetime) -> list[Receipt | DomainError]:
    if not reports:
        return []
    try:
        return register_many(reports=reports, by=by, now=now)
    except DatabaseError as error:
        if len(reports) == 1:
            return [Invalid(f"数据库没有接受这一行：{str(error).splitlines()[0][:120]}")]
        return [outcome for report in reports for outcome in _register([report], by, now)]


def lines_of(report: ImportReport) -> Iterator[dict[str, Any]]:
    """The report for a program: one object a row, then the sums."""
    for row in report.rows:
        yield {
            "line": row.line,
            "id": row.id,
            "outcome": row.outcome.value,
            "number": row.number,
            "reason": row.reason,
        }
    yield {"file": report.file, "layout": report.layout, **report.counts}
