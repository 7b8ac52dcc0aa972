"""Where a grid stands against the standard: off it there is an exception or a proposal, or something to do (K06-I3)."""

from dataclasses import dataclass
from enum import StrEnum

from jishi.planning.rules.standard import Standard


class Verdict(StrEnum):
    WITHIN = "within"
    ALLOWED = "allowed"
    PROPOSED = "proposed"
    OFF = "off"
    EMPTY = "empty"

    @property
    def label(self) -> str:
        return {
            "within": "符合标准",
            "allowed": "已批准例外",
            "proposed": "方案待定",
            "off": "待处理",
            "empty": "未登记住户",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Lived:
    """How many households and people are registered somewhere; ``collective`` are the people of each dormitory."""

    households: int = 0
    people: int = 0
    collective: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GridStanding:
    """``load`` in households; ``reason`` why it may be off the standard, if it may."""

    unit_id: int
    name: str
    households: int
    people: int
    load: float
    verdict: Verdict
    reason: str


def stand(*, unit_id: int, name: str, lived: Lived, standard: Standard, reason: str, proposed: bool) -> GridStanding:
    """``reason`` is that of an approved exception, empty without one; ``proposed`` says whether a plan is open."""
    households, people = lived.households, lived.people
    load = standard.load(households, lived.collective)
    if not households and not people:
        verdict = Verdict.EMPTY
    elif standard.allows(load):
        verdict = Verdict.WITHIN
    elif reason:
        verdict = Verdict.ALLOWED
    else:
        verdict = Verdict.PROPOSED if proposed else Verdict.OFF
    return GridStanding(unit_id, name, households, people, load, verdict, reason)
