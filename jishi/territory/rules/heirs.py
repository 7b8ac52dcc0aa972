"""Who takes over what is unfinished in a unit that has ended, through any number of changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Heirs:
    """``after`` leads from the id of an ended unit to that of its primary successor."""

    after: Mapping[int, int]

    def last(self, unit_id: int) -> int:
        """The end of the line that begins at a unit; the unit itself if nobody took over from it."""
        while unit_id in self.after:
            unit_id = self.after[unit_id]
        return unit_id

    @cached_property
    def formers(self) -> Mapping[int, tuple[int, ...]]:
        """For the unit at the end of a line all units before it."""
        found: dict[int, list[int]] = {}
        for unit_id in sorted(self.after):
            found.setdefault(self.last(unit_id), []).append(unit_id)
        return {last: tuple(before) for last, before in found.items()}
