"""A component stands as the matters about it do: repaired, found without fault, still broken, broken again.

What is closed with another answer than «done» or «explained» leaves the fault where it is; so does a closing beside
another matter about the same component that is still open.
"""

import datetime as dt

from jishi.matters.queries.at_component import Fault, components_of, faults_of, taken_by
from jishi.matters.rules.stages import OPEN_STAGES, Stage
from jishi.matters.rules.vocabulary import ReplyKind
from jishi.notices.rules.work import ClaimedEvent
from jishi.parts.actions import follow_matter
from jishi.parts.rules.history import Turn

CLOSING = frozenset({"close", "grant_abnormal"})
OPENING = frozenset({"reopen", "unmerge"})


def follow_step(event: ClaimedEvent, now: dt.datetime) -> None:
    """Let the components of a matter follow a step that closed it or opened it again."""
    step = event.facts["step"]
    if step not in CLOSING | OPENING:
        return
    matter_id = int(event.subject.removeprefix("matter:"))
    by = taken_by(matter_id, event.facts["seq"])
    for code in components_of(matter_id):
        faults = faults_of(code)
        told = _of_opening(faults) if step in OPENING else _of_closing(faults)
        if told is not None:
            turn, number = told
            follow_matter(code=code, turn=turn, matter_number=number, by=by, now=event.at)


def _of_opening(faults: list[Fault]) -> tuple[Turn, str] | None:
    still = [fault for fault in faults if fault.stage in OPEN_STAGES]
    return (Turn.REOPENED, still[-1].number) if still else None


def _of_closing(faults: list[Fault]) -> tuple[Turn, str] | None:
    """What the last closing says, once no matter about the component is open."""
    if any(fault.stage in OPEN_STAGES for fault in faults):
        return None
    last = max(faults, key=lambda fault: fault.closed_at.timestamp() if fault.closed_at else 0.0)
    return turn_of(last), last.number


def turn_of(fault: Fault) -> Turn:
    """What a closed matter says of the component. That it was repaired counts only where somebody has verified it."""
    if fault.reply_kind is ReplyKind.EXPLAINED:
        return Turn.NO_FAULT
    verified = fault.stage is not Stage.ABNORMAL
    return Turn.REPAIRED if fault.reply_kind is ReplyKind.DONE and verified else Turn.UNREPAIRED
