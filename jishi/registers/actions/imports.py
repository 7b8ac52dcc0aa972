"""The life of an import: uploaded, tried, taken in; claimed by one worker at a time, and gone on with after a crash."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, Q, Value, When

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict, NotFound
from jishi.registers.models import ImportRun, RefusedRow, SourceMapping
from jishi.registers.queries.imports import row_of
from jishi.registers.rules.imports import RunRow, Subject
from jishi.registers.rules.vocabulary import Source
from jishi.territory.rules.actors import Actor

State = ImportRun.State


class TakenOver(Conflict):
    """Another program has gone on with the run; it will end it, and nothing that it does is undone."""


@transaction.atomic
def begin_run(
    *,
    path: str,
    file_name: str,
    digest: str,
    source_name: str,
    source: Source,
    all_or_nothing: bool,
    by: Viewer,
    now: dt.datetime,
    subject: Subject = Subject.PEOPLE,
) -> RunRow:
    """A file lies ready; what its columns mean is said next."""
    if by is not SYSTEM:
        by.check(subject.permission)
    run = ImportRun.objects.create(
        subject=subject.value,
        path=path,
        file_name=file_name[:120],
        digest=digest,
        source_name=source_name,
        source=source,
        all_or_nothing=all_or_nothing,
        created_at=now,
        created_by_id=by.person_id,
        created_by=by.name,
    )
    _written(run, "registers.import_begin", by, now, first=True, file=run.file_name, digest=digest, source=source.value)
    return row_of(run)


@transaction.atomic
def set_columns(
    *,
    run_id: int,
    columns: Mapping[str, str],
    by: Viewer,
    now: dt.datetime,
    dry: bool = True,
    held_until: dt.datetime | None = None,
) -> RunRow:
    """What the columns mean, remembered for the next file of this source; the file is tried, or taken in at once.

    With ``held_until`` the caller works on the file itself, and no worker takes it up before then.
    """
    run = _own(run_id, by)
    if run.state not in (State.UPLOADED, State.CHECKED, State.FAILED):
        raise Conflict("这次导入正在进行或已结束，不能再改列的对应。")
    run.columns = dict(columns)
    run.state = State.CHECKING if dry else State.IMPORTING
    run.done = run.done_rows = 0
    run.counts, run.note, run.finished_at = {}, "", None
    run.claimed_by, run.claimed_until = (by.name[:80], held_until) if held_until else (None, None)
    run.save()
    RefusedRow.objects.filter(run=run).delete()
    SourceMapping.objects.update_or_create(
        subject=run.subject, name=run.source_name, defaults={"source": run.source, "columns": run.columns, "at": now}
    )
    return row_of(run)


@transaction.atomic
def start_import(*, run_id: int, by: Viewer, now: dt.datetime) -> RunRow:
    """After a trial: take it in. Raises Conflict for an all-or-nothing file of which a row was refused."""
    run = _own(run_id, by)
    if run.state != State.CHECKED:
        raise Conflict("请先试导；已开始的导入不用再次开始。")
    if run.all_or_nothing and run.counts.get("refused"):
        raise Conflict(f"有{run.counts['refused']}行未通过检查。选了“全部导入或全部不导入”的，请改正后重新上传。")
    run.state = State.IMPORTING
    run.done = run.done_rows = 0
    run.counts = {}
    run.save()
    RefusedRow.objects.filter(run=run).delete()
    _written(run, "registers.import_start", by, now, rows=run.rows)
    return row_of(run)


@transaction.atomic
def cancel(*, run_id: int, by: Viewer, now: dt.datetime) -> None:
    """Stop before it is over. What was taken in stays; the file is removed later."""
    run = _own(run_id, by)
    if run.state in (State.DONE, State.CANCELLED):
        raise Conflict("这次导入已经结束。")
    run.state, run.finished_at = State.CANCELLED, now
    run.save()
    _written(run, "registers.import_cancel", by, now, done_rows=run.done_rows)


@transaction.atomic
def claim(*, worker: str, now: dt.datetime, lease: dt.timedelta) -> RunRow | None:
    """A run to work on that no living worker holds; None if there is none."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by=worker)
    waiting = ImportRun.objects.filter(free, state__in=[State.CHECKING, State.IMPORTING], created_by_id__gt=0)
    run = waiting.select_for_update(skip_locked=True).order_by("id").first()
    if run is None:
        return None
    run.claimed_by, run.claimed_until = worker, now + lease
    run.save(update_fields=["claimed_by", "claimed_until"])
    return row_of(run)


def advance(
    *, run: RunRow, done: int, done_rows: int, rows: int, counts: Mapping[str, int], until: dt.datetime | None = None
) -> None:
    """A batch is over, within its transaction; who holds the run holds it ``until`` then.

    Raises TakenOver if somebody else has done the batch meanwhile, and Conflict if the run was stopped.
    """
    going = ImportRun.objects.filter(pk=run.id, state=run.state, done=done - 1 if done else 0)
    changed: dict[str, Any] = {"done": done, "done_rows": done_rows, "rows": rows, "counts": dict(counts)}
    if until is not None:
        changed["claimed_until"] = Case(When(claimed_by__isnull=False, then=Value(until)))
    if not going.update(**changed):
        if ImportRun.objects.filter(pk=run.id, state=run.state).exists():
            raise TakenOver("这次导入正由另一个程序接着做，请在“名册导入”里看结果。")
        raise Conflict("这次导入已停止。")


@transaction.atomic
def finish(*, run: RunRow, by: Actor, now: dt.datetime, failed: str = "") -> None:
    """The trial or the import is over, or could not be done."""
    after = State.FAILED if failed else State.CHECKED if run.state == State.CHECKING else State.DONE
    row = ImportRun.objects.get(pk=run.id)
    if row.state != run.state:
        return
    row.state, row.note = after, failed[:300]
    row.claimed_by = row.claimed_until = None
    row.finished_at = now if after != State.CHECKED else None
    row.save()
    _written(row, f"registers.import_{after.value}", by, now, rows=row.rows, **row.counts)


def forget_file(*, run_id: int) -> None:
    ImportRun.objects.filter(pk=run_id).update(path="")


def _own(run_id: int, by: Viewer) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(pk=run_id, created_by_id=by.person_id).first()
    if run is None:
        raise NotFound("没有找到这次导入。")
    if by is not SYSTEM:
        by.check(Subject(run.subject).permission)
    return run


def _written(run: ImportRun, action: str, by: Actor, now: dt.datetime, /, *, first: bool = False, **facts: Any) -> None:
    record(
        stream=f"import:{run.pk}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject=f"导入 {run.pk}",
        facts=facts,
        at=now,
        first=first,
    )
