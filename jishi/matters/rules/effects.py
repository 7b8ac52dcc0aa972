"""One function a step: what it changes. Pure; the clocks are worked out afterwards from the new facts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from jishi.matters.rules.change import (
    Ask,
    Assign,
    Change,
    Decide,
    DonePart,
    EndParts,
    EndPause,
    Lapse,
    OpenPause,
    Rate,
    Side,
    SignPart,
)
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.given import Given
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import WORKING
from jishi.matters.rules.vocabulary import Grade, PartRole, RequestKind


@dataclass(frozen=True, slots=True)
class Setting:
    """What an effect may need besides the matter and what was given."""

    handbook: Handbook
    now: dt.datetime
    by: int | None  # person id
    organization_id: int | None  # the organisation the person acts for
    centre_id: int  # the grid centre that answers for the matter while no lead does
    community_office_id: int | None  # answers for what is settled on the spot
    minutes_a_day: int
    category_name: str = ""
    category_urgent: bool = False
    unit_sets: dict[str, int | None] | None = None  # unit and area columns of the unit named in Given
    into_id: int | None = None
    raised: tuple[Grade, str] | None = None  # a higher grade that signals speak for, with its rule


Effect = Callable[[Facts, Given, Setting], Change]
EFFECTS: dict[str, Effect] = {}


def effect(*names: str) -> Callable[[Effect], Effect]:
    def register(function: Effect) -> Effect:
        for name in names:
            EFFECTS[name] = function
        return function

    return register


def lapsing(facts: Facts, change: Change, target: Stage) -> list[Side]:
    """Requests of the lead that lose their object: another unit leads, or the handling is over."""
    if "lead_id" in change.sets:
        why = "主办单位已变更，原申请失效"
    elif target is not facts.stage and target not in WORKING:
        why = "事项已进入下一环节，申请失效"
    else:
        return []
    decided = {side.kind for side in change.sides if isinstance(side, Decide)}
    waiting = [facts.request(kind) for kind in (RequestKind.EXTENSION, RequestKind.ABNORMAL)]
    return [Lapse(one.kind, why) for one in waiting if one is not None and one.kind not in decided]


@effect("settle")
def settle(facts: Facts, given: Given, setting: Setting) -> Change:
    office = setting.community_office_id or setting.centre_id
    change = Change(
        sets={
            "lead_id": office,
            "responsible_id": office,
            "handled_by_id": setting.by,
            "handled_at": setting.now,
        }
    )
    change.sides = [EndParts(), Assign(office, PartRole.LEAD), DonePart(office, given.note)]
    if given.reply and given.reply_kind:
        change.facts = {"reply": given.reply, "reply_kind": given.reply_kind.value}
    return change


@effect("dispatch", "redispatch", "arbitrate")
def dispatch(facts: Facts, given: Given, setting: Setting) -> Change:
    change = Change(sets={"lead_id": given.lead_id, "responsible_id": given.lead_id})
    change.facts = {"lead": given.lead_id, "helpers": list(given.helper_ids), "task": given.task}
    assert given.lead_id is not None  # check_step asked for it
    change.sides = [EndParts(), Assign(given.lead_id, PartRole.LEAD, given.task)]
    change.sides += [Assign(helper, PartRole.HELPER, given.task) for helper in given.helper_ids]
    if given.category_code and given.category_code != facts.category_code:
        change.sets |= _classified(given, setting)
        change.moves_clock = True
    if given.grade and given.grade is not facts.grade:
        _graded(change, given.grade, _why(given.grade, setting))
    else:
        _raise_grade(change, setting)
    return change


def _why(chosen: Grade, setting: Setting) -> str:
    """The rule, where the person chose what the rule says."""
    if setting.raised is not None and setting.raised[0] is chosen:
        return setting.raised[1]
    return "调度员派发时核定"


def _raise_grade(change: Change, setting: Setting) -> None:
    if setting.raised is not None:
        _graded(change, *setting.raised)


def _graded(change: Change, grade: Grade, why: str) -> None:
    change.sets |= {"grade": grade.value, "grade_reason": why}
    change.facts |= {"grade": grade.value, "grade_reason": why}
    change.moves_clock = True


def _classified(given: Given, setting: Setting) -> dict[str, object]:
    """A named person's choice of the class settles the urgency too, whatever word had raised it."""
    return {
        "category_code": given.category_code,
        "category_name": setting.category_name,
        "urgent": setting.category_urgent,
    }


