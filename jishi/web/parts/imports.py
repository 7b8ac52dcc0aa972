"""Bringing a file of components in: what its columns mean, a trial, the import by the worker, the rows that stayed out;
and taking the list out."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jishi.accounts.rules.roles import Permission
from jishi.flows.component_export import export_components
from jishi.flows.importing.component_layouts import (
    COORDINATES,
    COUNTS,
    LABELS,
    SYSTEMS,
    WGS84,
    columns_of,
    understood,
    usual_layout,
)
from jishi.kernel.errors import DomainError, Invalid
from jishi.registers.actions import imports as actions
from jishi.registers.queries import imports as queries
from jishi.registers.rules.imports import RunRow, Subject
from jishi.registers.rules.vocabulary import Source
from jishi.web.formats import grouped
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
from jishi.web.parts.forms import ASKED, filter_of

MANAGE = Permission.MANAGE_PLACE
IN_A_WORKBOOK = 30_000  # rows somebody waits for: a workbook of them takes some seconds


class UploadForm(PageForm):
    file = forms.FileField(
        label=_("文件"), error_messages={"required": _("请选择 XLSX 或 CSV 文件"), "empty": _("这个文件是空的")}
    )
    source_name = forms.CharField(
        label=_("来源名称"), max_length=40, error_messages={"required": _("请写明这份部件表从哪里来")}
    )
    all_or_nothing = forms.BooleanField(label=_("有一行不能导入，就一行也不导入"), required=False)


@page(permission=MANAGE, writes=True)
def imports(request: HttpRequest) -> HttpResponse:
    """The person's imports, and the form for the next file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run_id = keep(request, form, Source.IMPORT, Subject.PARTS)
        except DomainError as error:
            form.blame(error)
        else:
            return redirect("part_import_columns", run_id)
    known = {
        "form": form,
        "runs": queries.runs(viewer_of(request), Subject.PARTS),
        "states": STATES,
        "sources": queries.sources(Subject.PARTS),
        "posted_key": request.POST.get("once_key"),
    }
    return show(request, "parts/imports.html", known, status=422 if form.errors else 200)


@page(permission=MANAGE, writes=True)
def columns(request: HttpRequest, run_id: int) -> HttpResponse:
    """What each column means: what is remembered of the source, or what its heading usually means."""
    run = _run(request, run_id)
    header = tables().header_of(path_of(run))
    remembered = queries.mapping_of(run.source_name, Subject.PARTS)
    chosen = dict(run.columns) or understood(header, remembered, usual_layout())
    refusal = ""
    if request.method == "POST":
        chosen = asked(request, LABELS, header)
        chosen[COORDINATES] = request.POST.get(COORDINATES, WGS84)
        try:
            columns_of(chosen)
            try_columns(request, run, chosen)
        except DomainError as error:
            refusal = error.message
        else:
            return redirect("part_import_run", run.id)
    known = columns_known(request, run, header, LABELS, chosen, refusal) | {
        "systems": list(SYSTEMS.items()),
        "system": chosen.get(COORDINATES, WGS84),
    }
    return show(request, "parts/import_columns.html", known, status=422 if refusal else 200)


def _run(request: HttpRequest, run_id: int) -> RunRow:
    return queries.run(viewer_of(request), run_id, Subject.PARTS)


@page(permission=MANAGE)
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far an import is, what became of its rows, and what can be done next."""
    found = _run(request, run_id)
    told = [(label, grouped(found.counts[name])) for name, label in COUNTS.items() if found.counts.get(name)]
    return show(request, "parts/import_run.html", run_known(found) | {"told": told}, block="outcome")


@page(permission=MANAGE, writes=True)
def start(request: HttpRequest, run_id: int) -> HttpResponse:
    return _changed(request, run_id, actions.start_import, _("已开始导入，可以离开这一页"))


@page(permission=MANAGE, writes=True)
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    return _changed(request, run_id, actions.cancel, _("已停止，先前导入的各行保留"))


def _changed(request: HttpRequest, run_id: int, action: Any, said: Any) -> HttpResponse:
    change(request, _run(request, run_id).id, action, said)
    return redirect("part_import_run", run_id)


@page(permission=MANAGE)
def refused(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The rows that stayed out, as a workbook to be put right and brought again."""
    return refused_file(_run(request, run_id))


@page(permission=Permission.READ_PARTS, writes=True)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is narrowed on its page, as a workbook or CSV; every list is on record in the audit."""
    if request.method != "POST":
        return redirect("parts")
    suffix = "csv" if request.POST.get("format") == "csv" else "xlsx"
    now, at_most = timezone.now(), IN_A_WORKBOOK if suffix == "xlsx" else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"parts.{suffix}"
        wanted = filter_of(request.POST)
        try:
            export_components(path=path, by=viewer_of(request), wanted=wanted, now=now, at_most=at_most)
        except Invalid as refusal:
            messages.warning(request, refusal.message)
            return redirect(f"{reverse('parts')}?{urlencode({name: request.POST.get(name, '') for name in ASKED})}")
        file = path.open("rb")
    return FileResponse(file, as_attachment=True, filename=f"部件_{timezone.localdate(now):%Y%m%d}.{suffix}")
