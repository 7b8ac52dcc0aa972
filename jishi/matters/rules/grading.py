"""Which grade a matter carries, with the rule that says so. A person may set another, with a reason."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from jishi.matters.rules.handbook import GradeRule, Handbook
from jishi.matters.rules.vocabulary import Grade


@dataclass(frozen=True, slots=True)
class Signals:
    """What besides the words speaks for a grade."""

    units: int = 1  # lead and helpers together
    repeats: tuple[dt.timedelta, ...] = ()  # how long ago the same class was reported at the same place, each time


NONE = Signals()


def propose_grade(
    text: str, handbook: Handbook, *, usual: Grade | None = None, signals: Signals = NONE
) -> tuple[Grade, str]:
    """A grade and the sentence shown beside it.

    The highest grade whose words stand in the text, or whose signals are there, wins; without any, the usual grade
    of the class; without a class, 小事.
    """
    for grade in sorted(Grade, key=lambda g: g.rank, reverse=True):
        rule = handbook.grades[grade]
        spoken = next((word for word in rule.words if word in text), None)
        why = f"内容提到“{spoken}”" if spoken is not None else _spoken_for(rule, signals)
        if why is not None:
            return grade, _sentence(why, rule)
    if usual is not None:
        return usual, f"按类别默认定为{usual.label}：{handbook.grades[usual].sentence}"[:200]
    return Grade.SMALL, f"未选类别，默认为{Grade.SMALL.label}，派发时由调度员核定"


def raised_grade(
    present: Grade, signals: Signals, handbook: Handbook, *, lead_depth: int | None
) -> tuple[Grade, str] | None:
    """The higher grade that the signals speak for, as far as the lead's level may answer for it; nothing falls."""
    for grade in sorted(Grade, key=lambda g: g.rank, reverse=True):
        rule = handbook.grades[grade]
        if grade.rank <= present.rank:
            return None
        why = _spoken_for(rule, signals)
        if why is not None and (lead_depth is None or lead_depth in rule.depths):
            return grade, _sentence(why, rule)
    return None


def _sentence(why: str, rule: GradeRule) -> str:
    return f"{why}，按规则定为{rule.grade.label}：{rule.sentence}"[:200]


def _spoken_for(rule: GradeRule, signals: Signals) -> str | None:
    if rule.several_units and signals.units >= rule.several_units:
        return f"由{signals.units}家单位共同办理"
    times = _within(signals.repeats, rule.repeated_days)
    if rule.repeated and times >= rule.repeated:
        return f"同一地点同类问题{rule.repeated_days}天内此前已反映{times}次"
    return None


def _within(repeats: Collection[dt.timedelta], days: int) -> int:
    return sum(1 for ago in repeats if ago <= dt.timedelta(days=days))


def find_hazard(text: str, handbook: Handbook) -> str | None:
    """The first word of immediate danger in the text: such a matter is urgent whatever its grade."""
    return next((word for word in handbook.hazard_words if word in text), None)
