"""Finding the unit a text names: the place of a message that came without one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

OFFICE = re.compile(r"(居民委员会|村民委员会|居委会|村委会)$")


@dataclass(frozen=True, slots=True)
class Named:
    """A town or community that may be named in a text."""

    id: int
    name: str
    path: str
    depth: int


class Gazetteer:
    """The full names of a county's towns and communities, looked for all at once."""

    def __init__(self, units: Iterable[Named]) -> None:
        self.units = tuple(units)
        self.by_name: dict[str, list[Named]] = {}
        for unit in self.units:
            self.by_name.setdefault(OFFICE.sub("", unit.name), []).append(unit)
        # Longest first: 田心村社区 is not a mention of 田心村.
        names = sorted(filter(None, self.by_name), key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, names))) if names else None

    def find(self, text: str) -> int | None:
        """The id of the unit the text is about, or None if it names none.

        Of several communities the unit that contains them all; a name two communities share counts only with the
        town that tells which is meant. The county is never the answer.
        """
        if self.pattern is None:
            return None
        named = {name: self.by_name[name] for name in self.pattern.findall(text)}
        sure = [units[0] for units in named.values() if len(units) == 1]
        for units in named.values():
            if len(units) > 1:
                within = [u for u in units if any(u.path.startswith(other.path) for other in sure)]
                sure += within if len(within) == 1 else []
        deepest = [u for u in sure if not any(o is not u and o.path.startswith(u.path) for o in sure)]
        return self._common(deepest)

    def _common(self, units: list[Named]) -> int | None:
        lines = [[int(part) for part in unit.path.strip("/").split("/")] for unit in units]
        shared = None
        for level in zip(*lines, strict=False):
            if len(set(level)) != 1:
                break
            shared = level[0]
        return shared if any(unit.id == shared for unit in self.units) else None
