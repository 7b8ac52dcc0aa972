"""Taking in a file of people, their households and homes: tried first, then batch by batch, going on after a crash.

A batch is some 20,000 rows and whole households. Everything about it (checks, comparison with the register, writing,
the rows that stay out, how far the file is) happens in one transaction, so that a crash undoes at most one batch and
nothing is done twice. Which rows make a batch depends on the file alone.
"""

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.flows.import_steps import HELD, Clock, Progress, Step
from jishi.flows.importing.frames import header_of, read_rows
from jishi.flows.importing.register_checks import REASON, checked
from jishi.flows.importing.register_columns import MEANINGS, RegisterLayout, read_register_layout, understood
from jishi.flows.importing.register_habits import as_meant
from jishi.flows.importing.register_places import Places
from jishi.flows.register_files import digest_of
from jishi.kernel.errors import DomainError, Invalid
from jishi.registers.actions import imports
from jishi.registers.actions.ledger import check_grid
from jishi.registers.actions.many import Batch, Draw, note_refusals, take_in
from jishi.registers.queries import imports as queries
from jishi.registers.queries.many import ELSEWHERE, compared
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.imports import RunRow
from jishi.registers.rules.vocabulary import Source

BATCH = 20_000
_TRIES = 3


def begun(
    *, file: Path, mapping: Path | None, source_name: str, dry: bool, all_or_nothing: bool, by: Viewer, now: dt.datetime
) -> RunRow:
    """A run for a file that stays where it is: the one that was cut off, or a new one with its columns understood from
    the mapping file, from what is remembered of the source, or from the usual headings."""
    layout = read_register_layout(mapping, source_name) if mapping is not None else None
    name = layout.source_name if layout is not None else source_name
    digest = digest_of(file)
    cut_off = None if dry else queries.interrupted(by, digest, name, all_or_nothing)
    if cut_off is not None and (layout is None or dict(layout.columns) == cut_off.columns):
        return replace(cut_off, path=str(file))
    if layout is None:
        layout = _understood(file, name)
    run = imports.begin_run(
        path=str(file.resolve()), file_name=file.name, digest=digest, source_name=name, source=layout.source,
        all_or_nothing=all_or_nothing, by=by, now=now,
    )  # fmt: skip
    return imports.set_columns(run_id=run.id, columns=layout.columns, by=by, now=now, dry=dry, held_until=now + HELD)


def _understood(file: Path, source_name: str) -> RegisterLayout:
    header = header_of(file)
    layout = RegisterLayout(source_name, Source.IMPORT, understood(header, queries.mapping_of(source_name)))
    try:
        layout.check()
    except Invalid as refusal:
        found = "、".join(name for name in header if name)
        raise Invalid(f"{refusal.message}文件里的列有：{found}。请用 --mapping 写明哪一列是什么。") from refusal
    return layout


def work_on(
    run: RunRow, by: Viewer, clock: Clock, lease: dt.timedelta | None = None, draw: Draw = secrets.randbelow
) -> Iterator[Step]:
    """Try a run or take it in, as its state says; a step after each batch. ``draw`` gives numbers to households.

    What is wrong with the file as a whole ends the run with a sentence in its note, and is raised as Invalid. A run
    that another program has gone on with is left to it.
    """
    try:
        yield from _worked(run, by, clock, lease, draw)
    except imports.TakenOver:
        raise
    except DomainError as refusal:
        imports.finish(run=run, by=by, now=clock(), failed=refusal.message)
        raise
    imports.finish(run=run, by=by, now=clock())


def _worked(run: RunRow, by: Viewer, clock: Clock, lease: dt.timedelta | None, draw: Draw) -> Iterator[Step]:
    layout = RegisterLayout(run.source_name, run.source, run.columns)
    layout.check()
    rows = prepared(Path(run.path), layout)
    named = {"door_code", "address", "door"} & set(layout.columns)
    places = Places.read(by, _check_unit, with_addresses=bool(named))
    job = _Job(run, rows.height, places, by, clock, lease, draw, Counter(run.counts), run.done_rows)
    yield Step(run.done_rows, rows.height)
    if run.all_or_nothing and run.state == "importing":
        with transaction.atomic():
            for number, batch in _batches(rows, 0):
                job.batch(number, batch)
            if job.counts["refused"]:
                raise Invalid(f"有{job.counts['refused']}行不能导入，按“全部导入或全部不导入”，一行也没有导入。")
        yield Step(rows.height, rows.height)
        return
    for number, batch in _batches(rows, run.done):
        job.whole_batch(number, batch)
        yield Step(job.done_rows, rows.height)


def _check_unit(unit_id: int, by: Viewer) -> None:
    check_grid(unit_id, by, Permission.IMPORT_REGISTER)


