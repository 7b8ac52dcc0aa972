"""Which grade a new matter carries, with the rule that says so. A person may set another, with a reason."""

from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.vocabulary import Grade


def propose_grade(text: str, handbook: Handbook, *, usual: Grade | None = None) -> tuple[Grade, str]:
    """A grade and the sentence shown beside it.

    The highest grade whose signal words stand in the text wins; without any, the usual grade of the class; without
    a class, 小事.
    """
    for grade in sorted(Grade, key=lambda g: g.rank, reverse=True):
        rule = handbook.grades[grade]
        spoken = next((word for word in rule.words if word in text), None)
        if spoken is not None:
            return grade, f"内容提到“{spoken}”，按规则定为{grade.label}：{rule.sentence}"[:200]
    if usual is not None:
        return usual, f"按类别默认定为{usual.label}：{handbook.grades[usual].sentence}"[:200]
    return Grade.SMALL, f"未选类别，默认为{Grade.SMALL.label}，派发时由调度员核定"


def find_hazard(text: str, handbook: Handbook) -> str | None:
    """The first word of immediate danger in the text: such a matter is urgent whatever its grade."""
    return next((word for word in handbook.hazard_words if word in text), None)