@effect("sign")
def sign(facts: Facts, given: Given, setting: Setting) -> Change:
    assert facts.lead_id is not None
    return Change(sides=[SignPart(facts.lead_id)])


@effect("return", "dispute")
def give_back(facts: Facts, given: Given, setting: Setting) -> Change:
    """The unit gives the matter back; the grid centre answers for it again, and the overall clock runs on."""
    change = Change(sets={"lead_id": None, "responsible_id": setting.centre_id, "returns": facts.returns + 1})
    change.facts = {"ground": setting.handbook.return_grounds[given.ground], "from": facts.lead_id}
    change.sides = [EndParts()]
    return change


@effect("escalate")
def escalate(facts: Facts, given: Given, setting: Setting) -> Change:
    overall = facts.due_at is not None and facts.due_at <= setting.now
    change = Change(sets={"escalation": facts.escalation + 1}, rings=True)
    change.facts = {"clock": "overall" if overall else "stage", "responsible": facts.responsible_id}
    change.note = "已超过办结期限" if overall else f"“{facts.stage.label}”已超过本环节期限"
    return change


@effect("begin", "comment", "urge")
def say(facts: Facts, given: Given, setting: Setting) -> Change:
    return Change()


@effect("supervise")
def supervise(facts: Facts, given: Given, setting: Setting) -> Change:
    assert given.until is not None
    return Change(facts={"until": given.until.isoformat()})


@effect("finish")
def finish(facts: Facts, given: Given, setting: Setting) -> Change:
    assert facts.lead_id is not None
    assert given.reply_kind is not None
    change = Change(sets={"handled_by_id": setting.by, "handled_at": setting.now})
    change.facts = {"reply": given.reply, "reply_kind": given.reply_kind.value, "basis": given.basis}
    change.sides = [DonePart(facts.lead_id, given.note)]
    return change


@effect("verify")
def verify(facts: Facts, given: Given, setting: Setting) -> Change:
    change = Change(sets={"verified_by_id": setting.by, "verified_at": setting.now})
    change.facts = {"how": given.how, "longitude": given.longitude, "latitude": given.latitude}
    return change


@effect("reject")
def reject(facts: Facts, given: Given, setting: Setting) -> Change:
    return Change(sets={"handled_by_id": None, "handled_at": None})


@effect("close")
def close(facts: Facts, given: Given, setting: Setting) -> Change:
    assert given.reply_kind is not None
    change = Change(sets={"closed_at": setting.now, "answered_at": setting.now, "reply_kind": given.reply_kind.value})
    change.facts = {"reply": given.reply, "basis": given.basis}
    return change


@effect("grant_abnormal")
def grant_abnormal(facts: Facts, given: Given, setting: Setting) -> Change:
    change = close(facts, given, setting)
    change.sides = [Decide(RequestKind.ABNORMAL, True, given.note)]
    if facts.paused:
        change.sides.append(EndPause())
        change.sets |= {"paused_since": None, "paused_until": None}
    return change


@effect("rate", "follow_up")
def rate(facts: Facts, given: Given, setting: Setting) -> Change:
    assert given.solved is not None
    assert given.satisfied is not None
    change = Change(facts={"solved": given.solved, "satisfied": given.satisfied})
    change.sides = [Rate(given.solved, given.satisfied, given.note)]
    return change


# What is no longer so of a closed matter on which the work begins once more.
UNDONE = dict.fromkeys(
    (
        "lead_id",
        "handled_by_id",
        "handled_at",
        "verified_by_id",
        "verified_at",
        "answered_at",
        "reply_kind",
        "closed_at",
    )
)


@effect("reopen")
def reopen(facts: Facts, given: Given, setting: Setting) -> Change:
    """The number stays, the work begins anew and so does the promise."""
    change = Change(restarts_clock=True)
    change.sets = {
        **UNDONE,
        "responsible_id": setting.centre_id,
        "returns": 0,
        "escalation": 0,
        "adjustments": 0,
        "reopened": facts.reopened + 1,
    }
    change.sides = [EndParts()]
    if facts.request(RequestKind.REOPENING) is not None:
        change.sides.append(Decide(RequestKind.REOPENING, True, given.note))
        change.facts["asked"] = True
    return change


@effect("merge")
def merge(facts: Facts, given: Given, setting: Setting) -> Change:
    change = Change(sets={"merged_into_id": setting.into_id, "closed_at": setting.now}, facts={"into": given.into})
    change.sides = [EndParts()]
    if facts.paused:
        change.sides.append(EndPause())
        change.sets |= {"paused_since": None, "paused_until": None}
    return change


