"""The panel of one matter, used by every staff page: what it is, where it stands, what may be done."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import Suggestion, suggest
from jishi.kernel.errors import NotFound
from jishi.matters.actions.county import county_rules
from jishi.matters.queries.detail import Detail, detail
from jishi.matters.rules.grading import Signals, raised_grade
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import Step
from jishi.matters.rules.vocabulary import Channel, Grade, RequestKind
from jishi.organizations.queries import name_on_record, organization
from jishi.territory.queries import full_name, unit_at, unit_on_record
from jishi.web.matters.history import lines_of

# The way of a matter first; what is not here waits behind «更多».
PROMINENT = (
    "grant_extension", "refuse_extension", "grant_abnormal", "refuse_abnormal", "refuse_reopening",
    "dispatch", "arbitrate", "sign", "begin", "finish", "help_done", "verify", "reject", "close", "follow_up",
    "resume", "settle", "return", "dispute", "urge",
)  # fmt: skip
MOST_PROMINENT = 4
AGAINST = frozenset(
    {"return", "dispute", "reject", "refuse_extension", "refuse_abnormal", "refuse_reopening", "release_helper"}
)
KEYS = {
    "dispatch": "d", "redispatch": "d", "arbitrate": "d", "close": "c", "verify": "v", "reject": "r", "sign": "s",
    "return": "r", "dispute": "r", "begin": "b", "finish": "f", "help_done": "f", "follow_up": "c", "merge": "m",
    "comment": "n", "urge": "u", "supervise": "U", "pause": "p", "resume": "p", "regrade": "g", "reclassify": "t",
    "relocate": "l", "grant_extension": "y", "grant_abnormal": "y", "refuse_extension": "x", "refuse_abnormal": "x",
    "settle": "z", "reopen": "o", "add_helper": "h", "unmerge": "m",
}  # fmt: skip
ICONS = {
    "dispatch": "send", "redispatch": "route", "arbitrate": "gavel", "sign": "check", "begin": "player-play",
    "finish": "circle-check", "help_done": "circle-check", "verify": "eye-check", "reject": "x", "close": "message",
    "follow_up": "phone", "settle": "tools", "return": "arrow-back-up", "dispute": "scale", "urge": "speakerphone",
    "supervise": "flag", "merge": "git-merge", "pause": "player-pause", "resume": "player-play", "comment": "edit",
    "regrade": "adjustments-horizontal", "reclassify": "adjustments-horizontal", "relocate": "map-pin",
    "add_helper": "user-plus", "release_helper": "minus", "reopen": "refresh", "grant_extension": "check",
    "refuse_extension": "x", "grant_abnormal": "check", "refuse_abnormal": "x", "refuse_reopening": "x",
    "ask_extension": "clock", "ask_abnormal": "ban", "unmerge": "arrow-back-up",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """A step as a button: ``kind`` of components/button.html, key on the keyboard."""

    step: Step
    kind: str
    icon: str
    key: str


def buttons_of(steps: list[Step], found: Detail) -> tuple[list[Button], list[Button]]:
    """The buttons shown at once and those behind «更多», for the steps the viewer may take now."""
    offered = {step.name: step for step in steps}
    ahead = [offered[name] for name in PROMINENT if name in offered]
    if "reopen" in offered and found.facts.request(RequestKind.REOPENING) is not None:
        ahead.insert(0, offered["reopen"])
    ahead = ahead[:MOST_PROMINENT]
    behind = [step for step in steps if step not in ahead]
    taken: set[str] = set()
    made = {step.name: _button(step, step is ahead[0] if ahead else False, taken) for step in [*ahead, *behind]}
    return [made[step.name] for step in ahead], [made[step.name] for step in behind]


def _button(step: Step, first: bool, taken: set[str]) -> Button:
    key = KEYS.get(step.name, "")
    if key in taken:
        key = ""
    taken.add(key)
    kind = "danger" if step.name in AGAINST else "primary" if first else "plain"
    return Button(step, kind, ICONS.get(step.name, "chevron-right"), key)


def suggestions_for(found: Detail) -> tuple[Suggestion, ...]:
    """Who could handle the matter by the duty lists; nothing once a unit has it."""
    if not any(step.name in {"dispatch", "arbitrate"} for step in found.steps):
        return ()
    text = f"{found.matter['title']} {found.matter['text'][:2000]}"
    offered = suggest(text=text, category_code=found.facts.category_code, unit=unit_at(found.facts.path))
    return tuple(one for one in offered if _serves(one, found))[:3]


def _serves(one: Suggestion, found: Detail) -> bool:
    body = organization(one.organization_id)
    return body is not None and found.facts.path.startswith(body.unit_path)


def accepted(one: Suggestion, found: Detail, handbook: Handbook) -> dict[str, Any]:
    """The dispatch form filled in as suggested; the grade rises as the lead's level or the number of units asks."""
    body = organization(one.organization_id)
    grade = found.facts.grade
    if body is not None and body.unit_depth not in handbook.grades[grade].depths:
        fitting = [each for each in Grade if body.unit_depth in handbook.grades[each].depths]
        above = [each for each in fitting if each.rank >= grade.rank]
        grade = (above or fitting or [grade])[0]
    helpers = [helper for helper in one.helper_ids if _may_help(helper, one, found)]
    depth = body.unit_depth if body is not None else None
    raised = raised_grade(grade, Signals(units=1 + len(helpers)), handbook, lead_depth=depth)
    grade = raised[0] if raised is not None else grade
    return {
        "lead_id": one.organization_id,
        "helper_ids": helpers,
        "category_code": found.facts.category_code or one.category_code,
        "grade": grade.value,
        "note": one.item.citation if one.item is not None else "",
    }


def _may_help(helper_id: int, one: Suggestion, found: Detail) -> bool:
    body = organization(helper_id)
    return body is not None and helper_id != one.organization_id and found.facts.path.startswith(body.unit_path)


def may_see(viewer: Viewer, number: str) -> bool:
    """Whether a page of this matter would open for the viewer."""
    try:
        detail(viewer, number)
    except NotFound:
        return False
    return True


def panel_context(viewer: Viewer, number: str, now: dt.datetime) -> dict[str, Any]:
    """Everything ``matters/panel.html`` shows of one matter; raises NotFound where the viewer may not see it."""
    found = detail(viewer, number)
    return context_of(found, now)


def context_of(found: Detail, now: dt.datetime) -> dict[str, Any]:
    row = found.matter
    unit = unit_on_record(row["unit_id"])
    handbook = county_rules(timezone.localdate(now)).handbook
    shown, more = buttons_of(found.steps, found)
    return {
        "matter": row,
        "found": found,
        "facts": found.facts,
        "stage": Stage(row["stage"]),
        "grade": Grade(row["grade"]),
        "grade_rule": handbook.grades[Grade(row["grade"])].sentence,
        "channel": Channel(row["channel"]),
        "unit_name": full_name(unit) if unit is not None else "",
        "responsible": name_on_record(row["responsible_id"]),
        "lines": lines_of(found.history, found.parts, found.photos, row),
        "buttons": shown,
        "more_buttons": more,
        "suggestions": suggestions_for(found),
        "request_kinds": {kind.value: kind.label for kind in RequestKind},
        "bodies": {row["organization_id"]: name_on_record(row["organization_id"]) for row in found.instructions},
        "merged_number": found.facts.merged_into,
    }
