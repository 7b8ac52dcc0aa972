"""The catalogue: classes (大类), their sub-classes (小类) and how often each is inspected. It is data of the place."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from jishi.territory.rules.loading import Problem

# Classes a county adds of its own; those below are common to all, so that one code means one thing everywhere.
OWN_CLASSES = range(21, 100)
LONGEST_CYCLE = 1_830  # days


@dataclass(frozen=True, slots=True)
class SubclassEntry:
    """One sub-class as a file gives it; ``inspection_days`` is empty for what nobody has to inspect."""

    code: str
    name: str
    class_code: str
    class_name: str
    inspection_days: str = ""
    source: str = ""
    file: str = ""
    line: int = 0

    @property
    def days(self) -> int | None:
        return int(self.inspection_days) if self.inspection_days else None

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


def check_catalogue(entries: Iterable[SubclassEntry]) -> list[Problem]:
    """Every problem with a catalogue: codes, names, a class with two names, a sub-class outside its class."""
    problems: list[Problem] = []
    by_code: dict[str, SubclassEntry] = {}
    names: dict[tuple[str, str], SubclassEntry] = {}
    classes: dict[str, SubclassEntry] = {}
    for entry in entries:
        problems += [entry.problem(fault) for fault in _faults(entry)]
        first = by_code.setdefault(entry.code, entry)
        if first is not entry:
            problems.append(entry.problem(f"小类代码“{entry.code}”与第{first.line}行重复"))
        alike = names.setdefault((entry.class_code, entry.name), entry)
        if alike is not entry:
            problems.append(entry.problem(f"大类{entry.class_code}中的小类“{entry.name}”与第{alike.line}行重复"))
        named = classes.setdefault(entry.class_code, entry)
        if named.class_name != entry.class_name:
            problems.append(entry.problem(f"大类{entry.class_code}有两个名称：{named.class_name}、{entry.class_name}"))
    return problems


def _faults(entry: SubclassEntry) -> list[str]:
    found = []
    if not _digits(entry.class_code, 2):
        found.append(f"大类代码“{entry.class_code}”应是两位数字")
    if not _digits(entry.code, 4):
        found.append(f"小类代码“{entry.code}”应是四位数字")
    elif entry.code[:2] != entry.class_code:
        found.append(f"小类{entry.code}不属于大类{entry.class_code}")
    if not entry.name or not entry.class_name or max(len(entry.name), len(entry.class_name)) > 40:
        found.append("大类、小类名称不能为空，最长40字")
    if len(entry.source) > 60:
        found.append("来源最长60字")
    days = entry.inspection_days
    if days and not (days.isascii() and days.isdigit() and len(days) <= 4 and 1 <= int(days) <= LONGEST_CYCLE):
        found.append(f"巡查周期“{days}”应是1至{LONGEST_CYCLE}天，或留空")
    return found


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit() and text != "0" * count


def check_extension(own: Iterable[SubclassEntry], common: Collection[str]) -> list[Problem]:
    """A county may set cycles of the common sub-classes anew; what it adds lies in its own range of classes."""
    lowest, highest = OWN_CLASSES[0], OWN_CLASSES[-1]
    return [
        entry.problem(f"小类{entry.code}不在通用目录中；本地增设的大类用{lowest}至{highest}")
        for entry in own
        if entry.code not in common and _digits(entry.class_code, 2) and int(entry.class_code) not in OWN_CLASSES
    ]
