"""Bringing a list of people in: the file, what its columns mean, a trial, the import, and the rows that stayed out."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jishi.accounts.rules.roles import Permission
from jishi.flows.importing.register_columns import LABELS, MEANINGS, RegisterLayout, understood
from jishi.kernel.errors import DomainError
from jishi.registers.actions import imports as actions
from jishi.registers.queries import imports as queries
from jishi.registers.rules.imports import COUNTS, Subject
from jishi.registers.rules.vocabulary import Source
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.importing import (
    STATES,
    asked,
    change,
    columns_known,
    keep,
    path_of,
    refused_file,
    run_known,
    tables,
    try_columns,
)
from jishi.web.matters.views import viewer_of
from jishi.web.pages import show

IMPORT = Permission.IMPORT_REGISTER
EXPORT = Permission.EXPORT_REGISTER
_BY_FILE = (Source.IMPORT, Source.POLICE, Source.CIVIL, Source.HOUSING)


class UploadForm(PageForm):
    file = forms.FileField(
        label=_("文件"), error_messages={"required": _("请选择 XLSX、XLS 或 CSV 文件"), "empty": _("这个文件是空的")}
    )
    source_name = forms.CharField(
        label=_("来源名称"), max_length=40, error_messages={"required": _("请写明这份名册从哪里来")}
    )
    source = forms.ChoiceField(label=_("来源类别"), choices=[(one.value, one.label) for one in _BY_FILE])
    all_or_nothing = forms.BooleanField(label=_("有一行不能导入，就一行也不导入"), required=False)


@page(permission=IMPORT, writes=True)
def imports(request: HttpRequest) -> HttpResponse:
    """The person's imports, and the form for the next file."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"source": Source.IMPORT})
    if request.method == "POST" and form.is_valid():
        try:
            run_id = keep(request, form, Source(form.cleaned_data["source"]), Subject.PEOPLE)
        except DomainError as error:
            form.blame(error)
        else:
            return redirect("import_columns", run_id)
    viewer = viewer_of(request)
    known = {
        "form": form,
        "runs": queries.runs(viewer),
        "states": STATES,
        "sources": queries.sources(),
        "may_export": viewer.may(EXPORT),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "registers/imports.html", known, status=422 if form.errors else 200)


@page(permission=IMPORT, writes=True)
def columns(request: HttpRequest, run_id: int) -> HttpResponse:
    """What each column means: what is remembered of the source, or what its heading usually means."""
    run = queries.run(viewer_of(request), run_id)
    header = tables().header_of(path_of(run))
    chosen = dict(run.columns) or understood(header, queries.mapping_of(run.source_name))
    refusal = ""
    if request.method == "POST":
        chosen = asked(request, MEANINGS, header)
        try:
            RegisterLayout(run.source_name, run.source, chosen).check()
            try_columns(request, run, chosen)
        except DomainError as error:
            refusal = error.message
        else:
            return redirect("import_run", run.id)
    known = columns_known(request, run, header, LABELS, chosen, refusal)
    return show(request, "registers/import_columns.html", known, status=422 if refusal else 200)


@page(permission=IMPORT)
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far an import is, what became of its rows, and what can be done next."""
    viewer = viewer_of(request)
    found = queries.run(viewer, run_id)
    told = [(label, found.counts[name]) for name, label in COUNTS.items() if found.counts.get(name)]
    known = run_known(found) | {"told": told, "may_decide": viewer.may(Permission.DECIDE_REGISTER)}
    return show(request, "registers/import_run.html", known, block="outcome")


@page(permission=IMPORT, writes=True)
def start(request: HttpRequest, run_id: int) -> HttpResponse:
    return _changed(request, run_id, actions.start_import, _("已开始导入，可以离开这一页"))


@page(permission=IMPORT, writes=True)
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    return _changed(request, run_id, actions.cancel, _("已停止，先前导入的各行保留"))


def _changed(request: HttpRequest, run_id: int, action: Any, said: Any) -> HttpResponse:
    change(request, run_id, action, said)
    return redirect("import_run", run_id)


@page(permission=IMPORT)
def refused(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The rows that stayed out, as a workbook to be put right and brought again."""
    return refused_file(queries.run(viewer_of(request), run_id))


@page(permission=EXPORT, writes=True)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list of the person's area, masked and marked; every list is on record in the audit."""
    from jishi.flows.register_export import export_register

    if request.method != "POST":
        return redirect("registers")
    suffix = "csv" if request.POST.get("format") == "csv" else "xlsx"
    now = timezone.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{suffix}"
        export_register(path=path, by=viewer_of(request), now=now)
        file = path.open("rb")
    return FileResponse(file, as_attachment=True, filename=f"居民名册_{timezone.localdate(now):%Y%m%d}.{suffix}")
