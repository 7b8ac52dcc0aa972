"""One matter for whoever works on it: the panel, the full page, the printed form, its steps and photos."""

import datetime as dt
import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, DomainError, Invalid, NotFound
from jishi.matters.actions.county import county_rules
from jishi.matters.actions.photos import photo_path
from jishi.matters.actions.steps import take_step
from jishi.matters.queries.detail import Detail, detail, photo_visible
from jishi.matters.rules.checks import check_offered
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import STEPS, Step
from jishi.web.guards import own_path, page
from jishi.web.matters.panel import accepted, context_of, may_see, panel_context, suggestions_for
from jishi.web.matters.step_forms import StepForm, read_step_form
from jishi.web.navigation import first_page
from jishi.web.pages import show
from jishi.web.receiving import as_posted, do_once, done_before
from jishi.web.tones import STAGE_TONES

READ = Permission.READ_MATTERS


def viewer_of(request: HttpRequest) -> Viewer:
    """Whoever is logged in; only behind a guard that asks for a login."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def htmx(request: HttpRequest) -> bool:
    """Whether a part of the page is asked for."""
    return bool(request.is_htmx)  # type: ignore[attr-defined]


@page(permission=READ)
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """The whole matter: a page, or for htmx the panel alone."""
    known = panel_context(viewer_of(request), number, timezone.now())
    return show(request, "matters/panel.html" if htmx(request) else "matters/page.html", known)


@page(permission=READ)
def print_form(request: HttpRequest, number: str) -> HttpResponse:
    """打印办理单."""
    return show(request, "matters/print.html", panel_context(viewer_of(request), number, timezone.now()))


@page(permission=READ)
def photo(request: HttpRequest, digest: str) -> HttpResponse:
    """A photo, for those who may see a matter it belongs to. Its name is its content: it never changes."""
    path = photo_path(digest)
    if not photo_visible(viewer_of(request), digest) or not path.exists():
        raise NotFound("没有找到这张照片")
    response = HttpResponse(path.read_bytes(), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@page(permission=READ, writes=True)
def step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """One step on one matter: its form, and taking it."""
    now = timezone.now()
    wanted = STEPS.get(step)
    if wanted is None:
        raise NotFound("没有这个步骤")
    if request.method != "POST":
        return asked_for(request, wanted, detail(viewer_of(request), number), now)
    said = as_posted(request)
    earlier = done_before(request, said)
    if earlier is not None:
        return step_taken(request, wanted, earlier, now)
    try:
        return take(request, wanted, detail(viewer_of(request), number), said, now)
    except NotFound:
        earlier = done_before(request, said)  # the same form was faster by a moment, and moved the matter away
        if earlier is None:
            raise
        return step_taken(request, wanted, earlier, now)


def asked_for(request: HttpRequest, wanted: Step, found: Detail, now: dt.datetime) -> HttpResponse:
    """The empty form, if the step may be taken now."""
    check_offered(wanted, found.facts, viewer_of(request))
    form = read_step_form(request, wanted.name, found, handbook(now), initial=suggested(request, found))
    return form_page(request, form)


def take(request: HttpRequest, wanted: Step, found: Detail, said: Any, now: dt.datetime) -> HttpResponse:
    """Read the form and take the step; what is refused comes back as it was typed."""
    form = read_step_form(request, wanted.name, found, handbook(now))
    if not form.is_valid():
        return form_page(request, form, status=422)
    try:
        answer = carry_out(request, found.matter["number"], form, said, now)
    except DomainError as error:
        form.blame(error)
        return form_page(request, form, status=error.status, stale=isinstance(error, Conflict))
    return step_taken(request, wanted, answer, now)


def handbook(now: dt.datetime) -> Any:
    return county_rules(timezone.localdate(now)).handbook


def suggested(request: HttpRequest, found: Detail) -> dict[str, Any] | None:
    """The dispatch form filled in with the suggestion the person accepted (?accept=<organisation>)."""
    wanted = request.GET.get("accept", "")
    for one in suggestions_for(found) if wanted else ():
        if str(one.organization_id) == wanted:
            return accepted(one, found, handbook(timezone.now()))
    return None


def carry_out(request: HttpRequest, number: str, form: StepForm, said: Any, now: dt.datetime) -> dict[str, Any]:
    """Take the step once, however often the form arrives."""
    given = form.given()
    version = seen_version(request)
    viewer = viewer_of(request)

    def act() -> dict[str, Any]:
        taken = take_step(number=number, step=form.step.name, by=viewer, now=now, given=given, version=version)
        return {"number": taken.number, "stage": taken.stage.value, "version": taken.version}

    return do_once(request, said, act)[0]


def seen_version(request: HttpRequest) -> int:
    """The version of the matter the person was looking at."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError as error:
        raise Invalid("页面不完整，请刷新后重新填写") from error


def form_page(request: HttpRequest, form: StepForm, *, status: int = 200, stale: bool = False) -> HttpResponse:
    """The form as a fragment or as a page of its own; errors come back into the place of the form."""
    known = {
        "form": form,
        "step": form.step,
        "matter": form.found.matter,
        "stage": form.found.facts.stage,
        "stale": stale,
        "next": own_path(request, request.POST.get("next") or request.GET.get("next", "")) or "",
        "posted_key": request.POST.get("once_key"),
        "version": request.POST.get("version") or form.found.facts.version,
    }
    if not htmx(request):
        return show(request, "matters/step_page.html", known, status=status)
    response = show(request, "matters/step_fragment.html", known, status=status)
    response.headers["HX-Retarget"] = "#step-slot"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def on_its_own_page(request: HttpRequest) -> bool:
    """Whether the form stood on the page of the step instead of beside a matter."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path == request.path


def after(request: HttpRequest, number: str) -> str:
    """Where a step leads: back to where it was begun, but to no page of a matter the person no longer sees."""
    here = reverse("matter", args=[number])
    target = own_path(request, request.POST.get("next", "")) or here
    if target.startswith(here) and not may_see(viewer_of(request), number):
        return first_page(viewer_of(request))
    return target


def leave(request: HttpRequest, target: str) -> HttpResponse:
    """Go to another page, also when only a part of this one was asked for."""
    return HttpResponse(headers={"HX-Redirect": target}) if htmx(request) else redirect(target)


def step_taken(request: HttpRequest, step: Step, answer: dict[str, Any], now: dt.datetime) -> HttpResponse:
    """The matter as it stands after the step; whoever may no longer see it goes back to their list."""
    said = f"{answer['number']} {step.past}"
    if not htmx(request) or on_its_own_page(request):
        messages.success(request, f"已办理：{said}")
        return leave(request, after(request, answer["number"]))
    try:
        found = detail(viewer_of(request), answer["number"])
    except NotFound:
        response = show(request, "matters/gone.html", {"said": said, "back": first_page(viewer_of(request))})
    else:
        response = show(request, "matters/panel.html", context_of(found, now))
    stage = Stage(answer["stage"])
    told = {
        "number": answer["number"],
        "said": said,
        "stage": stage.label,
        "tone": STAGE_TONES[stage],
        "moved": step.target is not None,
    }
    response.headers["HX-Trigger"] = json.dumps({"matter:step": told})
    return response
