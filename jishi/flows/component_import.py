"""Taking in a file of components: tried first, then batch by batch, going on after a crash.

Everything about a batch (checks, writing, the rows that stay out, how far the file is) happens in one transaction, so
that a crash undoes at most one batch and nothing is done twice. A row is known again by its code and what it says:
bringing a file a second time adds nothing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.flows.import_steps import HELD, Clock, Progress, Step
from jishi.flows.importing.component_layouts import (
    check_source_name,
    columns_of,
    named_layout,
    understood,
    usual_layout,
)
from jishi.flows.importing.component_rows import ComponentReader
from jishi.flows.importing.frames import header_of, read_rows
from jishi.flows.importing.grounds import Grounds
from jishi.flows.register_files import digest_of
from jishi.kernel.errors import DomainError, Invalid
from jishi.parts.actions import add_components
from jishi.parts.queries import fingerprints, subclasses
from jishi.parts.rules.given import Given
from jishi.registers.actions import imports
from jishi.registers.actions.many import note_refusals
from jishi.registers.queries import imports as queries
from jishi.registers.rules.imports import RunRow, Subject
from jishi.registers.rules.vocabulary import Source
from jishi.territory.queries import county

BATCH = 5_000
_TRIES = 3


def begun(
    *,
    file: Path,
    mapping: str | Path | None,
    source_name: str,
    dry: bool,
    all_or_nothing: bool,
    by: Viewer,
    now: dt.datetime,
) -> RunRow:
    """A run for a file that stays where it is: the one that was cut off, or a new one with its columns understood from
    the mapping, from what is remembered of the source, or from the usual headings."""
    check_source_name(source_name)
    if by is not SYSTEM:
        by.check(Subject.PARTS.permission)
    header = header_of(file)
    layout = named_layout(mapping) if mapping is not None else None
    remembered = queries.mapping_of(source_name, Subject.PARTS)
    chosen = layout.chosen(header) if layout is not None else understood(header, remembered, usual_layout())
    columns_of(chosen)
    digest = digest_of(file)
    cut_off = None if dry else queries.interrupted(by, digest, source_name, all_or_nothing, Subject.PARTS)
    if cut_off is not None and chosen == cut_off.columns:
        return replace(cut_off, path=str(file))
    run = imports.begin_run(
        path=str(file.resolve()), file_name=file.name, digest=digest, source_name=source_name, source=Source.IMPORT,
        all_or_nothing=all_or_nothing, by=by, now=now, subject=Subject.PARTS,
    )  # fmt: skip
    return imports.set_columns(run_id=run.id, columns=chosen, by=by, now=now, dry=dry, held_until=now + HELD)


def go_on(run: RunRow, by: Viewer, clock: Clock, progress: Progress | None = None) -> None:
    """Work on a run to its end, telling how far it is; for the command line."""
    told = "试导" if run.state == "checking" else "导入"
    for step in work_on(run, by, clock, HELD):
        if progress is not None:
            progress(told, step.done_rows, step.rows)


def work_on(run: RunRow, by: Viewer, clock: Clock, lease: dt.timedelta | None = None) -> Iterator[Step]:
    """Try a run or take it in, as its state says; a step after each batch.

    What is wrong with the file as a whole ends the run with a sentence in its note, and is raised as Invalid. A run
    that another program has gone on with is left to it.
    """
    try:
        yield from _worked(run, by, clock, lease)
    except imports.TakenOver:
        raise
    except DomainError as refusal:
        imports.finish(run=run, by=by, now=clock(), failed=refusal.message)
        raise
    imports.finish(run=run, by=by, now=clock())


def _worked(run: RunRow, by: Viewer, clock: Clock, lease: dt.timedelta | None) -> Iterator[Step]:
    columns = columns_of(run.columns)
    rows = with_earlier(read_rows(Path(run.path), columns.by_meaning))
    check = Check.of(run, localdate(clock()))
    job = _Job(run, rows, check, by, clock, lease, Counter(run.counts), run.done_rows)
    yield Step(run.done_rows, rows.height)
    if run.all_or_nothing and run.state == "importing":
        with transaction.atomic():
            for number in range(job.batches):
                job.batch(number)
            if job.counts["refused"]:
                raise Invalid(f"有{job.counts['refused']}行不能导入，按“全部导入或全部不导入”，一行也没有导入。")
        yield Step(rows.height, rows.height)
        return
    for number in range(run.done, job.batches):
        job.whole_batch(number)
        yield Step(job.done_rows, rows.height)


def with_earlier(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``earlier``: the line above on which the same code stands first, or null."""
    code = pl.col("code").str.normalize("NFKC").str.replace_all(r"\s", "")
    first = pl.col("line").min().over(code)
    return rows.with_columns(earlier=pl.when(pl.col("code").is_not_null() & (first < pl.col("line"))).then(first))


