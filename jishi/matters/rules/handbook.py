"""The place's own rules for matters, read from its template: grades, grounds, pauses, windows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.kernel.errors import Invalid
from jishi.matters.rules.vocabulary import Grade


@dataclass(frozen=True, slots=True)
class GradeRule:
    """One grade: which levels of units may answer for it, and the signals that speak for it."""

    grade: Grade
    depths: frozenset[int]
    sentence: str
    words: tuple[str, ...] = ()
    several_units: int = 0  # so many units at work together speak for it; 0 says nothing
    repeated: int = 0  # so many earlier reports of the same at one place within ``repeated_days`` speak for it
    repeated_days: int = 0


@dataclass(frozen=True, slots=True)
class Handbook:
    """What a county decides for itself. Every value has a default that the place may change."""

    prefix: str
    grades: Mapping[Grade, GradeRule]
    return_grounds: Mapping[str, str]
    pause_reasons: Mapping[str, str]
    pause_max_working_days: int = 30
    extension_max_times: int = 2
    extension_max_working_days: int = 10
    reopen_days: int = 15
    escalation_repeat_working_minutes: int = 480
    escalation_max_level: int = 3
    hazard_words: tuple[str, ...] = field(default=())
    level_names: tuple[str, ...] = field(default=())

    def level_name(self, depth: int) -> str:
        return self.level_names[depth] if depth < len(self.level_names) else f"第{depth}级"


def read_handbook(content: Mapping[str, Any]) -> Handbook:
    """The handbook in a place template. Raises ``Invalid`` where a grade is missing."""
    matters = content.get("matters", {})
    rules = {}
    for entry in content.get("grades", []):
        grade = Grade(entry["key"])
        rules[grade] = GradeRule(
            grade=grade,
            depths=frozenset(entry["depths"]),
            sentence=entry.get("sentence", ""),
            words=tuple(entry.get("words", ())),
            several_units=entry.get("several_units", 0),
            repeated=entry.get("repeated", 0),
            repeated_days=entry.get("repeated_days", 0),
        )
    missing = [grade.label for grade in Grade if grade not in rules]
    if missing:
        raise Invalid(f"地方模板缺少等级：{'、'.join(missing)}")
    pause = matters.get("pause", {})
    extension = matters.get("extension", {})
    escalation = matters.get("escalation", {})
    return Handbook(
        prefix=content["number_prefix"],
        grades=rules,
        return_grounds=_listed(matters.get("return_grounds", ())),
        pause_reasons=_listed(pause.get("reasons", ())),
        pause_max_working_days=pause.get("max_working_days", 30),
        extension_max_times=extension.get("max_times", 2),
        extension_max_working_days=extension.get("max_working_days", 10),
        reopen_days=matters.get("reopen_days", 15),
        escalation_repeat_working_minutes=60 * escalation.get("repeat_working_hours", 8),
        escalation_max_level=escalation.get("max_level", 3),
        hazard_words=tuple(matters.get("hazard_words", ())),
        level_names=tuple(level["name"] for level in content.get("levels", ())),
    )


def _listed(entries: Any) -> dict[str, str]:
    return {entry["key"]: entry["text"] for entry in entries}
