"""What loading a file says: how much of it was new, or every line that stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jishi.kernel.errors import Invalid


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with one line of a file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class LoadRefused(Invalid):
    """A file, or a set of files, is not loaded at all because of the lines listed in ``problems``."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"有{len(self.problems)}处错误，全部内容都没有装载，原有数据不变：\n{lines}")


def refuse_if_any(problems: Iterable[Problem]) -> None:
    """Raises LoadRefused with all of ``problems``, if there are any."""
    found = tuple(problems)
    if found:
        raise LoadRefused(found)


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one kind in a load: begun, changed, found as they were, ended because the file no longer has them."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0

    def plus(self, **more: int) -> "Counts":
        return replace(self, **{name: getattr(self, name) + number for name, number in more.items()})

    @property
    def anything_happened(self) -> bool:
        return bool(self.new or self.changed or self.ended)
