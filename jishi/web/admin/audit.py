"""The audit trail: who changed what and when, and the proof that nobody altered it since."""

import datetime as dt
from collections.abc import Iterable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jishi.accounts.queries import ids_named, names_of
from jishi.accounts.rules.roles import Permission
from jishi.audit import queries
from jishi.audit.rules import Line
from jishi.web.admin.deeds import deed, deed_choices
from jishi.web.forms import PageForm
from jishi.web.guards import page
from jishi.web.pages import show

READ = Permission.READ_AUDIT
SHOWN = 50
PERSON = "person:"  # how the record begins the subject that is a person


class FilterForm(PageForm):
    subject = forms.CharField(label=_("对象（编号、姓名）"), max_length=120, required=False)
    action = forms.CharField(label=_("动作"), max_length=80, required=False)
    since = forms.DateField(label=_("自"), required=False, error_messages={"invalid": _("日期格式不对")})
    until = forms.DateField(label=_("至"), required=False, error_messages={"invalid": _("日期格式不对")})
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def filter(self) -> queries.AuditFilter:
        given = self.cleaned_data
        until = given["until"]
        return queries.AuditFilter(
            subjects=subjects_meant(given["subject"]),
            action=given["action"],
            since=_midnight(given["since"]),
            until=_midnight(until + dt.timedelta(days=1)) if until else None,
        )


def subjects_meant(typed: str) -> tuple[str, ...]:
    """What was typed as it stands, and the people of this name, whom the record names by their id."""
    return (typed, *(f"{PERSON}{person_id}" for person_id in ids_named(typed))) if typed else ()


def people_in(lines: Iterable[Line]) -> dict[str, str]:
    """The subjects among these that are people, with their names."""
    found = {line.subject for line in lines if line.subject == line.stream and line.stream.startswith(PERSON)}
    ids = {subject: int(subject.removeprefix(PERSON)) for subject in found}
    names = names_of(ids.values())
    return {subject: names[person_id] for subject, person_id in ids.items() if person_id in names}


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return None if day is None else timezone.make_aware(dt.datetime.combine(day, dt.time.min))


@page(permission=READ)
def entries(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    valid = form.is_valid()
    wanted = form.filter() if valid else queries.AuditFilter()
    found = queries.entries(wanted, before=form.cleaned_data.get("before") if valid else None, limit=SHOWN)
    asked = {name: value for name, value in request.GET.items() if value and name != "before"}
    known = {"form": form, "found": found, "asked": asked, "deed": deed, "deeds": deed_choices()}
    known["people"] = people_in(found.entries)
    return show(request, "admin/audit.html", known, status=200 if valid else 422)


@page(permission=READ, writes=True)
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole chain now; the page says what was found."""
    report = queries.verify() if request.method == "POST" else None
    return show(request, "admin/verify.html", {"report": report, "seal": queries.last_seal(), "size": queries.size()})