@effect("unmerge")
def unmerge(facts: Facts, given: Given, setting: Setting) -> Change:
    """The matter is to be dispatched anew. Its overall clock runs on from the beginning: the merger was our mistake."""
    change = Change(sets=dict(UNDONE) | {"merged_into_id": None, "responsible_id": setting.centre_id})
    change.facts = {"out_of": facts.merged_into}
    return change


@effect("add_helper")
def add_helper(facts: Facts, given: Given, setting: Setting) -> Change:
    assert given.organization_id is not None
    change = Change(facts={"helper": given.organization_id, "task": given.task})
    change.sides = [Assign(given.organization_id, PartRole.HELPER, given.task)]
    _raise_grade(change, setting)
    return change


@effect("release_helper")
def release_helper(facts: Facts, given: Given, setting: Setting) -> Change:
    return Change(facts={"helper": given.organization_id}, sides=[EndParts(given.organization_id)])


@effect("help_done")
def help_done(facts: Facts, given: Given, setting: Setting) -> Change:
    assert setting.organization_id is not None
    return Change(facts={"helper": setting.organization_id}, sides=[DonePart(setting.organization_id, given.note)])


@effect("pause")
def pause(facts: Facts, given: Given, setting: Setting) -> Change:
    assert given.until is not None
    change = Change(moves_clock=True)
    change.sets = {
        "paused_since": setting.now,
        "paused_until": given.until,
        "adjustments": facts.adjustments + 1,
    }
    change.facts = {"reason": setting.handbook.pause_reasons[given.reason], "until": given.until.isoformat()}
    change.sides = [OpenPause(given.reason, given.note, given.until)]
    return change


@effect("resume")
def resume(facts: Facts, given: Given, setting: Setting) -> Change:
    return Change(sets={"paused_since": None, "paused_until": None}, sides=[EndPause()], moves_clock=True)


@effect("ask_extension")
def ask_extension(facts: Facts, given: Given, setting: Setting) -> Change:
    minutes = given.working_days * setting.minutes_a_day
    return Change(facts={"working_days": given.working_days}, sides=[Ask(RequestKind.EXTENSION, given.note, minutes)])


@effect("grant_extension")
def grant_extension(facts: Facts, given: Given, setting: Setting) -> Change:
    asked = facts.request(RequestKind.EXTENSION)
    assert asked is not None  # check_offered asked for it
    return Change(
        sets={"adjustments": facts.adjustments + 1},
        sides=[Decide(RequestKind.EXTENSION, True, given.note)],
        moves_clock=True,
        extends_by=asked.working_minutes,
    )


@effect("ask_abnormal")
def ask_abnormal(facts: Facts, given: Given, setting: Setting) -> Change:
    return Change(facts={"basis": given.basis}, sides=[Ask(RequestKind.ABNORMAL, given.note)])


@effect("ask_reopening")
def ask_reopening(facts: Facts, given: Given, setting: Setting) -> Change:
    return Change(sides=[Ask(RequestKind.REOPENING, given.note)])


def _refusing(kind: RequestKind) -> Effect:
    def refuse_one(facts: Facts, given: Given, setting: Setting) -> Change:
        return Change(sides=[Decide(kind, False, given.note)])

    return refuse_one


EFFECTS |= {
    "refuse_extension": _refusing(RequestKind.EXTENSION),
    "refuse_abnormal": _refusing(RequestKind.ABNORMAL),
    "refuse_reopening": _refusing(RequestKind.REOPENING),
}


@effect("regrade")
def regrade(facts: Facts, given: Given, setting: Setting) -> Change:
    assert given.grade is not None
    change = Change(moves_clock=True, sets={"grade": given.grade.value, "grade_reason": given.note[:200]})
    change.facts = {"from": facts.grade.value, "to": given.grade.value}
    return change


@effect("reclassify")
def reclassify(facts: Facts, given: Given, setting: Setting) -> Change:
    change = Change(moves_clock=True)
    change.sets = _classified(given, setting)
    change.facts = {"from": facts.category_code, "to": given.category_code}
    _raise_grade(change, setting)
    return change


@effect("relocate")
def relocate(facts: Facts, given: Given, setting: Setting) -> Change:
    """The place is set right. While no lead has it, the grid centre of the right place answers for it."""
    change = Change(sets=dict(setting.unit_sets or {}))
    change.facts = {"from_unit": facts.unit_id, "to_unit": given.unit_id}
    if facts.lead_id is None:
        change.sets["responsible_id"] = setting.centre_id
    return change
