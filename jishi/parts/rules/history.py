"""What else becomes of a component besides inspections and moves, and what the end of a matter says of its fault."""

from enum import StrEnum

from jishi.parts.rules.inspections import Condition


class Turn(StrEnum):
    """One line of the history of a component."""

    CHANGED = "changed"
    BODIES = "bodies"
    CORRECTED = "corrected"
    RETIRED = "retired"
    REPAIRED = "repaired"
    NO_FAULT = "no_fault"
    UNREPAIRED = "unrepaired"
    REOPENED = "reopened"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def condition(self) -> Condition | None:
        """How the component stands afterwards; None where that stays as it was."""
        return _CONDITIONS.get(self)


LABELS = {
    Turn.CHANGED: "更正登记",
    Turn.BODIES: "责任单位变更",
    Turn.CORRECTED: "更正状况",
    Turn.RETIRED: "注销",
    Turn.REPAIRED: "故障已修复",
    Turn.NO_FAULT: "查明没有故障",
    Turn.UNREPAIRED: "事项已结，故障仍在",
    Turn.REOPENED: "事项重新办理，仍有故障",
}
_CONDITIONS = {
    Turn.REPAIRED: Condition.SOUND,
    Turn.NO_FAULT: Condition.SOUND,
    Turn.UNREPAIRED: Condition.FAULTY,
    Turn.REOPENED: Condition.FAULTY,
}
# These follow from a matter; the others are somebody's own doing.
BY_MATTER = frozenset(_CONDITIONS)
