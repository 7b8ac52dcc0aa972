"""Taking in a file of components: every row is checked before the first is written, every bad row told with its reason.

A row is known again by its code and what it says: importing a file twice adds nothing, and after a crash the next run
goes on where it stopped.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.flows.importing.component_layouts import ComponentLayout, read_component_layout
from jishi.flows.importing.component_rows import ComponentReader
from jishi.flows.importing.grounds import Grounds
from jishi.flows.importing.refusals import write_refused
from jishi.flows.importing.sheets import Line, NoHeader, Sheet, read_sheet
from jishi.kernel.errors import Invalid
from jishi.parts.actions import add_components
from jishi.parts.queries import fingerprints, subclasses
from jishi.parts.rules.given import Given
from jishi.territory.queries import county

BATCH = 2_000  # rows checked and written at once; each batch is one transaction
Progress = Callable[[str, int, int], None]


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    READY = "ready"
    ALREADY = "already"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"accepted": "已登记", "ready": "可以导入", "already": "此前已导入", "refused": "未导入"}[self.value]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row."""

    line: int
    code: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file."""

    file: str
    layout: str
    rows: tuple[RowReport, ...]

    @property
    def refused(self) -> tuple[RowReport, ...]:
        return tuple(row for row in self.rows if row.outcome is Outcome.REFUSED)

    @property
    def counts(self) -> dict[str, int]:
        found = dict.fromkeys((outcome.value for outcome in Outcome), 0)
        for row in self.rows:
            found[row.outcome.value] += 1
        return found


def import_components(
    *,
    path: Path,
    now: dt.datetime,
    by: Viewer = SYSTEM,
    mapping: str | Path | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    refused_to: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Check the rows of a CSV or XLSX file, register the good ones, and report on each.

    Parameters
    ----------
    by
        Somebody who manages the place.
    mapping
        Name of a mapping in ``places/common/mappings/parts`` or a mapping file; the standard one without it.
    dry_run
        Only check: good rows are ``READY``.
    all_or_nothing
        One refused row, and nothing is written; the good rows stay ``READY``.
    refused_to
        Where to write the refused rows as they are, with line and reason, to be put right and imported again.
    progress
        Told what is done, how many rows are done and how many there are.

    Raises ``Invalid`` if the file or the mapping cannot be used at all, ``Forbidden``.
    """
    if by is not SYSTEM:
        by.check(Permission.MANAGE_PLACE)
    layout = _layout(mapping)
    sheet = _open(path, layout)
    tell = progress or (lambda _what, _done, _total: None)
    check = _Check(sheet, layout, localdate(now))
    rows: list[RowReport] = []
    ready: list[tuple[int, Given]] = []
    for start in range(0, len(sheet.lines), BATCH):
        told, good = check.batch(sheet.lines[start : start + BATCH])
        rows.extend(told)
        ready.extend(good)
        tell("检查", len(rows), len(sheet.lines))
    held_back = all_or_nothing and any(row.outcome is Outcome.REFUSED for row in rows)
    if not dry_run and not held_back:
        write = _Write(check.days, f"导入 {path.name}", by, now)
        outcomes = write.everything(ready, all_or_nothing, tell)
        rows = [_told(row, outcomes) for row in rows]
    report = ImportReport(path.name, layout.name, tuple(rows))
    if refused_to is not None:
        write_refused(refused_to, sheet, {row.line: row.reason for row in report.refused})
    return report


def mappings_folder() -> Path:
    return Path(settings.PLACES_DIR) / "common" / "mappings" / "parts"


def _layout(mapping: str | Path | None) -> ComponentLayout:
    if mapping is not None and Path(mapping).is_file():
        return read_component_layout(Path(mapping))
    name = "standard" if mapping is None else str(mapping)
    known = {path.stem: path for path in sorted(mappings_folder().glob("*.yaml"))}
    if name not in known:
        raise Invalid(f"没有名为“{name}”的对应文件，现有：{'、'.join(known)}")
    return read_component_layout(known[name])


def _open(path: Path, layout: ComponentLayout) -> Sheet:
    try:
        return read_sheet(path, layout.fits, lambda header, cells: len(cells) == len(header))
    except NoHeader as missing:
        raise Invalid(f"{missing.message}。表头里要有“{'”或“'.join(layout.columns['code'])}”一列") from None
    except OSError as error:
        raise Invalid(f"{path.name} 无法读取：{error.strerror}") from error


