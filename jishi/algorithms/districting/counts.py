"""How many grids a connected part gets, and what load each of them should have."""

from dataclasses import dataclass
from math import ceil, floor

from jishi.algorithms.districting.problem import Floats, Standard


@dataclass(frozen=True, slots=True)
class Share:
    """The grids of one part. ``big`` of them are units that alone pass the tolerance; the others aim at ``target``.

    ``least`` and ``most`` are what the others may have: the standard's tolerance, or, where no number of grids comes
    within it, the same tolerance around the target, so that the part is at least divided evenly.
    """

    number: int
    big: int
    target: float
    least: float
    most: float
    possible: bool

    def weighed(self, load: Floats) -> Floats:
        """Loads for the search: a unit bigger than a grid counts as one full grid, so that nothing is added to it."""
        return load.clip(max=max(self.target, 1e-9)) if self.big else load


def share_of(load: Floats, standard: Standard, number: int | None = None) -> Share:
    """The share of a part with these unit loads; ``number`` asks for a certain number of grids."""
    big = int((load > standard.most).sum())
    rest = float(load[load <= standard.most].sum())
    if number is None:
        number = big + best_number(rest, standard, at_least=0 if big else 1)
    number = min(max(number, 1), len(load))
    others = number - big
    target = rest / others if others > 0 and rest > 0 else standard.households
    # With no grid left beside those of the big units, nobody else may be there.
    possible = standard.least <= target <= standard.most if others > 0 else others == 0 and rest == 0
    least, most = standard.least, standard.most
    if not possible:
        least, most = target * (1 - standard.tolerance), target * (1 + standard.tolerance)
    return Share(number, big, target, least, most, possible)


def best_number(load: float, standard: Standard, at_least: int = 1) -> int:
    """The number of grids whose mean comes nearest to the standard."""
    low = max(at_least, floor(load / standard.households))
    high = max(at_least, ceil(load / standard.households))
    if low == 0:
        return 0 if load < standard.households / 2 else 1
    return min((low, high), key=lambda number: (abs(load / number - standard.households), number))
