"""批办: a leader's dated task to a unit, followed until it is answered. It moves no stage."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, NotFound
from jishi.matters.actions import instructions as acts
from jishi.matters.queries import desks
from jishi.matters.queries.detail import Detail, detail
from jishi.web.guards import page
from jishi.web.leader.forms import AnswerForm, InstructionForm
from jishi.web.pages import show
from jishi.web.receiving import do_once

READ = Permission.READ_MATTERS


@page(permission=READ)
def instructions(request: HttpRequest) -> HttpResponse:
    """What the person gave as a leader, and what waits at the person's organisation."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    gives = viewer.may(Permission.INSTRUCT)
    answers = viewer.may(Permission.ANSWER)
    known = {
        "gives": gives,
        "given": desks.instructions_of(viewer) if gives else [],
        "load": desks.instruction_load(viewer, now=timezone.now()) if gives else [],
        "received": desks.queue(viewer).instructions if answers else [],
        "answers": answers,
    }
    return show(request, "leader/instructions.html", known)


@page(permission=Permission.INSTRUCT, writes=True)
def instruct(request: HttpRequest) -> HttpResponse:
    """Write a 批办, on one matter (?number=) or on the area as a whole."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.now()
    number = request.POST.get("number") or request.GET.get("number", "")
    matter = detail(viewer, number) if number else None
    if request.method != "POST":
        return form_page(request, InstructionForm(viewer, matter, now), matter)
    form = InstructionForm(viewer, matter, now, request.POST)
    if not form.is_valid():
        return form_page(request, form, matter, status=422)
    try:
        give(request, viewer, form, matter, now)
    except DomainError as error:
        error.field = "due_on" if error.field == "due_at" else error.field
        form.blame(error)
        return form_page(request, form, matter, status=error.status)
    messages.success(request, "已批办，承办单位会收到通知")
    return redirect("instructions")


def give(request: HttpRequest, viewer: Viewer, form: InstructionForm, matter: Detail | None, now: dt.datetime) -> None:
    number = matter.matter["number"] if matter is not None else ""
    organization_id, text = form.cleaned_data["organization_id"], form.cleaned_data["text"]

    def act() -> dict[str, Any]:
        made = acts.instruct(
            by=viewer, organization_id=organization_id, text=text, due_at=form.due_at, now=now, number=number
        )
        return {"id": made}

    do_once(request, [organization_id, text, form.due_at, number], act)


def form_page(request: HttpRequest, form: InstructionForm, matter: Detail | None, *, status: int = 200) -> HttpResponse:
    known = {"form": form, "about": matter, "posted_key": request.POST.get("once_key")}
    return show(request, "leader/instruct.html", known, status=status)


@page(permission=READ, writes=True)
def instruction(request: HttpRequest, instruction_id: int) -> HttpResponse:
    """One 批办 for its leader and for the unit it was given to, which answers it here."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = desks.instruction(viewer, instruction_id) if instruction_id < 2**63 else None
    if row is None:
        raise NotFound("没有找到这件批办，或不是批给本单位的")
    form = AnswerForm(request.POST or None, auto_id="answer_%s")
    known = {
        "row": row,
        "form": form,
        "may_answer": row["answered_at"] is None and row["organization_id"] in viewer.organization_ids,
        "posted_key": request.POST.get("once_key"),
    }
    if request.method != "POST":
        return show(request, "leader/instruction.html", known)
    if not form.is_valid():
        return show(request, "leader/instruction.html", known, status=422)
    try:
        answer(request, viewer, instruction_id, form.cleaned_data["text"], timezone.now())
    except DomainError as error:
        form.blame(error)
        return show(request, "leader/instruction.html", known, status=error.status)
    messages.success(request, "已反馈")
    return redirect("instructions")


def answer(request: HttpRequest, viewer: Viewer, instruction_id: int, text: str, now: dt.datetime) -> None:
    def act() -> dict[str, Any]:
        acts.answer_instruction(instruction_id=instruction_id, by=viewer, text=text, now=now)
        return {"id": instruction_id}

    do_once(request, text, act)