class _Check:
    """Checks the rows of one file against the catalogue, the ground, the register and each other."""

    def __init__(self, sheet: Sheet, layout: ComponentLayout, today: dt.date) -> None:
        known = {kind.code: kind for kind in subclasses()}
        if not known:
            raise Invalid("还没有装载部件分类目录，请管理员先装载地方模板")
        self.days = {code: kind.inspection_days for code, kind in known.items()}
        self.grounds = Grounds()
        self.reader = ComponentReader(
            columns=layout.places(sheet.header.cells),
            width=len(sheet.header.cells),
            county=county().code[:6],
            subclasses=known,
            today=today,
            outline_is_true=self.grounds.outline_is_true,
            gcj02=layout.gcj02,
        )
        self.first: dict[str, int] = {}  # code -> the line where it stands first

    def batch(self, lines: Sequence[Line]) -> tuple[list[RowReport], list[tuple[int, Given]]]:
        """What can be said of some rows, and those that may be written, by line."""
        reader = self.reader
        points = [reader.point(line) for line in lines]
        codes = [reader.code(line) for line in lines]
        held = fingerprints(filter(None, codes))
        rows: list[RowReport] = []
        good: list[tuple[int, Given]] = []
        for line, code, point, around in zip(lines, codes, points, self.grounds.around(points), strict=True):
            given, faults = reader.read(line, point, around)
            faults += self._repeated(line, code)
            outcome = Outcome.READY
            if code in held and not faults:
                outcome = Outcome.ALREADY
                if given is not None and held[code] != given.fingerprint:
                    faults.append("登记簿中已有这个代码，内容与本行不同")
            if faults:
                outcome = Outcome.REFUSED
            elif outcome is Outcome.READY and given is not None:
                good.append((line.number, given))
            rows.append(RowReport(line.number, code, outcome, "；".join(faults)))
        return rows, good

    def _repeated(self, line: Line, code: str) -> list[str]:
        first = self.first.setdefault(code, line.number) if code else line.number
        return [f"部件代码与第{first}行相同"] if first != line.number else []


class _Write:
    """Writes checked rows. Should the database refuse a batch, its halves are tried, so only the culprit stays out."""

    def __init__(self, days: dict[str, int | None], source: str, by: Viewer, now: dt.datetime) -> None:
        self.days, self.source, self.by, self.now = days, source, by, now

    def everything(self, ready: Sequence[tuple[int, Given]], all_or_nothing: bool, tell: Progress) -> dict[int, str]:
        """By line what the database had against a row; empty for one that was written."""
        if not all_or_nothing:
            return self._batches(ready, self._some, tell)
        try:
            with transaction.atomic():
                return self._batches(ready, self._add, tell)
        except DatabaseError as error:
            raise Invalid(f"数据库没有接受这个文件，一行也没有写入：{str(error).splitlines()[0][:120]}") from error

    def _batches(
        self,
        ready: Sequence[tuple[int, Given]],
        write: Callable[[Sequence[tuple[int, Given]]], dict[int, str]],
        tell: Progress,
    ) -> dict[int, str]:
        outcomes: dict[int, str] = {}
        for start in range(0, len(ready), BATCH):
            outcomes |= write(ready[start : start + BATCH])
            tell("写入", len(outcomes), len(ready))
        return outcomes

    def _add(self, some: Sequence[tuple[int, Given]]) -> dict[int, str]:
        given = [one for _, one in some]
        add_components(given=given, days=self.days, source=self.source, by=self.by, now=self.now)
        return dict.fromkeys((line for line, _ in some), "")

    def _some(self, some: Sequence[tuple[int, Given]]) -> dict[int, str]:
        try:
            return self._add(some)
        except DatabaseError as error:
            if len(some) == 1:
                return {some[0][0]: f"数据库没有接受这一行：{str(error).splitlines()[0][:120]}"}
            middle = len(some) // 2
            return self._some(some[:middle]) | self._some(some[middle:])


def _told(row: RowReport, outcomes: dict[int, str]) -> RowReport:
    if row.line not in outcomes:
        return row
    reason = outcomes[row.line]
    return replace(row, outcome=Outcome.REFUSED if reason else Outcome.ACCEPTED, reason=reason)


def lines_of(report: ImportReport) -> Iterator[dict[str, Any]]:
    """The report for a program: one object a row, then the sums."""
    for row in report.rows:
        yield {"line": row.line, "code": row.code, "outcome": row.outcome.value, "reason": row.reason}
    yield {"file": report.file, "layout": report.layout, **report.counts}