@dataclass(frozen=True, slots=True)
class Checked:
    """What can be said of a batch: the good rows, why others stay out (by line), how many came in before."""

    good: list[Given]
    refused: dict[int, str]
    already: int


@dataclass(frozen=True, slots=True)
class Check:
    """Checks rows of one file against the catalogue, the ground, the register and each other."""

    reader: ComponentReader
    grounds: Grounds
    days: dict[str, int | None]  # the inspection cycle of each sub-class

    @classmethod
    def of(cls, run: RunRow, today: dt.date) -> "Check":
        known = {kind.code: kind for kind in subclasses()}
        if not known:
            raise Invalid("还没有装载部件分类目录，请管理员先装载地方模板")
        columns, grounds = columns_of(run.columns), Grounds()
        reader = ComponentReader(
            meanings=columns.by_meaning,
            county=county().code[:6],
            subclasses=known,
            today=today,
            outline_is_true=grounds.outline_is_true,
            gcj02=columns.gcj02,
        )
        return cls(reader, grounds, {code: kind.inspection_days for code, kind in known.items()})

    def checked(self, rows: list[dict[str, Any]]) -> Checked:
        reader = self.reader
        points = [reader.point(row) for row in rows]
        codes = [reader.code(row) for row in rows]
        held = fingerprints(filter(None, codes))
        good: list[Given] = []
        refused: dict[int, str] = {}
        already = 0
        for row, code, point, around in zip(rows, codes, points, self.grounds.around(points), strict=True):
            given, faults = reader.read(row, point, around)
            if row["earlier"] is not None:
                faults.append(f"部件代码与第{row['earlier']}行相同")
            if given is not None and not faults and code in held:
                if held[code] == given.fingerprint:
                    already += 1
                    continue
                faults.append("登记簿中已有这个代码，内容与本行不同")
            if faults or given is None:
                refused[row["line"]] = "；".join(faults)
            else:
                good.append(given)
        return Checked(good, refused, already)


@dataclass(slots=True)
class _Job:
    """One run at work: what is counted, and how far it is."""

    run: RunRow
    rows: pl.DataFrame
    check: Check
    by: Viewer
    clock: Clock
    lease: dt.timedelta | None
    counts: Counter[str]
    done_rows: int
    batches: int = field(init=False)

    def __post_init__(self) -> None:
        self.batches = -(-self.rows.height // BATCH)

    def whole_batch(self, number: int) -> None:
        """One transaction; once more if somebody has given one of the codes at this very moment."""
        before = Counter(self.counts), self.done_rows
        for left in reversed(range(_TRIES)):
            try:
                with transaction.atomic():
                    self.batch(number)
                return
            except IntegrityError:
                self.counts, self.done_rows = Counter(before[0]), before[1]
                if not left:
                    raise

    def batch(self, number: int) -> None:
        """Check and write one batch, within the caller's transaction."""
        rows = self.rows.slice(number * BATCH, BATCH)
        found = self.check.checked(rows.to_dicts())
        now = self.clock()
        if self.run.state == "importing":
            source = f"{self.run.source_name}：{self.run.file_name}，导入{self.run.id}"
            add_components(given=found.good, days=self.check.days, source=source, by=self.by, now=now)
        told = {"line": list(found.refused), "reason": list(found.refused.values())}
        refused = pl.DataFrame(told, schema={"line": pl.Int64, "reason": pl.String})
        note_refusals(run_id=self.run.id, rows=refused.with_columns(taken=pl.lit(False)))
        self.counts.update({"new": len(found.good), "already": found.already, "refused": refused.height})
        self.done_rows += rows.height
        imports.advance(
            run=self.run, done=number + 1, done_rows=self.done_rows, rows=self.rows.height, counts=self.counts,
            until=now + self.lease if self.lease else None,
        )  # fmt: skip
