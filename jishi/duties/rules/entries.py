"""Rows of the duty files, and what is wrong with them. Codes of second-level classes begin with their parent's code."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from jishi.duties.rules.limits import GRADE_LABELS, Clock, Measure
from jishi.organizations.rules.bodies import Kind
from jishi.territory.rules.loading import Problem


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    code: str
    name: str
    parent_code: str  # empty for the first level
    grade: str
    urgent: bool
    words: tuple[str, ...]
    closing_condition: str
    file: str = ""
    line: int = 0

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """One item of a list; it names an organisation by code, or a kind of organisation, not both. Helpers are codes or
    kinds."""

    list_name: str
    number: str
    name: str
    basis: str
    category_code: str
    organization_code: str
    organization_kind: str
    helpers: tuple[str, ...]
    file: str = ""
    line: int = 0

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


@dataclass(frozen=True, slots=True)
class LimitEntry:
    clock: str
    grade: str
    category_code: str
    urgent: bool
    amount: int
    measure: str
    source: str
    file: str = ""
    line: int = 0

    @property
    def key(self) -> tuple[str, str, str, bool]:
        return self.clock, self.grade, self.category_code, self.urgent

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


def check_categories(entries: Iterable[CategoryEntry]) -> list[Problem]:
    """Every problem in a catalogue of two levels."""
    problems: list[Problem] = []
    by_code: dict[str, CategoryEntry] = {}
    for entry in entries:
        if entry.code in by_code:
            problems.append(entry.problem(f"类别代码“{entry.code}”与第{by_code[entry.code].line}行重复"))
        else:
            by_code[entry.code] = entry
    for entry in by_code.values():
        problems += [entry.problem(fault) for fault in _category_faults(entry, by_code)]
    return problems


def _category_faults(entry: CategoryEntry, by_code: Mapping[str, CategoryEntry]) -> list[str]:
    found = []
    if not entry.code or not entry.name:
        found.append("类别代码和名称不能为空")
    if entry.grade not in GRADE_LABELS:
        found.append(f"等级“{entry.grade}”不认识，只能是：{'、'.join(GRADE_LABELS)}")
    if entry.parent_code:
        parent = by_code.get(entry.parent_code)
        if parent is None:
            found.append(f"上级类别“{entry.parent_code}”不存在")
        elif parent.parent_code:
            found.append("类别只分两级")
        if not entry.code.startswith(entry.parent_code) or entry.code == entry.parent_code:
            found.append(f"类别代码“{entry.code}”应以上级代码“{entry.parent_code}”开头")
    return found


def check_duties(
    entries: Iterable[DutyEntry], *, category_codes: Collection[str], organization_codes: Collection[str]
) -> list[Problem]:
    """Every problem in the duty lists, against the classes and organisations that there are."""
    problems: list[Problem] = []
    seen: dict[tuple[str, str], DutyEntry] = {}
    for entry in entries:
        key = (entry.list_name, entry.number)
        if key in seen:
            problems.append(entry.problem(f"《{entry.list_name}》第{entry.number}项与第{seen[key].line}行重复"))
        seen.setdefault(key, entry)
        problems += [entry.problem(f) for f in _duty_faults(entry, category_codes, organization_codes)]
    return problems


def _duty_faults(entry: DutyEntry, category_codes: Collection[str], organization_codes: Collection[str]) -> list[str]:
    found = []
    if not (entry.list_name and entry.number and entry.name):
        found.append("清单、序号、事项不能为空")
    if entry.category_code and entry.category_code not in category_codes:
        found.append(f"类别“{entry.category_code}”不存在")
    if bool(entry.organization_code) == bool(entry.organization_kind):
        found.append("单位代码和单位类别须写其中一个")
    if entry.organization_kind and entry.organization_kind not in set(Kind):
        found.append(f"单位类别“{entry.organization_kind}”不认识，只能是：{'、'.join(Kind)}")
    if entry.organization_code and entry.organization_code not in organization_codes:
        found.append(f"单位“{entry.organization_code}”不存在")
    for helper in entry.helpers:
        if helper not in organization_codes and helper not in set(Kind):
            found.append(f"协办单位“{helper}”不存在")
    return found


def check_limits(entries: Iterable[LimitEntry], *, category_codes: Collection[str]) -> list[Problem]:
    """Every problem in the limits; each clock needs one for every grade, so that no matter is without a due time."""
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str, bool], LimitEntry] = {}
    for entry in entries:
        if entry.key in seen:
            problems.append(entry.problem(f"与第{seen[entry.key].line}行的时限是同一情形"))
        seen.setdefault(entry.key, entry)
        if entry.category_code and entry.category_code not in category_codes:
            problems.append(entry.problem(f"类别“{entry.category_code}”不存在"))
        if entry.amount < 1:
            problems.append(entry.problem("时限须大于0"))
    last = next(reversed(seen.values()), None)
    for clock in Clock:
        for grade, label in GRADE_LABELS.items():
            if (clock, grade, "", False) not in seen and (clock, "", "", False) not in seen:
                missing = f"缺少{label}的{clock.label}时限（{clock}）"
                problems.append(last.problem(missing) if last else Problem("place.yaml", 1, missing))
    return problems


MEASURES = tuple(measure.value for measure in Measure)
CLOCKS = tuple(clock.value for clock in Clock)
GRADES = tuple(GRADE_LABELS)