def prepared(path: Path, layout: RegisterLayout) -> pl.DataFrame:
    """The rows of a file, with the columns it has and ``group`` (the first line of the household), ``group_key`` (what
    the source calls it), ``doubled`` (an earlier line with the same document) and ``batch``."""
    rows = as_meant(read_rows(path, layout.columns))
    absent = pl.lit(None, pl.String)

    def said(meaning: str) -> pl.Expr:
        return pl.col(meaning) if meaning in rows.columns else absent

    number = said("document_number").str.normalize("NFKC").str.replace_all(r"\s", "").str.to_uppercase()
    where = [said(meaning) for meaning in ("community", "grid", "door_code", "address", "door")]
    place = pl.concat_str(where, separator="|", ignore_nulls=True)
    key = pl.coalesce(
        said("household").str.slice(0, 120),
        pl.concat_str(pl.lit("@"), pl.when(place != "").then(place).str.slice(0, 110)),
        pl.concat_str(pl.lit("#"), pl.col("line").cast(pl.String)),
    )
    # Somebody without a document is the same if name, birth date and household are.
    person = pl.coalesce(number, pl.concat_str("name", said("birth_date").fill_null(""), key, separator="|"))
    rows = rows.with_columns(group_key=key, person=person)
    rows = rows.with_columns(
        group=pl.col("line").min().over("group_key"), first=pl.col("line").min().over("person")
    ).drop("person")
    rows = rows.with_columns(doubled=pl.when(pl.col("first") < pl.col("line")).then(pl.col("first"))).drop("first")
    if not rows["group"].is_sorted():  # most files have their households together: no second copy of them
        rows = rows.sort("group", "line")
    rows = rows.with_row_index("at")
    return rows.with_columns(batch=pl.col("at").first().over("group") // BATCH).drop("at")


def _batches(rows: pl.DataFrame, done: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """The batches behind the first ``done`` ones, each with its place in their order."""
    absent = [pl.lit(None, pl.String).alias(meaning) for meaning in MEANINGS if meaning not in rows.columns]
    sizes = rows.group_by("batch").len().sort("batch")["len"].to_list()
    start = 0
    for number, size in enumerate(sizes):
        if number >= done:
            yield number, rows.slice(start, size).drop("batch").with_columns(absent)
        start += size


@dataclass(slots=True)
class _Job:
    """One run at work: what is counted, and how far it is."""

    run: RunRow
    rows: int
    places: Places
    by: Viewer
    clock: Clock
    lease: dt.timedelta | None
    draw: Draw
    counts: Counter[str]
    done_rows: int

    def whole_batch(self, number: int, batch: pl.DataFrame) -> None:
        """One transaction; once more if somebody has entered the same person at this very moment."""
        before = Counter(self.counts), self.done_rows
        for left in reversed(range(_TRIES)):
            try:
                with transaction.atomic():
                    self.batch(number, batch)
                return
            except IntegrityError:
                self.counts, self.done_rows = Counter(before[0]), before[1]
                if not left:
                    raise

    def batch(self, number: int, batch: pl.DataFrame) -> None:
        """Check, compare and write one batch, within the caller's transaction."""
        now = self.clock()
        rows = _with_reasons(batch, self.places, localdate(now))
        good = rows.filter(pl.col(REASON).is_null())
        seen = compared(good, self.run.source_name)
        late = seen.filter(pl.col("second_head")).select("line", reason=pl.lit("这一户在登记中已有户主"))
        seen = seen.filter(~pl.col("second_head"))
        refused = pl.concat([rows.filter(pl.col(REASON).is_not_null()).select("line", REASON), late])
        remarked = seen.filter(pl.col("remark").is_not_null()).select("line", reason="remark")
        told = pl.concat([refused.with_columns(taken=pl.lit(False)), remarked.with_columns(taken=pl.lit(True))])
        self.counts.update(_standings(seen) | {"refused": refused.height})
        if self.run.state == "importing":
            self._write(number, seen, now)
        else:
            begun = seen.filter(pl.col("household_id").is_null() & (pl.col("standing") != ELSEWHERE))
            self.counts["households"] += begun["group"].n_unique()
        note_refusals(run_id=self.run.id, rows=told)
        self.done_rows += batch.height
        imports.advance(
            run=self.run, done=number + 1, done_rows=self.done_rows, rows=self.rows, counts=self.counts,
            until=now + self.lease if self.lease else None,
        )  # fmt: skip

    def _write(self, number: int, rows: pl.DataFrame, now: dt.datetime) -> None:
        note = f"{self.run.source_name}：{self.run.file_name}，导入{self.run.id}"
        batch = Batch(self.run.id, number, self.run.source_name, Origin(self.run.source, note))
        written = take_in(batch=batch, rows=rows, by=self.by, now=now, draw=self.draw)
        self.counts.update({name: count for name, count in written.items() if name != "people"})


def _standings(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.group_by("standing").len().rows())


def _with_reasons(batch: pl.DataFrame, places: Places, today: dt.date) -> pl.DataFrame:
    rows = checked(batch, today)
    rows, nowhere = places.resolved(rows)
    twice = pl.when(pl.col("doubled").is_not_null()).then(
        pl.concat_str(
            pl.lit("与第"), pl.col("doubled").cast(pl.String), pl.lit("行是同一人（证件号码或姓名、出生日期相同）")
        )
    )
    # Of a row that could not even be cut into cells nothing else is said.
    whole = pl.col("form").is_null()
    every = pl.concat_str(
        REASON, pl.when(whole).then(pl.col("nowhere")), pl.when(whole).then(twice), separator="；", ignore_nulls=True
    )
    rows = rows.with_columns(nowhere.alias("nowhere")).with_columns(every.alias(REASON)).drop("nowhere")
    return rows.with_columns(pl.when(pl.col(REASON) != "").then(pl.col(REASON)))


def go_on(
    run: RunRow, by: Viewer, clock: Clock, progress: Progress | None = None, draw: Draw = secrets.randbelow
) -> None:
    """Work on a run to its end, telling how far it is; for the command line."""
    told = "试导" if run.state == "checking" else "导入"
    for step in work_on(run, by, clock, HELD, draw):
        if progress is not None:
            progress(told, step.done_rows, step.rows)
