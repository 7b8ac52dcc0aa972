"""What the pages that bring files in do alike, whatever the rows are about: keep the file, ask what its columns mean,
tell how far it is, give back the rows that stayed out."""

import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jishi.flows import register_files
from jishi.kernel.errors import DomainError, NotFound
from jishi.registers.actions import imports as actions
from jishi.registers.queries import imports as queries
from jishi.registers.rules.imports import RunRow, Subject
from jishi.registers.rules.vocabulary import Source
from jishi.web.forms import PageForm
from jishi.web.matters.views import viewer_of
from jishi.web.receiving import as_posted, do_once

SHOWN = 50
STATES = {
    "uploaded": (_("待对应列"), "waiting"),
    "checking": (_("正在试导"), "moving"),
    "checked": (_("已试导"), "checking"),
    "importing": (_("正在导入"), "moving"),
    "done": (_("已完成"), "done"),
    "failed": (_("未能进行"), "alert"),
    "cancelled": (_("已停止"), "quiet"),
}


def tables() -> ModuleType:
    """The reader of sheets; its library takes 60 MB, and a web worker that never reads one does not load it."""
    from jishi.flows.importing import frames

    return frames


def keep(request: HttpRequest, form: PageForm, source: Source, subject: Subject) -> int:
    """Keep the file of a form (``file``, ``source_name``, ``all_or_nothing``); returns the id of its run.

    Raises DomainError, at the field ``file``, for one that cannot be read.
    """
    given = form.cleaned_data
    file = given["file"]

    def act() -> dict[str, Any]:
        path = register_files.keep_upload(file.chunks(), file.name)
        try:
            tables().header_of(path)
            run = actions.begin_run(
                path=str(path),
                file_name=file.name,
                digest=register_files.digest_of(path),
                source_name=given["source_name"],
                source=source,
                all_or_nothing=given["all_or_nothing"],
                by=viewer_of(request),
                now=timezone.now(),
                subject=subject,
            )
        except DomainError as error:
            path.unlink()
            error.field = "file"
            raise
        return {"run": run.id}

    return int(do_once(request, as_posted(request), act)[0]["run"])


def asked(request: HttpRequest, meanings: Iterable[str], header: Collection[str]) -> dict[str, str]:
    """The columns chosen on a page, those of the file only."""
    return {meaning: name for meaning in meanings if (name := request.POST.get(meaning, "")) in header and name}


def try_columns(request: HttpRequest, run: RunRow, chosen: Mapping[str, str]) -> None:
    """What the columns mean is said; the worker tries the file."""

    def act() -> dict[str, Any]:
        actions.set_columns(run_id=run.id, columns=chosen, by=viewer_of(request), now=timezone.now())
        return {}

    do_once(request, as_posted(request), act)


def columns_known(
    request: HttpRequest,
    run: RunRow,
    header: Collection[str],
    labels: Mapping[str, str],
    chosen: Mapping[str, str],
    refusal: str,
) -> dict[str, Any]:
    """What the page of the columns shows."""
    return {
        "run": run,
        "header": header,
        "samples": tables().samples_of(path_of(run)),
        "meanings": [(meaning, label, chosen.get(meaning, "")) for meaning, label in labels.items()],
        "unused": [name for name in header if name and name not in chosen.values()],
        "refusal": refusal,
        "posted_key": request.POST.get("once_key"),
    }


def path_of(run: RunRow) -> Path:
    """Where the file of a run lies; raises NotFound once it is removed."""
    if not run.path or not Path(run.path).is_file():
        raise NotFound("文件已按期删除，请重新上传。")
    return Path(run.path)


def run_known(run: RunRow) -> dict[str, Any]:
    """What the page of a run shows, but for its counts."""
    return {
        "run": run,
        "states": STATES,
        "refusals": [] if run.is_working else queries.refusals(run.id, SHOWN),
        "share": round(100 * run.done_rows / run.rows) if run.rows else 0,
        "may_start": run.state == "checked" and not (run.all_or_nothing and run.refused),
    }


def change(request: HttpRequest, run_id: int, action: Any, said: Any) -> None:
    """Start or stop a run, if that was posted."""

    def act() -> dict[str, Any]:
        action(run_id=run_id, by=viewer_of(request), now=timezone.now())
        return {}

    if request.method == "POST":
        do_once(request, as_posted(request), act)
        messages.success(request, said)


def refused_file(run: RunRow) -> FileResponse:
    """The rows that stayed out, as a workbook to be put right and brought again."""
    from jishi.flows.importing.refused import write_refused

    source, refusals = path_of(run), queries.refusals(run.id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "refused.xlsx"
        write_refused(path, source, refusals)
        file = path.open("rb")
    return FileResponse(file, as_attachment=True, filename=f"未导入_{Path(run.file_name).stem}.xlsx")
