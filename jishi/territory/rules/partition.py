"""Grids divide a community: each household in exactly one grid, no grid empty, none too far from the standard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridStandard:
    """The size a grid should have; ``tolerance`` is the share by which it may be smaller or bigger."""

    households: int = 400
    persons: int = 1200
    tolerance: float = 0.5

    def allows(self, households: int, persons: int) -> bool:
        return all(
            wanted * (1 - self.tolerance) <= found <= wanted * (1 + self.tolerance)
            for found, wanted in ((households, self.households), (persons, self.persons))
        )


def partition_faults(grids: Iterable[str], placed: Mapping[str, Iterable[str]]) -> list[str]:
    """What keeps the grids from being a partition; empty if nothing does.

    Parameters
    ----------
    grids
        Codes of all grids of the community.
    placed
        For each household the codes of the grids that claim it.
    """
    known = set(grids)
    used: set[str] = set()
    found = []
    for household, claims in placed.items():
        claimed = sorted(set(claims))
        if not claimed:
            found.append(f"{household}不在任何网格")
        elif len(claimed) > 1:
            found.append(f"{household}同时在{'、'.join(claimed)}")
        found += [f"{household}所在的{code}不是本社区的网格" for code in claimed if code not in known]
        used.update(claimed)
    return found + [f"{code}是空网格" for code in sorted(known - used)]
