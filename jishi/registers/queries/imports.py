"""Imports as those see them who may take in files, and how a source was understood the last time."""

import datetime as dt

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.kernel.errors import NotFound
from jishi.registers.models import ImportRun, RefusedRow, SourceMapping
from jishi.registers.rules.imports import RunRow, Subject
from jishi.registers.rules.vocabulary import Source

LIMIT = 30
Refusal = tuple[int, bool, str]  # line, whether the rest of the row was taken, reason


def runs(viewer: Viewer, subject: Subject = Subject.PEOPLE, limit: int = LIMIT) -> list[RunRow]:
    """The viewer's own imports, the latest first. A file holds what its bringer knows, so nobody else sees it."""
    viewer.check(subject.permission)
    found = ImportRun.objects.filter(subject=subject.value, created_by_id=viewer.person_id).order_by("-id")
    return [row_of(run) for run in found[:limit]]


def run(viewer: Viewer, run_id: int, subject: Subject = Subject.PEOPLE) -> RunRow:
    """One of them; raises NotFound for one of somebody else."""
    if viewer is not SYSTEM:
        viewer.check(subject.permission)
    found = ImportRun.objects.filter(pk=run_id, subject=subject.value, created_by_id=viewer.person_id).first()
    if found is None:
        raise NotFound("没有找到这次导入。")
    return row_of(found)


def interrupted(
    viewer: Viewer, digest: str, source_name: str, all_or_nothing: bool, subject: Subject = Subject.PEOPLE
) -> RunRow | None:
    """The import of this very file that was cut off."""
    found = ImportRun.objects.filter(
        subject=subject.value,
        created_by_id=viewer.person_id,
        digest=digest,
        source_name=source_name,
        all_or_nothing=all_or_nothing,
        state=ImportRun.State.IMPORTING,
    )
    first = found.order_by("-id").first()
    return row_of(first) if first is not None else None


def refusals(run_id: int, limit: int | None = None) -> list[Refusal]:
    """The rows that were not, or not wholly, taken in; refused ones first."""
    rows = RefusedRow.objects.filter(run_id=run_id).order_by("taken", "line")
    return list(rows.values_list("line", "taken", "reason")[:limit])


def mapping_of(source_name: str, subject: Subject = Subject.PEOPLE) -> dict[str, str]:
    """How the columns of this source were understood the last time; empty for a new one."""
    found = SourceMapping.objects.filter(subject=subject.value, name=source_name).values_list("columns", flat=True)
    return dict(found.first() or {})


def sources(subject: Subject = Subject.PEOPLE, limit: int = 50) -> list[str]:
    """Names of the sources that are remembered."""
    found = SourceMapping.objects.filter(subject=subject.value).order_by("-at")
    return list(found.values_list("name", flat=True)[:limit])


def old_files(before: dt.datetime) -> list[tuple[int, str]]:
    """Ids and paths of imports that ended before then."""
    ended = ImportRun.objects.filter(finished_at__lt=before).exclude(path="")
    return list(ended.values_list("id", "path"))


def row_of(run: ImportRun) -> RunRow:
    return RunRow(
        run.pk,
        Subject(run.subject),
        run.source_name,
        Source(run.source),
        run.file_name,
        run.path,
        run.digest,
        run.columns,
        run.all_or_nothing,
        run.state,
        run.rows,
        run.done_rows,
        run.done,
        run.counts,
        run.note,
        run.created_at,
        run.created_by_id,
        run.created_by,
        run.finished_at,
    )
