"""The lines of the list, written in Python: fifty of them are the page that is asked for most, and as a macro they
were more than half of its cost. desk/rows.html hands them on.

What a person typed is escaped here by name; everything else is made of numbers and our own words.
"""

# ruff: noqa: S704 (see above)

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from jishi.web.desk.rows import DeskRow
from jishi.web.marks import due, grade_badge, stage_badge


def desk_lines(rows: Iterable[DeskRow], now: dt.datetime) -> Markup:
    """One ``li`` a row: title, number, place and class, urgency, grade and stage, the office, and what time is left."""
    page, beside = reverse("matter", args=["-"])[:-2], reverse("desk_matter", args=["-"])[:-2]
    urgent = f'<span class="tag tag-alert">{escape(_("紧急"))}</span>'
    risen = f'<small class="row-rise">{escape(_("已升级"))}</small>'
    answers, until = escape(_("责任单位")), escape(_("截止"))
    return Markup(
        "".join(
            f"""\
<li class="desk-row" data-row data-point="{row.id}" data-number="{row.number}">
<a class="row-link" data-open href="{page}{row.number}/" hx-get="{beside}{row.number}/" hx-target="#matter" hx-swap="outerHTML">{escape(row.title)}</a>
<span class="row-under"><span class="mono">{row.number}</span><span>{escape(row.place)}</span>{_class(row)}</span>
<span class="row-tags">{urgent if row.urgent else ""}{grade_badge(row.grade)}{stage_badge(row.stage)}</span>
<span class="row-office" title="{answers}">{escape(row.office)}</span>
<span class="row-due">{due(row.due_at, now, done_at=row.closed_at, paused=row.paused, until=until, stage=row.stage)}{risen if row.escalated else ""}</span>
</li>
"""  # noqa: E501 (a line of the page is a line here)
            for row in rows
        )
    )


def _class(row: DeskRow) -> str:
    return f"<span>{escape(row.category)}</span>" if row.category else ""
