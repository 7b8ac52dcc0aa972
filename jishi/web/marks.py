"""The small marks every row of a list carries, written in Python: as macros they were half the cost of a long list.

components/badge.html and components/due.html hand them on, so that pages import them like any other component.
What stands in them unescaped is made of digits and our own words; anything else is escaped by name.
"""

# ruff: noqa: S704 (see above)

import datetime as dt
from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade
from jishi.web.formats import due_words, exact, moment
from jishi.web.sprite import icon
from jishi.web.tones import STAGE_TONES


@cache
def stage_badge(stage: Stage, public: bool = False) -> Markup:
    """The stage of a matter; with ``public`` in the words of a receipt."""
    label = escape(stage.public_label if public else stage.label)
    return Markup(f'<span class="tag tag-{STAGE_TONES[stage]} tag-dot">{label}</span>')


@cache
def grade_badge(grade: Grade) -> Markup:
    return Markup(f'<span class="grade grade-{grade.value}">{escape(grade.label)}</span>')


def when(at: dt.datetime | None) -> Markup:
    """A moment in time with the exact one in the title; nothing for None."""
    if at is None:
        return Markup()
    return Markup(f'<time datetime="{at.isoformat()}" title="{exact(at)}">{moment(at)}</time>')


def due(
    due_at: dt.datetime | None,
    now: dt.datetime,
    done_at: dt.datetime | None = None,
    paused: bool = False,
    long: bool = False,
    until: str | None = None,
    stage: Stage | None = None,
) -> Markup:
    """How long is left; the moment itself stands in the title and, with ``long``, beside it.

    A list that has many passes ``until``, the word before the moment, so that it is looked up once. What was merged
    or ended without being handled, told by its ``stage``, was done neither in time nor late: nothing is said.
    """
    if stage is not None and stage.ended_otherwise:
        return Markup()
    if paused:
        return Markup(f'<span class="due due-quiet">{icon("clock-pause")}{escape(_("已挂账，暂停计时"))}</span>')
    words = due_words(due_at, now, done_at=done_at)
    drawn = icon("clock-exclamation") if words.tone == "alert" else ""
    title = beside = ""
    if due_at is not None:
        until = escape(_("截止")) if until is None else until
        title = f' title="{until} {exact(due_at)}"'
        beside = f"<small>{until} {when(due_at)}</small>" if long else ""
    return Markup(f'<span class="due due-{words.tone}"{title}>{drawn}{words.text}{beside}</span>')


def options(choices: Iterable[tuple[str, str]], chosen: str) -> Markup:
    """The choices (value, label) of a long select, with the chosen one marked."""
    return Markup(
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
            for value, label in choices
        )
    )
