"""Who is told of a step, and in which words. A notice says what happened and leads to the matter; nothing personal."""

from enum import StrEnum

from jishi.matters.rules.steps import HAND_OVER, PAST_LABELS, REGISTER


class Audience(StrEnum):
    """People by what they have to do with the matter."""

    LEAD = "lead"  # staff of the lead unit
    HELPERS = "helpers"  # staff of the helping units that are not done
    CENTRE = "centre"  # dispatchers of the grid centre nearest above
    GROUND = "ground"  # grid workers and community workers of the place
    RESPONSIBLE = "responsible"  # staff of whoever answers for it now
    SUPERIOR = "superior"  # staff of the unit above the responsible one
    LEADERS = "leaders"  # leaders of the area
    REGISTRAR = "registrar"  # the person who registered it, if it was somebody at work


A = Audience
TOLD: dict[str, tuple[Audience, ...]] = {
    REGISTER: (A.CENTRE, A.GROUND),
    "settle": (A.GROUND, A.CENTRE),
    "dispatch": (A.LEAD, A.HELPERS),
    "redispatch": (A.LEAD, A.HELPERS),
    "arbitrate": (A.LEAD, A.HELPERS),
    "sign": (),
    "return": (A.CENTRE,),
    "dispute": (A.CENTRE,),
    "begin": (),
    "finish": (A.GROUND, A.CENTRE),
    "verify": (A.CENTRE,),
    "reject": (A.LEAD,),
    "close": (A.REGISTRAR, A.LEAD),
    "follow_up": (A.LEAD,),
    "rate": (A.CENTRE, A.LEAD),
    "reopen": (A.CENTRE, A.GROUND),
    "merge": (A.REGISTRAR, A.LEAD),
    "unmerge": (A.CENTRE, A.GROUND, A.REGISTRAR),
    "grant_abnormal": (A.REGISTRAR, A.LEAD),
    "add_helper": (A.HELPERS,),
    "release_helper": (A.LEAD,),
    "help_done": (A.LEAD,),
    "pause": (A.LEAD, A.HELPERS),
    "resume": (A.LEAD, A.HELPERS),
    "ask_extension": (A.CENTRE,),
    "grant_extension": (A.LEAD,),
    "refuse_extension": (A.LEAD,),
    "escalate": (A.RESPONSIBLE, A.SUPERIOR, A.CENTRE),
    "ask_abnormal": (A.CENTRE,),
    "refuse_abnormal": (A.LEAD,),
    "ask_reopening": (A.CENTRE,),
    "refuse_reopening": (),
    "regrade": (A.LEAD,),
    "reclassify": (),
    "relocate": (A.GROUND,),
    "comment": (A.RESPONSIBLE,),
    "urge": (A.LEAD,),
    "supervise": (A.LEAD, A.LEADERS),
    HAND_OVER: (A.GROUND,),
}
del A

LEADERS_FROM = 2  # the second escalation reaches the leaders of the area


def audiences(step: str, *, escalation: int = 0) -> tuple[Audience, ...]:
    """Who is told of a step; an escalation that repeats climbs to the leaders."""
    told = TOLD[step]
    if step == "escalate" and escalation >= LEADERS_FROM:
        return (*told, Audience.LEADERS)
    return told


def sentence(step: str, *, number: str, title: str, note: str = "") -> str:
    """One line for the inbox, at most 300 characters."""
    said = f"：{note}" if note and step not in {REGISTER, "dispatch"} else ""
    return f"【{PAST_LABELS[step]}】{title}（{number}）{said}"[:300]
